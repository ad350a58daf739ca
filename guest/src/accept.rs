//! Listens, accepts, and drains.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::net::SocketAddr;

use wit_bindgen::rt::async_support::StreamReader;

use crate::bindings::wasi::cli::environment;
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::connection;
use crate::files::root::Root;
use crate::host::Host;
use crate::limits::{ACCEPT_WORK, OVERLOAD_CONNECTIONS};
use crate::memory::{MemoryPlan, Shortage};
use crate::net::listen;
use crate::options::Options;
use crate::reason::Reason;
use crate::runtime::clock;
use crate::runtime::executor::Executor;
use crate::runtime::standard_error::print_error;
use crate::runtime::start_task::start_task;
use crate::service::Listener;
use crate::shared::Shared;

/// Serves until every stream of connections has ended and the last connection is
/// closed.
pub async fn run(executor: Rc<Executor>, host: Rc<dyn Host>) -> Result<(), ()> {
    match start(executor, host).await {
        Ok((shared, streams)) => {
            serve(shared, streams).await;
            Ok(())
        }
        Err(reason) => {
            print_error(format_args!("{reason}")).await;
            Err(())
        }
    }
}

/// Reasons why the component can't start.
enum Failure {
    Arguments(alloc::string::String),
    Memory(Shortage),
    Root,
    File(Reason),
    Listen(SocketAddr),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // In the form that command-line programs use.
            Self::Arguments(reason) => write!(f, "error: {reason}"),
            Self::Memory(shortage) => write!(f, "error: {shortage}"),
            Self::Root => f.write_str("no directory was granted, or not the one that --root names"),
            Self::File(reason) => write!(f, "--file can't be served: {reason}"),
            Self::Listen(address) => write!(f, "may not listen on {address}"),
        }
    }
}

type Streams = Vec<(StreamReader<TcpSocket>, Listener)>;

async fn start(
    executor: Rc<Executor>,
    host: Rc<dyn Host>,
) -> Result<(Rc<Shared>, Streams), Failure> {
    // The first argument is the program's name.
    let arguments = environment::get_arguments();
    let arguments = arguments.get(1..).unwrap_or_default();
    let options = Options::parse(arguments).map_err(Failure::Arguments)?;
    let hash = hash_in_place(&options, &*host);
    let plan = MemoryPlan::of(&options, hash).map_err(Failure::Memory)?;
    if options.auth.users.is_some() && host.verifies_in_place() {
        // Rounded up, because a line that names too little misleads.
        let mib = hash.div_ceil(1 << 20).max(1);
        print_error(format_args!(
            "Passwords are compared by the component itself: each takes up to {mib} MiB of its \
             memory, and nobody else is served meanwhile."
        ))
        .await;
    }
    let mut root = Root::find(options.root.as_deref())
        .await
        .ok_or(Failure::Root)?;
    if let Some(name) = &options.file {
        root = root.narrow(name).await.map_err(Failure::File)?;
    }
    let streams = options
        .listen
        .iter()
        .map(|&listener| {
            let Listener { address, .. } = listener;
            let stream = listen(address).ok_or(Failure::Listen(address))?;
            Ok((stream, listener))
        })
        .collect::<Result<_, _>>()?;
    let shared = Shared::new(options, root, plan, (executor, host));
    Ok((Rc::new(shared), streams))
}

/// Returns the bytes that comparing a password takes of the component's memory.
fn hash_in_place(options: &Options, host: &dyn Host) -> usize {
    let Some((users, _)) = options.auth.users.as_ref() else {
        return 0;
    };
    let kib = match host.verifies_in_place() {
        true => usize::try_from(users.memory_kib()).unwrap_or(usize::MAX),
        false => 0,
    };
    kib.saturating_mul(1024)
}

async fn serve(shared: Rc<Shared>, streams: Streams) {
    let closed = Rc::new(Cell::new(false));
    let logging = start_task(&shared.executor, {
        let (shared, closed) = (Rc::clone(&shared), Rc::clone(&closed));
        async move { shared.log().run(&closed).await }
    });
    let accepting: Vec<_> = streams
        .into_iter()
        .map(|(stream, listener)| {
            let accepting = accept(Rc::clone(&shared), stream, listener);
            start_task(&shared.executor, accepting)
        })
        .collect();
    for ended in accepting {
        ended.wait().await;
    }
    shared.drain();
    shared.open.until_at_most(0).await;
    shared.log().close(&closed);
    logging.wait().await;
}

/// Accepts until the host ends the stream.
async fn accept(shared: Rc<Shared>, mut stream: StreamReader<TcpSocket>, listener: Listener) {
    let most = shared
        .options
        .connections
        .saturating_add(OVERLOAD_CONNECTIONS);
    loop {
        shared.open.until_at_most(most.saturating_sub(1)).await;
        let Some(socket) = stream.next().await else {
            return;
        };
        shared.open.add();
        start_ticking(&shared);
        let this = Rc::clone(&shared);
        shared.executor.spawn(async move {
            connection::serve(&this, socket, listener).await;
            this.open.remove();
        });
        shared.executor.spend(ACCEPT_WORK);
        shared.executor.yield_briefly_if_due().await;
    }
}

/// Starts the ticks of the clock, which last for as long as they are needed.
fn start_ticking(shared: &Rc<Shared>) {
    if !shared.starts_ticking() {
        return;
    }
    shared.tick();
    let this = Rc::clone(shared);
    shared.executor.spawn(async move {
        while this.needs_ticks() {
            clock::next_second().await;
            this.tick();
        }
        this.stops_ticking();
    });
}
