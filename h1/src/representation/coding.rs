//! Content codings, for precompressed files beside the original (RFC 9110 §8.4.1, §12.5.3;
//! RFC 7932, RFC 8878).

use crate::request::fields::{Fields, Name};
use crate::syntax::token::{elements, trim};
use crate::syntax::weight;

/// Codings that a sibling file may have, in the server's own order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "`token` has the names")]
pub enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    /// Returns the name in `Accept-Encoding` and `Content-Encoding`.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// Returns the end of the sibling's file name, including the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }

    const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Whether `name` is that of the coding. Names are case-insensitive, and `x-gzip` is
    /// gzip (RFC 9110 §8.4.1.3).
    fn is_named(self, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(self.token().as_bytes())
            || (self == Self::Gzip && name.eq_ignore_ascii_case(b"x-gzip"))
    }
}

/// Returns the codings to look for, best first (RFC 9110 §12.5.3): by descending weight,
/// then in the server's own order. Codings that the client prefers less than the original
/// are left out. At equal weight the compressed file wins.
///
/// Nothing is sent compressed to a client that didn't ask for it. The original is always
/// the last resort, even for `identity;q=0`: §12.5.3 would allow a refusal, which helps
/// nobody.
pub fn preferences(fields: &Fields<'_>) -> impl Iterator<Item = Coding> + use<> {
    let mut weights = Weights::default();
    for value in fields.all(Name::AcceptEncoding) {
        for member in elements(value) {
            weights.read(member);
        }
    }
    let mut ranked = Coding::ALL.map(|coding| weights.ranked(coding));
    ranked.sort_by_key(|rank| core::cmp::Reverse(rank.map_or(0, |(weight, _)| weight)));
    ranked.into_iter().flatten().map(|(_, coding)| coding)
}

/// Weights in thousandths, `None` if not given.
#[derive(Default)]
struct Weights {
    /// Weights in the order of [`Coding::ALL`].
    codings: [Option<u16>; Coding::ALL.len()],
    identity: Option<u16>,
    any: Option<u16>,
}

impl Weights {
    /// Reads one member of the list. A member that is malformed, or names an unknown
    /// coding, changes nothing.
    fn read(&mut self, member: &[u8]) {
        let mut parts = member.splitn(2, |byte| *byte == b';').map(trim);
        let name = parts.next().unwrap_or_default();
        let Some(weight) = parts.next().map_or(Some(weight::FULL), weight::parse) else {
            return;
        };
        if name == b"*" {
            self.any = Some(weight);
        } else if name.eq_ignore_ascii_case(b"identity") {
            self.identity = Some(weight);
        }
        for (slot, coding) in self.codings.iter_mut().zip(Coding::ALL) {
            if coding.is_named(name) {
                *slot = Some(weight);
            }
        }
    }

    /// Returns the coding with its weight, if it is wanted at least as much as the
    /// original. An original that isn't mentioned is wanted least.
    fn ranked(&self, coding: Coding) -> Option<(u16, Coding)> {
        let named = self.codings.get(coding as usize).copied().flatten();
        let weight = named.or(self.any).unwrap_or(0);
        (weight > 0 && weight >= self.identity.unwrap_or(0)).then_some((weight, coding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use alloc::format;
    use alloc::vec::Vec;

    fn preferred(value: &str) -> Vec<&'static str> {
        let lines = format!("Accept-Encoding: {value}\r\n");
        let fields = parse(&lines).unwrap();
        preferences(&fields).map(Coding::token).collect()
    }

    #[test]
    fn best_first() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("identity", &[]),
            ("deflate", &[]),
            ("gzip", &["gzip"]),
            ("GZip", &["gzip"]),
            ("x-gzip", &["gzip"]),
            ("gzip, deflate, br, zstd", &["br", "zstd", "gzip"]),
            ("gzip,,zstd;q=0.5, ,br;q=0.25", &["gzip", "zstd", "br"]),
            ("gzip ; q=0.5 , br;\tq=0.7", &["br", "gzip"]),
            ("gzip;Q=0.5", &["gzip"]),
            ("gzip;q=0", &[]),
            ("gzip;q=0.000", &[]),
            ("gzip;q=0.001", &["gzip"]),
            ("gzip;q=1.000", &["gzip"]),
            ("gzip;q=1.", &["gzip"]),
            ("*", &["br", "zstd", "gzip"]),
            ("*;q=0", &[]),
            ("*;q=0, gzip", &["gzip"]),
            ("gzip;q=0, *", &["br", "zstd"]),
            ("gzip, *;q=0.1", &["gzip", "br", "zstd"]),
            // The original against the compressed one.
            ("gzip;q=0.5, identity", &[]),
            ("gzip;q=0.5, identity;q=0.5", &["gzip"]),
            ("gzip;q=0.5, br;q=0.9, identity;q=0.6", &["br"]),
            ("identity;q=0", &[]),
            ("identity;q=0, gzip;q=0.1", &["gzip"]),
            ("identity;q=0.5, *;q=0.1", &[]),
            // Malformed members are ignored.
            ("gzip;q=1.001", &[]),
            ("gzip;q=2", &[]),
            ("gzip;q=0.1234", &[]),
            ("gzip;q=-1", &[]),
            ("gzip;q=", &[]),
            ("gzip;q=.5", &[]),
            ("gzip;q", &[]),
            ("gzip;q =1", &[]),
            ("gzip;level=9", &[]),
            ("gzip;q=1;q=0", &[]),
            ("gzip br", &[]),
            ("gzip;q=x, br", &["br"]),
        ];
        for (value, expected) in cases {
            assert_eq!(preferred(value), *expected, "{value}");
        }
    }

    #[test]
    fn without_the_field_nothing_is_compressed() {
        assert_eq!(preferences(&Fields::EMPTY).next(), None);
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = "Accept-Encoding: gzip;q=0.5\r\nAccept-Encoding: br\r\n";
        let fields = parse(lines).unwrap();
        let tokens: Vec<_> = preferences(&fields).map(Coding::token).collect();
        assert_eq!(tokens, ["br", "gzip"]);
    }
}
