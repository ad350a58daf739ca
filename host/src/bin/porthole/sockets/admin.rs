//! The socket of `--admin`.

use std::net::SocketAddr;

use porthole::{Listeners, Place};

use super::resolve::resolve;
use super::{Endpoint, HTTP};
use crate::options::Options;
use crate::terminal::addresses::Url;
use crate::terminal::busy_port;
use crate::terminal::messages::report_at_once;

/// The socket at which counters are shown, bound and not served yet.
pub(crate) struct AdminSocket {
    pub(crate) listeners: Listeners,
    pub(crate) endpoints: Vec<Endpoint>,
    /// Whether the system has chosen the port.
    is_free_choice: bool,
}

impl AdminSocket {
    /// Binds it, if there is to be one. Call it before the process is confined.
    ///
    /// # Errors
    /// When a name has no address, or it cannot be bound.
    pub(crate) fn open(options: &Options) -> anyhow::Result<Option<Self>> {
        let Some(bind) = &options.admin.admin else {
            return Ok(None);
        };
        let resolved = resolve(std::slice::from_ref(bind), 0)?;
        for note in &resolved.notes {
            report_at_once(note);
        }
        let addresses: Vec<SocketAddr> = resolved.tcp.iter().map(|tcp| tcp.address).collect();
        let explained = |error| busy_port::explained(error, 0);
        #[cfg_attr(not(unix), allow(unused_mut))]
        let mut listeners = Listeners::bind(&addresses).map_err(explained)?;
        #[cfg(unix)]
        for path in &resolved.unix {
            listeners.append(Listeners::bind_unix(path, &options.unix_options()?)?);
        }
        let endpoint = |place| Endpoint {
            place,
            scheme: HTTP,
            redirects: false,
            #[cfg(unix)]
            is_handed_down: false,
            name: String::new(),
        };
        // Whoever wants to count descriptors must begin before the process is confined.
        #[cfg(unix)]
        porthole::watch_descriptors();
        Ok(Some(Self {
            endpoints: listeners.places()?.into_iter().map(endpoint).collect(),
            listeners,
            is_free_choice: bind.port() == Some(0),
        }))
    }

    /// Returns the addresses for people.
    pub(crate) fn shown(&self) -> String {
        let shown = self.endpoints.iter().map(|endpoint| match endpoint.tcp() {
            Some(address) => {
                let (scheme, path) = (endpoint.scheme, String::new());
                let url = Url {
                    scheme,
                    address,
                    path,
                };
                url.to_string()
            }
            None => endpoint.place.to_string(),
        });
        shown.collect::<Vec<_>>().join(" and ")
    }

    /// Returns the line that says where it is if nothing else does.
    pub(crate) fn line(&self) -> Option<String> {
        let words = || format!("counters are shown at {}", self.shown());
        self.is_free_choice.then(words)
    }

    /// Returns a warning if others than this machine may reach it.
    pub(crate) fn warning(&self) -> Option<String> {
        let reaches = |endpoint: &Endpoint| matches!(&endpoint.place, Place::Tcp { address, .. } if !address.ip().is_loopback());
        self.endpoints.iter().any(reaches).then(|| {
            format!(
                "whoever reaches {} reads the counters without a password: --admin 127.0.0.1:PORT or unix:PATH keeps others out",
                self.shown()
            )
        })
    }
}
