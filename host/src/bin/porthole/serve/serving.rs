//! Serving, from the start of the server to its end. Nothing here waits without a time limit,
//! unless a signal ends the wait.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, anyhow};
use porthole::{
    Confined, Counters, Error, Listeners, Log, Operation, Program, Root, Running, Server,
};

use super::life::Life;
use crate::access::Access;
use crate::compiler::Compiler;
use crate::log_file::Reopener;
use crate::options::{Options, Source};
use crate::service_manager::ServiceManager;
use crate::signals::Signals;
use crate::sockets::{AdminSocket, Endpoint};
use crate::terminal::addresses::Url;
use crate::terminal::banner::{self, Banner};
use crate::terminal::messages::Messages;
use crate::terminal::reserved::Reserved;
use crate::terminal::{Output, summary};
use crate::tls::Certificates;

/// Interval at which the times of certificates are looked at.
const CERTIFICATES: Duration = Duration::from_secs(24 * 60 * 60);

/// Interval at which a loading thread is checked.
const LOADING: Duration = Duration::from_millis(2);

/// Interval at which signals are checked while the server starts, is replaced or ends.
const STARTING: Duration = Duration::from_millis(2);

/// Time after which a message says that something still loads.
const LOADING_IS_SLOW: Duration = Duration::from_secs(3);

/// A server with all that it needs from before the confinement.
pub(super) struct Serving {
    pub(super) options: Options,
    /// Lines to say once at the start.
    pub(super) notes: Vec<String>,
    pub(super) certificates: Option<Certificates>,
    pub(super) access: Option<Access>,
    pub(super) compiler: Option<Arc<Compiler>>,
    /// For the component, beside those about passwords.
    pub(super) arguments: Vec<String>,
    /// The listeners.
    pub(super) endpoints: Vec<Endpoint>,
    /// Addresses that lead to others.
    pub(super) redirected: Vec<Url>,
    /// Addresses that one can type.
    pub(super) reachable: Vec<Url>,
    pub(super) manager: ServiceManager,
    pub(super) confined: Option<Confined>,
    pub(super) signals: Signals,
    pub(super) messages: Messages,
    pub(super) reopener: Option<Reopener>,
    pub(super) stdout: Log,
    pub(super) to_stderr: Output,
}

impl Serving {
    /// Serves until a signal stops it. `secrets` are the arguments about passwords.
    pub(super) fn run(
        &self,
        (root, source): (Root, Source),
        (listeners, admin): (Listeners, Option<AdminSocket>),
        secrets: Vec<String>,
    ) -> anyhow::Result<()> {
        let banner = self.banner(&root, admin.as_ref());
        let reserved = Reserved::below(&root, self.options.component());
        let compiler = self.compiler.clone();
        let arguments = [self.arguments.clone(), secrets].concat();
        let load = move || source.program(compiler.as_deref());
        let slow = "the component takes long to load";
        let Some(program) = self.loaded(slow, load, None)? else {
            return Ok(());
        };
        let Some(running) = self.started(program, root, listeners, arguments)? else {
            return Ok(());
        };
        let observing = admin.map(|admin| self.observing(&running, admin.listeners));
        let _admin = match observing.transpose()? {
            Some(None) => return Ok(()),
            started => started,
        };
        for line in banner {
            self.messages.print(line);
        }
        for note in &self.notes {
            self.messages.report(note);
        }
        reserved.look(&self.messages)?;
        self.manager.ready(&running.counters());
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
        arguments: Vec<String>,
    ) -> anyhow::Result<Option<Running>> {
        let starting = Server::builder()
            .component(program)
            .root(root)
            .listeners(listeners)
            .arguments(arguments)
            .limits(self.options.limits())
            .stdout(self.stdout.clone())
            .stderr(self.messages.log())
            .on_event(self.messages.reporter())
            .start();
        self.unless_stopped(starting)
    }

    /// Starts the server that shows the counters of `running`, until it is dropped. Returns
    /// `None` once a stop was requested.
    fn observing(
        &self,
        running: &Running,
        listeners: Listeners,
    ) -> anyhow::Result<Option<Running>> {
        let starting = Server::admin(running)
            .listeners(listeners)
            .stderr(self.messages.log())
            .on_event(self.messages.reporter_of_admin())
            .start();
        let started = self.unless_stopped(starting);
        started.context("cannot show counters (--admin)")
    }

    /// Waits for an operation, which is given up once a stop was requested.
    fn unless_stopped<T>(&self, mut operation: Operation<T>) -> anyhow::Result<Option<T>> {
        while !self.signals.stop_asked() {
            if let Some(result) = operation.wait_for(STARTING) {
                return Ok(Some(result?));
            }
            self.manager.is_alive();
        }
        Ok(None)
    }

