//! One connection: read a head, decide an answer, write it, again.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::mem::replace;
use core::net::SocketAddr;

use h1::connection::{Connection, Event, Request};
use h1::refusal::Refusal;
use h1::request::fields::Name;
use h1::request::head::request_line;
use h1::request::method::Method;
use h1::response::{CONTINUE, Context};
use h1::status::Status;

use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::limits::{DRAIN_SECONDS, HEAD_SECONDS, IDLE_BUFFER, IDLE_SECONDS, INPUT_BUFFER};
use crate::log::pending::PendingLines;
use crate::log::{Access, Escaped};
use crate::net::buffered::Buffered;
use crate::net::socket::{CloseReason, Socket};
use crate::reason::Reason;
use crate::response::Response;
use crate::response::decide::answer;
use crate::response::write::{ResponseWriter, SendError};
use crate::runtime::clock;
use crate::runtime::deadlines::Deadline;
use crate::shared::Shared;

/// Serves a connection to its end.
pub async fn serve(shared: &Shared, socket: TcpSocket) {
    let socket = Socket::new(socket, shared.options.verbose);
    let peer = match shared.needs_peer_address() {
        true => socket.peer(),
        false => None,
    };
    let shown = PeerAddress(peer);
    let throttle = peer.and_then(|peer| shared.rate_limiter.as_ref()?.throttle(peer));
    let wire = Buffered::new(
        socket,
        &shared.pool,
        &shared.executor,
        shared.deadlines.watch(),
        throttle,
    );
    let mut talk = Session {
        shared,
        wire,
        peer,
        version: h1::request::head::Version::Http11,
        answered: false,
        pending: PendingLines::default(),
    };
    let started = clock::monotonic();
    talk.verbose(format_args!("Client connected: {shown}"));

    let end = match shared.admit() {
        true => {
            let end = talk.run().await;
            shared.release();
            end
        }
        false => Box::pin(talk.reject_overload())
            .await
            .map(|()| CloseMode::Linger),
    };
    let wire = talk.wire;
    let written = wire.written();
    match end {
        Ok(CloseMode::Linger) => wire.linger().await,
        Ok(CloseMode::Close) => drop(wire),
        Err(end) => drop((wire, report(shared, &shown, end))),
    }
    let milliseconds = clock::monotonic().saturating_sub(started) / 1_000_000;
    shared.verbose(format_args!(
        "Socket is closed: {shown}, {written} bytes sent in {milliseconds} ms"
    ));
}

/// How to close in order.
enum CloseMode {
    /// The client has said that it is done, or nothing for long.
    Close,
    /// It may still be sending: what it sends must not cost it the answer.
    Linger,
}

/// The two kinds of disconnect, told apart.
fn report(shared: &Shared, peer: &PeerAddress, end: CloseReason) {
    match end {
        CloseReason::Finished | CloseReason::Expired => {}
        CloseReason::Reset => shared.verbose(format_args!("Client disconnected abruptly: {peer}")),
        CloseReason::Failed => {
            shared.verbose(format_args!("Socket error: {peer}: the connection failed"))
        }
    }
}

/// The peer's address, as the log shows it.
struct PeerAddress(Option<SocketAddr>);

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(peer) => peer.fmt(f),
            None => f.write_str("a client that has gone"),
        }
    }
}

/// The reply to a request, and the reason where it is an error.
async fn decide<'r>(
    shared: &'r Shared,
    request: &'r Request<'_>,
    within_rate: bool,
    now: i64,
) -> (Response<'r>, Option<Reason>) {
    match &request.target {
        _ if !within_rate => (Response::Plain(Status::TooManyRequests), None),
        Ok(target) => {
            let (files, listings, options) = (&shared.files, &shared.listings, &shared.options);
            answer(files, listings, options, request, target, now).await
        }
        Err(refusal) => (Response::Plain(refusal.status()), None),
    }
}

struct Session<'s> {
    shared: &'s Shared,
    wire: Buffered<'s>,
    peer: Option<SocketAddr>,
    /// Of the latest request: a refusal is answered in its terms.
    version: h1::request::head::Version,
    /// Whether there was an answer yet.
    answered: bool,
    /// For the log, of answers that are in the wire's buffer.
    pending: PendingLines,
}

