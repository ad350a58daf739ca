//! `porthole:server/sendfile`: bytes of files reach clients without the component's memory.
//!
//! The worker never waits here, neither for a disk nor for a client. What is not in the kernel's
//! memory is refused, and the component reads it as a stream instead, for which another thread
//! waits.

use std::io;
use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::filesystem::Descriptor;

use super::bindings::porthole::server::sendfile as wit;
use super::filesystem::Disk;
use super::filesystem::source::Source;
use super::tcp_socket::{Sender, Socket};
use crate::limits::{COPIED_BYTES, SENT_AT_ONCE_BYTES};
use crate::net::fast_readers::FastReaders;

/// The part of a store's data that the function of the interface reaches.
pub(crate) struct View<'a> {
    pub(crate) table: &'a ResourceTable,
    /// `None` if no file is granted.
    pub(crate) disk: Option<&'a Arc<Disk>>,
    pub(crate) scratch: &'a mut Scratch,
    pub(crate) fast_readers: &'a FastReaders,
}

/// Memory for bytes on their way, where they cannot go from file to socket directly. All
/// connections of an instance use the same, one after the other.
#[derive(Default)]
pub(crate) struct Scratch(Box<[u8]>);

/// The key under which the generated code finds the [`View`].
pub(crate) struct Sendfile;

impl HasData for Sendfile {
    type Data<'a> = View<'a>;
}

pub(crate) trait HasSendfile: Send {
    fn sendfile(&mut self) -> View<'_>;
}

pub(super) fn add_to_linker<T: HasSendfile + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Sendfile>(linker, T::sendfile)
}

/// Bytes that are still to be sent.
struct Rest<'a> {
    first: &'a [u8],
    source: Source,
    offset: u64,
    length: u64,
}

type Outcome = Result<wit::Sent, wit::Refusal>;

impl wit::Host for View<'_> {
    fn send_range(
        &mut self,
        to: Resource<Socket>,
        first: Vec<u8>,
        from: Resource<Descriptor>,
        offset: u64,
        length: u64,
    ) -> wasmtime::Result<Outcome> {
        let (socket, descriptor) = (self.table.get(&to)?, self.table.get(&from)?);
        let Some(sender) = socket.sender() else {
            return Ok(Err(wit::Refusal::Closed));
        };
        let (Descriptor::File(file), Some(disk), 1..) = (descriptor, self.disk, length) else {
            return Ok(Err(wit::Refusal::NotAtHand));
        };
        let rest = Rest {
            first: &first,
            source: Source::new(Arc::clone(&file.file), disk),
            offset,
            length: length.min(SENT_AT_ONCE_BYTES),
        };
        let outcome = rest.send(&sender, &mut self.scratch.0);
        if let Ok(sent) = &outcome {
            let bytes = usize::try_from(sent.bytes).unwrap_or(usize::MAX);
            sender.guard().count_sent(bytes);
            sender.note_pace(sent.bytes, self.fast_readers);
        }
        Ok(outcome)
    }
}

