//! Listeners and connections, independent of the component.

pub(crate) mod endpoint;
pub(crate) mod fast_readers;
#[cfg(unix)]
mod folder_lock;
pub(crate) mod handover;
pub(crate) mod listeners;
#[cfg(not(feature = "tls"))]
mod no_tls;
pub(crate) mod proxy_protocol;
pub(crate) mod stream;
mod tcp;
#[cfg(feature = "tls")]
pub(crate) mod tls;
pub(crate) mod trusted;
#[cfg(unix)]
pub(crate) mod unix;
pub(crate) mod unsent;

#[cfg(not(feature = "tls"))]
pub(crate) use no_tls::Tls;
#[cfg(feature = "tls")]
pub(crate) use tls::Tls;
