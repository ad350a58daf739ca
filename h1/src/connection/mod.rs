//! What the bytes received on a connection amount to, one request after the
//! other. No I/O: the caller moves the bytes and obeys the events.
//!
//! ```text
//!  ┌──▶ Head ──▶ Content ──▶ Request ──▶ Closed
//!  │      └────┬────┘           │
//!  │           ▼                │
//!  │        Refused             │
//!  └────────── finish ──────────┘
//! ```

use crate::limits::{DISCARD_BYTES, REQUESTS_PER_CONNECTION};
use crate::refusal::Refusal;
use crate::request::chunked::Chunked;
use crate::request::expectation::{Expectation, expectation};
use crate::request::framing::{self, Content};
use crate::request::head::{Head, Parse, Scanner};
use crate::request::method::Method;
use crate::request::persistence::persists;
use crate::request::target::{Target, check_host, resolve};
use crate::status::Status;
use core::ops::Range;

/// A request that can be answered.
#[derive(Clone, Debug)]
pub struct Request<'b> {
    /// The head as received.
    pub head: Head<'b>,
    /// What it is about, or why it can't be served although it is clear where
    /// the next request begins.
    pub target: Result<Target<'b>, Refusal>,
    /// Whether the connection goes on after the answer; if not, the answer says
    /// so.
    pub keep_alive: bool,
    /// Whether the client has said that it sends no more after this (RFC 9112 §9.6):
    /// once it is answered, there is nothing to wait for.
    pub last: bool,
}

/// What to do next.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "boxing a request would allocate")]
pub enum Event<'b> {
    /// Receive more bytes.
    Read {
        /// Nothing of a next request is there: closing the connection now cuts
        /// nobody short.
        idle: bool,
    },
    /// Send [`crate::response::CONTINUE`], then ask again.
    Continue,
    /// Answer. The content, if there was any, has been received and discarded, or
    /// will not be read.
    Request(Request<'b>),
    /// Answer with the refusal and close: where a next request would begin is
    /// unknown. The event stays the same from now on.
    Refused(Refusal),
}

/// One connection, from its first byte to its last.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    scanner: Scanner,
    state: State,
    requests: u32,
}

impl Connection {
    /// Nothing received yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the bytes amount to: everything received and neither taken
    /// ([`Connection::finish`]) nor cut out ([`Connection::reclaim`]) so far.
    ///
    /// The buffer that they are in has [`INPUT_BYTES`](crate::limits::INPUT_BYTES): then a
    /// piece of content has room behind any head.
    ///
    /// A request is returned again until it is finished. After the last one
    /// (`keep_alive` false) has been, bytes mean nothing any more and the event
    /// is always an idle `Read`.
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Event<'b> {
        match self.state {
            State::Refused(refusal) => return Event::Refused(refusal),
            State::Closed => return Event::Read { idle: true },
            State::Content(pending) => {
                if let Some(pending) = pending.skip(bytes) {
                    self.state = State::Content(pending);
                    if !pending.rest.is_over() {
                        return Event::Read { idle: false };
                    }
                }
            }
            State::Head => {}
        }
        let event = match self.scanner.scan(bytes) {
            Parse::Partial => Ok(Event::Read {
                idle: !self.scanner.has_started(),
            }),
            Parse::Bad(refusal) => Err(refusal),
            Parse::Complete(head) => self.after_head(head, bytes),
        };
        event.unwrap_or_else(|refusal| {
            self.state = State::Refused(refusal);
            Event::Refused(refusal)
        })
    }

    /// The method of the request that is being read, where it has come so far. `bytes`
    /// are those of the last [`Connection::next`]. An answer to HEAD has no content
    /// (RFC 9110 §9.3.2), not even a refusal.
    pub fn method(&self, bytes: &[u8]) -> Option<Method> {
        self.scanner.method(bytes)
    }

    /// How many bytes from the start of the buffer the request takes that is to be
    /// answered; those after them belong to the next one.
    pub fn taken(&self) -> usize {
        match &self.state {
            State::Content(pending) => pending.head_len.saturating_add(pending.discarded),
            State::Head | State::Refused(_) | State::Closed => 0,
        }
    }

    /// To be called when a request is answered. Returns how many bytes it took:
    /// [`Connection::taken`].
    pub fn finish(&mut self) -> usize {
        let taken = self.taken();
        let State::Content(pending) = &self.state else {
            return taken;
        };
        self.state = match pending.keep_alive {
            true => State::Head,
            false => State::Closed,
        };
        self.scanner = Scanner::default();
        self.requests = self.requests.saturating_add(1);
        taken
    }

    /// The bytes of content that are in the buffer and no longer needed. To be
    /// called when the buffer is full and more must be read; the caller cuts
    /// them out before the next call.
    pub fn reclaim(&mut self) -> Range<usize> {
        let State::Content(pending) = &mut self.state else {
            return 0..0;
        };
        let end = pending.head_len.saturating_add(pending.discarded);
        pending.discarded = 0;
        pending.head_len..end
    }

    fn after_head<'b>(&mut self, head: Head<'b>, bytes: &'b [u8]) -> Result<Event<'b>, Refusal> {
        let mut pending = match self.state {
            State::Content(pending) => pending,
            _ => self.admit(&head)?,
        };
        let content = pending.head_len.saturating_add(pending.discarded);
        let unread = bytes.get(content..).unwrap_or_default();
        // RFC 9110 §10.1.1: no 100 once content has come without it.
        let event = if pending.expects_continue && unread.is_empty() {
            Event::Continue
        } else if pending.discard(unread, &head)? {
            let target = check_request(&head);
            // Whoever garbles a target may garble what comes next: no 400 is followed
            // by another request.
            let garbled = |refusal: &Refusal| refusal.status() == Status::BadRequest;
            pending.keep_alive &= !target.as_ref().is_err_and(garbled);
            Event::Request(Request {
                head,
                target,
                keep_alive: pending.keep_alive,
                last: pending.last,
            })
        } else {
            Event::Read { idle: false }
        };
        pending.expects_continue = false;
        self.state = State::Content(pending);
        Ok(event)
    }

    /// The checks on which it depends where the next request begins, and
    /// whether the content of this one is waited for.
    fn admit(&self, head: &Head<'_>) -> Result<Pending, Refusal> {
        check_host(head.version, &head.fields)?;
        let rest = Remaining::of(framing::content(head.version, &head.fields)?);
        let persists = persists(head.version, &head.fields);
        let limit = self.requests.saturating_add(1) >= REQUESTS_PER_CONNECTION;
        let mut pending = Pending {
            head_len: head.len,
            rest,
            discarded: 0,
            expects_continue: false,
            keep_alive: persists && !limit,
            last: !persists,
        };
        if rest.is_too_large() && !pending.skip_content(head) {
            return Err(Refusal::ContentTooLarge);
        }
        if !rest.is_over() && expectation(head.version, &head.fields) != Expectation::None {
            // RFC 9110 §10.1.1: a final answer may come instead of 100.
            pending.expects_continue = !pending.skip_content(head);
        }
        Ok(pending)
    }
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Head,
    Content(Pending),
    Refused(Refusal),
    Closed,
}