impl Session<'_> {
    /// `Ok` when the connection is to be closed in order.
    async fn run(&mut self) -> Result<CloseMode, CloseReason> {
        let mut protocol = Connection::new();
        let mut input = Vec::new();
        let mut head_at = None;
        loop {
            match protocol.next(&input) {
                Event::Read { idle } => {
                    self.flush().await?;
                    let idle = idle && input.is_empty();
                    let read = if idle {
                        head_at = None;
                        self.idle(&mut input).await
                    } else {
                        let at = *head_at.get_or_insert_with(|| self.wire.after(HEAD_SECONDS));
                        self.make_room(&mut input, &mut protocol);
                        self.wire.read(&mut input, Deadline::At(at)).await
                    };
                    match read {
                        Ok(_) => {}
                        Err(CloseReason::Expired) if idle => return Ok(self.close_idle()),
                        Err(CloseReason::Expired) => {
                            let method = protocol.method(&input);
                            return self.refuse(&input, method, Refusal::HeadTimeout).await;
                        }
                        Err(end) => return Err(end),
                    }
                }
                Event::Continue => {
                    let interim = |out: &mut Vec<u8>| out.extend_from_slice(CONTINUE);
                    self.wire.append(CONTINUE.len(), 0, interim).await?;
                    self.flush().await?;
                }
                Event::Request(request) => {
                    let more = input.len() > protocol.taken();
                    // On the heap, for an idle connection needs no room for it.
                    let keep_alive = Box::pin(self.respond(&request, &input, more)).await?;
                    let last = request.last;
                    input.drain(..protocol.finish());
                    // The next head's time begins when it is waited for, not while an
                    // answer goes out.
                    head_at = None;
                    if !keep_alive {
                        self.flush().await?;
                        return Ok(match last && input.is_empty() {
                            true => CloseMode::Close,
                            false => CloseMode::Linger,
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

    /// Whoever was silent is owed nothing, and its place may be wanted; but when the
    /// server drains, a request may be on its way.
    fn close_idle(&self) -> CloseMode {
        match self.shared.is_draining() {
            true => CloseMode::Linger,
            false => CloseMode::Close,
        }
    }

    /// Waits for the next request with no more than a small buffer; it expires when
    /// it is time to go.
    async fn idle(&mut self, input: &mut Vec<u8>) -> Result<usize, CloseReason> {
        self.wire.rest();
        self.pending.rest();
        if input.capacity() != IDLE_BUFFER {
            self.shared
                .pool
                .put(replace(input, self.shared.pool.idle()));
        }
        if !self.shared.is_draining() {
            let deadline = Deadline::Idle(self.wire.after(IDLE_SECONDS));
            let read = self.wire.read(input, deadline).await;
            if read != Err(CloseReason::Expired) || !self.shared.is_draining() {
                return read;
            }
        }
        // Whoever has just connected is about to ask; the others have had answers.
        match self.answered {
            true => Err(CloseReason::Expired),
            false => {
                let deadline = Deadline::At(self.wire.after(DRAIN_SECONDS));
                self.wire.read(input, deadline).await
            }
        }
    }

    /// The larger buffer is as large as a head may be: when it is full, what fills
    /// it is content that has been skipped.
    fn make_room(&self, input: &mut Vec<u8>, protocol: &mut Connection) {
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

    /// Answers; returns whether the connection goes on. `more`: the input goes on behind the
    /// request.
    async fn respond(
        &mut self,
        request: &Request<'_>,
        input: &[u8],
        more: bool,
    ) -> Result<bool, CloseReason> {
        let (now, date) = self.shared.clock.now();
        self.version = request.head.version;
        self.answered = true;
        let head = &request.head;
        self.verbose(format_args!(
            "Request from {}: {}",
            PeerAddress(self.peer),
            Escaped(input.get(..head.len).unwrap_or(input))
        ));
        let (reply, reason) = decide(self.shared, request, self.within_rate(), now).await;
        self.shared.log_listings();
        let status = reply.answer().status();
        self.log_reason(status, reason, input);
        let keep_alive =
            request.keep_alive && !status.ends_connection() && !self.shared.is_draining();
        let policy = &self.shared.options.policy;
        let context = Context {
            now,
            date: &date,
            keep_alive,
            version: head.version,
            policy,
        };
        let writer = ResponseWriter {
            method: head.method,
            fields: head.fields,
            context,
        };
        let (status, content_at, mut sent) = self.send(&writer, &reply, input).await;
        let keep_alive = keep_alive && !status.ends_connection();
        if sent.is_ok() && !more {
            // What the line says has then left the buffer.
            sent = self.wire.flush().await.map_err(SendError::from);
        }
        let access = Access {
            peer: self.peer,
            time: self.shared.log_time(date),
            head: input,
            status: status.code(),
            referer: request.head.fields.only(Name::Referer),
            user_agent: request.head.fields.only(Name::UserAgent),
        };
        let content = self.wire.queued().saturating_sub(content_at);
        let said = self.say(&access, content_at).await;
        self.wire.answered().await;
        self.conclude(sent.and(said.map_err(SendError::from)), content, input)?;
        Ok(keep_alive)
    }

    /// Logs how the transfer of a reply ended.
    fn conclude(
        &self,
        sent: Result<(), SendError>,
        content: u64,
        input: &[u8],
    ) -> Result<(), CloseReason> {
        match sent {
            Ok(()) => {
                let peer = PeerAddress(self.peer);
                self.verbose(format_args!("File Completed: {peer}, {content} bytes"));
                Ok(())
            }
            Err(SendError::Peer(end)) => Err(end),
            // Closed short, so that the client knows.
            Err(SendError::File(reason) | SendError::Unsent(reason)) => {
                self.shared.log_error(format_args!(
                    "a file ended or failed early: {}: {reason}",
                    Escaped(request_line(input))
                ));
                Err(CloseReason::Finished)
            }
        }
    }

    /// Sends the reply, or an error in its place when nothing of it can be read. Returns
    /// the status that was sent, and what [`ResponseWriter::send`] does.
    async fn send(
        &mut self,
        writer: &ResponseWriter<'_>,
        reply: &Response<'_>,
        input: &[u8],
    ) -> (Status, u64, Result<(), SendError>) {
        let (content_at, sent) = writer.send(&mut self.wire, reply).await;
        let Err(SendError::Unsent(reason)) = sent else {
            return (reply.answer().status(), content_at, sent);
        };
        let status = reason.status();
        self.log_reason(status, Some(reason), input);
        let (content_at, sent) = writer.send(&mut self.wire, &Response::Plain(status)).await;
        (status, content_at, sent)
    }

    /// Says why an answer is an error: always where the fault is ours.
    fn log_reason(&self, status: Status, reason: Option<Reason>, input: &[u8]) {
        let Some(reason) = reason.filter(|reason| reason.status() == status) else {
            return;
        };
        let request = Escaped(request_line(input));
        let words = format_args!("{} because {reason}: {request}", status.code());
        match reason.is_server_error() {
            true => self.shared.log_error(words),
            false => self.verbose(words),
        }
    }

    /// Writes the line of log about an answer, now or once it has left the buffer.
    async fn say(&mut self, access: &Access<'_>, content_at: u64) -> Result<(), CloseReason> {
        if !self.shared.logs_answers() {
            return Ok(());
        }
        let (written, end) = (self.wire.written(), self.wire.queued());
        if written < end && self.pending.add(access, content_at, end) {
            return Ok(());
        }
        let flushed = self.flush().await;
        let sent = self.wire.written().saturating_sub(content_at);
        self.shared.access(access, sent);
        // The line is to stand before those of requests that come of this answer.
        self.wire.yield_to_ready().await;
        flushed
    }

    /// Writes what has gathered, and what there is to say of it.
    async fn flush(&mut self) -> Result<(), CloseReason> {
        let flushed = self.wire.flush().await;
        self.pending.say(self.shared.log(), self.wire.written());
        flushed
    }

    /// Whether the client keeps within the operator's `--rate`.
    fn within_rate(&self) -> bool {
        match (&self.shared.rate_limiter, self.peer) {
            (Some(rate_limiter), Some(peer)) => rate_limiter.allow(peer, clock::monotonic()),
            _ => true,
        }
    }

    /// Answers what could not be read as a request; then the connection closes.
    async fn refuse(
        &mut self,
        input: &[u8],
        method: Option<Method>,
        refusal: Refusal,
    ) -> Result<CloseMode, CloseReason> {
        self.verbose(format_args!(
            "Refused {}: {}",
            PeerAddress(self.peer),
            refusal.explanation()
        ));
        let status = match self.within_rate() {
            true => refusal.status(),
            false => Status::TooManyRequests,
        };
        Box::pin(self.respond_and_close(method, status, input)).await?;
        Ok(CloseMode::Linger)
    }

    /// Answers before any request: there is no room.
    async fn reject_overload(&mut self) -> Result<(), CloseReason> {
        self.respond_and_close(None, Status::ServiceUnavailable, b"")
            .await
    }

    async fn respond_and_close(
        &mut self,
        method: Option<Method>,
        status: Status,
        input: &[u8],
    ) -> Result<(), CloseReason> {
        let (now, date) = self.shared.clock.now();
        let policy = &self.shared.options.policy;
        let context = Context {
            now,
            date: &date,
            keep_alive: false,
            version: self.version,
            policy,
        };
        let writer = ResponseWriter::refusal(method, context);
        let (content_at, _) = writer.send(&mut self.wire, &Response::Plain(status)).await;
        let flushed = self.flush().await;
        let access = Access {
            peer: self.peer,
            time: self.shared.log_time(date),
            head: input,
            status: status.code(),
            referer: None,
            user_agent: None,
        };
        let sent = self.wire.written().saturating_sub(content_at);
        self.shared.access(&access, sent);
        flushed
    }

    fn verbose(&self, words: fmt::Arguments<'_>) {
        self.shared.verbose(words);
    }
}
