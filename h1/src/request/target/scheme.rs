//! The scheme by which a resource is reached (RFC 9110 §4.2).

/// The scheme of a connection, and of the targets that it may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// `http`: the connection is plain.
    #[default]
    Http,
    /// `https`: the connection is secured.
    Https,
}

impl Scheme {
    /// Returns the scheme as the start of an address, with `://`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }

    /// Returns the port of an address that names none.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    /// Splits a target in absolute-form (RFC 9112 §3.2.2) after its scheme, in any case of
    /// letters. Returns `None` if it does not begin with a known one.
    pub(crate) fn split(target: &[u8]) -> Option<(Self, &[u8])> {
        [Self::Http, Self::Https].into_iter().find_map(|scheme| {
            let prefix = scheme.prefix().as_bytes();
            let (start, rest) = target.split_at_checked(prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then_some((scheme, rest))
        })
    }
}
