//! The clock of the watchdog.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use wasmtime::EngineWeak;

use crate::limits::WATCHDOG_TICK;

/// The clock of an engine. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct EpochTicker(Arc<Mutex<Option<JoinHandle<()>>>>);

impl EpochTicker {
    /// Makes the clock tick as long as the engine exists. Returns false when it ticks
    /// already. The watchdog counts ticks: a program that runs several times must not
    /// shorten the time that it allows.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start(&self, engine: EngineWeak) -> io::Result<bool> {
        let mut ticking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ticking.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Ok(false);
        }
        let thread = std::thread::Builder::new()
            .name("epochs".to_owned())
            .spawn(move || {
                while let Some(engine) = engine.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(WATCHDOG_TICK);
                }
            })?;
        *ticking = Some(thread);
        Ok(true)
    }

    /// Whether the clock ticks. Without it, a component that spins is never ended.
    pub(crate) fn tick(&self) -> bool {
        let ticking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ticking.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_clock_ticks_once_however_often_it_runs() {
        let (engine, epochs) = (wasmtime::Engine::default(), EpochTicker::default());
        assert!(epochs.start(engine.weak()).unwrap());
        assert!(!epochs.start(engine.weak()).unwrap());
        assert!(!epochs.clone().start(engine.weak()).unwrap());
        assert!(
            EpochTicker::default().start(engine.weak()).unwrap(),
            "another"
        );
    }

    #[test]
    fn a_clock_that_has_ended_is_noticed_and_starts_again() {
        let (engine, epochs) = (wasmtime::Engine::default(), EpochTicker::default());
        assert!(!epochs.tick());
        epochs.start(engine.weak()).unwrap();
        assert!(epochs.tick());
        let ended = std::thread::spawn(|| {});
        while !ended.is_finished() {
            std::thread::yield_now();
        }
        *epochs.0.lock().unwrap() = Some(ended);
        assert!(!epochs.tick());
        assert!(epochs.start(engine.weak()).unwrap() && epochs.tick());
    }
}
