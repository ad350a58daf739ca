//! `porthole health`: asks the port of `--admin` whether the server is ready.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::sockets::bind::{Bind, To};

/// Longest time for the connection, and for each read and write. Docker waits for 30 s by
/// default, Kubernetes for one.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Longest start of a response that is of interest: the status line.
const STATUS_LINE: u64 = 64;

/// Path that is asked for. The connection is closed after the response.
const REQUEST: &[u8] = b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Prints `ready`.
///
/// # Errors
/// One line, when it is not ready, or does not respond.
pub(super) fn ask(bind: &Bind) -> anyhow::Result<ExitCode> {
    let shown = bind.shown(0).to_string();
    let status = status(bind).with_context(|| format!("{shown} does not respond"))?;
    match status.as_deref() {
        Some("200") => super::print(b"ready\n"),
        Some(status) => bail!("{shown} is not ready: status {status}"),
        None => bail!("{shown} is no port of --admin: its response is no HTTP"),
    }
}

/// Returns the status of the response. It is not parsed any further.
fn status(bind: &Bind) -> io::Result<Option<String>> {
    let mut start = Vec::new();
    match &bind.to {
        To::Ip(ip, port) => tcp(&[SocketAddr::new(own(*ip), port.unwrap_or(0))], &mut start)?,
        To::Name(name, port) => {
            let found = (name.as_str(), port.unwrap_or(0)).to_socket_addrs()?;
            tcp(&found.collect::<Vec<_>>(), &mut start)?;
        }
        #[cfg(unix)]
        To::Unix(path) => {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            exchange(stream, &mut start)?;
        }
        #[cfg(not(unix))]
        To::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
    }
    let start = String::from_utf8_lossy(&start);
    let rest = start.strip_prefix("HTTP/1.1 ");
    let status = rest.and_then(|rest| rest.split(' ').next());
    Ok(status.map(str::to_owned))
}

/// Returns the address of this machine that stands for all of its addresses.
fn own(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

/// Asks at the first address that can be connected to.
fn tcp(addresses: &[SocketAddr], start: &mut Vec<u8>) -> io::Result<()> {
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(address, TIMEOUT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                return exchange(stream, start);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn exchange(mut stream: impl Read + Write, start: &mut Vec<u8>) -> io::Result<()> {
    stream.write_all(REQUEST)?;
    stream.take(STATUS_LINE).read_to_end(start)?;
    Ok(())
}
