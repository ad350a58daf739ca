//! The lines at the start: what is served, the addresses, and the grants.

use std::net::IpAddr;

use porthole::{Confined, Kind, Place, Root, printable};

use super::addresses::Url;
use super::{Style, addresses, qr_code};
use crate::options::LogOptions;
use crate::sockets::{AdminSocket, Endpoint};

/// Data for the lines.
pub(crate) struct Banner<'a> {
    pub(crate) root: &'a Root,
    /// Whether no path was given, so that the current folder is served.
    pub(crate) is_current_folder: bool,
    /// The listeners.
    pub(crate) endpoints: &'a [Endpoint],
    /// Addresses that one can type.
    pub(crate) reachable: &'a [Url],
    /// Addresses that lead to those.
    pub(crate) redirected: &'a [Url],
    pub(crate) admin: Option<&'a AdminSocket>,
    pub(crate) log: &'a LogOptions,
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
        let accept: Vec<String> = self.endpoints.iter().map(accepting).collect();
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
        for url in self.reachable {
            line("at", style.address(url));
        }
        let places = self.endpoints.iter().map(|endpoint| &endpoint.place);
        for place in places.filter(|place| matches!(place, Place::Unix { .. })) {
            line("at", style.address(place));
        }
        for url in self.redirected {
            line("and at", format!("{url}, which leads there"));
        }
        if let Some(admin) = self.admin {
            let words = "has /health, /ready and /metrics, for whoever watches over it";
            line("admin", format!("{} {words}", admin.shown()));
        }
        let log = match &self.log.log_file {
            Some(file) => format!("the log {}", printable(file.display())),
            None => "this log".to_owned(),
        };
        let granted = format!("reading {what} {path}; accepting on {accept}; clocks; {log}");
        line("granted", granted);
        line(
            "denied",
            "all else: other files, writing, connecting out, other ports, environment, processes"
                .to_owned(),
        );
        line("confined", confinement(self.confined));
        if let Some(folder) = self.log.writable_folder() {
            let folder = printable(folder.display());
            let words = format!("creating and writing files in {folder}, for --log-reopen");
            line("but for", words);
        }
        line(
            "stop",
            "Ctrl-C; press it again to abort open transfers".to_owned(),
        );
        lines
    }
}

/// Returns where a listener accepts connections, and the name that it was given.
fn accepting(endpoint: &Endpoint) -> String {
    let place = match &endpoint.place {
        Place::Tcp { address, with_ipv4 } if address.ip().is_unspecified() => {
            let which = match (address.ip(), with_ipv4) {
                (IpAddr::V4(_), _) => "IPv4 ",
                (IpAddr::V6(_), false) => "IPv6 ",
                (IpAddr::V6(_), true) => "",
            };
            format!("port {} of all {which}addresses", address.port())
        }
        place => place.to_string(),
    };
    named(place, &endpoint.name)
}

/// Returns a place with the name that a service manager gave it, if it did.
pub(crate) fn named(place: String, name: &str) -> String {
    match name {
        "" => place,
        name => format!("{place} ({})", printable(name)),
    }
}

/// Returns the first address that another device can reach, as a QR code.
pub(crate) fn qr_code(reachable: &[Url], style: Style) -> Vec<String> {
    let mut others = reachable.iter().filter(|it| addresses::is_for_others(it));
    let Some(url) = others.next() else {
        return vec![
            "  no QR code: only this machine reaches these addresses; --bind 0.0.0.0 opens them to the network"
                .to_owned(),
        ];
    };
    let code = qr_code::lines(&url.to_string(), style);
    code.iter().map(|line| format!("  {line}")).collect()
}

/// Returns the kernel's confinement, in addition to the sandbox, as text.
pub(crate) fn confinement(confined: Option<Confined>) -> String {
    match confined {
        Some(confined) => confined.to_string(),
        None => "by the sandbox alone: --no-confine".to_owned(),
    }
}
