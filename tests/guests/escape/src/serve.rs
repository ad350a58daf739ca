//! Sends back what it receives, unless that is an order.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::net::SocketAddr;

use wit_bindgen::rt::async_support::{StreamReader, StreamResult, spawn_local};

use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::bindings::wit_stream;
use crate::pass::{self, Pass};
use crate::{exhaust, ranges, survey};

/// Treatment of new connections.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    /// They are served.
    #[default]
    Serve,
    /// They are accepted, but not served.
    Hold,
    /// They are accepted and closed.
    Close,
    /// No more are accepted.
    Ignore,
    /// The next one ends the instance, without or with an error.
    Return(Result<(), ()>),
    /// The next one is passed back to the host.
    Pass(Pass),
}

/// State that all connections share.
struct Shared {
    granted: SocketAddr,
    mood: Cell<Mood>,
    /// Result of the last stream that was passed on.
    outcome: RefCell<String>,
}

pub async fn run(mut connections: StreamReader<TcpSocket>, granted: SocketAddr) -> Result<(), ()> {
    let shared = Rc::new(Shared {
        granted,
        mood: Cell::new(Mood::Serve),
        outcome: RefCell::new("pending".to_string()),
    });
    let (mut open, mut held) = (Vec::new(), Vec::new());
    while let Some(socket) = connections.next().await {
        match shared.mood.get() {
            Mood::Serve => open.push(spawn_local(talk(socket, Rc::clone(&shared)))),
            Mood::Hold => held.push(socket),
            Mood::Close => drop(socket),
            Mood::Ignore => core::future::pending().await,
            Mood::Return(outcome) => return outcome,
            Mood::Pass(pass) => {
                shared.mood.set(Mood::Serve);
                hand_on(pass, Some(socket), &shared);
            }
        }
    }
    // Open connections are finished when the stream of connections ends.
    for connection in open {
        connection.await;
    }
    Ok(())
}

/// Starts a task that passes a stream on. The result is requested later.
fn hand_on(pass: Pass, socket: Option<TcpSocket>, shared: &Rc<Shared>) {
    let shared = Rc::clone(shared);
    core::mem::forget(spawn_local(async move {
        let outcome = pass.make(socket).await;
        *shared.outcome.borrow_mut() = outcome.unwrap_or_else(|| "not tried".to_string());
    }));
}

/// Carries out orders about passing streams. Returns `None` for any other order.
fn pass(order: &str, shared: &Rc<Shared>) -> Option<Vec<u8>> {
    match order {
        "passes" => return Some(pass::names().into_bytes()),
        "ranges" => return Some(ranges::NAMES.into()),
        "outcome" => return Some([shared.outcome.borrow().as_bytes(), b"\n"].concat()),
        _ => {}
    }
    let pass = Pass::find(order.strip_prefix("pass: ")?)?;
    match pass.needs_a_connection() {
        true => shared.mood.set(Mood::Pass(pass)),
        false => hand_on(pass, None, shared),
    }
    Some(b"begun\n".into())
}

async fn talk(socket: TcpSocket, shared: Rc<Shared>) {
    let (mut writer, data) = wit_stream::new();
    let _sent = socket.send(data);
    let (mut reader, _received) = socket.receive();
    loop {
        let (result, bytes) = reader.read(Vec::with_capacity(1_024)).await;
        let StreamResult::Complete(_) = result else {
            return;
        };
        let order = bytes.strip_prefix(b"!").map(Vec::from);
        // An order is sent back first, because its effect can't always be seen from
        // outside.
        writer.write_all(bytes).await;
        match order.as_deref().map(str::from_utf8) {
            None => {}
            Some(Ok("survey")) => {
                writer
                    .write_all(survey::run(shared.granted, &socket).await)
                    .await;
                return;
            }
            Some(Ok(order)) if order.starts_with("range") && order != "ranges" => {
                let outcome = ranges::obey(order, &socket, writer).await;
                *shared.outcome.borrow_mut() = outcome.unwrap_or_default();
                return;
            }
            Some(order) => {
                let order = order.unwrap_or_default();
                let words = match pass(order, &shared) {
                    Some(words) => words,
                    None => exhaust::obey(order, &shared.mood).await,
                };
                writer.write_all(words).await;
            }
        }
    }
}
