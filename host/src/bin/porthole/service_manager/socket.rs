//! The one socket that leads to the service manager.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Longest time for which a message waits for the manager to read earlier ones.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A socket that is connected, so that sending needs no right to connect.
pub(super) struct Socket(UnixDatagram);

impl Socket {
    /// Connects to a path, or to a name of the abstract namespace after an `@`.
    pub(super) fn connect(address: &str) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        match address.strip_prefix('@') {
            Some(name) => connect_abstract(&socket, name)?,
            None if address.starts_with('/') => socket.connect(address)?,
            None => return Err(io::Error::other("neither a path nor a name after '@'")),
        }
        socket.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self(socket))
    }

    /// Sends a message. A manager that does not read it in time, or is gone, misses it: there
    /// is no one else to tell.
    pub(super) fn send(&self, message: &str) {
        let _ = self.0.send(message.as_bytes());
    }
}

#[cfg(any(target_os = "android", target_os = "linux"))]
fn connect_abstract(socket: &UnixDatagram, name: &str) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::SocketAddr;

    socket.connect_addr(&SocketAddr::from_abstract_name(name)?)
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn connect_abstract(_: &UnixDatagram, _: &str) -> io::Result<()> {
    Err(io::Error::other("this system has no names after '@'"))
}

/// Returns the time of the clock that the manager compares with.
pub(super) fn monotonic_microseconds() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    let microseconds = now.tv_sec.saturating_mul(1_000_000);
    microseconds.saturating_add(now.tv_nsec / 1_000)
}
