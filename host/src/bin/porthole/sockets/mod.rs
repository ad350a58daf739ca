//! The sockets on which the program listens: bound here, or handed down.

mod admin;
pub(crate) mod bind;
#[cfg(unix)]
mod files;
#[cfg(unix)]
pub(crate) mod handed_down;
#[cfg(unix)]
pub(crate) mod owner;
mod resolve;

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::bail;
#[cfg(unix)]
use porthole::UnixOptions;
use porthole::{Listeners, Place, Tls};

use crate::options::Options;
use crate::terminal::addresses::{self, Url};
use crate::terminal::browser::{self, Browser};
use crate::terminal::busy_port;
use crate::terminal::messages::report_at_once;
pub(crate) use admin::AdminSocket;
#[cfg(unix)]
pub(crate) use files::SocketFiles;
#[cfg(unix)]
use handed_down::HandedDown;
use resolve::Resolved;

/// Scheme of the listeners that speak TLS.
const HTTPS: &str = "https";

/// Scheme of all others.
const HTTP: &str = "http";

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
    #[cfg(unix)]
    pub(crate) is_handed_down: bool,
    /// Name that a service manager gave it, or an empty one.
    pub(crate) name: String,
}

impl Endpoint {
    /// Returns the addresses that one can type to reach it, with a path. Call it before the
    /// process is confined.
    fn urls(&self, path: &str) -> Vec<Url> {
        let Place::Tcp { address, with_ipv4 } = self.place else {
            return Vec::new();
        };
        // People type addresses of IPv4.
        let of_ipv4 = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port());
        let bound = match with_ipv4 {
            true => &[of_ipv4, address][..],
            false => &[address],
        };
        let url = |address| Url {
            scheme: self.scheme,
            address,
            path: path.to_owned(),
        };
        addresses::reachable(bound).into_iter().map(url).collect()
    }

    /// Whether what clients send there may cross a network, without TLS.
    pub(crate) fn is_readable_on_the_way(&self) -> bool {
        let Some(address) = self.tcp() else {
            return false;
        };
        // What only leads to the others is sent no password that is right.
        self.scheme != HTTPS && !self.redirects && !address.ip().to_canonical().is_loopback()
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
    /// Returns the addresses that one can type, with a path, and those that lead to them. Call
    /// it before the process is confined.
    pub(crate) fn urls(&self, path: &str) -> [Vec<Url>; 2] {
        [false, true].map(|redirects| {
            let endpoints = self
                .endpoints
                .iter()
                .filter(|endpoint| endpoint.redirects == redirects);
            endpoints.flat_map(|endpoint| endpoint.urls(path)).collect()
        })
    }

    /// Starts the browser of this machine at a path of the first address of TCP. A failure is
    /// reported.
    pub(crate) fn open_browser(&self, path: String) -> Option<Browser> {
        let first = self
            .endpoints
            .iter()
            .find_map(|endpoint| Some((endpoint.scheme, endpoint.tcp()?)));
        match first {
            Some((scheme, address)) => {
                let address = addresses::own(address);
                let url = Url {
                    scheme,
                    address,
                    path,
                };
                browser::open(url.to_string())
            }
            None => {
                report_at_once("no browser was opened: it opens no Unix socket");
                None
            }
        }
    }

    /// Notes the files that were made, those for `admin` too.
    #[cfg(unix)]
    pub(crate) fn files(&self, admin: Option<&AdminSocket>) -> SocketFiles {
        let admin = admin.into_iter().flat_map(|admin| &admin.endpoints);
        SocketFiles::of(self.endpoints.iter().chain(admin))
    }

    /// Resolves names, takes over what was handed down, and binds everything else. Call it
    /// before the process is confined.
    ///
    /// # Errors
    /// When a name has no address, or something cannot be bound.
    pub(crate) fn open(
        options: &Options,
        #[cfg(unix)] handed_down: HandedDown,
    ) -> anyhow::Result<Self> {
        #[cfg(unix)]
        let has_some = !handed_down.descriptors.is_empty();
        #[cfg(not(unix))]
        let has_some = false;
        let binds = options.binds(has_some);
        let mut resolved = resolve::resolve(&binds, options.port())?;
        #[cfg(unix)]
        let who = options.unix_options()?;
        for note in std::mem::take(&mut resolved.notes) {
            report_at_once(note);
        }
        let mut sockets = Self::default();
        sockets.bind_tcp(options, &mut resolved)?;
        #[cfg(unix)]
        sockets.take_over(options, handed_down)?;
        sockets.redirect(options, &resolved)?;
        // Last, so that no file is made and removed again when an address cannot be bound.
        #[cfg(unix)]
        sockets.bind_unix(options, &resolved, &who)?;
        let mut schemes = sockets.endpoints.iter().map(|endpoint| endpoint.scheme);
        if options.tls.is_on() && !schemes.any(|scheme| scheme == HTTPS) {
            bail!(
                "no address is https, because Unix sockets and those after 'http://' are plain: leave the certificate out, or add an address"
            );
        }
        Ok(sockets)
    }

    /// Has the listeners that are https speak TLS.
    pub(crate) fn secure(&mut self, tls: &Tls) {
        for endpoint in &self.endpoints {
            // Each in turn goes from the front to the back.
            let others = self.listeners.split_off(1);
            let mut one = std::mem::replace(&mut self.listeners, others);
            if endpoint.scheme == HTTPS {
                one = one.with_tls(tls);
            }
            self.listeners.append(one);
        }
    }

    fn bind_tcp(&mut self, options: &Options, resolved: &mut Resolved) -> anyhow::Result<()> {
        let is_secured = options.tls.is_on();
        if is_secured {
            resolved.tcp.sort_by_key(|tcp| tcp.is_plain);
        }
        let addresses: Vec<SocketAddr> = resolved.tcp.iter().map(|tcp| tcp.address).collect();
        // Together, because they share a port.
        let mut bound = bound(&addresses, options)?;
        let secured = resolved.tcp.iter().take_while(|tcp| !tcp.is_plain);
        let plain = bound.split_off(secured.count());
        self.add(options, bound, is_secured, &[])?;
        self.add(options, plain, false, &[])
    }

    #[cfg(unix)]
    fn take_over(&mut self, options: &Options, handed_down: HandedDown) -> anyhow::Result<()> {
        let listeners = Listeners::inherit(handed_down.descriptors)?;
        let first = self.endpoints.len();
        self.add(options, listeners, options.tls.is_on(), &handed_down.names)?;
        for endpoint in self.endpoints.iter_mut().skip(first) {
            endpoint.is_handed_down = true;
        }
        Ok(())
    }

    #[cfg(unix)]
    fn bind_unix(
        &mut self,
        options: &Options,
        resolved: &Resolved,
        who: &UnixOptions,
    ) -> anyhow::Result<()> {
        for path in &resolved.unix {
            self.add(options, Listeners::bind_unix(path, who)?, false, &[])?;
        }
        Ok(())
    }

    /// Listens on the other port of `--redirect-http`.
    fn redirect(&mut self, options: &Options, resolved: &Resolved) -> anyhow::Result<()> {
        let Some(port) = options.tls.redirect_http else {
            return Ok(());
        };
        let secured = resolved.tcp.iter().filter(|tcp| !tcp.is_plain);
        let mut addresses: Vec<SocketAddr> = secured.map(|tcp| tcp.address).collect();
        for address in &mut addresses {
            address.set_port(port);
        }
        addresses.sort_unstable();
        addresses.dedup();
        if addresses.is_empty() {
            bail!(
                "--redirect-http {port} listens beside the https addresses of --bind, and there is none"
            );
        }
        let first = self.endpoints.len();
        let listeners = bound(&addresses, options)?.told_as(LISTEN_REDIRECT);
        self.add(options, listeners, false, &[])?;
        for endpoint in self.endpoints.iter_mut().skip(first) {
            endpoint.redirects = true;
        }
        Ok(())
    }

    /// Adds listeners, which are to speak TLS if they can where `is_secured`.
    fn add(
        &mut self,
        options: &Options,
        mut listeners: Listeners,
        is_secured: bool,
        names: &[String],
    ) -> anyhow::Result<()> {
        for (number, place) in listeners.places()?.into_iter().enumerate() {
            let is_tcp = matches!(place, Place::Tcp { .. });
            self.endpoints.push(Endpoint {
                scheme: match is_secured && is_tcp {
                    true => HTTPS,
                    false => HTTP,
                },
                place,
                redirects: false,
                #[cfg(unix)]
                is_handed_down: false,
                name: names.get(number).cloned().unwrap_or_default(),
            });
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