impl Rest<'_> {
    fn send(mut self, sender: &Sender, scratch: &mut Box<[u8]>) -> Outcome {
        #[cfg(target_os = "linux")]
        if let Some(outcome) = self.send_uncopied(sender) {
            return outcome;
        }
        if scratch.is_empty() {
            *scratch = vec![0; COPIED_BYTES].into_boxed_slice();
        }
        self.send_copied(sender, scratch)
    }

    /// Copies to `scratch`, and sends from there.
    fn send_copied(&mut self, sender: &Sender, scratch: &mut [u8]) -> Outcome {
        let mut bytes = 0_u64;
        while let Some(copied) = self.copy(scratch) {
            let (taken, has_room) = match sender.send(copied) {
                Ok(sent) => sent,
                // What has gone is counted first. The next call finds the failure again.
                Err(_) if bytes > 0 => (0, false),
                Err(_) => return Err(wit::Refusal::Closed),
            };
            bytes = bytes.saturating_add(taken as u64);
            self.advance(taken);
            if !has_room {
                return Ok(wit::Sent { bytes, has_room });
            }
        }
        match bytes {
            0 => Err(wit::Refusal::NotAtHand),
            // All has gone, or the rest is not at hand.
            _ => Ok(wit::Sent {
                bytes,
                has_room: true,
            }),
        }
    }

    /// Returns the next bytes, unless all have gone or those of the file are not at hand.
    fn copy<'s>(&self, scratch: &'s mut [u8]) -> Option<&'s [u8]> {
        let (first, room) = scratch.split_at_mut_checked(self.first.len())?;
        first.copy_from_slice(self.first);
        let most = usize::try_from(self.length).unwrap_or(usize::MAX);
        let most = most.min(room.len());
        let read = self.source.read_inline(room.get_mut(..most)?, self.offset);
        match read {
            Ok(1..) => scratch.get(..self.first.len().saturating_add(read.ok()?)),
            _ => None,
        }
    }

    fn advance(&mut self, taken: usize) {
        let of_first = taken.min(self.first.len());
        self.first = self.first.get(of_first..).unwrap_or_default();
        let of_file = taken.saturating_sub(of_first) as u64;
        self.offset = self.offset.saturating_add(of_file);
        self.length = self.length.saturating_sub(of_file);
    }
}

#[cfg(target_os = "linux")]
mod uncopied {
    use rustix::fs::sendfile;
    use rustix::io::Errno;
    use socket2::SockRef;

    use super::{Outcome, Rest, Sender, io, wit};
    use crate::limits::UNCOPIED_MIN_BYTES;
    use crate::net::stream::NO_SIGNAL;

    impl Rest<'_> {
        /// Sends from file to socket. Returns `None` where copying is the better way, or the
        /// only one.
        pub(super) fn send_uncopied(&mut self, sender: &Sender) -> Option<Outcome> {
            if self.length < UNCOPIED_MIN_BYTES || !sender.has_socket() {
                return None;
            }
            if !self.source.is_at_hand(self.offset, self.length)? {
                return Some(Err(wit::Refusal::NotAtHand));
            }
            let asked = self.bytes();
            let sent = sender.on_socket(|socket| self.send_all(&socket));
            let bytes = asked.saturating_sub(self.bytes());
            Some(match sent {
                Ok(()) => Ok(wit::Sent {
                    bytes,
                    has_room: true,
                }),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(wit::Sent {
                    bytes,
                    has_room: false,
                }),
                // What has gone is counted first. The next call finds the failure again.
                Err(_) if bytes > 0 => Ok(wit::Sent {
                    bytes,
                    has_room: false,
                }),
                Err(_) => Err(wit::Refusal::Closed),
            })
        }

        fn bytes(&self) -> u64 {
            self.length.saturating_add(self.first.len() as u64)
        }

        /// Sends until nothing is left, or the file has ended meanwhile.
        fn send_all(&mut self, socket: &SockRef<'_>) -> io::Result<()> {
            while !self.first.is_empty() {
                match socket.send_with_flags(self.first, NO_SIGNAL | libc::MSG_MORE) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    taken => self.advance(taken?),
                }
            }
            while self.length > 0 {
                let mut at = self.offset;
                let most = usize::try_from(self.length).unwrap_or(usize::MAX);
                match sendfile(&**socket, self.source.file(), Some(&mut at), most) {
                    Ok(0) => break,
                    Err(Errno::INTR) => {}
                    taken => self.advance(taken?),
                }
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};

    use super::*;
    use crate::accept::load::{ConnectionPermit, Load};
    use crate::net::stream::{Stream, WriteHalf, split};
    use crate::report::counters::Traffic;

    const LENGTH: usize = 2 << 20;

    /// A file, and the state that an instance has for it.
    struct Fixture {
        content: Vec<u8>,
        source: Source,
        scratch: Box<[u8]>,
    }

    impl Fixture {
        fn new() -> Self {
            let content: Vec<u8> = (0..LENGTH).map(|at| (at / 251) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&content).unwrap();
            let file = Arc::new(file);
            let disk = Arc::new(Disk::new(Arc::clone(&file), Vec::new()).unwrap());
            Self {
                content,
                source: Source::new(file, &disk),
                scratch: Box::default(),
            }
        }

