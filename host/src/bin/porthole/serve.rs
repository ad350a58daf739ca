//! Serving, from start to end. Nothing here waits without a time limit, unless a signal
//! ends the wait.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, anyhow};
use porthole::{
    Confined, Counters, Error, Listeners, Log, Operation, Program, Root, Running, Server, Tls,
};

use crate::WRONG_USAGE;
use crate::compiler::Compiler;
use crate::options::{Options, Source};
use crate::rlimit;
use crate::signals::Signals;
use crate::terminal::banner::{self, Banner};
use crate::terminal::messages::{Messages, report_at_once};
use crate::terminal::reserved::Reserved;
use crate::terminal::{Output, addresses, browser, busy_port, summary};
use crate::tls::Certificates;

/// Name of the argument by which the component is told where it redirects to https.
const LISTEN_REDIRECT: &str = "listen-redirect";

/// Interval at which the times of certificates are looked at.
const CERTIFICATES: Duration = Duration::from_secs(24 * 60 * 60);

/// Interval at which a loading thread is checked.
const LOADING: Duration = Duration::from_millis(2);

/// Interval at which signals are checked while the server starts, is replaced or ends.
const STARTING: Duration = Duration::from_millis(2);

/// Time after which a message says that something still loads.
const LOADING_IS_SLOW: Duration = Duration::from_secs(3);

/// Serves until a signal stops it.
///
/// # Errors
/// When it cannot start, and nothing was printed about that yet.
pub(crate) fn serve(mut options: Options) -> anyhow::Result<ExitCode> {
    let fewer = options.fit(rlimit::raise_limit())?;
    if let Some(line) = fewer {
        report_at_once(line);
    }
    // First, so that the compiler has neither the root nor the listeners.
    let compiler = options.compiler()?;
    let root = Root::open(options.path())?;
    let certificates = Certificates::of(&options.tls, root.path())?;
    let tls = certificates.as_ref().map(Certificates::tls).transpose()?;
    let mut listeners = bind(&options.addresses())?;
    if let Some(tls) = &tls {
        listeners = listeners.with_tls(tls);
    }
    let redirecting = options.tls.redirect_http;
    let redirecting = redirecting.map_or(Ok(Listeners::default()), |port| {
        bind(&options.addresses_at(port))
    })?;
    // A component that comes out of a pipe cannot be read again later.
    let source = options.source()?;
    // All that a confined process cannot do any more: ask for addresses and the time zone,
    // run a program.
    let (to_stdout, to_stderr) = (Output::of(std::io::stdout()), Output::of(std::io::stderr()));
    let (listeners, redirecting) = match options.proxy.proxy_protocol {
        false => (listeners, redirecting),
        true => (
            listeners.with_proxy_protocol(options.proxy.trust()),
            redirecting.with_proxy_protocol(options.proxy.trust()),
        ),
    };
    let (bound, redirected) = (listeners.addresses()?, redirecting.addresses()?);
    let mut listeners = listeners;
    listeners.append(redirecting.told_as(LISTEN_REDIRECT));
    let arguments = options.arguments(to_stdout, &bound);
    let reachable = addresses::reachable(&bound);
    let own = bound.first().filter(|_| options.open).copied();
    let browser =
        own.and_then(|own| browser::open(banner::url(options.scheme(), &addresses::own(own))));
    let mut notes = Vec::new();
    if let Some(certificates) = &certificates {
        notes = certificates.notes()?;
    }
    let confined = options.confine(&root, certificates.as_ref())?;
    // From here on, threads may be started.
    let signals = Signals::new().context("cannot watch for signals")?;
    let messages = Messages::start(to_stderr.style)?;
    let (stdout, _) = Log::reporting(std::io::stdout(), Arc::new(messages.reporter()))?;
    if let Some(browser) = browser {
        browser.watch(messages.clone())?;
    }
    for note in notes {
        messages.report(note);
    }
    let serving = Serving {
        options,
        secured: certificates.zip(tls),
        compiler,
        arguments,
        bound,
        redirected,
        reachable,
        confined,
        signals,
        messages: messages.clone(),
        stdout: match to_stdout.style.colors {
            true => stdout.styled(),
            false => stdout.clone(),
        },
        to_stderr,
    };
    let served = catch_unwind(AssertUnwindSafe(|| serving.run(root, listeners, source)));
    let code = match served {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => exit_code_of(&messages, &error),
        // The panic hook has reported the reason.
        Err(_) => ExitCode::FAILURE,
    };
    // The last lines of both logs are written before the process ends.
    Log::finish(&[&stdout, &messages.log()]);
    Ok(code)
}