/// A request whose head is whole.
#[derive(Clone, Copy, Debug)]
struct Pending {
    head_len: usize,
    rest: Remaining,
    /// Bytes of content still in the buffer, right after the head.
    discarded: usize,
    expects_continue: bool,
    keep_alive: bool,
    last: bool,
}

impl Pending {
    /// Content that has come since, without another look at the head. `None` for what
    /// [`Pending::discard`] decides with the head at hand: 100, refusals.
    fn skip(mut self, bytes: &[u8]) -> Option<Self> {
        let content = self.head_len.saturating_add(self.discarded);
        if self.expects_continue || self.rest.is_over() {
            return None;
        }
        let used = self.rest.discard(bytes.get(content..)?).ok()?;
        self.discarded = self.discarded.saturating_add(used);
        Some(self)
    }

    /// True once all content has come that is waited for.
    fn discard(&mut self, unread: &[u8], head: &Head<'_>) -> Result<bool, Refusal> {
        match self.rest.discard(unread) {
            Ok(used) => self.discarded = self.discarded.saturating_add(used),
            Err(Refusal::ContentTooLarge) if self.skip_content(head) => {}
            Err(refusal) => return Err(refusal),
        }
        Ok(self.rest.is_over())
    }

    /// Waits for no more content where the answer is a refusal whatever the content;
    /// false where it isn't. Whether the client still sends that content is unknown, so
    /// this is the end.
    fn skip_content(&mut self, head: &Head<'_>) -> bool {
        let refused = check_request(head).is_err();
        if refused {
            self.rest = Remaining::NOTHING;
            self.keep_alive = false;
            self.last = false;
        }
        refused
    }
}

/// The content that has not been received yet.
#[derive(Clone, Copy, Debug)]
enum Remaining {
    Length(u64),
    Chunked(Chunked),
}

impl Remaining {
    const NOTHING: Self = Self::Length(0);

    fn of(content: Content) -> Self {
        match content {
            Content::None => Self::NOTHING,
            Content::Length(length) => Self::Length(length),
            Content::Chunked => Self::Chunked(Chunked::default()),
        }
    }

    fn is_too_large(&self) -> bool {
        matches!(self, Self::Length(length) if *length > DISCARD_BYTES)
    }

    fn is_over(&self) -> bool {
        matches!(self, Self::Length(0))
    }

    /// How many of the bytes belong to the content.
    fn discard(&mut self, unread: &[u8]) -> Result<usize, Refusal> {
        match self {
            Self::Length(missing) => {
                let wanted = usize::try_from(*missing).unwrap_or(usize::MAX);
                let used = wanted.min(unread.len());
                *missing = missing.saturating_sub(u64::try_from(used).unwrap_or(u64::MAX));
                Ok(used)
            }
            Self::Chunked(chunked) => {
                let progress = chunked.discard(unread)?;
                if progress.done {
                    *self = Self::NOTHING;
                }
                Ok(progress.used)
            }
        }
    }
}

/// The checks that only this one request fails.
fn check_request<'b>(head: &Head<'b>) -> Result<Target<'b>, Refusal> {
    // First, whatever the method: what garbles a target is followed by no request
    // (RFC 9112 §3.2), and a 405 or 417 would be.
    let target = resolve(head.method, head.target);
    if matches!(target, Err(refusal) if refusal.status() == Status::BadRequest) {
        return target;
    }
    // RFC 9110 §10.1.1: before anything that the request is about, which the client
    // wants done under this condition only.
    if expectation(head.version, &head.fields) == Expectation::Unknown {
        return Err(Refusal::UnknownExpectation);
    }
    match head.method {
        Method::Get | Method::Head | Method::Options => target,
        Method::Connect | Method::NotAllowed => Err(Refusal::MethodNotAllowed),
        Method::Unknown => Err(Refusal::MethodNotImplemented),
    }
}

#[cfg(test)]
mod tests;
