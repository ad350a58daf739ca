//! Black-box tests. They run the real binary with the real component, and talk to it over
//! real sockets. No test uses a fixed port or sleeps. Every test can run alone or beside
//! all others.
//!
//! `cargo test --release -p porthole --test blackbox -- [FILTER]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test says what it expects by failing"
)]

mod access;
mod attacks;
mod clients;
mod confinement;
mod encryption;
mod escape;
mod http;
mod library;
mod metrics;
mod process;
mod proxies;
mod sockets;
mod support;

fn main() -> std::process::ExitCode {
    let child = confinement::native_code::child().or_else(library::lifecycle::child);
    if let Some(done) = child {
        return done;
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = [
        access::trials(),
        http::trials(),
        process::trials(),
        proxies::trials(),
        sockets::trials(),
        library::trials(),
        metrics::trials(),
        confinement::trials(),
        encryption::trials(),
        escape::trials(),
        clients::trials(),
        attacks::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}
