//! State that all connections share.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;

use h1::request::method::Method;
use h1::response::Policy;
use h1::status::Status;
use h1::syntax::date;

use crate::authorization::Credential;
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::files::Files;
use crate::files::root::Root;
use crate::host::{CountedResponse, Host, StatusClass, TlsVersion};
use crate::log::{Access, EscapedName, Format, Log, Sent, Time};
use crate::memory::MemoryPlan;
use crate::options::Options;
use crate::passwords::Passwords;
use crate::rate_limit::RateLimiter;
use crate::render::Listings;
use crate::runtime::buffer_pool::BufferPool;
use crate::runtime::clock::{self, Clock};
use crate::runtime::deadlines::Deadlines;
use crate::runtime::executor::Executor;
use crate::runtime::open_count::OpenCount;

/// The time at which a response is begun, as the log and the host's counts need it.
#[derive(Clone, Copy)]
pub struct LogStart {
    date: [u8; 29],
    /// Nanoseconds of the monotonic clock, if the format shows how long responses took, or the
    /// host counts that.
    pub instant: Option<u64>,
    /// Time in the form of [`Time::Internet`], if the format has that.
    time: Option<([u8; 19], u32)>,
}

/// State that all connections share. There is one thread, so there are no locks.
pub struct Shared {
    pub options: Options,
    pub files: Files,
    pub listings: Listings,
    pub clock: Clock,
    pub deadlines: Rc<Deadlines>,
    pub pool: BufferPool,
    pub executor: Rc<Executor>,
    /// `None` unless the operator limits what one address may use.
    pub rate_limiter: Option<RateLimiter>,
    /// `None` unless the operator has a file of users.
    pub passwords: Option<Passwords>,
    counts_responses: bool,
    host: Rc<dyn Host>,
    log: Log,
    /// Connections that were accepted.
    pub open: OpenCount,
    /// Open connections that are served: neither rejected nor about to be closed.
    served: Cell<usize>,
    draining: Cell<bool>,
    ticking: Cell<bool>,
}

impl Shared {
    pub fn new(
        mut options: Options,
        root: Root,
        plan: MemoryPlan,
        (executor, host): (Rc<Executor>, Rc<dyn Host>),
    ) -> Self {
        let deadlines = Rc::<Deadlines>::default();
        let (users, rules) = options.auth.users.take().unzip();
        let rules = rules.unwrap_or_default();
        let passwords = users.map(|users| Passwords::new(users, rules.clone(), Rc::clone(&host)));
        Self {
            files: Files::new(
                root,
                (rules, Rc::clone(&host)),
                options.cache,
                options.policy.bound(),
                Rc::clone(&executor),
                Rc::clone(&deadlines),
            ),
            listings: Listings::new(plan.listings, options.auth.key.clone()),
            rate_limiter: RateLimiter::new(options.rate, options.throttle, Rc::clone(&host)),
            counts_responses: host.counts_responses(),
            host,
            passwords,
            log: Log::new(options.log_format()),
            options,
            clock: Clock::default(),
            deadlines,
            pool: BufferPool::new(plan.larges, plan.mediums),
            executor,
            open: OpenCount::default(),
            served: Cell::new(0),
            draining: Cell::new(false),
            ticking: Cell::new(false),
        }
    }

    /// Whether the caller has to call [`Shared::tick`] each second from now on, for as long
    /// as [`Shared::needs_ticks`], because nothing else does.
    pub fn starts_ticking(&self) -> bool {
        !self.ticking.replace(true)
    }

    pub fn stops_ticking(&self) {
        self.ticking.set(false);
    }

    /// Whether ticks are needed: deadlines need them while there are connections, and files
    /// that are kept open and archives that are kept need them for some time longer.
    pub fn needs_ticks(&self) -> bool {
        self.open.count() > 0 || self.files.keeps_open() || self.listings.keeps_archives()
    }

    pub fn tick(&self) {
        self.clock.renew();
        self.files.tick();
        let (now, _) = self.clock.now();
        self.listings.tick(now);
        self.deadlines.advance(clock::monotonic_seconds());
    }

    /// Whether there is a place for the latest connection. If need be, the connection that
    /// has been idle longest is closed for it.
    pub fn admit(&self) -> bool {
        let served = self.served.get();
        let admitted = served < self.options.connections || self.deadlines.end_oldest_idle();
        self.served
            .set(served.saturating_add(usize::from(admitted)));
        admitted
    }

    /// Frees the place of a connection that was admitted and is served to its end.
    pub fn release(&self) {
        self.served.set(self.served.get().saturating_sub(1));
    }

    /// Asks connections to end, because no more are accepted.
    pub fn drain(&self) {
        self.draining.set(true);
        self.deadlines.end_idle();
    }

    /// Whether no more connections are accepted, and open ones should end.
    pub fn is_draining(&self) -> bool {
        self.draining.get()
    }

