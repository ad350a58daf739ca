//! Sends back what it gets, unless that is an order.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::net::SocketAddr;

use wit_bindgen::rt::async_support::{StreamReader, StreamResult, spawn_local};

use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::bindings::wit_stream;
use crate::{exhaust, survey};

/// What becomes of connections to come.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    /// They are served.
    #[default]
    Serve,
    /// They are accepted, and nothing more.
    Hold,
    /// They are accepted and closed.
    Close,
    /// No more is accepted.
    Ignore,
    /// The next one ends the instance, in order or with an error.
    Return(Result<(), ()>),
}

pub async fn run(mut connections: StreamReader<TcpSocket>, granted: SocketAddr) -> Result<(), ()> {
    let mood = Rc::new(Cell::new(Mood::Serve));
    let (mut open, mut held) = (Vec::new(), Vec::new());
    while let Some(socket) = connections.next().await {
        match mood.get() {
            Mood::Serve => open.push(spawn_local(talk(socket, granted, Rc::clone(&mood)))),
            Mood::Hold => held.push(socket),
            Mood::Close => drop(socket),
            Mood::Ignore => core::future::pending().await,
            Mood::Return(outcome) => return outcome,
        }
    }
    // What is open when the stream of connections ends is finished.
    for connection in open {
        connection.await;
    }
    Ok(())
}

async fn talk(socket: TcpSocket, granted: SocketAddr, mood: Rc<Cell<Mood>>) {
    let (mut writer, data) = wit_stream::new();
    let _sent = socket.send(data);
    let (mut reader, _received) = socket.receive();
    loop {
        let (result, bytes) = reader.read(Vec::with_capacity(1_024)).await;
        let StreamResult::Complete(_) = result else {
            return;
        };
        let order = bytes.strip_prefix(b"!").map(Vec::from);
        // That it is carried out can't always be seen from outside: said first.
        writer.write_all(bytes).await;
        match order.as_deref().map(str::from_utf8) {
            None => {}
            Some(Ok("survey")) => {
                writer.write_all(survey::run(granted, &socket).await).await;
                return;
            }
            Some(order) => {
                let words = exhaust::obey(order.unwrap_or_default(), &mood).await;
                writer.write_all(words).await;
            }
        }
    }
}