fn exit_code_of(messages: &Messages, error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref() {
        // The component's arguments come from the command line, and it has printed what
        // is wrong with them.
        Some(Error::InvalidArguments) if !messages.log().is_unused() => {
            messages.print("\nFor more information, try '--help'.");
            ExitCode::from(WRONG_USAGE)
        }
        Some(Error::InvalidArguments) => {
            messages.fail("the component does not start like that, and does not say why");
            ExitCode::from(WRONG_USAGE)
        }
        _ => {
            messages.fail(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Binds addresses.
///
/// # Errors
/// With the first address that cannot be bound.
fn bind(addresses: &[SocketAddr]) -> anyhow::Result<Listeners> {
    Listeners::bind(addresses).map_err(busy_port::explained)
}

struct Serving {
    options: Options,
    /// The certificates, and what uses them.
    secured: Option<(Certificates, Tls)>,
    compiler: Option<Arc<Compiler>>,
    /// For the component.
    arguments: Vec<String>,
    /// Addresses of the listeners.
    bound: Vec<SocketAddr>,
    /// Addresses of the listeners that redirect to those.
    redirected: Vec<SocketAddr>,
    /// Addresses that one can type.
    reachable: Vec<SocketAddr>,
    confined: Option<Confined>,
    signals: Signals,
    messages: Messages,
    stdout: Log,
    to_stderr: Output,
}

impl Serving {
    fn run(&self, root: Root, listeners: Listeners, source: Source) -> anyhow::Result<()> {
        let banner = self.banner(&root);
        let reserved = Reserved::below(&root, self.options.component());
        let compiler = self.compiler.clone();
        let load = move || source.program(compiler.as_deref());
        let slow = "the component takes long to load";
        let Some(program) = self.loaded(slow, load)? else {
            return Ok(());
        };
        let Some(running) = self.started(program, root, listeners)? else {
            return Ok(());
        };
        for line in banner {
            self.messages.print(line);
        }
        reserved.look(&self.messages)?;
        let ended = self.until_stopped(&running);
        if !self.options.quiet {
            self.summarize(&running.counters());
        }
        ended
    }

    /// Starts the server. Returns `None` once a stop was requested.
    fn started(
        &self,
        program: Program,
        root: Root,
        listeners: Listeners,
    ) -> anyhow::Result<Option<Running>> {
        let starting = Server::builder()
            .component(program)
            .root(root)
            .listeners(listeners)
            .arguments(self.arguments.clone())
            .limits(self.options.limits())
            .stdout(self.stdout.clone())
            .stderr(self.messages.log())
            .on_event(self.messages.reporter())
            .start();
        self.unless_stopped(starting)
    }

    /// Waits for an operation, which is given up once a stop was requested.
    fn unless_stopped<T>(&self, mut operation: Operation<T>) -> anyhow::Result<Option<T>> {
        while !self.signals.stop_asked() {
            if let Some(result) = operation.wait_for(STARTING) {
                return Ok(Some(result?));
            }
        }
        Ok(None)
    }

    /// Returns the lines for a server that has started. Without the start-up lines, a port
    /// that the system chose is still said.
    fn banner(&self, root: &Root) -> Vec<String> {
        let style = self.to_stderr.style;
        let mut lines = match (self.options.quiet, self.options.is_port_free_choice()) {
            (true, false) => Vec::new(),
            (true, true) => {
                let scheme = self.options.scheme();
                let url = |address| banner::url(scheme, address);
                let urls = self.reachable.iter().map(url);
                urls.map(|url| format!("porthole: listening at {url}"))
                    .collect()
            }
            (false, _) => Banner {
                root,
                is_current_folder: self.options.is_current_folder(),
                bound: &self.bound,
                redirected: &self.redirected,
                reachable: &self.reachable,
                scheme: self.options.scheme(),
                confined: self.confined,
                style,
            }
            .lines(),
        };
        if self.options.shows_qr_code(self.to_stderr) {
            lines.extend(banner::qr_code(
                self.options.scheme(),
                &self.reachable,
                style,
            ));
        }
        lines
    }

    fn summarize(&self, counters: &Counters) {
        self.messages.report(summary::line(counters));
    }

    fn until_stopped(&self, running: &Running) -> anyhow::Result<()> {
        let mut ended = running.ended();
        let mut certificates_at = Instant::now();
        while !self.signals.stop_asked() {
            if let Some(ended) = ended.wait_for(Duration::ZERO) {
                ended?;
                return Ok(());
            }
            if self.signals.are_deaf() {
                return Err(Error::ThreadEnded("the thread that waits for signals").into());
            }
            if self.signals.replacement_asked() {
                self.replace(running);
            }
            if self.signals.summary_asked() {
                self.summarize(&running.counters());
            }
            if certificates_at <= Instant::now() {
                self.warn_of_certificates();
                certificates_at += CERTIFICATES;
            }
            self.signals.wait();
        }
        let mut drained = running.drain(self.options.limits().grace);
        while drained.wait_for(STARTING).is_none() {
            if self.signals.hurry_asked() {
                drained = running.stop();
            }
        }
        Ok(())
    }

    fn warn_of_certificates(&self) {
        let certificates = self.secured.iter().map(|(certificates, _)| certificates);
        for line in certificates.flat_map(|each| each.warnings(SystemTime::now())) {
            self.messages.report(line);
        }
    }

    /// Loads the component and the certificates, and opens the root again. After an error, the old version
    /// continues to serve.
    fn replace(&self, running: &Running) {
        let report = |words: String| self.messages.report(words);
        match self.replaced(running) {
            Ok(()) => report("reloaded; open connections finish on the old version".to_owned()),
            // The server stops next.
            Err(_) if self.signals.stop_asked() => {}
            Err(error) if self.confined.is_some() && is_denied(&error) => report(format!(
                "reload failed, the old version goes on: {error:#}; what took the place of PATH or of the component must be below --reload-from, or start again"
            )),
            Err(error) => report(format!("reload failed, the old version goes on: {error:#}")),
        }
    }

    fn replaced(&self, running: &Running) -> anyhow::Result<()> {
        let component = self.options.component().map(PathBuf::from);
        let path = self.options.path().to_owned();
        let compiler = self.compiler.clone();
        let secured = self.secured.clone();
        let slow = "the reload waits for PATH or the component to be read; the old version goes on";
        let loaded = self.loaded(slow, move || {
            let source = Source::read_again(component.as_deref())?;
            let program = source.program(compiler.as_deref())?;
            let root = Root::open(path)?;
            if let Some((certificates, tls)) = secured {
                certificates.replace(&tls)?;
            }
            Ok((program, root))
        })?;
        let (program, root) = loaded.ok_or(Error::Cancelled)?;
        let reserved = Reserved::below(&root, self.options.component());
        let replaced = self.unless_stopped(running.replace(program, root))?;
        replaced.ok_or(Error::Cancelled)?;
        Ok(reserved.look(&self.messages)?)
    }

    /// Runs something that may take long on another thread, and reports `slow` if it does.
    /// Returns `None` once a stop was requested.
    fn loaded<T: Send + 'static>(
        &self,
        slow: &str,
        load: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<Option<T>> {
        let loading = std::thread::Builder::new()
            .name("load".to_owned())
            .spawn(load)?;
        let mut slow = Some((Instant::now(), slow));
        while !loading.is_finished() {
            if self.signals.stop_asked() {
                return Ok(None);
            }
            if let Some((_, words)) = slow.take_if(|(since, _)| since.elapsed() > LOADING_IS_SLOW) {
                self.messages.report(words);
            }
            self.signals.wait_for(LOADING);
        }
        let loaded = loading.join();
        loaded
            .unwrap_or_else(|_| Err(anyhow!("it panicked while it was loaded")))
            .map(Some)
    }
}

fn is_denied(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|cause| cause.kind() == std::io::ErrorKind::PermissionDenied)
}
