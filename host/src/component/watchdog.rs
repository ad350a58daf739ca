//! The watchdog, which ends a component that does not return to the worker's thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime::{Store, UpdateDeadline};

use crate::limits;

/// Longest time that the thread may run between two heartbeats.
const TIMEOUT: Duration =
    Duration::from_millis(limits::WATCHDOG_TICK.as_millis() as u64 * limits::WATCHDOG_TICKS);

/// Ends a component that does not return to this thread's runtime. Only time counts in
/// which the thread was running since the last heartbeat: a component that waits for a
/// disk or for a processor does nothing wrong.
pub(crate) fn watch<T>(store: &mut Store<T>) {
    watch_for(store, TIMEOUT);
}

fn watch_for<T>(store: &mut Store<T>, timeout: Duration) {
    let heartbeat = Arc::new(AtomicU64::new(running()));
    let beat = Arc::downgrade(&heartbeat);
    tokio::spawn(async move {
        let mut interval = tokio::time::interval(limits::WATCHDOG_TICK);
        while let Some(beat) = beat.upgrade() {
            beat.store(running(), Ordering::Relaxed);
            drop(beat);
            interval.tick().await;
        }
    });
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        // This callback runs on the same thread.
        let since = running().saturating_sub(heartbeat.load(Ordering::Relaxed));
        Ok(match Duration::from_nanos(since) > timeout {
            true => UpdateDeadline::Interrupt,
            false => UpdateDeadline::Continue(1),
        })
    });
}

/// Returns the nanoseconds that this thread has been running.
#[cfg(unix)]
fn running() -> u64 {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds)
}

/// Returns the nanoseconds that have passed, on systems that do not tell a thread's time.
#[cfg(not(unix))]
fn running() -> u64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(BEGINNING.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use wasmtime::{Config, Engine, Linker, Module, Trap};

    use super::*;

    const GUEST: &str = r#"(module
        (import "host" "wait" (func $wait))
        (func (export "waits") (local $left i32)
            (local.set $left (i32.const 20))
            (loop $again
                (call $wait)
                (local.tee $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if $again)))
        (func (export "spins") (loop $again (br $again))))"#;
    const SHORT: Duration = Duration::from_millis(20);

    /// Waits in the host. All calls together take ten times as long as it may spin.
    fn wait() {
        std::thread::sleep(SHORT.checked_div(2).unwrap());
    }

    #[tokio::test]
    async fn to_wait_in_the_host_is_not_to_spin() {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config).unwrap();
        let ticking = engine.weak();
        // The thread ends with the engine.
        std::thread::spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(SHORT / 10);
            }
        });
        let module = Module::new(&engine, wat::parse_str(GUEST).unwrap()).unwrap();
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "wait", wait).unwrap();
        let mut store = Store::new(&engine, ());
        watch_for(&mut store, SHORT);
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let mut call = |name: &str| {
            let function = instance.get_typed_func::<(), ()>(&mut store, name);
            function.unwrap().call(&mut store, ())
        };
        call("waits").unwrap();
        let error = call("spins").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
    }
}