    /// Whether the peer's address is needed, for a log or for a rate limit.
    pub fn needs_peer_address(&self) -> bool {
        let Options {
            quiet,
            verbose,
            trusted_proxies,
            ..
        } = &self.options;
        let is_guarded = self.passwords.is_some() || self.options.auth.key.is_some();
        let is_logged = !quiet || *verbose;
        is_logged || is_guarded || self.rate_limiter.is_some() || !trusted_proxies.is_empty()
    }

    /// Returns the policy for a response with this status, to who has this credential. Whatever is
    /// told about what is closed is for one client alone.
    pub fn policy(&self, credential: Credential, status: Status) -> &Policy {
        match credential {
            Credential::Link => &self.options.linked,
            Credential::Password => &self.options.private,
            Credential::None if status == Status::Unauthorized => &self.options.private,
            Credential::None => &self.options.policy,
        }
    }

    /// Whether responses are logged.
    pub fn logs_responses(&self) -> bool {
        !self.options.quiet
    }

    /// Returns the version of TLS of a connection, if the log has it. This is a call to the
    /// host.
    pub fn log_tls(&self, socket: &TcpSocket) -> Option<TlsVersion> {
        let is_logged = self.logs_responses() && self.log.format().is_json();
        is_logged.then(|| self.host.tls(socket)).flatten()
    }

    /// Returns what is known of the time at which a response is begun. `date` is the value of
    /// `Date` in it.
    pub fn log_start(&self, date: [u8; 29]) -> LogStart {
        let is_json = self.logs_responses() && self.log.format().is_json();
        let counts = self.counts_responses.then(clock::monotonic);
        LogStart {
            date,
            instant: counts.or_else(|| self.log_instant()),
            time: is_json.then(clock::internet),
        }
    }

    /// Returns the time for a log line, of a response that was begun like that.
    pub fn log_time(&self, start: LogStart) -> Time {
        if let Some((time, milliseconds)) = start.time {
            return Time::Internet(time, milliseconds);
        }
        let offset = match self.log.format() {
            Format::Combined | Format::Common | Format::Json => None,
            Format::Terminal(style) => Some(style.utc_offset_seconds),
        };
        match (self.options.log_milliseconds, offset) {
            (true, _) => {
                let (date, milliseconds) = clock::precise(offset.unwrap_or_default());
                Time::Precise(date, milliseconds)
            }
            (false, None) => Time::Second(start.date),
            (false, Some(offset)) => {
                let (now, _) = self.clock.now();
                Time::Second(date::write(now.saturating_add(offset)))
            }
        }
    }

    /// Returns the time if the access log says how long responses took. This is a call to
    /// the host.
    pub fn log_instant(&self) -> Option<u64> {
        (self.logs_responses() && self.log.format().shows_durations()).then(clock::monotonic)
    }

    /// Logs a response of which `bytes` of content were sent.
    pub fn access(&self, access: &Access<'_>, bytes: u64) {
        if self.logs_responses() {
            let now = self.log_instant();
            let sent = Sent::by(now, bytes, access.started, access.first_byte);
            self.log.access(access, sent);
        }
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Returns what the host has beyond WASI.
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// Whether the host counts responses.
    pub fn counts_responses(&self) -> bool {
        self.counts_responses
    }

    /// Returns what the host counts of a response that was begun like that, unless it does not
    /// count. What the response has beside its head is not in it.
    pub fn counted(
        &self,
        start: LogStart,
        (method, status): (Method, Status),
    ) -> Option<CountedResponse> {
        let started = start.instant.filter(|_| self.counts_responses)?;
        Some(CountedResponse {
            method,
            status: StatusClass::of(status),
            cache: None,
            password: None,
            bytes: 0,
            started,
            first_byte: None,
        })
    }

    /// Counts a response of which all has left that will.
    pub fn count_response(&self, response: &CountedResponse) {
        self.host.count_response(response);
    }

    /// Logs what pages lack since the last call: with `--verbose`, entries that are left
    /// out, and always, those that the file system says nothing about.
    pub fn log_listings(&self) {
        for lack in self.listings.lacks() {
            let (words, path) = (lack.words(), EscapedName(&lack.path));
            let (name, reason) = (EscapedName(&lack.name), lack.reason);
            let count = lack.count;
            let words =
                format_args!("{words} /{path}: {count} entries, the first is {name}: {reason}");
            match reason.is_server_error() {
                true => self.log_error(words),
                false => self.verbose(words),
            }
        }
    }

    /// Logs an event, with `--verbose` only.
    pub fn verbose(&self, words: fmt::Arguments<'_>) {
        if self.options.verbose {
            self.log_error(words);
        }
    }

    /// Logs a fault of the server.
    pub fn log_error(&self, words: fmt::Arguments<'_>) {
        let is_json = self.log.format().is_json();
        let time = is_json.then(clock::internet);
        let time = time.map(|(time, milliseconds)| Time::Internet(time, milliseconds));
        self.log.event(time, words);
    }
}
