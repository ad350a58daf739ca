//! Addresses that were not granted, and sockets in the wrong state for a call.

use alloc::format;
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::address;
use crate::bindings::porthole::server::connection::tls;
use crate::bindings::wasi::sockets::types::{ErrorCode, TcpSocket};
use crate::bindings::wit_stream;
use crate::report::Report;

pub fn bind(report: &mut Report, granted: SocketAddr) {
    let other = granted.port().wrapping_add(1);
    let at = |ip: [u8; 4]| SocketAddr::new(ip.into(), granted.port());
    let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
    let attempts = [
        ("bind another port", SocketAddr::new(granted.ip(), other)),
        ("bind any port", SocketAddr::new(granted.ip(), 0)),
        ("bind a low port", SocketAddr::new(granted.ip(), 80)),
        ("bind every address", at([0, 0, 0, 0])),
        ("bind another address", at([127, 0, 0, 2])),
        ("bind the broadcast address", at([255, 255, 255, 255])),
        (
            "bind IPv6",
            SocketAddr::new(Ipv6Addr::LOCALHOST.into(), granted.port()),
        ),
        (
            "bind every IPv6 address",
            SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), granted.port()),
        ),
        (
            "bind the address mapped into IPv6",
            SocketAddr::new(mapped.into(), granted.port()),
        ),
        (
            "bind the address of a Unix socket",
            SocketAddr::new(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 1).into(), 80),
        ),
    ];
    for (attempt, address) in attempts {
        let bound = TcpSocket::create(address::family(address))
            .and_then(|socket| socket.bind(address::to_wasi(address)));
        report.outcome(attempt, &bound);
    }
}

pub async fn misuse(report: &mut Report, granted: SocketAddr, connection: &TcpSocket) {
    report.outcome("listen a second time", &listen_again(granted));
    let Ok(unbound) = TcpSocket::create(address::family(granted)) else {
        return;
    };
    report.outcome("listen without an address", &unbound.listen());
    report.outcome("ask for a peer without one", &unbound.get_remote_address());
    for (attempt, socket) in [
        ("TLS without a connection", &unbound),
        ("TLS of a plain connection", connection),
    ] {
        report.found(attempt, format!("{:?}", tls(socket)));
    }
    report.outcome("send without a connection", &send(&unbound).await);
    report.outcome("receive without a connection", &receive(&unbound).await);
    report.outcome("bind twice", &bind_twice(granted));
    report.outcome(
        "bind a connection",
        &connection.bind(address::to_wasi(granted)),
    );
    report.outcome("listen on a connection", &connection.listen());
    report.outcome("send a second time", &send(connection).await);
    report.outcome("receive a second time", &receive(connection).await);
}

/// Requests a second stream of connections for the granted address.
fn listen_again(granted: SocketAddr) -> Result<(), ErrorCode> {
    let socket = TcpSocket::create(address::family(granted))?;
    socket.bind(address::to_wasi(granted))?;
    socket.listen().map(drop)
}

fn bind_twice(granted: SocketAddr) -> Result<(), ErrorCode> {
    let socket = TcpSocket::create(address::family(granted))?;
    socket.bind(address::to_wasi(granted))?;
    socket.bind(address::to_wasi(granted))
}

async fn send(socket: &TcpSocket) -> Result<(), ErrorCode> {
    let (_writer, data) = wit_stream::new();
    socket.send(data).await
}

async fn receive(socket: &TcpSocket) -> Result<(), ErrorCode> {
    let (_reader, received) = socket.receive();
    received.await
}
