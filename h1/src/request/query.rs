//! The query of a target as a form sends it
//! (`application/x-www-form-urlencoded`, URL Standard §5.1).

use alloc::string::String;
use alloc::vec::Vec;

use crate::syntax::name;
use crate::syntax::percent::{Decoded, decoded};

/// Returns the pairs of a query, in order. `+` is a space, and a key without `=` has an
/// empty value. Bytes that are not UTF-8 become the characters that stand for them
/// ([`crate::syntax::name`]), so that a name that a page shows comes back as it is.
pub fn pairs(query: &[u8]) -> impl Iterator<Item = (String, String)> {
    let parts = query.split(|byte| *byte == b'&');
    parts.filter(|part| !part.is_empty()).map(|part| {
        let mut sides = part.splitn(2, |byte| *byte == b'=');
        let mut side = || decode(sides.next().unwrap_or_default());
        (side(), side())
    })
}

/// Returns decoded text. A `%` without two digits stands for itself, as in browsers.
fn decode(text: &[u8]) -> String {
    let bytes = decoded(text).map(|decoded| match decoded {
        Decoded::Byte(b'+') => b' ',
        Decoded::Byte(byte) | Decoded::Encoded(byte) => byte,
        Decoded::Percent => b'%',
    });
    name::text(&bytes.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::percent::encode_value;
    use proptest::prelude::*;

    #[test]
    fn pairs_of_forms() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("a", &[("a", "")]),
            ("a=b&c=d", &[("a", "b"), ("c", "d")]),
            ("&&a=&=b", &[("a", ""), ("", "b")]),
            ("a=b=c", &[("a", "b=c")]),
            ("open=A+film%2B%26.mp4", &[("open", "A film+&.mp4")]),
            ("q=caf%C3%A9", &[("q", "caf\u{e9}")]),
            ("q=caf%E9", &[("q", "caf\u{10ffe9}")]),
            ("q=caf%F4%8F%BF%A9", &[("q", "caf\u{10ffe9}")]),
            (
                "q=100%&r=%4&s=%zz",
                &[("q", "100%"), ("r", "%4"), ("s", "%zz")],
            ),
            ("q=%00%0a", &[("q", "\0\n")]),
        ];
        for (query, expected) in cases {
            let found: Vec<_> = pairs(query.as_bytes()).collect();
            let found: Vec<_> = found.iter().map(|(k, v)| (&**k, &**v)).collect();
            assert_eq!(found, *expected, "{query}");
        }
    }

    proptest! {
        #[test]
        fn encoded_values_come_back(value: String) {
            let mut query = String::from("a=");
            encode_value(&value, &mut query);
            prop_assert!(query.is_ascii());
            let found: Vec<_> = pairs(query.as_bytes()).collect();
            prop_assert_eq!(found, [("a".into(), value)]);
        }

        #[test]
        fn any_bytes_have_pairs(query: Vec<u8>) {
            for (key, value) in pairs(&query) {
                // A byte becomes a character of four at most.
                let length = key.len().saturating_add(value.len());
                prop_assert!(length <= query.len().saturating_mul(4));
            }
        }
    }
}
