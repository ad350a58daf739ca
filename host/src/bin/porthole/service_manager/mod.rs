//! Messages to a service manager: sd_notify(3), sd_watchdog_enabled(3).

#[cfg(unix)]
mod socket;
#[cfg(not(unix))]
#[path = "no_socket.rs"]
mod socket;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use porthole::Counters;

use crate::terminal::messages::report_at_once;
use crate::terminal::summary;
use socket::Socket;

/// Variables by which a service manager speaks to this process, and to none that it starts.
pub(crate) const VARIABLES: [&str; 6] = [
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "LISTEN_PID",
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
];

/// Time between two lines with counts.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// The service manager that waits to hear of this process, or none.
pub(crate) struct ServiceManager {
    socket: Option<Socket>,
    /// Time between two signs of life.
    sign_every: Option<Duration>,
    sign_at: Cell<Instant>,
    status_at: Cell<Instant>,
    status: RefCell<String>,
}

impl ServiceManager {
    /// Connects to the one that the environment names. Call it before the process is
    /// confined. A failure is reported, and serving goes on without.
    pub(crate) fn connect() -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let socket = variable("NOTIFY_SOCKET").and_then(|address| {
            let failed = |error| {
                report_at_once(format_args!(
                    "the service manager is not told anything: NOTIFY_SOCKET is '{address}': {error}"
                ));
            };
            Socket::connect(&address).map_err(failed).ok()
        });
        let watchdog = sign_every(
            std::process::id(),
            variable("WATCHDOG_PID").as_deref(),
            variable("WATCHDOG_USEC").as_deref(),
        );
        Self::of(socket, watchdog)
    }

    fn of(socket: Option<Socket>, sign_every: Option<Duration>) -> Self {
        let now = Instant::now();
        Self {
            sign_every: sign_every.filter(|_| socket.is_some()),
            socket,
            sign_at: Cell::new(now),
            status_at: Cell::new(now),
            status: RefCell::default(),
        }
    }

    /// Connects to the one at an address, which wants so many signs of life.
    #[cfg(all(test, unix))]
    pub(crate) fn telling(address: &str, every: Option<Duration>) -> std::io::Result<Self> {
        Ok(Self::of(Some(Socket::connect(address)?), every))
    }

    /// Says that the server accepts connections.
    pub(crate) fn ready(&self, counters: &Counters) {
        let status = self.counted(counters);
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    /// Says that the server loads again what it serves. It is ready before, meanwhile and
    /// after.
    pub(crate) fn reloading(&self) {
        if self.socket.is_some() {
            let now = socket::monotonic_microseconds();
            self.tell(&format!(
                "RELOADING=1\nMONOTONIC_USEC={now}\nSTATUS=reloading"
            ));
        }
    }

    /// Says that the server ends.
    pub(crate) fn stopping(&self, counters: &Counters) {
        let open = counters.open;
        self.tell(&format!(
            "STOPPING=1\nSTATUS=stopping, {open} connections are open"
        ));
    }

    /// Gives a sign of life when it is time. Only the thread that sees whether the others
    /// live calls it.
    pub(crate) fn is_alive(&self) {
        let now = Instant::now();
        if let Some(every) = self.sign_every.filter(|_| self.sign_at.get() <= now) {
            self.sign_at.set(now.checked_add(every).unwrap_or(now));
            self.tell("WATCHDOG=1");
        }
    }

    /// Says what was served so far, when it is time and that has changed.
    pub(crate) fn count(&self, counters: impl FnOnce() -> Counters) {
        let now = Instant::now();
        if self.socket.is_none() || self.status_at.get() > now {
            return;
        }
        let before = self.status.borrow().clone();
        let status = self.counted(&counters());
        if status != before {
            self.tell(&format!("STATUS={status}"));
        }
    }

    /// Returns the longest time that may pass until the next call.
    pub(crate) fn patience(&self) -> Duration {
        self.sign_every.unwrap_or(Duration::MAX)
    }

    fn counted(&self, counters: &Counters) -> String {
        let now = Instant::now();
        self.status_at
            .set(now.checked_add(STATUS_EVERY).unwrap_or(now));
        let status = summary::status(counters);
        status.clone_into(&mut self.status.borrow_mut());
        status
    }

    fn tell(&self, message: &str) {
        if let Some(socket) = &self.socket {
            socket.send(message);
        }
    }
}

/// Returns half the time after which the manager takes a silent process for dead, if it is
/// this process that it watches.
fn sign_every(own: u32, pid: Option<&str>, microseconds: Option<&str>) -> Option<Duration> {
    let is_own = pid.is_none_or(|pid| pid.parse() == Ok(own));
    let microseconds = microseconds?.parse::<u64>().ok();
    let microseconds = microseconds.filter(|&it| is_own && it > 0 && it < u64::MAX)?;
    Some(Duration::from_micros(microseconds / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_life_come_twice_as_often_as_they_are_needed() {
        let second = Some(Duration::from_secs(1));
        let rows = [
            (Some("7"), Some("2000000"), second),
            (None, Some("2000000"), second),
            (Some("8"), Some("2000000"), None),
            (Some("x"), Some("2000000"), None),
            (Some("7"), None, None),
            (Some("7"), Some("0"), None),
            (Some("7"), Some("-1"), None),
            (Some("7"), Some("18446744073709551615"), None),
        ];
        for (pid, microseconds, expected) in rows {
            assert_eq!(
                sign_every(7, pid, microseconds),
                expected,
                "{microseconds:?}"
            );
        }
    }
}
