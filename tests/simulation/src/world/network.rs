//! Connections: two queues of bytes, and how each direction ended.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::task::Waker;

/// All connections of a world, by their numbers.
#[derive(Default)]
pub struct Network {
    pub links: Vec<Link>,
    /// Those that wait to be accepted.
    pub backlog: VecDeque<usize>,
    pub accepting: Option<Waker>,
    /// No more are accepted.
    pub ended: bool,
}

/// One connection. «In» is towards the component.
pub struct Link {
    pub client: usize,
    pub peer: SocketAddr,
    pub inbound: VecDeque<u8>,
    /// The client has said that it sends no more.
    pub half_closed: bool,
    /// The client is gone without a word.
    pub reset: bool,
    pub reset_at: Option<u64>,
    pub reader: Option<Waker>,
    pub outbound: VecDeque<u8>,
    /// Bytes that are on their way at most.
    pub capacity: usize,
    pub writer: Option<Waker>,
    /// The component sends no more.
    pub finished: bool,
    /// The component has closed it with bytes unread: what was on its way is lost.
    pub refused: bool,
    /// Of the component's ends: the socket, its stream in and its stream out.
    pub held: u8,
    /// When the client last sent or took something.
    pub moved_at: u64,
    /// When the component closed it.
    pub closed_at: Option<u64>,
    /// Since when, in the component's turns, the client waits for a sign of life.
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

    /// Whether the component has nothing of it any more.
    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    pub fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()] {
            waker.into_iter().for_each(Waker::wake);
        }
    }

    /// The client sends; what comes to a closed connection resets it.
    pub fn send(&mut self, bytes: &[u8]) {
        if self.is_closed() {
            self.refuse();
            return;
        }
        self.inbound.extend(bytes);
        self.wake();
    }

    /// The client goes without a word.
    pub fn reset(&mut self, now: u64) {
        self.reset = true;
        self.reset_at = Some(now);
        self.outbound.clear();
        self.wake();
    }

    /// What a system does with a connection that is closed with bytes unread.
    pub fn refuse(&mut self) {
        self.refused = true;
        self.outbound.clear();
    }

    /// One of the component's ends is gone.
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
    /// A client connects; `None` when nobody listens any more.
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

    /// Connections that the component holds.
    pub fn open(&self) -> usize {
        let open = |link: &&Link| link.held > 0;
        self.links.iter().filter(open).count()
    }
}
