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

use crate::answer::{Reply, answer};
use crate::answered::Answered;
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::clock;
use crate::deadlines::Deadline;
use crate::limits::{DRAIN_SECONDS, HEAD_SECONDS, IDLE_BUFFER, IDLE_SECONDS, INPUT_BUFFER};
use crate::log::{Access, Escaped};
use crate::reason::Reason;
use crate::reply::Sending;
use crate::server::Server;
use crate::socket::{End, Socket};
use crate::wire::{Cut, Wire};

/// Serves a connection to its end.
pub async fn serve(server: &Server, socket: TcpSocket) {
    let socket = Socket::new(socket, server.options.verbose);
    let peer = match server.names_peers() {
        true => socket.peer(),
        false => None,
    };
    let shown = Shown(peer);
    let wire = Wire::new(socket, server);
    let mut talk = Talk {
        server,
        wire,
        peer,
        version: h1::request::head::Version::Http11,
        answered: false,
        unsaid: Answered::default(),
    };
    let started = clock::monotonic();
    talk.verbose(format_args!("Client connected: {shown}"));

    let end = match server.makes_room() {
        true => {
            let end = talk.run().await;
            server.leaves_room();
            end
        }
        false => Box::pin(talk.turn_away()).await.map(|()| Farewell::Linger),
    };
    let wire = talk.wire;
    let written = wire.written();
    match end {
        Ok(Farewell::Linger) => wire.linger().await,
        Ok(Farewell::Close) => drop(wire),
        Err(end) => drop((wire, report(server, &shown, end))),
    }
    let milliseconds = clock::monotonic().saturating_sub(started) / 1_000_000;
    server.verbose(format_args!(
        "Socket is closed: {shown}, {written} bytes sent in {milliseconds} ms"
    ));
}

/// How to close in order.
enum Farewell {
    /// The client has said that it is done, or nothing for long.
    Close,
    /// It may still be sending: what it sends must not cost it the answer.
    Linger,
}

/// The two kinds of disconnect, told apart.
fn report(server: &Server, peer: &Shown, end: End) {
    match end {
        End::Finished | End::Expired => {}
        End::Reset => server.verbose(format_args!("Client disconnected abruptly: {peer}")),
        End::Failed => server.verbose(format_args!("Socket error: {peer}: the connection failed")),
    }
}

/// The peer's address, as the log shows it.
struct Shown(Option<SocketAddr>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(peer) => peer.fmt(f),
            None => f.write_str("a client that has gone"),
        }
    }
}

/// The reply to a request, and the reason where it is an error.
async fn decide<'r>(
    server: &'r Server,
    request: &'r Request<'_>,
    within_rate: bool,
    now: i64,
) -> (Reply<'r>, Option<Reason>) {
    match &request.target {
        _ if !within_rate => (Reply::Plain(Status::TooManyRequests), None),
        Ok(target) => {
            let (files, listings, options) = (&server.files, &server.listings, &server.options);
            answer(files, listings, options, request, target, now).await
        }
        Err(refusal) => (Reply::Plain(refusal.status()), None),
    }
}

struct Talk<'s> {
    server: &'s Server,
    wire: Wire<'s>,
    peer: Option<SocketAddr>,
    /// Of the latest request: a refusal is answered in its terms.
    version: h1::request::head::Version,
    /// Whether there was an answer yet.
    answered: bool,
    /// For the log, of answers that are in the wire's buffer.
    unsaid: Answered,
}

