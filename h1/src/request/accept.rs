//! The media types that a client asks for by name (RFC 9110 §12.5.1).

use crate::request::fields::{Fields, Name};
use crate::syntax::token::{elements, trim};
use crate::syntax::weight;

/// Returns the weight that `Accept` gives to a media type, in thousandths, if the field
/// names that very type. Ranges such as `*/*` and `text/*` count for nothing: a client that
/// sends them has no wish of its own. Parameters other than the weight are ignored.
pub fn weight_of(fields: &Fields<'_>, media_type: &str) -> u16 {
    let values = fields.all(Name::Accept);
    let weights = values.flat_map(elements).filter_map(|member| {
        let mut parts = member.split(|byte| *byte == b';').map(trim);
        let named = parts.next()?.eq_ignore_ascii_case(media_type.as_bytes());
        let weight = parts.find_map(weight::parse);
        named.then_some(weight.unwrap_or(weight::FULL))
    });
    weights.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use alloc::format;

    #[test]
    fn only_what_is_named_counts() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let cases = [
            (browser, "text/html", 1000),
            (browser, "application/xml", 900),
            (browser, "application/json", 0),
            ("*/*", "text/html", 0),
            ("text/*", "text/html", 0),
            ("TEXT/HTML ; charset=utf-8 ; q=0.5", "text/html", 500),
            ("text/html;q=0", "text/html", 0),
            ("text/html;q=2", "text/html", 1000),
            (
                "text/html;level=1;q=0.25, text/html;q=0.5",
                "text/html",
                500,
            ),
            ("text/htmlx, xtext/html", "text/html", 0),
            ("", "text/html", 0),
        ];
        for (value, media_type, expected) in cases {
            let lines = format!("Accept: {value}\r\n");
            let fields = parse(&lines).unwrap();
            assert_eq!(weight_of(&fields, media_type), expected, "{value}");
        }
        assert_eq!(weight_of(&Fields::EMPTY, "text/html"), 0);
    }
}
