//! Listens, accepts, and keeps what all connections share.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::net::SocketAddr;

use wit_bindgen::rt::async_support::StreamReader;

use crate::address;
use crate::bindings::wasi::cli::{environment, stderr};
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::bindings::wit_stream;
use crate::clock::{self, Clock};
use crate::connection;
use crate::deadlines::Deadlines;
use crate::executor::Executor;
use crate::files::Files;
use crate::limits::{ACCEPT_WORK, NEWCOMERS};
use crate::listings::Listings;
use crate::log::{Access, EscapedName, Log, Time};
use crate::memory::{Shares, Shortage};
use crate::options::Options;
use crate::pool::Pool;
use crate::reason::Reason;
use crate::root::Root;
use crate::signal::Signal;
use crate::visitors::Visitors;

/// What all connections share. One thread, so no locks.
pub struct Server {
    pub options: Options,
    pub files: Files,
    pub listings: Listings,
    pub clock: Clock,
    pub deadlines: Deadlines,
    pub pool: Pool,
    pub executor: Rc<Executor>,
    /// `None` unless the operator limits what one address may use.
    pub visitors: Option<Visitors>,
    log: Log,
    open: Cell<usize>,
    /// Those of them that are served: neither turned away nor about to be closed.
    served: Cell<usize>,
    draining: Cell<bool>,
    ticking: Cell<bool>,
    /// Raised when a connection ends, for each stream of connections that waits for it.
    closed: RefCell<Vec<Rc<Signal>>>,
}

/// Serves until every stream of connections has ended and the last connection is
/// closed.
pub async fn run(executor: Rc<Executor>) -> Result<(), ()> {
    match start(executor).await {
        Ok((server, streams)) => {
            server.serve(streams).await;
            Ok(())
        }
        Err(reason) => {
            print_error(format_args!("{reason}")).await;
            Err(())
        }
    }
}

/// Why there is nothing to serve.
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
            // As command lines are told of it.
            Self::Arguments(reason) => write!(f, "error: {reason}"),
            Self::Memory(shortage) => write!(f, "error: {shortage}"),
            Self::Root => f.write_str("no directory was granted, or not the one that --root names"),
            Self::File(reason) => write!(f, "--file can't be served: {reason}"),
            Self::Listen(address) => write!(f, "may not listen on {address}"),
        }
    }
}

type Streams = Vec<StreamReader<TcpSocket>>;

async fn start(executor: Rc<Executor>) -> Result<(Rc<Server>, Streams), Failure> {
    // The first argument is the program's name.
    let arguments = environment::get_arguments();
    let arguments = arguments.get(1..).unwrap_or_default();
    let options = Options::parse(arguments).map_err(Failure::Arguments)?;
    let shares = Shares::of(&options).map_err(Failure::Memory)?;
    let mut root = Root::find(options.root.as_deref())
        .await
        .ok_or(Failure::Root)?;
    if let Some(name) = &options.file {
        root = root.narrow(name).await.map_err(Failure::File)?;
    }
    let streams = options
        .listen
        .iter()
        .map(|&address| listen(address).ok_or(Failure::Listen(address)))
        .collect::<Result<_, _>>()?;
    let server = Server {
        files: Files::new(
            root,
            options.cache,
            options.policy.bound(),
            Rc::clone(&executor),
        ),
        listings: Listings::new(shares.listings),
        visitors: Visitors::new(&options),
        options,
        clock: Clock::new(),
        deadlines: Deadlines::default(),
        pool: Pool::new(shares.larges, shares.mediums),
        executor,
        log: Log::new(),
        open: Cell::new(0),
        served: Cell::new(0),
        draining: Cell::new(false),
        ticking: Cell::new(false),
        closed: RefCell::default(),
    };
    Ok((Rc::new(server), streams))
}

fn listen(address: SocketAddr) -> Option<StreamReader<TcpSocket>> {
    let socket = TcpSocket::create(address::family(address)).ok()?;
    socket.bind(address::to_wasi(address)).ok()?;
    // The stream keeps the listener alive, not the socket.
    socket.listen().ok()
}

impl Server {
    async fn serve(self: Rc<Self>, streams: Streams) {
        let closed = Rc::new(Cell::new(false));
        let logging = self.start({
            let (server, closed) = (Rc::clone(&self), Rc::clone(&closed));
            async move { server.log.run(&closed).await }
        });
        let accepting: Vec<_> = streams
            .into_iter()
            .map(|stream| self.start(Rc::clone(&self).accept(stream)))
            .collect();
        for ended in accepting {
            ended.wait().await;
        }
        self.draining.set(true);
        self.deadlines.end_idle();
        self.until_open_are_at_most(0).await;
        self.log.close(&closed);
        logging.wait().await;
    }

