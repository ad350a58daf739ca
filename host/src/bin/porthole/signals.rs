//! Signals: counts SIGINT and SIGTERM, and remembers SIGHUP, SIGUSR1 and SIGUSR2.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use porthole::Limits;

/// Interval at which a waiting process checks its state even without a signal.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// Requests of the user.
#[derive(Default)]
struct Asked {
    stops: AtomicUsize,
    replacement: AtomicBool,
    summary: AtomicBool,
    reopening: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

enum Signal {
    Stop,
    #[cfg(unix)]
    Replace,
    #[cfg(unix)]
    Summarize,
    #[cfg(unix)]
    Reopen,
}

/// The signals received so far.
pub(crate) struct Signals {
    asked: Arc<Asked>,
    thread: JoinHandle<()>,
}

impl Signals {
    /// Starts a thread that waits for signals.
    ///
    /// # Errors
    /// When the system has no thread or no event queue left.
    pub(crate) fn new() -> io::Result<Self> {
        let asked = Arc::new(Asked::default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut source = {
            let _entered = runtime.enter();
            Source::new()?
        };
        let shared = Arc::clone(&asked);
        let thread = std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    while let Some(signal) = source.next().await {
                        shared.note(&signal);
                        if shared.hurry() {
                            tokio::time::sleep(Limits::hurry()).await;
                            end();
                        }
                    }
                });
            })?;
        Ok(Self { asked, thread })
    }

    /// Whether no further signal can be noticed, because the thread has ended.
    pub(crate) fn are_deaf(&self) -> bool {
        self.thread.is_finished()
    }

    pub(crate) fn stop_asked(&self) -> bool {
        self.asked.stops.load(Ordering::SeqCst) > 0
    }

    pub(crate) fn hurry_asked(&self) -> bool {
        self.asked.hurry()
    }

    /// Whether a replacement was requested since the last call.
    pub(crate) fn replacement_asked(&self) -> bool {
        self.asked.replacement.swap(false, Ordering::SeqCst)
    }

    /// Whether a summary was requested since the last call.
    pub(crate) fn summary_asked(&self) -> bool {
        self.asked.summary.swap(false, Ordering::SeqCst)
    }

    /// Whether the log was asked to be opened again since the last call.
    pub(crate) fn reopening_asked(&self) -> bool {
        self.asked.reopening.swap(false, Ordering::SeqCst)
    }

    /// Waits for a signal, but only briefly, and for `time` at most.
    pub(crate) fn wait(&self, time: Duration) {
        self.wait_for(LOOK_AROUND.min(time));
    }

    /// Waits for a signal, for `time` at most.
    pub(crate) fn wait_for(&self, time: Duration) {
        let guard = self.asked.lock.lock();
        let guard = guard.unwrap_or_else(PoisonError::into_inner);
        // The caller finds out whether a signal or the timeout ended the wait.
        drop(self.asked.changed.wait_timeout(guard, time));
    }
}

impl Asked {
    fn hurry(&self) -> bool {
        self.stops.load(Ordering::SeqCst) > 1
    }

    fn note(&self, signal: &Signal) {
        match signal {
            Signal::Stop => {
                self.stops.fetch_add(1, Ordering::SeqCst);
            }
            #[cfg(unix)]
            Signal::Replace => self.replacement.store(true, Ordering::SeqCst),
            #[cfg(unix)]
            Signal::Summarize => self.summary.store(true, Ordering::SeqCst),
            #[cfg(unix)]
            Signal::Reopen => self.reopening.store(true, Ordering::SeqCst),
        }
        self.changed.notify_all();
    }
}

/// Ends the process, whatever its threads do or hold: a user who asks twice does not wait
/// any longer.
fn end() -> ! {
    #[cfg(unix)]
    // SAFETY: the function takes a number, and does not return.
    unsafe {
        libc::_exit(0)
    }
    #[cfg(not(unix))]
    std::process::exit(0)
}

#[cfg(unix)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    user: tokio::signal::unix::Signal,
    second_user: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Source {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            user: signal(SignalKind::user_defined1())?,
            second_user: signal(SignalKind::user_defined2())?,
        })
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::select! {
            got = self.interrupt.recv() => got.map(|()| Signal::Stop),
            got = self.terminate.recv() => got.map(|()| Signal::Stop),
            got = self.hangup.recv() => got.map(|()| Signal::Replace),
            got = self.user.recv() => got.map(|()| Signal::Summarize),
            got = self.second_user.recv() => got.map(|()| Signal::Reopen),
        }
    }
}

#[cfg(windows)]
struct Source(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Source {
    fn new() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) -> Option<Signal> {
        self.0.recv().await.map(|()| Signal::Stop)
    }
}
