//! TLS on listeners: certificates with their keys, and what a handshake needs of them.
//!
//! Keys stay on this side of the sandbox. A component gets a connection once it is decrypted.

mod key_pair;
mod resolver;

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::{CryptoProvider, ring};
use rustls::server::ProducesTickets;
use rustls::{CipherSuite, ServerConfig, SupportedCipherSuite};

use crate::error::TlsError;
pub use key_pair::KeyPair;
use resolver::Resolver;

/// Certificates of listeners that speak TLS 1.2 and 1.3. Clones share them, so that
/// [`Tls::replace`] has an effect on all listeners that have a clone.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (chain, key) = (std::fs::read("chain.pem")?, std::fs::read("key.pem")?);
/// let tls = porthole::Tls::new(vec![porthole::KeyPair::from_pem(&chain, &key)?], &[])?;
/// let listeners = porthole::Listeners::bind(&["0.0.0.0:443".parse()?])?.with_tls(&tls);
/// # drop(listeners);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    current: RwLock<Arc<ServerConfig>>,
    /// Encrypts sessions for clients that resume them. It changes its key every six hours,
    /// and survives a replacement of the certificates.
    tickets: Arc<dyn ProducesTickets>,
    /// Names of the protocols that clients may ask for (RFC 7301), the most wanted one first.
    protocols: Vec<Vec<u8>>,
}

impl Tls {
    /// Returns TLS with these certificates. A client gets the first one that is for the name
    /// that it asks for, or else the first one of all. `protocols` are the names by which a
    /// client may ask for a protocol (RFC 7301). If there are any, a client that asks for
    /// others is refused.
    ///
    /// # Errors
    /// [`TlsError::NoCertificate`] without a pair, and [`TlsError::Settings`] when the system
    /// has no random numbers.
    pub fn new(pairs: Vec<KeyPair>, protocols: &[&str]) -> Result<Self, TlsError> {
        let tickets = ring::Ticketer::new().map_err(settings_failed)?;
        let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
        let protocols: Vec<_> = protocols.collect();
        let current = config(pairs, &tickets, &protocols)?;
        Ok(Self(Arc::new(Shared {
            current: RwLock::new(current),
            tickets,
            protocols,
        })))
    }

    /// Uses these certificates for handshakes from now on. Connections go on as they are, and
    /// sessions can still be resumed.
    ///
    /// # Errors
    /// As for [`Tls::new`]. Then the certificates stay as they were.
    pub fn replace(&self, pairs: Vec<KeyPair>) -> Result<(), TlsError> {
        let new = config(pairs, &self.0.tickets, &self.0.protocols)?;
        let mut current = self.0.current.write();
        **current
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut()) = new;
        Ok(())
    }

    /// Returns what the next handshake uses.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        let current = self.0.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Tls {
    /// Shows no key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn config(
    pairs: Vec<KeyPair>,
    tickets: &Arc<dyn ProducesTickets>,
    protocols: &[Vec<u8>],
) -> Result<Arc<ServerConfig>, TlsError> {
    if pairs.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let builder = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(settings_failed)?;
    let mut config = builder
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Resolver::new(pairs)));
    config.alpn_protocols = protocols.to_vec();
    config.ticketer = Arc::clone(tickets);
    config.ignore_client_order = true;
    Ok(Arc::new(config))
}

/// Returns ring with its ciphers in the order in which they are chosen. AES with 128 bits
/// comes first, because it takes the least time for each byte. None of them is weak.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    let is_first = |suite: &SupportedCipherSuite| {
        matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        )
    };
    // The others stay in their order.
    provider.cipher_suites.sort_by_key(|suite| !is_first(suite));
    provider
}

fn settings_failed(error: rustls::Error) -> TlsError {
    TlsError::Settings(error.to_string())
}
