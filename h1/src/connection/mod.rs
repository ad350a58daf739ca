//! The meaning of the bytes received on a connection, one request after the other. There is
//! no I/O: the caller moves the bytes and obeys the events.
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
use crate::request::target::site::Site;
use crate::request::target::{Target, check_host, resolve};
use crate::status::Status;
use core::ops::Range;

/// A request that is ready for its response.
#[derive(Clone, Debug)]
pub struct Request<'b> {
    /// The head as received.
    pub head: Head<'b>,
    /// The target of the request, or why it can't be served although it is clear where the
    /// next request begins.
    pub target: Result<Target<'b>, Refusal>,
    /// Whether the connection stays open after the response. If not, the response says so.
    pub keep_alive: bool,
    /// Whether the client has announced that it sends no more after this (RFC 9112 §9.6).
    /// After the response, there is nothing to wait for.
    pub last: bool,
}

/// Next step for the caller.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "boxing a request would allocate")]
pub enum Event<'b> {
    /// Receive more bytes.
    Read {
        /// Whether nothing of a next request has arrived, so that closing the connection
        /// now interrupts no client.
        idle: bool,
    },
    /// Send [`crate::response::CONTINUE`], then call [`Connection::next`] again.
    Continue,
    /// Respond. The content, if there was any, has been received and discarded, or will not
    /// be read.
    Request(Request<'b>),
    /// Respond with the refusal and close, because it is unknown where a next request would
    /// begin. The event stays the same from now on.
    Refused(Refusal),
}

/// One connection, from its first byte to its last.
#[derive(Clone, Debug, Default)]
pub struct Connection<'s> {
    site: Site<'s>,
    scanner: Scanner,
    state: State,
    requests: u32,
}

impl<'s> Connection<'s> {
    /// Creates a connection that has received nothing yet.
    pub fn new(site: Site<'s>) -> Self {
        Self {
            site,
            ..Self::default()
        }
    }

    /// Returns what to do with `bytes`: everything received that was neither taken
    /// ([`Connection::finish`]) nor removed ([`Connection::reclaim`]) so far.
    ///
    /// The buffer of the bytes has [`INPUT_BYTES`](crate::limits::INPUT_BYTES), so that a
    /// piece of content fits behind any head.
    ///
    /// A request is returned again until it is finished. When the last one (`keep_alive`
    /// false) is finished, bytes mean nothing any more and the event is always an idle
    /// `Read`.
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Event<'b>
    where
        's: 'b,
    {
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

    /// Returns the method of the request that is being read, if it has arrived. `bytes` are
    /// those of the last [`Connection::next`]. A response to HEAD has no content
    /// (RFC 9110 §9.3.2), not even a refusal.
    pub fn method(&self, bytes: &[u8]) -> Option<Method> {
        self.scanner.method(bytes)
    }

    /// Returns the number of bytes that the current request takes from the start of the
    /// buffer. The bytes after them belong to the next request.
    pub fn taken(&self) -> usize {
        match &self.state {
            State::Content(pending) => pending.head_len.saturating_add(pending.discarded),
            State::Head | State::Refused(_) | State::Closed => 0,
        }
    }

    /// Ends a request; to be called after its response. Returns the number of bytes that it
    /// took: [`Connection::taken`].
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

    /// Returns the bytes of content in the buffer that are no longer needed. To be called
    /// when the buffer is full and more must be read. The caller removes them before the
    /// next call.
    pub fn reclaim(&mut self) -> Range<usize> {
        let State::Content(pending) = &mut self.state else {
            return 0..0;
        };
        let end = pending.head_len.saturating_add(pending.discarded);
        pending.discarded = 0;
        pending.head_len..end
    }

    fn after_head<'b>(&mut self, head: Head<'b>, bytes: &'b [u8]) -> Result<Event<'b>, Refusal>
    where
        's: 'b,
    {
        let mut pending = match self.state {
            State::Content(pending) => pending,
            _ => self.admit(&head)?,
        };
        let content = pending.head_len.saturating_add(pending.discarded);
        let unread = bytes.get(content..).unwrap_or_default();
        // RFC 9110 §10.1.1: no 100 once content has arrived without it.
        let event = if pending.expects_continue && unread.is_empty() {
            Event::Continue
        } else if pending.discard(unread, &head, self.site)? {
            let target = check_request(&head, self.site);
            // A client that garbles a target may garble what comes next: no 400 is followed
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

    /// Makes the checks that decide where the next request begins, and whether the content
    /// of this one is waited for.
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
        if rest.is_too_large() && !pending.skip_content(head, self.site) {
            return Err(Refusal::ContentTooLarge);
        }
        if !rest.is_over() && expectation(head.version, &head.fields) != Expectation::None {
            // RFC 9110 §10.1.1: a final response may come instead of 100.
            pending.expects_continue = !pending.skip_content(head, self.site);
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

/// A request whose head is complete.
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
    /// Skips content that has arrived since, without another look at the head. Returns
    /// `None` for what [`Pending::discard`] decides with the head: 100 and refusals.
    fn skip(mut self, bytes: &[u8]) -> Option<Self> {
        let content = self.head_len.saturating_add(self.discarded);
        if self.expects_continue || self.rest.is_over() {
            return None;
        }
        let used = self.rest.discard(bytes.get(content..)?).ok()?;
        self.discarded = self.discarded.saturating_add(used);
        Some(self)
    }

    /// Discards content. Returns true once all content that is waited for has arrived.
    fn discard(&mut self, unread: &[u8], head: &Head<'_>, site: Site<'_>) -> Result<bool, Refusal> {
        match self.rest.discard(unread) {
            Ok(used) => self.discarded = self.discarded.saturating_add(used),
            Err(Refusal::ContentTooLarge) if self.skip_content(head, site) => {}
            Err(refusal) => return Err(refusal),
        }
        Ok(self.rest.is_over())
    }

    /// Stops waiting for content if the response is a refusal whatever the content, and
    /// returns whether it is. It is unknown whether the client still sends that content, so
    /// the connection ends.
    fn skip_content(&mut self, head: &Head<'_>, site: Site<'_>) -> bool {
        let refused = check_request(head, site).is_err();
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

    /// Returns how many of the bytes belong to the content.
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

/// Makes the checks that concern only this request, and not where the next one begins.
fn check_request<'b>(head: &Head<'b>, site: Site<'b>) -> Result<Target<'b>, Refusal> {
    // The target comes first, whatever the method: no request may follow a garbled target
    // (RFC 9112 §3.2), but one may follow a 405 or 417.
    let target = resolve(head.method, head.target, site);
    if matches!(target, Err(refusal) if refusal.status() == Status::BadRequest) {
        return target;
    }
    // RFC 9110 §10.1.1: the expectation comes before the method, because the client wants
    // the request served under this condition only.
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
