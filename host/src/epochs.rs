//! The clock by which the watchdog measures.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::EngineWeak;

use crate::limits::WATCHDOG_TICK;

/// Whether an engine's clock ticks; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Epochs(Arc<AtomicBool>);

impl Epochs {
    /// Makes the clock tick for as long as the engine exists; false when it does already.
    /// The watchdog counts ticks: a program that runs several times must not shorten its
    /// patience.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start(&self, engine: EngineWeak) -> io::Result<bool> {
        if self.0.swap(true, Ordering::Relaxed) {
            return Ok(false);
        }
        let ticking = std::thread::Builder::new()
            .name("epochs".to_owned())
            .spawn(move || {
                while let Some(engine) = engine.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(WATCHDOG_TICK);
                }
            });
        self.0.store(ticking.is_ok(), Ordering::Relaxed);
        ticking.map(|_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_clock_ticks_once_however_often_it_runs() {
        let (engine, epochs) = (wasmtime::Engine::default(), Epochs::default());
        assert!(epochs.start(engine.weak()).unwrap());
        assert!(!epochs.start(engine.weak()).unwrap());
        assert!(!epochs.clone().start(engine.weak()).unwrap());
        assert!(Epochs::default().start(engine.weak()).unwrap(), "another");
    }
}
