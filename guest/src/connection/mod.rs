//! One connection: reads a head, decides a response, writes it, and starts again.

mod asked;
mod authorize;
mod logged;
mod respond;
mod session;

use alloc::boxed::Box;

use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::net::buffered::Buffered;
use crate::net::socket::{CloseReason, Socket};
use crate::peer::Peer;
use crate::runtime::clock;
use crate::service::Listener;
use crate::shared::Shared;
use session::Session;

/// Serves a connection to its end.
pub async fn serve(shared: &Shared, socket: TcpSocket, listener: Listener) {
    let tls = shared.log_tls(&socket);
    let socket = Socket::new(socket, shared.options.verbose);
    let peer = match shared.needs_peer_address() {
        true => match socket.peer() {
            // A proxy that speaks the PROXY protocol has named another.
            Peer::At(peer) if listener.is_unix && peer.ip().is_unspecified() => Peer::Unix,
            peer => peer,
        },
        false => Peer::Unknown,
    };
    let buffered = Buffered::new(
        socket,
        &shared.pool,
        &shared.executor,
        shared.deadlines.watch(),
    );
    let buffered = buffered.by(shared.host());
    let mut session = Session::new(shared, buffered, (peer, tls), listener.service);
    let started = clock::monotonic();
    session.verbose(format_args!("Client connected: {peer}"));

    let end = match shared.admit() {
        true => {
            let end = session.run().await;
            // A connection that failed leaves bytes in its buffer.
            session.end_pending();
            shared.release();
            end
        }
        false => Box::pin(session.reject_overload())
            .await
            .map(|()| CloseMode::Lingering),
    };
    let buffered = session.buffered;
    let written = buffered.written();
    match end {
        Ok(CloseMode::Lingering) => buffered.linger().await,
        Ok(CloseMode::Immediate) => drop(buffered),
        Err(end) => drop((buffered, report(shared, peer, end))),
    }
    let milliseconds = clock::monotonic().saturating_sub(started) / 1_000_000;
    shared.verbose(format_args!(
        "Socket is closed: {peer}, {written} bytes sent in {milliseconds} ms"
    ));
}

/// Ways to close a connection in order.
enum CloseMode {
    /// The client has announced that it is done, or has been idle for long.
    Immediate,
    /// The client may still be sending. What it sends must not make it lose the response.
    Lingering,
}

/// Logs how the client disconnected; a reset and a failure are different events.
fn report(shared: &Shared, peer: Peer, end: CloseReason) {
    match end {
        CloseReason::Finished | CloseReason::Expired => {}
        CloseReason::Reset => shared.verbose(format_args!("Client disconnected abruptly: {peer}")),
        CloseReason::Failed => {
            shared.verbose(format_args!("Socket error: {peer}: the connection failed"))
        }
    }
}
