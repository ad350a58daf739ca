//! Certificates, and a client that speaks TLS.

pub mod certificate;
pub mod secure;
