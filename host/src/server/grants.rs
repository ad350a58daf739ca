//! Grants of a server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::component::Program;
use crate::error::Error;
use crate::limits::Limits;
use crate::net::listeners::Listeners;
use crate::report::log::Log;
use crate::report::publisher::Reporter;
use crate::root::{self, Kind};
use crate::wasi::counters::{Observed, Observer};

/// Everything that a server is granted, and the component that gets it.
pub(super) struct Grants {
    pub(super) program: Component,
    pub(super) root: Option<Root>,
    pub(super) listeners: Vec<Listener>,
    pub(super) arguments: Vec<String>,
    /// Whether `--listen=ADDRESS` stands before the arguments.
    pub(super) tells_addresses: bool,
    pub(super) limits: Limits,
    pub(super) stdout: Log,
    pub(super) stderr: Log,
    pub(super) reporter: Option<Reporter>,
}

/// The component to run.
pub(super) enum Component {
    /// The one that was built with this library.
    BuiltIn,
    Given(Program),
    /// The one that shows the counters of this server, and has no root.
    Admin(Arc<dyn Observed>),
}

impl Component {
    /// Returns the program, and the server whose counters are granted to it.
    pub(super) fn load(self) -> Result<(Program, Observer), Error> {
        match self {
            Self::BuiltIn => Ok((Program::built_in()?, None)),
            Self::Given(program) => Ok((program, None)),
            Self::Admin(observed) => Ok((Program::admin()?, Some(observed))),
        }
    }
}

/// The root, or what to open when the server starts.
pub(super) enum Root {
    Open(root::Root),
    Path(PathBuf, Kind),
}

/// Listeners, or the address to bind when the server starts.
pub(super) enum Listener {
    Bound(Listeners),
    Address(SocketAddr),
}

impl Root {
    pub(super) fn open(self) -> Result<root::Root, Error> {
        match self {
            Self::Open(root) => Ok(root),
            Self::Path(path, kind) => root::Root::open_as(&path, kind),
        }
    }
}

/// Binds what is not bound yet, together: which port an address gets, and whether it is one of
/// IPv6 only, depends on the others.
pub(super) fn bind(listeners: Vec<Listener>) -> Result<Listeners, Error> {
    let addresses = listeners.iter().filter_map(|listener| match listener {
        Listener::Address(address) => Some(*address),
        Listener::Bound(_) => None,
    });
    let bound = Listeners::bind(&addresses.collect::<Vec<_>>())?;
    let mut bound = bound.listeners.into_iter();
    let mut all = Listeners::default();
    for listener in listeners {
        match listener {
            Listener::Bound(listeners) => all.append(listeners),
            Listener::Address(_) => all.listeners.extend(bound.next()),
        }
    }
    let addresses = all.addresses()?;
    let mut sorted = addresses.clone();
    sorted.sort_unstable();
    if let Some([same, _]) = sorted.array_windows().find(|[one, other]| one == other) {
        return Err(Error::SameAddress(*same));
    }
    match addresses.is_empty() {
        true => Err(Error::Incomplete("listener")),
        false => Ok(all),
    }
}
