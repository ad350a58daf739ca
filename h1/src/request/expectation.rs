//! Expectations of a client before it sends content (RFC 9110 §10.1.1).

use crate::request::fields::{Fields, Name};
use crate::request::head::Version;
use crate::syntax::token::elements;

/// The meaning of `Expect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Nothing.
    None,
    /// 100 (Continue), or a final response that makes the content unnecessary.
    Continue,
    /// Something that can't be met: 417.
    Unknown,
}

/// Returns the expectation of a request. A 1.0 request has none, whatever its fields.
pub fn expectation(version: Version, fields: &Fields<'_>) -> Expectation {
    let members = || fields.all(Name::Expect).flat_map(elements);
    if version == Version::Http10 || members().next().is_none() {
        Expectation::None
    } else if members().all(|member| member.eq_ignore_ascii_case(b"100-continue")) {
        Expectation::Continue
    } else {
        Expectation::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;

    #[test]
    fn one_expectation_is_known() {
        let cases: &[(&str, Expectation)] = &[
            ("", Expectation::None),
            ("Expect:\r\n", Expectation::None),
            ("Expect: ,\r\n", Expectation::None),
            ("Expect: 100-continue\r\n", Expectation::Continue),
            ("expect: 100-CONTINUE\r\n", Expectation::Continue),
            ("Expect: 100-continue,\r\n", Expectation::Continue),
            (
                "Expect: 100-continue\r\nExpect: 100-continue\r\n",
                Expectation::Continue,
            ),
            ("Expect: 100-continue, x\r\n", Expectation::Unknown),
            (
                "Expect: 100-continue\r\nExpect: x\r\n",
                Expectation::Unknown,
            ),
            ("Expect: 100-continue=x\r\n", Expectation::Unknown),
            ("Expect: 100-continue;x=y\r\n", Expectation::Unknown),
            ("Expect: \"100-continue\"\r\n", Expectation::Unknown),
            ("Expect: 200-ok\r\n", Expectation::Unknown),
            ("Expect: 100\r\n", Expectation::Unknown),
        ];
        for (lines, expected) in cases {
            let fields = parse(lines).unwrap();
            assert_eq!(
                expectation(Version::Http11, &fields),
                *expected,
                "{lines:?}"
            );
            assert_eq!(
                expectation(Version::Http10, &fields),
                Expectation::None,
                "{lines:?}"
            );
        }
    }
}
