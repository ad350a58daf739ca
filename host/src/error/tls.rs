//! Reasons why a certificate or a key is not used.

/// Reason why a certificate or a key is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// There is no certificate.
    #[error("there is no certificate in PEM form")]
    NoCertificate,
    /// There is no private key, or only an encrypted one.
    #[error("there is no private key in PEM form (one with a passphrase cannot be used)")]
    NoKey,
    /// The certificate cannot be read. The text has the reason.
    #[error("the certificate cannot be read: {0}")]
    Certificate(String),
    /// The private key cannot be read, or is of a kind that is not supported. The text has the
    /// reason.
    #[error("the private key cannot be used: {0}")]
    Key(String),
    /// The private key is not that of the certificate.
    #[error("the private key is not that of the certificate")]
    OtherKey,
    /// The settings cannot be used, or the system has no random numbers. The text has the
    /// reason.
    #[error("TLS cannot be set up: {0}")]
    Settings(String),
}
