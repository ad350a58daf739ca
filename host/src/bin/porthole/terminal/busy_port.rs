//! The errors for a port that is taken or needs a right: who has it, and what to do.

use std::io;

use anyhow::anyhow;
use porthole::{Error, printable};

/// Adds to an error of an address what helps against it. `common` is the port of addresses
/// without one of their own. Other errors stay as they are.
pub(crate) fn explained(error: Error, common: u16) -> anyhow::Error {
    let (port, kind) = match &error {
        Error::Bind { address, source } => (address.port(), source.kind()),
        _ => return error.into(),
    };
    let error = anyhow::Error::from(error);
    match kind {
        io::ErrorKind::AddrInUse => {}
        io::ErrorKind::PermissionDenied if (1..1024).contains(&port) => {
            return anyhow!(
                "{error:#}; a port below 1024 needs a socket unit of systemd, or AmbientCapabilities=CAP_NET_BIND_SERVICE in its service, or take another port"
            );
        }
        io::ErrorKind::AddrNotAvailable => {
            return anyhow!("{error:#}; this system does not have that address");
        }
        _ => return error,
    }
    let hint = match port == common {
        true => "--port 0 picks a free port",
        false => "port 0 picks a free one",
    };
    match holder(port) {
        Some(holder) => anyhow!("{error:#}; {} listens there; {hint}", printable(holder)),
        None => anyhow!("{error:#}; {hint}"),
    }
}

/// Returns the name and the number of the process that listens on a port, if this user may
/// know it: proc_net_tcp(5), proc_pid_fd(5).
#[cfg(target_os = "linux")]
fn holder(port: u16) -> Option<String> {
    use std::fs;

    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    let sockets = tables.iter().flat_map(|table| listening(table, port));
    let sockets: Vec<String> = sockets.map(|inode| format!("socket:[{inode}]")).collect();
    let holds = |process: &std::path::Path| {
        // Not readable for the processes of other users.
        let mut open = fs::read_dir(process.join("fd")).ok()?.flatten();
        let is_it = |file: fs::DirEntry| {
            let target = fs::read_link(file.path()).unwrap_or_default();
            sockets.iter().any(|socket| target.as_os_str() == &**socket)
        };
        open.any(is_it).then_some(())
    };
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut processes = processes.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        holds(&entry.path())?;
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        Some(format!("{} (process {number})", name.trim_end()))
    });
    processes.next()
}

#[cfg(not(target_os = "linux"))]
fn holder(_: u16) -> Option<String> {
    None
}

/// Returns the inodes of the sockets that listen on a port.
#[cfg(target_os = "linux")]
fn listening(table: &str, port: u16) -> impl Iterator<Item = &str> {
    const LISTEN: &str = "0A";
    let ends = format!(":{port:04X}");
    table.lines().skip(1).filter_map(move |line| {
        let mut fields = line.split_whitespace();
        let local = fields.nth(1)?;
        let state = fields.nth(1)?;
        let inode = fields.nth(5)?;
        (local.ends_with(&ends) && state == LISTEN).then_some(inode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_needs_a_right_has_three_ways() {
        let explained = |address: &str, kind: io::ErrorKind| {
            let (address, source) = (address.parse().unwrap(), kind.into());
            explained(Error::Bind { address, source }, 80).to_string()
        };
        let denied = explained("127.0.0.1:80", io::ErrorKind::PermissionDenied);
        assert_eq!(
            denied,
            "cannot listen on 127.0.0.1:80: permission denied; a port below 1024 needs a socket unit of systemd, or AmbientCapabilities=CAP_NET_BIND_SERVICE in its service, or take another port"
        );
        let other = explained("127.0.0.1:1024", io::ErrorKind::PermissionDenied);
        assert_eq!(other, "cannot listen on 127.0.0.1:1024");
        let hints = [
            ("127.0.0.1:80", "; --port 0 picks a free port"),
            ("127.0.0.1:81", "; port 0 picks a free one"),
        ];
        for (address, hint) in hints {
            let words = explained(address, io::ErrorKind::AddrInUse);
            assert!(words.ends_with(hint), "{words}");
        }
    }
}
