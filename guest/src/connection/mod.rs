//! One connection: reads a head, decides a response, writes it, and starts again.

mod respond;
mod session;

use alloc::boxed::Box;
use core::fmt;
use core::net::SocketAddr;

use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::net::buffered::Buffered;
use crate::net::socket::{CloseReason, Socket};
use crate::runtime::clock;
use crate::service::Service;
use crate::shared::Shared;
use session::Session;

/// Serves a connection to its end.
pub async fn serve(shared: &Shared, socket: TcpSocket, service: Service) {
    let socket = Socket::new(socket, shared.options.verbose);
    let peer = match shared.needs_peer_address() {
        true => socket.peer(),
        false => None,
    };
    let shown = PeerAddress(peer);
    let buffered = Buffered::new(
        socket,
        &shared.pool,
        &shared.executor,
        shared.deadlines.watch(),
    );
    let mut session = Session::new(shared, buffered, peer, service);
    let started = clock::monotonic();
    session.verbose(format_args!("Client connected: {shown}"));

    let end = match shared.admit() {
        true => {
            let end = session.run().await;
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
        Err(end) => drop((buffered, report(shared, &shown, end))),
    }
    let milliseconds = clock::monotonic().saturating_sub(started) / 1_000_000;
    shared.verbose(format_args!(
        "Socket is closed: {shown}, {written} bytes sent in {milliseconds} ms"
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
