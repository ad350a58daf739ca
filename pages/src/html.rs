//! Text that is safe in HTML.

use alloc::string::String;

use h1::syntax::name;

/// Most bytes that [`escape`] makes of one byte.
pub const ESCAPED_BYTES: usize = 6;

/// Returns the text of a name so that it is safe in HTML, even in an attribute. Bytes that
/// are not UTF-8, and control characters, become U+FFFD.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in name::shown(text) {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Control characters have no place in HTML.
            control if control.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_becomes_markup() {
        let cases = [
            ("<b>\"x\" & 'y'", "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;"),
            ("line\nbreak\u{7f}", "line\u{fffd}break\u{fffd}"),
            ("Bj\u{10fff6}rk", "Bj\u{fffd}rk"),
            ("\u{e9}", "\u{e9}"),
        ];
        for (name, expected) in cases {
            assert_eq!(escape(name), expected);
            assert!(escape(name).len() <= name.len() * ESCAPED_BYTES);
        }
    }
}
