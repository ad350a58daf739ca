//! SIGINT and SIGTERM, counted.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How often a waiting process looks around even without a signal.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// How often the user has asked us to stop.
pub(crate) struct Signals {
    asked: Arc<(AtomicUsize, Mutex<()>, Condvar)>,
}

impl Signals {
    /// Starts a thread that waits for signals.
    ///
    /// # Errors
    /// When the system gives us no thread or no event queue.
    pub(crate) fn new() -> io::Result<Self> {
        let asked = Arc::new((AtomicUsize::new(0), Mutex::new(()), Condvar::new()));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let mut stop = {
            let _entered = runtime.enter();
            Stop::new()?
        };
        let shared = Arc::clone(&asked);
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    while stop.next().await {
                        shared.0.fetch_add(1, Ordering::SeqCst);
                        shared.2.notify_all();
                    }
                });
            })?;
        Ok(Self { asked })
    }

    pub(crate) fn stop_asked(&self) -> bool {
        self.asked.0.load(Ordering::SeqCst) > 0
    }

    pub(crate) fn hurry_asked(&self) -> bool {
        self.asked.0.load(Ordering::SeqCst) > 1
    }

    /// Waits for a signal, but not for long.
    pub(crate) fn wait(&self) {
        let guard = self.asked.1.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it was a signal or the time is for the caller to find out.
        drop(self.asked.2.wait_timeout(guard, LOOK_AROUND));
    }
}

#[cfg(unix)]
struct Stop(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Stop {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ))
    }

    async fn next(&mut self) -> bool {
        tokio::select! {
            got = self.0.recv() => got.is_some(),
            got = self.1.recv() => got.is_some(),
        }
    }
}

#[cfg(windows)]
struct Stop(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) -> bool {
        self.0.recv().await.is_some()
    }
}
