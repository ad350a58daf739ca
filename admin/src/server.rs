//! Listens and accepts, and ends when the host has ended all streams of connections.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use guest::bindings::wasi::cli::environment::get_arguments;
use guest::bindings::wasi::sockets::types::TcpSocket;
use guest::net::listen;
use guest::runtime::clock;
use guest::runtime::executor::Executor;
use guest::runtime::standard_error::print_error;
use guest::runtime::start_task::start_task;
use wit_bindgen::rt::async_support::StreamReader;

use crate::connection;
use crate::limits::CONNECTIONS;
use crate::shared::Shared;

/// Serves until every stream of connections has ended and the last connection is closed.
pub async fn run(executor: Rc<Executor>) -> Result<(), ()> {
    let streams = match listeners(&get_arguments()) {
        Ok(streams) => streams,
        Err(reason) => {
            print_error(format_args!("{reason}")).await;
            return Err(());
        }
    };
    let shared = Rc::new(Shared::new(executor));
    let accepting: Vec<_> = streams
        .into_iter()
        .map(|stream| start_task(&shared.executor, accept(Rc::clone(&shared), stream)))
        .collect();
    for ended in accepting {
        ended.wait().await;
    }
    shared.open.until_at_most(0).await;
    Ok(())
}

/// Listens on all addresses of the arguments. The first argument is the program's name.
fn listeners(arguments: &[String]) -> Result<Vec<StreamReader<TcpSocket>>, String> {
    let arguments = arguments.get(1..).unwrap_or_default().iter();
    arguments
        .map(|argument| {
            let address = address(argument)?;
            listen(address).ok_or_else(|| alloc::format!("may not listen on {address}"))
        })
        .collect()
}

/// Returns the address of an argument. A Unix socket has one, too, which stands for it.
fn address(argument: &str) -> Result<SocketAddr, String> {
    let value = argument
        .strip_prefix("--listen=")
        .or_else(|| argument.strip_prefix("--listen-unix="));
    value
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| alloc::format!("error: unexpected argument '{argument}'"))
}

/// Accepts until the host ends the stream.
async fn accept(shared: Rc<Shared>, mut stream: StreamReader<TcpSocket>) {
    loop {
        shared
            .open
            .until_at_most(CONNECTIONS.saturating_sub(1))
            .await;
        let Some(socket) = stream.next().await else {
            return;
        };
        shared.open.add();
        start_ticking(&shared);
        let this = Rc::clone(&shared);
        shared.executor.spawn(async move {
            connection::serve(&this, socket).await;
            this.open.remove();
        });
    }
}

/// Starts the ticks of the clock, which last for as long as there are connections.
fn start_ticking(shared: &Rc<Shared>) {
    if shared.ticking.replace(true) {
        return;
    }
    shared.tick();
    let this = Rc::clone(shared);
    shared.executor.spawn(async move {
        while this.open.count() > 0 {
            clock::next_second().await;
            this.tick();
        }
        this.ticking.set(false);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_addresses_alone() {
        let cases = [
            ("--listen=127.0.0.1:9", Some("127.0.0.1:9")),
            ("--listen-unix=[100::1]:80", Some("[100::1]:80")),
            ("--listen=", None),
            ("--listen-tls=127.0.0.1:9", None),
            ("--quiet", None),
        ];
        for (argument, expected) in cases {
            let expected = expected.map(|address| address.parse().unwrap());
            assert_eq!(address(argument).ok(), expected, "{argument}");
        }
    }
}
