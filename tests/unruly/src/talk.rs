//! Sends back what it gets, unless that begins with a digit: then it misbehaves.

use alloc::vec::Vec;
use core::mem::forget;

use wit_bindgen::rt::async_support::{StreamReader, StreamResult, spawn_local};

use crate::bindings::wasi::sockets::types::{IpAddressFamily, TcpSocket};
use crate::bindings::wit_stream;

pub async fn run(mut connections: StreamReader<TcpSocket>) {
    let mut open = Vec::new();
    while let Some(socket) = connections.next().await {
        open.push(spawn_local(talk(socket)));
    }
    // What is open when the stream of connections ends is finished.
    for connection in open {
        connection.await;
    }
}

async fn talk(socket: TcpSocket) {
    let (mut writer, data) = wit_stream::new();
    let _sent = socket.send(data);
    let (mut reader, _received) = socket.receive();
    loop {
        let (result, bytes) = reader.read(Vec::with_capacity(1_024)).await;
        let StreamResult::Complete(_) = result else {
            return;
        };
        // That it spins can't be seen from outside: it says so first.
        if bytes.starts_with(b"1") {
            writer.write_all(bytes.clone()).await;
        }
        misbehave(bytes.first().copied());
        writer.write_all(bytes).await;
    }
}

fn misbehave(how: Option<u8>) {
    match how {
        Some(b'0') => crate::trap(),
        // Never returns to the host.
        Some(b'1') => loop {
            core::hint::spin_loop();
        },
        // All the memory that there is.
        Some(b'2') => loop {
            forget(Vec::<u8>::with_capacity(1 << 20));
        },
        // All the handles that there are.
        Some(b'3') => loop {
            forget(TcpSocket::create(IpAddressFamily::Ipv4));
        },
        // All the stack that there is.
        Some(b'4') => {
            core::hint::black_box(descend(1));
        }
        _ => {}
    }
}

#[allow(unconditional_recursion, reason = "that is the point")]
fn descend(depth: u64) -> u64 {
    core::hint::black_box(descend(core::hint::black_box(depth).wrapping_add(1))).wrapping_add(depth)
}
