//! Requests of a connection, one after the other.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::mem::replace;

use h1::connection::{Connection, Event};
use h1::refusal::Refusal;
use h1::request::head::Version;
use h1::response::CONTINUE;

use super::CloseMode;
use crate::host::TlsVersion;
use crate::limits::{DRAIN_SECONDS, HEAD_SECONDS, IDLE_BUFFER, IDLE_SECONDS, INPUT_BUFFER};
use crate::log::pending::PendingResponses;
use crate::net::buffered::Buffered;
use crate::net::first_write::FirstWrite;
use crate::net::socket::CloseReason;
use crate::peer::Peer;
use crate::runtime::deadlines::{Deadline, Second};
use crate::service::Service;
use crate::shared::Shared;

pub(super) struct Session<'s> {
    pub(super) shared: &'s Shared,
    pub(super) buffered: Buffered<'s>,
    pub(super) peer: Peer,
    /// The client of the latest request: the peer, or whom a trusted proxy names.
    pub(super) client: Peer,
    /// Version of TLS, if the log has it and the host tells it.
    pub(super) tls: Option<TlsVersion>,
    /// The purpose of the connection.
    pub(super) service: Service,
    /// Version of the latest request. The response to a refusal uses it.
    pub(super) version: Version,
    /// Whether there was a response yet.
    pub(super) responded: bool,
    /// Responses that are still in the buffer.
    pub(super) pending: PendingResponses,
    /// Deadline of the request that is being read.
    pub(super) head_at: Option<Second>,
}

/// Results of a wait for a request.
enum Received {
    Bytes,
    /// No next request arrived in time.
    IdleTimeout,
    /// A request took too long to arrive.
    HeadTimeout,
}

impl<'s> Session<'s> {
    pub(super) fn new(
        shared: &'s Shared,
        buffered: Buffered<'s>,
        (peer, tls): (Peer, Option<TlsVersion>),
        service: Service,
    ) -> Self {
        let mut session = Self {
            shared,
            buffered,
            peer,
            client: peer,
            tls,
            service,
            version: Version::Http11,
            responded: false,
            pending: PendingResponses::default(),
            head_at: None,
        };
        session.serve_client(peer);
        session
    }

    /// Counts what follows for a client.
    pub(super) fn serve_client(&mut self, client: Peer) {
        self.client = client;
        let limiter = self.shared.rate_limiter.as_ref();
        let throttle = limiter.zip(client.counted());
        self.buffered
            .count_for(throttle.and_then(|(limiter, client)| limiter.throttle(client)));
    }
}

