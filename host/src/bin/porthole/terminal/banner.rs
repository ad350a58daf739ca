//! The lines at the start: what is served, the addresses, and the grants.

use std::net::SocketAddr;

use porthole::{Confined, Kind, Root, printable};

use super::{Style, addresses, qr_code};

/// Data for the lines.
pub(crate) struct Banner<'a> {
    pub(crate) root: &'a Root,
    /// Whether no path was given, so that the current folder is served.
    pub(crate) is_current_folder: bool,
    /// Addresses of the listeners.
    pub(crate) bound: &'a [SocketAddr],
    /// Addresses of the listeners that redirect to those.
    pub(crate) redirected: &'a [SocketAddr],
    /// Addresses that one can type.
    pub(crate) reachable: &'a [SocketAddr],
    /// Scheme of the addresses.
    pub(crate) scheme: &'static str,
    pub(crate) confined: Option<Confined>,
    pub(crate) style: Style,
}

impl Banner<'_> {
    pub(crate) fn lines(&self) -> Vec<String> {
        let path = printable(self.root.path().display());
        let what = match self.root.kind() {
            Kind::Directory => "the folder",
            Kind::File => "the one file",
        };
        let why = match self.is_current_folder {
            true => " (the current folder, because no PATH was given)",
            false => "",
        };
        let accept = self.bound.iter().chain(self.redirected);
        let accept: Vec<String> = accept.map(ToString::to_string).collect();
        let accept = accept.join(" and ");
        let style = self.style;
        let mut lines = vec![style.bold(format_args!("porthole {}", env!("CARGO_PKG_VERSION")))];
        let mut line = |label: &str, words: String| {
            lines.push(format!(
                "  {} {words}",
                style.faint(format_args!("{label:8}"))
            ));
        };
        line("serving", format!("{}{why}", style.bold(&path)));
        for address in self.reachable {
            line("at", style.address(url(self.scheme, address)));
        }
        for address in self.redirected {
            let words = format!("{}, which leads there", url("http", address));
            line("and at", words);
        }
        let granted = format!("reading {what} {path}; accepting on {accept}; clocks; this log");
        line("granted", granted);
        line(
            "denied",
            "all else: other files, writing, connecting out, other ports, environment, processes"
                .to_owned(),
        );
        line("confined", confinement(self.confined));
        line(
            "stop",
            "Ctrl-C; press it again to abort open transfers".to_owned(),
        );
        lines
    }
}

pub(crate) fn url(scheme: &str, address: &SocketAddr) -> String {
    format!("{scheme}://{address}/")
}

/// Returns the first address that another device can reach, as a QR code.
pub(crate) fn qr_code(scheme: &str, reachable: &[SocketAddr], style: Style) -> Vec<String> {
    let mut others = reachable.iter().filter(|it| addresses::is_for_others(it));
    let Some(address) = others.next() else {
        return vec![
            "  no QR code: only this machine reaches these addresses; --bind 0.0.0.0 opens them to the network"
                .to_owned(),
        ];
    };
    let code = qr_code::lines(&url(scheme, address), style);
    code.iter().map(|line| format!("  {line}")).collect()
}

/// Returns the kernel's confinement, in addition to the sandbox, as text.
pub(crate) fn confinement(confined: Option<Confined>) -> String {
    match confined {
        Some(confined) => confined.to_string(),
        None => "by the sandbox alone: --no-confine".to_owned(),
    }
}
