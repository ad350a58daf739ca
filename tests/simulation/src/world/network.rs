//! Connections: two queues of bytes, and the end of each direction.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::task::Waker;

/// All connections of a world, by their numbers.
#[derive(Default)]
pub struct Network {
    pub links: Vec<Link>,
    /// Connections that wait to be accepted.
    pub backlog: VecDeque<usize>,
    pub accepting: Option<Waker>,
    /// Whether no more connections are accepted.
    pub ended: bool,
}

/// One connection. "In" is towards the component.
pub struct Link {
    pub client: usize,
    pub peer: SocketAddr,
    pub inbound: VecDeque<u8>,
    /// Whether the client has shut down its sending direction.
    pub half_closed: bool,
    /// Whether the client has reset the connection.
    pub reset: bool,
    pub reset_at: Option<u64>,
    pub reader: Option<Waker>,
    pub outbound: VecDeque<u8>,
    /// Most bytes in flight.
    pub capacity: usize,
    pub writer: Option<Waker>,
    /// Whether the component sends no more.
    pub finished: bool,
    /// Whether the component has closed it with bytes unread, which loses the bytes in
    /// flight.
    pub refused: bool,
    /// Number of the component's handles: the socket, its stream in and its stream out.
    pub held: u8,
    /// Time at which the client last sent or read something.
    pub moved_at: u64,
    /// Time at which the component closed it.
    pub closed_at: Option<u64>,
    /// Instructions that the component had used when the client began to wait for bytes.
    pub waits_since: Option<u64>,
}

impl Link {
    pub fn new(client: usize, peer: SocketAddr, capacity: usize) -> Self {
        Self {
            client,
            peer,
            inbound: VecDeque::new(),
            half_closed: false,
            reset: false,
            reset_at: None,
            reader: None,
            outbound: VecDeque::new(),
            capacity,
            writer: None,
            finished: false,
            refused: false,
            held: 0,
            moved_at: 0,
            closed_at: None,
            waits_since: None,
        }
    }

    /// Whether the component holds no part of it any more.
    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    pub fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()] {
            waker.into_iter().for_each(Waker::wake);
        }
    }

    /// Sends bytes of the client. Bytes for a closed connection reset it.
    pub fn send(&mut self, bytes: &[u8]) {
        if self.is_closed() {
            self.refuse();
            return;
        }
        self.inbound.extend(bytes);
        self.wake();
    }

    /// Resets the connection from the client's side.
    pub fn reset(&mut self, now: u64) {
        self.reset = true;
        self.reset_at = Some(now);
        self.outbound.clear();
        self.wake();
    }

    /// Resets the connection, as a system does when it is closed with bytes unread.
    pub fn refuse(&mut self) {
        self.refused = true;
        self.outbound.clear();
    }

    /// Releases one of the component's handles.
    pub fn release(&mut self, now: u64) {
        self.held = self.held.saturating_sub(1);
        if self.held == 0 && !self.is_closed() {
            self.finished = true;
            self.closed_at = Some(now);
            if !self.inbound.is_empty() {
                self.refuse();
            }
        }
    }
}

impl Network {
    /// Connects a client. Returns `None` when no one listens any more.
    pub fn connect(&mut self, link: Link) -> Option<usize> {
        if self.ended {
            return None;
        }
        let number = self.links.len();
        self.links.push(link);
        self.backlog.push_back(number);
        self.accepting.take().into_iter().for_each(Waker::wake);
        Some(number)
    }

    pub fn end(&mut self) {
        self.ended = true;
        self.accepting.take().into_iter().for_each(Waker::wake);
    }

    /// Counts the connections that the component holds.
    pub fn open(&self) -> usize {
        let open = |link: &&Link| link.held > 0;
        self.links.iter().filter(open).count()
    }
}