impl Session<'_> {
    /// Serves all requests. Returns `Ok` if the connection is to be closed in order.
    pub(super) async fn run(&mut self) -> Result<CloseMode, CloseReason> {
        let mut protocol = Connection::new(self.shared.options.site(self.service.scheme()));
        let mut input = Vec::new();
        loop {
            match protocol.next(&input) {
                Event::Read { idle } => {
                    self.flush().await?;
                    let idle = idle && input.is_empty();
                    match self.receive(idle, &mut input, &mut protocol).await? {
                        Received::Bytes => {}
                        Received::IdleTimeout => return Ok(self.close_idle()),
                        Received::HeadTimeout => {
                            let method = protocol.method(&input);
                            return self.refuse(&input, method, Refusal::HeadTimeout).await;
                        }
                    }
                }
                Event::Continue => {
                    let interim = |out: &mut Vec<u8>| out.extend_from_slice(CONTINUE);
                    self.buffered.append(CONTINUE.len(), 0, interim).await?;
                    self.flush().await?;
                }
                Event::Request(request) => {
                    let more = input.len() > protocol.taken();
                    // The future is on the heap, so that an idle connection needs no memory
                    // for it.
                    let keep_alive = Box::pin(self.respond(&request, &input, more)).await?;
                    let last = request.last;
                    input.drain(..protocol.finish());
                    // The time for the next head begins when the connection waits for it,
                    // not while a response is being sent.
                    self.head_at = None;
                    if !keep_alive {
                        self.flush().await?;
                        return Ok(match last && input.is_empty() {
                            true => CloseMode::Immediate,
                            false => CloseMode::Lingering,
                        });
                    }
                }
                Event::Refused(refusal) => {
                    let method = protocol.method(&input);
                    return self.refuse(&input, method, refusal).await;
                }
            }
        }
    }

    /// Reads more input: the start of a request if the connection is `idle`, or else the
    /// rest of a request.
    async fn receive(
        &mut self,
        idle: bool,
        input: &mut Vec<u8>,
        protocol: &mut Connection<'_>,
    ) -> Result<Received, CloseReason> {
        let read = if idle {
            self.head_at = None;
            self.idle(input).await
        } else {
            let after = || self.buffered.after(HEAD_SECONDS);
            let at = *self.head_at.get_or_insert_with(after);
            self.grow_input(input, protocol);
            self.buffered.read(input, Deadline::At(at)).await
        };
        match read {
            Ok(_) => Ok(Received::Bytes),
            Err(CloseReason::Expired) if idle => Ok(Received::IdleTimeout),
            Err(CloseReason::Expired) => Ok(Received::HeadTimeout),
            Err(end) => Err(end),
        }
    }

    /// Returns how to close a connection that was idle. Such a client expects nothing, and
    /// its place may be needed. But when the server drains, a request may be on its way.
    fn close_idle(&self) -> CloseMode {
        match self.shared.is_draining() {
            true => CloseMode::Lingering,
            false => CloseMode::Immediate,
        }
    }

    /// Waits for the next request with no more than a small buffer. Expires when the
    /// connection is to be closed.
    async fn idle(&mut self, input: &mut Vec<u8>) -> Result<usize, CloseReason> {
        self.buffered.rest();
        self.pending.rest();
        if input.capacity() != IDLE_BUFFER {
            self.shared
                .pool
                .put(replace(input, self.shared.pool.idle()));
        }
        if !self.shared.is_draining() {
            let deadline = Deadline::Idle(self.buffered.after(IDLE_SECONDS));
            let read = self.buffered.read(input, deadline).await;
            if read != Err(CloseReason::Expired) || !self.shared.is_draining() {
                return read;
            }
        }
        // A client that has just connected is about to send a request; other clients have
        // had responses.
        match self.responded {
            true => Err(CloseReason::Expired),
            false => {
                let deadline = Deadline::At(self.buffered.after(DRAIN_SECONDS));
                self.buffered.read(input, deadline).await
            }
        }
    }

    /// Makes space in the input buffer. The larger buffer holds the longest head, so if it
    /// is full, it has content that was skipped.
    fn grow_input(&self, input: &mut Vec<u8>, protocol: &mut Connection<'_>) {
        if input.len() < input.capacity() {
            return;
        }
        if input.capacity() < INPUT_BUFFER {
            let mut larger = self.shared.pool.input();
            larger.extend_from_slice(input);
            self.shared.pool.put(replace(input, larger));
        } else {
            input.drain(protocol.reclaim());
        }
    }

    /// Writes the buffered bytes and the log lines about them, and counts what has left.
    pub(super) async fn flush(&mut self) -> Result<(), CloseReason> {
        let flushed = self.buffered.flush().await;
        self.end_pending();
        flushed
    }

    /// Logs and counts the responses that waited in the buffer: they have left it, or never
    /// will.
    pub(super) fn end_pending(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let (log, now) = (self.shared.log(), self.shared.log_instant());
        let first_write = self.buffered.first_write();
        let flushed = first_write.and_then(FirstWrite::flushed);
        let written = self.buffered.written();
        let count = |response| self.shared.count_response(&response);
        self.pending.end(log, written, (now, flushed), count);
    }

    pub(super) fn verbose(&self, words: fmt::Arguments<'_>) {
        self.shared.verbose(words);
    }
}