    /// Returns the lines for a server that has started. Without the start-up lines, a port
    /// that the system chose is still said.
    fn banner(&self, root: &Root, admin: Option<&AdminSocket>) -> Vec<String> {
        let style = self.to_stderr.style;
        let free = admin
            .filter(|_| self.options.quiet)
            .and_then(AdminSocket::line);
        let mut lines = match (self.options.quiet, self.options.is_port_free_choice()) {
            (true, false) => Vec::new(),
            (true, true) => {
                let urls = self.reachable.iter();
                urls.map(|url| format!("porthole: listening at {url}"))
                    .collect()
            }
            (false, _) => Banner {
                root,
                is_current_folder: self.options.is_current_folder(),
                endpoints: &self.endpoints,
                redirected: &self.redirected,
                reachable: &self.reachable,
                admin,
                log: &self.options.log,
                confined: self.confined,
                style,
            }
            .lines(),
        };
        lines.extend(free.map(|line| format!("porthole: {line}")));
        if self.options.shows_qr_code(self.to_stderr) {
            lines.extend(banner::qr_code(&self.reachable, style));
        }
        lines
    }

    fn summarize(&self, counters: &Counters) {
        self.messages.report(summary::line(counters));
    }

    fn until_stopped(&self, running: &Running) -> anyhow::Result<()> {
        let mut life = self.life(running);
        let mut looked_at_certificates: Option<Instant> = None;
        while !self.signals.stop_asked() {
            if let Some(end) = life.sign() {
                return end;
            }
            if self.signals.replacement_asked() {
                self.manager.reloading();
                self.replace(running);
                self.manager.ready(&running.counters());
            }
            if self.signals.summary_asked() {
                self.summarize(&running.counters());
            }
            if self.signals.reopening_asked() {
                self.reopen_log();
            }
            if looked_at_certificates.is_none_or(|at| at.elapsed() >= CERTIFICATES) {
                self.warn_of_certificates();
                looked_at_certificates = Some(Instant::now());
            }
            self.manager.count(|| running.counters());
            self.signals.wait(self.manager.patience());
        }
        self.manager.stopping(&running.counters());
        let mut drained = running.drain(self.options.limits().grace);
        while drained.wait_for(STARTING).is_none() {
            if self.signals.hurry_asked() {
                drained = running.stop();
            }
        }
        Ok(())
    }

    fn reopen_log(&self) {
        match &self.reopener {
            Some(reopener) => reopener.reopen(),
            None => self
                .messages
                .report("SIGUSR2 opens the log again with --log-reopen alone"),
        }
    }

    fn warn_of_certificates(&self) {
        let certificates = self.certificates.iter();
        for line in certificates.flat_map(|each| each.warnings(SystemTime::now())) {
            self.messages.report(line);
        }
    }

    /// Loads the component, the certificates and the passwords, and opens the root again. After
    /// an error, the old version continues to serve.
    fn replace(&self, running: &Running) {
        let report = |words: String| self.messages.report(words);
        match self.replaced(running) {
            Ok(()) => report("reloaded; open connections finish on the old version".to_owned()),
            // The server stops next.
            Err(_) if self.signals.stop_asked() || self.life(running).sign().is_some() => {}
            Err(error) if self.confined.is_some() && is_denied(&error) => report(format!(
                "reload failed, the old version goes on: {error:#}; what took the place of PATH or of another file must be below --reload-from, or start again"
            )),
            Err(error) => report(format!("reload failed, the old version goes on: {error:#}")),
        }
    }

    fn replaced(&self, running: &Running) -> anyhow::Result<()> {
        let component = self.options.component().map(PathBuf::from);
        let path = self.options.path().to_owned();
        let compiler = self.compiler.clone();
        let certificates = self.certificates.clone();
        let access = self.access.clone();
        let slow = "the reload waits for PATH or the component to be read; the old version goes on";
        let load = move || {
            let source = Source::read_again(component.as_deref())?;
            let program = source.program(compiler.as_deref())?;
            let root = Root::open(path)?;
            let secrets = access.as_ref().map(Access::read).transpose()?;
            if let Some(certificates) = certificates {
                certificates.replace()?;
            }
            Ok((program, root, secrets.unwrap_or_default()))
        };
        let loaded = self.loaded(slow, load, Some(self.life(running)))?;
        let (program, root, secrets) = loaded.ok_or(Error::Cancelled)?;
        let arguments = [self.arguments.clone(), secrets].concat();
        let reserved = Reserved::below(&root, self.options.component());
        let replacing = running.replace_with_arguments(program, root, arguments);
        let replaced = self.unless_stopped(replacing)?;
        replaced.ok_or(Error::Cancelled)?;
        Ok(reserved.look(&self.messages)?)
    }

    fn life(&self, running: &Running) -> Life<'_> {
        Life::of(running, &self.signals, &self.manager)
    }

    /// Runs something that may take long on another thread, and reports `slow` if it does.
    /// Returns `None` once a stop was requested, or once the server that runs meanwhile has
    /// ended.
    fn loaded<T: Send + 'static>(
        &self,
        slow: &str,
        load: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
        mut meanwhile: Option<Life<'_>>,
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
            match &mut meanwhile {
                Some(life) => {
                    if life.sign().is_some() {
                        return Ok(None);
                    }
                }
                None => self.manager.is_alive(),
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
