//! The lines at the start: what is served, the addresses, and the grants.

use std::fmt::Write as _;
use std::net::SocketAddr;

use porthole::{Confined, Kind, Root, printable};

pub(crate) fn lines(root: &Root, addresses: &[SocketAddr], confined: Option<Confined>) -> String {
    let path = printable(root.path().display());
    let what = match root.kind() {
        Kind::Directory => "the folder",
        Kind::File => "the one file",
    };
    let accept: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let accept = accept.join(" and ");
    let mut lines = String::new();
    // Writing to memory cannot fail.
    let _ = writeln!(lines, "porthole {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(lines, "  serving  {path}");
    for address in addresses {
        let _ = writeln!(lines, "  at       http://{address}/");
    }
    let _ = writeln!(
        lines,
        "  granted  reading {what} {path}; accepting on {accept}; clocks; this log"
    );
    let _ = writeln!(
        lines,
        "  denied   all else: other files, writing, connecting out, other ports, environment, processes"
    );
    let _ = writeln!(lines, "  confined {}", confinement(confined));
    let _ = writeln!(
        lines,
        "  stop     Ctrl-C; press it again to abort open transfers"
    );
    lines
}

/// Returns the kernel's confinement, in addition to the sandbox, as text.
pub(crate) fn confinement(confined: Option<Confined>) -> String {
    match confined {
        Some(confined) => confined.to_string(),
        None => "by the sandbox alone: --no-confine".to_owned(),
    }
}