impl Talk<'_> {
    /// `Ok` when the connection is to be closed in order.
    async fn run(&mut self) -> Result<Farewell, End> {
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
                        Err(End::Expired) if idle => return Ok(self.part_idly()),
                        Err(End::Expired) => {
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
                            true => Farewell::Close,
                            false => Farewell::Linger,
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
    fn part_idly(&self) -> Farewell {
        match self.server.is_draining() {
            true => Farewell::Linger,
            false => Farewell::Close,
        }
    }

    /// Waits for the next request with no more than a small buffer; it expires when
    /// it is time to go.
    async fn idle(&mut self, input: &mut Vec<u8>) -> Result<usize, End> {
        self.wire.rest();
        self.unsaid.rest();
        if input.capacity() != IDLE_BUFFER {
            self.server
                .pool
                .put(replace(input, self.server.pool.idle()));
        }
        if !self.server.is_draining() {
            let deadline = Deadline::Idle(self.wire.after(IDLE_SECONDS));
            let read = self.wire.read(input, deadline).await;
            if read != Err(End::Expired) || !self.server.is_draining() {
                return read;
            }
        }
        // Whoever has just connected is about to ask; the others have had answers.
        match self.answered {
            true => Err(End::Expired),
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
            let mut larger = self.server.pool.input();
            larger.extend_from_slice(input);
            self.server.pool.put(replace(input, larger));
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
    ) -> Result<bool, End> {
        let (now, date) = self.server.clock.now();
        self.version = request.head.version;
        self.answered = true;
        let head = &request.head;
        self.verbose(format_args!(
            "Request from {}: {}",
            Shown(self.peer),
            Escaped(input.get(..head.len).unwrap_or(input))
        ));
        let (reply, reason) = decide(self.server, request, self.may_ask(), now).await;
        self.server.log_listings();
        let status = reply.answer().status();
        self.explain(status, reason, input);
        let keep_alive =
            request.keep_alive && !status.ends_connection() && !self.server.is_draining();
        let policy = &self.server.options.policy;
        let context = Context {
            now,
            date: &date,
            keep_alive,
            version: head.version,
            policy,
        };
        let sending = Sending {
            method: head.method,
            fields: head.fields,
            context,
        };
        let (status, content_at, mut sent) = self.send(&sending, &reply, input).await;
        let keep_alive = keep_alive && !status.ends_connection();
        if sent.is_ok() && !more {
            // What the line says has then left the buffer.
            sent = self.wire.flush().await.map_err(Cut::from);
        }
        let access = Access {
            peer: self.peer,
            time: self.server.log_time(date),
            head: input,
            status: status.code(),
            referer: request.head.fields.only(Name::Referer),
            user_agent: request.head.fields.only(Name::UserAgent),
        };
        let content = self.wire.queued().saturating_sub(content_at);
        let said = self.say(&access, content_at).await;
        self.wire.answered().await;
        self.conclude(sent.and(said.map_err(Cut::from)), content, input)?;
        Ok(keep_alive)
    }

    /// Logs how the transfer of a reply ended.
    fn conclude(&self, sent: Result<(), Cut>, content: u64, input: &[u8]) -> Result<(), End> {
        match sent {
            Ok(()) => {
                let peer = Shown(self.peer);
                self.verbose(format_args!("File Completed: {peer}, {content} bytes"));
                Ok(())
            }
            Err(Cut::Peer(end)) => Err(end),
            // Closed short, so that the client knows.
            Err(Cut::File(reason) | Cut::Unsent(reason)) => {
                self.server.complain(format_args!(
                    "a file ended or failed early: {}: {reason}",
                    Escaped(request_line(input))
                ));
                Err(End::Finished)
            }
        }
    }

    /// Sends the reply, or an error in its place when nothing of it can be read. Returns
    /// the status that was sent, and what [`Sending::send`] does.
    async fn send(
        &mut self,
        sending: &Sending<'_>,
        reply: &Reply<'_>,
        input: &[u8],
    ) -> (Status, u64, Result<(), Cut>) {
        let (content_at, sent) = sending.send(&mut self.wire, reply).await;
        let Err(Cut::Unsent(reason)) = sent else {
            return (reply.answer().status(), content_at, sent);
        };
        let status = reason.status();
        self.explain(status, Some(reason), input);
        let (content_at, sent) = sending.send(&mut self.wire, &Reply::Plain(status)).await;
        (status, content_at, sent)
    }

    /// Says why an answer is an error: always where the fault is ours.
    fn explain(&self, status: Status, reason: Option<Reason>, input: &[u8]) {
        let Some(reason) = reason.filter(|reason| reason.status() == status) else {
            return;
        };
        let request = Escaped(request_line(input));
        let words = format_args!("{} because {reason}: {request}", status.code());
        match reason.is_ours() {
            true => self.server.complain(words),
            false => self.verbose(words),
        }
    }

    /// Writes the line of log about an answer, now or once it has left the buffer.
    async fn say(&mut self, access: &Access<'_>, content_at: u64) -> Result<(), End> {
        if !self.server.logs_answers() {
            return Ok(());
        }
        let (written, end) = (self.wire.written(), self.wire.queued());
        if written < end && self.unsaid.add(access, content_at, end) {
            return Ok(());
        }
        let flushed = self.flush().await;
        let sent = self.wire.written().saturating_sub(content_at);
        self.server.access(access, sent);
        // The line is to stand before those of requests that come of this answer.
        self.wire.step_aside().await;
        flushed
    }

    /// Writes what has gathered, and what there is to say of it.
    async fn flush(&mut self) -> Result<(), End> {
        let flushed = self.wire.flush().await;
        self.unsaid.say(self.server.log(), self.wire.written());
        flushed
    }

    /// Whether the client keeps within the operator's `--rate`.
    fn may_ask(&self) -> bool {
        match (&self.server.visitors, self.peer) {
            (Some(visitors), Some(peer)) => visitors.admits(peer, clock::monotonic()),
            _ => true,
        }
    }

    /// Answers what could not be read as a request; then the connection closes.
    async fn refuse(
        &mut self,
        input: &[u8],
        method: Option<Method>,
        refusal: Refusal,
    ) -> Result<Farewell, End> {
        self.verbose(format_args!(
            "Refused {}: {}",
            Shown(self.peer),
            refusal.explanation()
        ));
        let status = match self.may_ask() {
            true => refusal.status(),
            false => Status::TooManyRequests,
        };
        Box::pin(self.last_words(method, status, input)).await?;
        Ok(Farewell::Linger)
    }

    /// Answers before any request: there is no room.
    async fn turn_away(&mut self) -> Result<(), End> {
        self.last_words(None, Status::ServiceUnavailable, b"").await
    }

    async fn last_words(
        &mut self,
        method: Option<Method>,
        status: Status,
        input: &[u8],
    ) -> Result<(), End> {
        let (now, date) = self.server.clock.now();
        let policy = &self.server.options.policy;
        let context = Context {
            now,
            date: &date,
            keep_alive: false,
            version: self.version,
            policy,
        };
        let sending = Sending::refusal(method, context);
        let (content_at, _) = sending.send(&mut self.wire, &Reply::Plain(status)).await;
        let flushed = self.flush().await;
        let access = Access {
            peer: self.peer,
            time: self.server.log_time(date),
            head: input,
            status: status.code(),
            referer: None,
            user_agent: None,
        };
        let sent = self.wire.written().saturating_sub(content_at);
        self.server.access(&access, sent);
        flushed
    }

    fn verbose(&self, words: fmt::Arguments<'_>) {
        self.server.verbose(words);
    }
}
