//! The sockets on which the program listens: bound here, or handed down.

pub(crate) mod bind;
#[cfg(unix)]
mod files;
#[cfg(unix)]
pub(crate) mod handed_down;
pub(crate) mod owner;
mod resolve;

use std::net::{Ipv4Addr, SocketAddr};

use porthole::{Listeners, Place, Tls};

use crate::options::Options;
use crate::terminal::addresses::{self, Url};
use crate::terminal::browser::{self, Browser};
use crate::terminal::busy_port;
use crate::terminal::messages::report_at_once;
#[cfg(unix)]
pub(crate) use files::SocketFiles;
#[cfg(unix)]
use handed_down::HandedDown;
use resolve::Resolved;

/// Name of the argument by which the component is told where it redirects to https.
const LISTEN_REDIRECT: &str = "listen-redirect";

/// The listeners, and what one says of each.
#[derive(Default)]
pub(crate) struct Sockets {
    pub(crate) listeners: Listeners,
    /// In the order of the listeners.
    pub(crate) endpoints: Vec<Endpoint>,
}

/// A listener, as one speaks of it.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) place: Place,
    pub(crate) scheme: &'static str,
    /// Whether it leads to the others, and serves nothing.
    pub(crate) redirects: bool,
    pub(crate) is_handed_down: bool,
    /// Name that a service manager gave it, or an empty one.
    pub(crate) name: String,
}

impl Endpoint {
    /// Returns the addresses that one can type to reach it. Call it before the process is
    /// confined.
    fn urls(&self) -> Vec<Url> {
        let Place::Tcp { address, with_ipv4 } = self.place else {
            return Vec::new();
        };
        // People type addresses of IPv4.
        let of_ipv4 = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port());
        let bound = match with_ipv4 {
            true => &[of_ipv4, address][..],
            false => &[address],
        };
        let scheme = self.scheme;
        let url = |address| Url { scheme, address };
        addresses::reachable(bound).into_iter().map(url).collect()
    }

    /// Returns the address of TCP.
    pub(crate) fn tcp(&self) -> Option<SocketAddr> {
        match self.place {
            Place::Tcp { address, .. } => Some(address),
            _ => None,
        }
    }
}

impl Sockets {
    /// Returns the addresses that one can type, and those that lead to them. Call it before
    /// the process is confined.
    pub(crate) fn urls(&self) -> [Vec<Url>; 2] {
        [false, true].map(|redirects| {
            let endpoints = self
                .endpoints
                .iter()
                .filter(|endpoint| endpoint.redirects == redirects);
            endpoints.flat_map(Endpoint::urls).collect()
        })
    }

    /// Starts the browser of this machine at the first address of TCP. A failure is reported.
    pub(crate) fn open_browser(&self) -> Option<Browser> {
        let first = self
            .endpoints
            .iter()
            .find_map(|endpoint| Some((endpoint.scheme, endpoint.tcp()?)));
        match first {
            Some((scheme, address)) => {
                let address = addresses::own(address);
                browser::open(Url { scheme, address }.to_string())
            }
            None => {
                report_at_once("no browser was opened: it opens no Unix socket");
                None
            }
        }
    }

    /// Notes the files that were made.
    #[cfg(unix)]
    pub(crate) fn files(&self) -> SocketFiles {
        SocketFiles::of(&self.endpoints)
    }

    /// Resolves names, takes over what was handed down, and binds everything else. Call it
    /// before the process is confined.
    ///
    /// # Errors
    /// When a name has no address, or something cannot be bound.
    pub(crate) fn open(
        options: &Options,
        #[cfg(unix)] handed_down: HandedDown,
        tls: Option<&Tls>,
    ) -> anyhow::Result<Self> {
        #[cfg(unix)]
        let has_some = !handed_down.descriptors.is_empty();
        #[cfg(not(unix))]
        let has_some = false;
        let binds = options.binds(has_some);
        let mut resolved = resolve::resolve(&binds, options.port())?;
        for note in std::mem::take(&mut resolved.notes) {
            report_at_once(note);
        }
        let mut sockets = Self::default();
        sockets.bind_tcp(options, &mut resolved, tls)?;
        #[cfg(unix)]
        sockets.take_over(options, handed_down, tls)?;
        #[cfg(unix)]
        sockets.bind_unix(options, &resolved)?;
        sockets.redirect(options, &resolved, tls)?;
        Ok(sockets)
    }

