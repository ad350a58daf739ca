//! Text of files that is safe in HTML.
//!
//! Names have rules of their own ([`crate::markup::html`]): text has lines and tabs, and no
//! character of it stands for a byte.

use alloc::string::String;

use super::html::entity;

pub use super::html::ESCAPED_BYTES;

/// Appends text so that it is safe in HTML, even in an attribute. Control characters other
/// than tabs and line feeds become U+FFFD.
pub fn push_text(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        let (before, after) = rest.split_at_checked(at).unwrap_or_default();
        out.push_str(before);
        let letter = after.chars().next().unwrap_or_default();
        out.push_str(entity(letter).unwrap_or("\u{fffd}"));
        rest = after.get(letter.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
}

fn is_special(letter: char) -> bool {
    entity(letter).is_some() || (letter.is_control() && !matches!(letter, '\t' | '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_character_becomes_markup() {
        for (text, expected) in [
            ("<b>\"x\" & 'y'", "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;"),
            ("a\n\tb", "a\n\tb"),
            ("a\0\r\u{7f}\u{85}", "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("\u{e9}", "\u{e9}"),
        ] {
            let mut out = String::new();
            push_text(text, &mut out);
            assert_eq!(out, expected);
        }
    }

    proptest! {
        #[test]
        fn text_has_a_bound(text: String) {
            let mut out = String::new();
            push_text(&text, &mut out);
            prop_assert!(out.len() <= text.len().saturating_mul(ESCAPED_BYTES));
            prop_assert!(!out.contains(['<', '>', '"', '\'']));
        }
    }
}
