//! A certificate with its chain, and its private key.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, SignatureScheme};
use webpki::EndEntityCert;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::error::TlsError;

/// A certificate, the certificates that lead to its authority, and its private key.
#[derive(Clone)]
pub struct KeyPair {
    certified: Arc<CertifiedKey>,
    not_before: SystemTime,
    not_after: SystemTime,
}

impl KeyPair {
    /// Reads PEM: a certificate, followed by those that lead to its authority, and a private
    /// key as PKCS#8, PKCS#1 (RSA) or SEC1 (elliptic curves). Both may be in one text.
    ///
    /// # Errors
    /// When one of them is missing, cannot be read, or is not for the other.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.map_err(|error| TlsError::Certificate(error.to_string()))?;
        let own = chain.first().ok_or(TlsError::NoCertificate)?;
        let (not_before, not_after) = validity(own)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
            rustls::pki_types::pem::Error::NoItemsFound => TlsError::NoKey,
            error => TlsError::Key(error.to_string()),
        })?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let certified = certified.map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::OtherKey,
            rustls::Error::InvalidCertificate(error) => TlsError::Certificate(error.to_string()),
            error => TlsError::Key(error.to_string()),
        })?;
        Ok(Self {
            certified: Arc::new(certified),
            not_before,
            not_after,
        })
    }

    /// Returns the time from which on the certificate is valid.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.not_before
    }

    /// Returns the time until which the certificate is valid.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.not_after
    }

    /// Returns the certificate itself (DER), of which a fingerprint can be made.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.certified.cert.first().map_or(&[], AsRef::as_ref)
    }

    /// Whether the certificate is for this name of a server or this IP address.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        ServerName::try_from(name).is_ok_and(|name| self.is_for_server(&name))
    }

    pub(super) fn is_for_server(&self, name: &ServerName<'_>) -> bool {
        let certificate = self.certified.cert.first();
        let certificate = certificate.and_then(|der| EndEntityCert::try_from(der).ok());
        certificate.is_some_and(|own| own.verify_is_valid_for_subject_name(name).is_ok())
    }

    /// Whether the key can sign by one of the schemes.
    pub(super) fn signs(&self, schemes: &[SignatureScheme]) -> bool {
        self.certified.key.choose_scheme(schemes).is_some()
    }

    pub(super) fn certified(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }
}

impl std::fmt::Debug for KeyPair {
    /// Shows no key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair")
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn validity(certificate: &CertificateDer<'_>) -> Result<(SystemTime, SystemTime), TlsError> {
    let certificate = Certificate::from_der(certificate);
    let certificate = certificate.map_err(|error| TlsError::Certificate(error.to_string()))?;
    let validity = certificate.tbs_certificate.validity;
    Ok((
        validity.not_before.to_system_time(),
        validity.not_after.to_system_time(),
    ))
}
