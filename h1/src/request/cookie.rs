//! Cookies that a client sends (RFC 6265 §4.2).

use crate::request::fields::{Fields, Name};
use crate::syntax::token::trim;

/// Returns the value of the first cookie with this name, as sent.
pub fn value<'b>(fields: &Fields<'b>, name: &str) -> Option<&'b [u8]> {
    let pairs = fields
        .all(Name::Cookie)
        .flat_map(|value| value.split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| {
        let rest = trim(pair).strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=")
    });
    values.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use alloc::format;

    #[test]
    fn values_by_name() {
        let cases: &[(&str, Option<&str>)] = &[
            ("a=1", Some("1")),
            ("b=2; a=1", Some("1")),
            ("b=2;a=1;c", Some("1")),
            ("a=1; a=2", Some("1")),
            ("a=", Some("")),
            ("a=b=c", Some("b=c")),
            ("aa=1; xa=2; A=3", None),
            ("a", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let lines = format!("Cookie: {text}\r\n");
            let fields = parse(&lines).unwrap();
            let found = value(&fields, "a");
            assert_eq!(found, expected.map(str::as_bytes), "{text}");
        }
    }
}
