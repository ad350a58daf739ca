//! The error for a port that is taken: who has it, and what to do.

use std::io;

use anyhow::anyhow;
use porthole::{Error, printable};

/// Adds to an error that an address is in use what helps against it. Other errors stay as
/// they are.
pub(crate) fn explained(error: Error) -> anyhow::Error {
    let port = match &error {
        Error::Bind { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
            address.port()
        }
        _ => return error.into(),
    };
    let error = anyhow::Error::from(error);
    let hint = "--port 0 picks a free port";
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
