//! The addresses that `--bind` stands for.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::bind::{Bind, To};

/// Addresses and paths that `--bind` stands for, once names are resolved.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) tcp: Vec<Tcp>,
    pub(super) unix: Vec<PathBuf>,
    /// Lines for the user.
    pub(super) notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tcp {
    pub(super) address: SocketAddr,
    /// Whether it is never encrypted.
    pub(super) is_plain: bool,
}

/// Resolves names, and leaves out what stands there twice. An address without a port gets
/// `port`.
///
/// # Errors
/// When a name has no address, or an address is given with and without a scheme.
pub(super) fn resolve(binds: &[Bind], port: u16) -> anyhow::Result<Resolved> {
    let mut resolved = Resolved::default();
    for bind in binds {
        let addresses = match &bind.to {
            To::Ip(ip, own) => vec![SocketAddr::new(*ip, own.unwrap_or(port))],
            To::Name(name, own) => {
                let found = addresses_of(name, own.unwrap_or(port))?;
                let (known, unknown): (Vec<_>, Vec<_>) = found.iter().partition(|it| is_here(it));
                // If it has none of them, binding says so.
                if known.is_empty() {
                    found
                } else {
                    let note = |it: SocketAddr| {
                        format!(
                            "{name} is {}, too, which this system does not have",
                            it.ip()
                        )
                    };
                    resolved.notes.extend(unknown.into_iter().map(note));
                    known
                }
            }
            To::Unix(path) => {
                if !resolved.unix.contains(path) {
                    resolved.unix.push(path.clone());
                }
                continue;
            }
        };
        let is_plain = bind.scheme.is_some();
        let tcp = |address| Tcp { address, is_plain };
        resolved.tcp.extend(addresses.into_iter().map(tcp));
    }
    resolved.tcp = without_repetition(&resolved.tcp)?;
    Ok(resolved)
}

fn addresses_of(name: &str, port: u16) -> anyhow::Result<Vec<SocketAddr>> {
    let found = (name, port).to_socket_addrs();
    let found = found.map_err(|error| io::Error::new(error.kind(), words(&error)));
    let found = found.with_context(|| {
        format!(
            "cannot listen on {name}: give it an address (/etc/hosts), or give an address instead"
        )
    })?;
    Ok(found.collect())
}

/// Returns the reason alone: the standard library has more words about its own function.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let reason = text.strip_prefix("failed to lookup address information: ");
    reason.unwrap_or(&text).to_owned()
}

/// Whether an address of a name is one of this system's. Many systems know `::1` by a name,
/// and have no IPv6.
fn is_here(address: &SocketAddr) -> bool {
    let mut any_port = *address;
    any_port.set_port(0);
    match TcpListener::bind(any_port) {
        Ok(_) => true,
        Err(error) => {
            error.kind() != ErrorKind::AddrNotAvailable
                && error.kind() != ErrorKind::Unsupported
                && error.raw_os_error() != NO_FAMILY
        }
    }
}

/// The system has no IPv6.
#[cfg(unix)]
const NO_FAMILY: Option<i32> = Some(libc::EAFNOSUPPORT);
#[cfg(not(unix))]
const NO_FAMILY: Option<i32> = Some(10_047);

/// Leaves out addresses that stand there twice, or that an address for all includes.
fn without_repetition(all: &[Tcp]) -> anyhow::Result<Vec<Tcp>> {
    let mut kept: Vec<Tcp> = Vec::new();
    for tcp in all {
        let includes = |other: &&Tcp| {
            let (one, other) = (tcp.address, other.address);
            let same_port = one.port() == other.port() && one.is_ipv4() == other.is_ipv4();
            same_port && other.ip().is_unspecified() && !one.ip().is_unspecified()
        };
        let including = all.iter().find(includes);
        let same = kept.iter().find(|other| other.address == tcp.address);
        match including.or(same) {
            Some(other) if other.is_plain != tcp.is_plain => bail!(
                "{} is plain by 'http://' and is not, because {} is given, too: give one of them another port",
                tcp.address,
                other.address
            ),
            Some(_) => {}
            None => kept.push(*tcp),
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(binds: &[&str]) -> Result<Vec<String>, String> {
        let binds: Vec<Bind> = binds.iter().map(|text| text.parse().unwrap()).collect();
        let resolved = resolve(&binds, 80).map_err(|error| format!("{error:#}"))?;
        let tcp = resolved.tcp.iter().map(|tcp| match tcp.is_plain {
            true => format!("plain {}", tcp.address),
            false => tcp.address.to_string(),
        });
        let unix = resolved.unix.iter().map(|path| path.display().to_string());
        Ok(tcp.chain(unix).collect())
    }

    #[test]
    fn nothing_is_bound_twice() {
        let rows: [(&[&str], &[&str]); 6] = [
            (
                &["127.0.0.1", "127.0.0.1:80", "unix:a", "unix:a"],
                &["127.0.0.1:80", "a"],
            ),
            (&["127.0.0.1", "0.0.0.0"], &["0.0.0.0:80"]),
            (&["::", "::1", "[::1]:81"], &["[::]:80", "[::1]:81"]),
            (&["::", "127.0.0.1"], &["[::]:80", "127.0.0.1:80"]),
            (
                &["127.0.0.1", "http://127.0.0.1:81"],
                &["127.0.0.1:80", "plain 127.0.0.1:81"],
            ),
            (&["0.0.0.0:0", "127.0.0.1:0"], &["0.0.0.0:0"]),
        ];
        for (binds, expected) in rows {
            assert_eq!(resolved(binds).unwrap(), expected, "{binds:?}");
        }
        for binds in [
            ["127.0.0.1", "http://127.0.0.1"],
            ["0.0.0.0", "http://127.0.0.1"],
        ] {
            let error = resolved(&binds).unwrap_err();
            assert!(error.contains("another port"), "{error}");
        }
    }

    #[test]
    fn a_name_stands_for_its_addresses() {
        let found = resolved(&["localhost:81"]).unwrap();
        assert!(found.contains(&"127.0.0.1:81".to_owned()), "{found:?}");
        // Reserved for names that do not exist (RFC 6761, section 6.4).
        let error = resolved(&["nowhere.invalid"]).unwrap_err();
        assert!(
            error.starts_with("cannot listen on nowhere.invalid: "),
            "{error}"
        );
    }
}