    /// Runs a task beside the others; the signal is raised at its end.
    fn start(&self, task: impl Future<Output = ()> + 'static) -> Rc<Signal> {
        let ended = Rc::new(Signal::default());
        self.executor.spawn({
            let ended = Rc::clone(&ended);
            async move {
                task.await;
                ended.raise();
            }
        });
        ended
    }

    /// Accepts until the host ends the stream.
    async fn accept(self: Rc<Self>, mut stream: StreamReader<TcpSocket>) {
        let most = self.options.connections.saturating_add(NEWCOMERS);
        loop {
            self.until_open_are_at_most(most.saturating_sub(1)).await;
            let Some(socket) = stream.next().await else {
                return;
            };
            self.open.set(self.open.get().saturating_add(1));
            self.start_ticking();
            let server = Rc::clone(&self);
            self.executor.spawn(async move {
                connection::serve(&server, socket).await;
                server.closed_one();
            });
            self.executor.spend(ACCEPT_WORK);
            self.executor.share_briefly().await;
        }
    }

    fn closed_one(&self) {
        self.open.set(self.open.get().saturating_sub(1));
        for waiting in self.closed.take() {
            waiting.raise();
        }
    }

    async fn until_open_are_at_most(&self, most: usize) {
        while self.open.get() > most {
            let signal = Rc::new(Signal::default());
            self.closed.borrow_mut().push(Rc::clone(&signal));
            signal.wait().await;
        }
    }

    /// Deadlines need a clock while there are connections, files that are kept open
    /// some seconds longer, and nothing else.
    fn start_ticking(self: &Rc<Self>) {
        if self.ticking.replace(true) {
            return;
        }
        self.tick();
        let server = Rc::clone(self);
        self.executor.spawn(async move {
            while server.open.get() > 0 || server.files.keeps_open() {
                clock::next_second().await;
                server.tick();
            }
            server.ticking.set(false);
        });
    }

    fn tick(&self) {
        self.clock.renew();
        self.files.tick();
        self.deadlines.advance(clock::monotonic_seconds());
    }

    /// Whether there is room for the latest connection, if need be that of the one
    /// that has been idle for longest.
    pub fn makes_room(&self) -> bool {
        let served = self.served.get();
        let room = served < self.options.connections || self.deadlines.end_oldest_idle();
        self.served.set(served.saturating_add(usize::from(room)));
        room
    }

    /// To be called when a connection that was made room for is served to its end.
    pub fn leaves_room(&self) {
        self.served.set(self.served.get().saturating_sub(1));
    }

    /// Whether no more connections come, and those that are open should end.
    pub fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Whether a log says who asked, or someone counts.
    pub fn names_peers(&self) -> bool {
        !self.options.quiet || self.options.verbose || self.visitors.is_some()
    }

    /// Whether there is a log of answers.
    pub fn logs_answers(&self) -> bool {
        !self.options.quiet
    }

    /// The time for a line of log; `date` is the value of `Date` that was sent.
    pub fn log_time(&self, date: [u8; 29]) -> Time {
        match self.options.log_milliseconds {
            true => {
                let (date, milliseconds) = clock::precise();
                Time::Precise(date, milliseconds)
            }
            false => Time::Second(date),
        }
    }

    /// Says that so many bytes of content were sent.
    pub fn access(&self, access: &Access<'_>, sent: u64) {
        if self.logs_answers() {
            self.log.access(access, sent);
        }
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Says with `--verbose` what listings have left out since the last time.
    pub fn log_listings(&self) {
        for left in self.listings.left_out() {
            self.verbose(format_args!(
                "Left out of the listing of /{}: {} entries, the first is {}: {}",
                EscapedName(&left.path),
                left.count,
                EscapedName(&left.name),
                left.reason
            ));
        }
    }

    /// Says it with `--verbose`.
    pub fn verbose(&self, words: fmt::Arguments<'_>) {
        if self.options.verbose {
            self.log.event(words);
        }
    }

    /// Says what went wrong on our side.
    pub fn complain(&self, words: fmt::Arguments<'_>) {
        self.log.event(words);
    }
}

async fn print_error(words: fmt::Arguments<'_>) {
    let (mut writer, data) = wit_stream::new();
    let outcome = stderr::write_via_stream(data);
    writer
        .write_all(alloc::format!("{words}\n").into_bytes())
        .await;
    drop(writer);
    let _ = outcome.await;
}
