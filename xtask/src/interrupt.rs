//! Ctrl-C is noticed between two steps, so that every server is stopped.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use signal_hook::consts::{SIGINT, SIGTERM};

/// Longest time between two checks.
const STEP: Duration = Duration::from_millis(20);

pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    pub(crate) fn watch() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Self(flag))
    }

    pub(crate) fn seen(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sleeps, and calls `step` again and again meanwhile. An error of `step` ends the
    /// sleep.
    pub(crate) fn sleep(
        &self,
        duration: Duration,
        mut step: impl FnMut() -> Result<()>,
    ) -> Result<()> {
        let end = Instant::now() + duration;
        loop {
            ensure!(!self.seen(), "interrupted");
            step()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(STEP));
        }
    }
}
