//! The choice of a certificate for a client.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::key_pair::KeyPair;

/// Chooses by the name that the client asks for (RFC 6066 §3), and by what the client can
/// verify: a server may have an RSA and an ECDSA certificate for one name.
#[derive(Debug)]
pub(super) struct Resolver {
    pairs: Vec<KeyPair>,
}

impl Resolver {
    pub(super) fn new(pairs: Vec<KeyPair>) -> Self {
        Self { pairs }
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = client.server_name();
        let name = name.and_then(|name| ServerName::try_from(name).ok());
        let can_verify = |pair: &&KeyPair| pair.signs(client.signature_schemes());
        let for_name = |pair: &&KeyPair| name.as_ref().is_some_and(|name| pair.is_for_server(name));
        let of_name = self.pairs.iter().filter(for_name).find(can_verify);
        // A client that asks for no name, or for another one, decides for itself what to make
        // of the certificate that it gets.
        let usable = of_name.or_else(|| self.pairs.iter().find(can_verify));
        // With one that it cannot verify, a client learns that the two have nothing in common.
        let pair = usable.or_else(|| self.pairs.first())?;
        Some(Arc::clone(pair.certified()))
    }
}