        /// Sends `first` and all of the file from `offset` on, as one call does.
        fn send(&mut self, sender: &Sender, first: &[u8], offset: usize) -> Outcome {
            let rest = Rest {
                first,
                source: self.source.clone(),
                offset: offset as u64,
                length: (LENGTH.saturating_sub(offset) as u64).min(SENT_AT_ONCE_BYTES),
            };
            rest.send(sender, &mut self.scratch)
        }
    }

    /// A stream that takes `room` bytes, and its other end.
    fn in_memory(room: usize) -> (WriteHalf<ConnectionPermit>, Sender, DuplexStream) {
        let (ours, theirs) = duplex(room);
        let load = Load::new(1, Traffic::default());
        let (_, half) = split(Stream::Bytes(Box::new(ours)), load.acquire(None));
        let sender = half.sender().upgrade().unwrap();
        (half, sender, theirs)
    }

    fn connection() -> (WriteHalf<ConnectionPermit>, Sender, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let load = Load::new(1, Traffic::default());
        let (_, half) = split(Stream::Tcp(stream), load.acquire(None));
        let sender = half.sender().upgrade().unwrap();
        (half, sender, peer)
    }

    /// A stream of the embedder has no socket, and room for less than a piece.
    #[tokio::test]
    async fn what_is_copied_goes_in_pieces() {
        for room in [1, 1_000, COPIED_BYTES + 7, 2 * LENGTH] {
            let mut fixture = Fixture::new();
            let (mut half, sender, mut theirs) = in_memory(room);
            let reading = tokio::spawn(async move {
                let mut got = Vec::new();
                theirs.read_to_end(&mut got).await.unwrap();
                got
            });
            let (mut first, mut offset) = (&b"first"[..], 0);
            while offset < LENGTH {
                let sent = fixture.send(&sender, first, offset).unwrap();
                let taken = usize::try_from(sent.bytes).unwrap();
                let of_first = taken.min(first.len());
                first = &first[of_first..];
                offset += taken - of_first;
                assert!(sent.has_room || taken < LENGTH);
                std::future::poll_fn(|cx| half.poll_ready(cx))
                    .await
                    .unwrap();
            }
            drop((half, sender));
            let got = reading.await.unwrap();
            assert!(
                got == [b"first", &*fixture.content].concat(),
                "room for {room}"
            );
        }
    }

    #[tokio::test]
    async fn one_call_sends_a_bounded_part() {
        let mut fixture = Fixture::new();
        let (_half, sender, _theirs) = in_memory(2 * LENGTH);
        let sent = fixture.send(&sender, b"first", 0).unwrap();
        assert_eq!(sent.bytes, SENT_AT_ONCE_BYTES + 5);
    }

    #[tokio::test]
    async fn a_socket_gets_what_it_has_room_for() {
        let mut fixture = Fixture::new();
        let (mut half, sender, mut peer) = connection();
        let reading = std::thread::spawn(move || {
            let mut got = Vec::new();
            peer.read_to_end(&mut got).unwrap();
            got
        });
        let mut offset = 0;
        while offset < LENGTH {
            let first = if offset == 0 { &b"first"[..] } else { b"" };
            let sent = fixture.send(&sender, first, offset).unwrap();
            offset += usize::try_from(sent.bytes).unwrap() - first.len();
            if !sent.has_room {
                std::future::poll_fn(|cx| half.poll_ready(cx))
                    .await
                    .unwrap();
            }
        }
        drop((half, sender));
        assert!(reading.join().unwrap() == [b"first", &*fixture.content].concat());
    }

    /// A socket that is closed lives on for as long as the component holds it.
    #[tokio::test]
    async fn nothing_is_sent_after_the_end() {
        let mut fixture = Fixture::new();
        let (half, sender, mut peer) = connection();
        drop(half);
        let outcome = fixture.send(&sender, b"first", 0);
        assert!(matches!(outcome, Err(wit::Refusal::Closed)));
        drop(sender);
        let mut got = Vec::new();
        peer.read_to_end(&mut got).unwrap();
        assert!(got.is_empty());
    }
}
