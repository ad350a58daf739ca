//! The names of fields that this server looks at.

/// The names of the fields that this server looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "`NAMES` has them as they are spelled")]
pub enum Name {
    Host,
    Range,
    Accept,
    Cookie,
    Expect,
    Origin,
    Referer,
    IfMatch,
    IfRange,
    Connection,
    UserAgent,
    IfNoneMatch,
    Authorization,
    ContentLength,
    AcceptEncoding,
    TransferEncoding,
    IfModifiedSince,
    IfUnmodifiedSince,
    AccessControlRequestMethod,
    AccessControlRequestHeaders,
}

/// The names in the order of [`Name`], which is a name's place in the index, and also in
/// the order of their lengths.
pub(super) const NAMES: [(Name, &[u8]); 20] = [
    (Name::Host, b"host"),
    (Name::Range, b"range"),
    (Name::Accept, b"accept"),
    (Name::Cookie, b"cookie"),
    (Name::Expect, b"expect"),
    (Name::Origin, b"origin"),
    (Name::Referer, b"referer"),
    (Name::IfMatch, b"if-match"),
    (Name::IfRange, b"if-range"),
    (Name::Connection, b"connection"),
    (Name::UserAgent, b"user-agent"),
    (Name::IfNoneMatch, b"if-none-match"),
    (Name::Authorization, b"authorization"),
    (Name::ContentLength, b"content-length"),
    (Name::AcceptEncoding, b"accept-encoding"),
    (Name::TransferEncoding, b"transfer-encoding"),
    (Name::IfModifiedSince, b"if-modified-since"),
    (Name::IfUnmodifiedSince, b"if-unmodified-since"),
    (
        Name::AccessControlRequestMethod,
        b"access-control-request-method",
    ),
    (
        Name::AccessControlRequestHeaders,
        b"access-control-request-headers",
    ),
];

/// For each length of a name, the place of the first name that is not shorter.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler"
)]
const FIRST: [u8; NAMES[NAMES.len() - 1].1.len() + 1] = {
    let mut first = [0; NAMES[NAMES.len() - 1].1.len() + 1];
    let (mut length, mut place) = (0, 0);
    while length < first.len() {
        while NAMES[place].1.len() < length {
            place += 1;
        }
        first[length] = place as u8;
        length += 1;
    }
    first
};

impl Name {
    /// Returns the known name of `text`. Names are case-insensitive (RFC 9110 §5.1).
    /// Returns `None` for a name that this server does not look at.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let first = usize::from(*FIRST.get(text.len())?);
        let others = NAMES.iter().skip(first);
        let mut as_long = others.take_while(|(_, name)| name.len() == text.len());
        let known = as_long.find(|(_, name)| name.eq_ignore_ascii_case(text))?;
        Some(known.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_their_own_place() {
        for (place, (name, text)) in NAMES.iter().enumerate() {
            assert_eq!(*name as usize, place);
            assert_eq!(Name::of(text), Some(*name));
            assert_eq!(Name::of(&text.to_ascii_uppercase()), Some(*name));
        }
        assert_eq!(Name::of(b"server"), None);
    }
}