    fn bind_tcp(
        &mut self,
        options: &Options,
        resolved: &mut Resolved,
        tls: Option<&Tls>,
    ) -> anyhow::Result<()> {
        if tls.is_some() {
            resolved.tcp.sort_by_key(|tcp| tcp.is_plain);
        }
        let addresses: Vec<SocketAddr> = resolved.tcp.iter().map(|tcp| tcp.address).collect();
        // Together, because they share a port.
        let mut bound = bound(&addresses, options)?;
        let secured = resolved.tcp.iter().take_while(|tcp| !tcp.is_plain);
        let plain = bound.split_off(secured.count());
        self.add(options, bound, tls, &[])?;
        self.add(options, plain, None, &[])
    }

    #[cfg(unix)]
    fn take_over(
        &mut self,
        options: &Options,
        handed_down: HandedDown,
        tls: Option<&Tls>,
    ) -> anyhow::Result<()> {
        let listeners = Listeners::inherit(handed_down.descriptors)?;
        let first = self.endpoints.len();
        self.add(options, listeners, tls, &handed_down.names)?;
        for endpoint in self.endpoints.iter_mut().skip(first) {
            endpoint.is_handed_down = true;
        }
        Ok(())
    }

    #[cfg(unix)]
    fn bind_unix(&mut self, options: &Options, resolved: &Resolved) -> anyhow::Result<()> {
        let who = options.unix_options()?;
        for path in &resolved.unix {
            self.add(options, Listeners::bind_unix(path, &who)?, None, &[])?;
        }
        Ok(())
    }

    /// Listens on the other port of `--redirect-http`.
    fn redirect(
        &mut self,
        options: &Options,
        resolved: &Resolved,
        tls: Option<&Tls>,
    ) -> anyhow::Result<()> {
        let (Some(port), Some(_)) = (options.tls.redirect_http, tls) else {
            return Ok(());
        };
        let secured = resolved.tcp.iter().filter(|tcp| !tcp.is_plain);
        let mut addresses: Vec<SocketAddr> = secured.map(|tcp| tcp.address).collect();
        for address in &mut addresses {
            address.set_port(port);
        }
        addresses.sort_unstable();
        addresses.dedup();
        let first = self.endpoints.len();
        let listeners = bound(&addresses, options)?.told_as(LISTEN_REDIRECT);
        self.add(options, listeners, None, &[])?;
        for endpoint in self.endpoints.iter_mut().skip(first) {
            endpoint.redirects = true;
        }
        Ok(())
    }

    /// Adds listeners, which speak TLS if there is `tls` and they can.
    fn add(
        &mut self,
        options: &Options,
        mut listeners: Listeners,
        tls: Option<&Tls>,
        names: &[String],
    ) -> anyhow::Result<()> {
        for (number, place) in listeners.places()?.into_iter().enumerate() {
            let is_tcp = matches!(place, Place::Tcp { .. });
            self.endpoints.push(Endpoint {
                scheme: match tls {
                    Some(_) if is_tcp => "https",
                    _ => "http",
                },
                place,
                redirects: false,
                is_handed_down: false,
                name: names.get(number).cloned().unwrap_or_default(),
            });
        }
        if let Some(tls) = tls {
            listeners = listeners.with_tls(tls);
        }
        if options.proxy.proxy_protocol {
            listeners = listeners.with_proxy_protocol(options.proxy.trust());
        }
        self.listeners.append(listeners);
        Ok(())
    }
}

fn bound(addresses: &[SocketAddr], options: &Options) -> anyhow::Result<Listeners> {
    let explained = |error| busy_port::explained(error, options.port());
    Listeners::bind(addresses).map_err(explained)
}
