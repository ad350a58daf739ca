//! `porthole:server/sendfile`: bytes that are in memory, as far as the connection has room.

use wasmtime::Result;
use wasmtime::component::Resource;

use crate::host::bindings::porthole::server::sendfile as wit;
use crate::host::filesystem::Descriptor;
use crate::host::{Socket, State};
use crate::random::mix;
use crate::world::{Event, MICROSECOND, World, content};

/// Bytes that are in memory or not, together.
const READ_AHEAD: u64 = 128 << 10;

/// Most bytes of a file that go at once.
const MOST: u64 = 512 << 10;

type Outcome = std::result::Result<wit::Sent, wit::Refusal>;

impl wit::Host for &mut State {
    fn send_range(
        &mut self,
        to: Resource<Socket>,
        first: Vec<u8>,
        from: Resource<Descriptor>,
        offset: u64,
        length: u64,
    ) -> Result<Outcome> {
        let Socket::Accepted { link, .. } = *self.table.get(&to)? else {
            return Ok(Err(wit::Refusal::Closed));
        };
        let descriptor = self.table.get(&from)?;
        let world = &mut *self.world.lock();
        if world.network.links[link].reset {
            return Ok(Err(wit::Refusal::Closed));
        }
        let Some(end) = at_hand(world, descriptor, offset) else {
            return Ok(Err(wit::Refusal::NotAtHand));
        };
        let version = descriptor.file.map(|file| world.disk.inode(file).version);
        let length = length.min(end.saturating_sub(offset)).min(MOST) as usize;
        let mut bytes = first;
        let head = bytes.len();
        bytes.resize(head + length, 0);
        content::fill(version.unwrap_or_default(), offset, &mut bytes[head..]);
        Ok(Ok(send(world, link, &bytes)))
    }
}

/// Returns the end of the bytes that can be sent at once, if there are some. Which ones a slow
/// disk has read before depends on the file and the place in it.
fn at_hand(world: &World, descriptor: &Descriptor, offset: u64) -> Option<u64> {
    let file = descriptor.file?;
    let mut end = world.disk.inode(file).size;
    let fault = world.disk.faults.get(&descriptor.path);
    if let Some(fault) = fault {
        if let Some((at, _)) = fault.read {
            end = end.min(at);
        }
        if fault.delay > 0 {
            return None;
        }
    }
    let piece = offset / READ_AHEAD;
    if world.disk.delay > 0 {
        if mix(file ^ mix(piece)).is_multiple_of(2) {
            return None;
        }
        end = end.min((piece + 1) * READ_AHEAD);
    }
    (offset < end).then_some(end)
}

fn send(world: &mut World, number: usize, bytes: &[u8]) -> wit::Sent {
    let link = &mut world.network.links[number];
    let room = link.capacity.saturating_sub(link.outbound.len());
    let taken = &bytes[..room.min(bytes.len())];
    if !taken.is_empty() {
        link.outbound.extend(taken);
        link.waits_since = None;
        let client = link.client;
        world
            .trace
            .call("sendfile", number as u64, taken.len() as u64);
        world.trace.bytes(taken);
        world.schedule(MICROSECOND, Event::Client(client));
    }
    wit::Sent {
        bytes: taken.len() as u64,
        has_room: taken.len() == bytes.len(),
    }
}
