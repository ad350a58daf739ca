//! A stand-in for TLS in a build without the feature `tls`: nothing has this type.

/// A type without a value.
#[derive(Clone, Debug)]
pub(crate) enum Tls {}
