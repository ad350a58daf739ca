//! Facts that a program can learn about its surroundings.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use crate::bindings::wasi::cli::environment;
use crate::bindings::wasi::clocks::{monotonic_clock, system_clock};
use crate::report::Report;

pub async fn look(report: &mut Report) {
    report.found(
        "environment variables",
        environment::get_environment().len(),
    );
    report.found("arguments", environment::get_arguments().join(" "));
    report.found(
        "working directory",
        environment::get_initial_cwd().as_deref().unwrap_or("none"),
    );
    // The clock's origin has no meaning outside: it is not the start of the machine.
    let age = monotonic_clock::now().checked_div(1_000_000_000);
    report.found(
        "hours on the monotonic clock",
        age.map_or(0, |age| age / 3_600),
    );
    report.found("time of day", system_clock::now().seconds > 0);
    report.found(
        "resolution of the clocks",
        monotonic_clock::get_resolution().min(system_clock::get_resolution()),
    );
    report.found(
        "wait for 584 years",
        begin(monotonic_clock::wait_for(u64::MAX)),
    );
    report.found(
        "wait until the end of time",
        begin(monotonic_clock::wait_until(u64::MAX)),
    );
    report.found("grow memory to 4 GiB", grow(65_535));
}

/// Starts to wait, and gives up.
fn begin(waiting: impl Future<Output = ()>) -> &'static str {
    match pin!(waiting).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(()) => "over",
        Poll::Pending => "given up",
    }
}

#[cfg(target_family = "wasm")]
fn grow(pages: usize) -> &'static str {
    match core::arch::wasm32::memory_grow::<0>(pages) {
        usize::MAX => "refused",
        _ => "allowed",
    }
}

#[cfg(not(target_family = "wasm"))]
fn grow(_: usize) -> &'static str {
    "no such memory"
}
