//! How many and how long: little in the normal run, much for `cargo xtask soak`,
//! which says so in the environment.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Clients that attack at once, unless the attack says otherwise.
pub fn connections() -> usize {
    read("ATTACK_CONNECTIONS").unwrap_or(100)
}

/// Whether there is time to wait for deadlines of a minute.
pub fn is_long() -> bool {
    std::env::var_os("ATTACK_SECONDS").is_some()
}

/// How long an attack goes on that has no end of its own.
pub fn time() -> Duration {
    Duration::from_secs(read("ATTACK_SECONDS").unwrap_or(1))
}

/// Repeats what is over quickly, so that bystanders have seen something of it.
pub fn again_and_again(mut attack: impl FnMut()) {
    let end = Instant::now() + time();
    while {
        attack();
        Instant::now() < end
    } {}
}

/// How long the soak takes.
pub fn soak_time() -> Duration {
    Duration::from_secs(read("SOAK_SECONDS").unwrap_or(10))
}

/// The share of one core that the soak may cost the server: it runs beside other
/// work. The clients cost about as much again.
pub fn soak_load() -> f64 {
    read("SOAK_LOAD").unwrap_or(0.15)
}

/// The folder for what was measured; nothing is written without one.
pub fn out() -> Option<PathBuf> {
    read("ATTACK_OUT")
}

fn read<T: FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let parsed = value.parse().ok();
    assert!(parsed.is_some(), "{name}={value}");
    parsed
}
