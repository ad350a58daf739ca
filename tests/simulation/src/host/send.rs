//! Bytes from the component to a connection.

use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::component::{Source, StreamConsumer, StreamResult};
use wasmtime::{Result, StoreContextMut};

use super::State;
use super::bindings::wasi::sockets::types::ErrorCode;
use super::outcome::Ending;
use crate::world::{Event, MICROSECOND, Shared};

pub struct Consumer {
    world: Shared,
    link: usize,
    ending: Ending<ErrorCode>,
}

impl Consumer {
    pub fn new(world: Shared, link: usize, ending: Ending<ErrorCode>) -> Self {
        Self {
            world,
            link,
            ending,
        }
    }
}

impl StreamConsumer<State> for Consumer {
    type Item = u8;

    fn poll_consume(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'_, State>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        super::note(&mut store);
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        let mut world = self.world.lock();
        let world = &mut *world;
        let number = self.link;
        let link = &mut world.network.links[number];
        if link.reset {
            self.ending.end(Err(ErrorCode::ConnectionReset));
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        let room = link.capacity.saturating_sub(link.outbound.len());
        if room == 0 {
            if finish {
                return Poll::Ready(Ok(StreamResult::Cancelled));
            }
            link.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if bytes.is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let count = room.min(bytes.len());
        let taken = &bytes[..count];
        link.outbound.extend(taken);
        link.waits_since = None;
        let client = link.client;
        world.trace.call("send", number as u64, count as u64);
        world.trace.bytes(taken);
        world.schedule(MICROSECOND, Event::Client(client));
        source.mark_read(count);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let mut world = self.world.lock();
        let now = world.now;
        let link = &mut world.network.links[self.link];
        link.finished = true;
        link.release(now);
        let client = link.client;
        world.trace.call("finish", self.link as u64, 0);
        world.schedule(MICROSECOND, Event::Client(client));
    }
}
