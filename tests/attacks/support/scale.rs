//! Size and duration of the attacks. They are small in the normal run, and large when
//! `cargo xtask soak` sets environment variables.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Returns the number of clients that attack at once, unless the attack has its own.
pub fn connections() -> usize {
    read("ATTACK_CONNECTIONS").unwrap_or(100)
}

/// Whether there is time to wait for deadlines of a minute.
pub fn is_long() -> bool {
    std::env::var_os("ATTACK_SECONDS").is_some()
}

/// Returns the duration of an attack that has no end of its own.
pub fn time() -> Duration {
    Duration::from_secs(read("ATTACK_SECONDS").unwrap_or(1))
}

/// Returns the time for which bystanders are measured before an attack, where there is time
/// for that.
pub fn quiet() -> Option<Duration> {
    is_long().then(time)
}

/// Repeats a short attack, so that bystanders are served during it.
pub fn again_and_again(mut attack: impl FnMut()) {
    let end = Instant::now() + time();
    while {
        attack();
        Instant::now() < end
    } {}
}

/// Returns the duration of the soak.
pub fn soak_time() -> Duration {
    Duration::from_secs(read("SOAK_SECONDS").unwrap_or(10))
}

/// Returns the share of one core that the server may use during the soak, which runs
/// beside other work. The clients use about as much again.
pub fn soak_load() -> f64 {
    read("SOAK_LOAD").unwrap_or(0.15)
}

/// Returns the directory for the results. Without one, nothing is written.
pub fn out() -> Option<PathBuf> {
    read("ATTACK_OUT")
}

fn read<T: FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let parsed = value.parse().ok();
    assert!(parsed.is_some(), "{name}={value}");
    parsed
}
