//! Text that is safe in HTML, and names as people should see them.

use core::fmt;

use h1::syntax::deceptive::is_deceptive;
use h1::syntax::name;

/// Most bytes that one byte of text becomes, as [`Html`] or [`Value`] writes it.
pub const ESCAPED_BYTES: usize = 6;

/// Most bytes that one byte of a name becomes, as [`Shown`] writes it: a control character
/// becomes its code in markup.
pub const SHOWN_BYTES: usize = CODE_START.len() + 2 + CODE_END.len();

const CODE_START: &str = "<i class=\"esc\">";
const CODE_END: &str = "</i>";

/// The escaper of all templates: no value becomes markup, even in an attribute. Bytes that
/// are not UTF-8, and control characters, become U+FFFD.
#[derive(Clone, Copy, Debug, Default)]
pub struct Html;

impl askama::filters::Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        for character in name::shown(string) {
            match character {
                // Control characters have no place in HTML.
                control if control.is_control() => dest.write_char('\u{fffd}')?,
                other => write_escaped(&mut dest, other)?,
            }
        }
        Ok(())
    }
}

/// The value of a form's field, to be written with the filter `safe`. It comes back from the browser as it is, so characters that
/// stand for bytes stay ([`h1::syntax::name`]).
#[derive(Clone, Copy, Debug)]
pub struct Value<'n>(pub &'n str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|letter| write_escaped(f, letter))
    }
}

/// A name as people see it, to be written with the filter `safe`: whole, and unable to look
/// like another. Control characters,
/// characters that turn the direction of text, invisible ones, and bytes that are not
/// UTF-8 become their codes. A name of spaces only becomes visible spaces.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'n>(pub &'n str);

impl Shown<'_> {
    /// Whether the name begins or ends with a space, which nobody sees otherwise.
    #[must_use]
    pub fn is_odd(&self) -> bool {
        self.0.starts_with(' ') || self.0.ends_with(' ')
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_blank = self.0.chars().all(|letter| letter == ' ');
        for letter in self.0.chars() {
            if let Some(byte) = name::byte(letter) {
                write!(f, "{CODE_START}{byte:02X}{CODE_END}")?;
            } else if letter.is_control() {
                write!(f, "{CODE_START}{:02X}{CODE_END}", u32::from(letter))?;
            } else if is_deceptive(letter) {
                write!(f, "{CODE_START}U+{:04X}{CODE_END}", u32::from(letter))?;
            } else if letter == ' ' && is_blank {
                f.write_str("\u{2423}")?;
            } else {
                write_escaped(f, letter)?;
            }
        }
        Ok(())
    }
}

fn write_escaped(out: &mut impl fmt::Write, letter: char) -> fmt::Result {
    match entity(letter) {
        Some(entity) => out.write_str(entity),
        None => out.write_char(letter),
    }
}

/// Returns the reference to a character that means something in HTML.
pub(super) fn entity(letter: char) -> Option<&'static str> {
    match letter {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use askama::filters::Escaper as _;
    use proptest::prelude::*;

    fn escape(text: &str) -> String {
        let mut escaped = String::new();
        Html.write_escaped_str(&mut escaped, text).unwrap();
        escaped
    }

    #[test]
    fn no_character_becomes_markup() {
        // (text, in a page, in a form's field, as a name)
        let cases = [
            (
                "<b>\"x\" & 'y'",
                "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;",
                "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;",
                "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;",
            ),
            (
                "a\nb\u{7f}",
                "a\u{fffd}b\u{fffd}",
                "a\nb\u{7f}",
                "a<i class=\"esc\">0A</i>b<i class=\"esc\">7F</i>",
            ),
            (
                "Bj\u{10fff6}rk",
                "Bj\u{fffd}rk",
                "Bj\u{10fff6}rk",
                "Bj<i class=\"esc\">F6</i>rk",
            ),
            (
                "a\u{202e}b",
                "a\u{202e}b",
                "a\u{202e}b",
                "a<i class=\"esc\">U+202E</i>b",
            ),
            (
                "a\u{ad}b\u{e0041}",
                "a\u{ad}b\u{e0041}",
                "a\u{ad}b\u{e0041}",
                "a<i class=\"esc\">U+00AD</i>b<i class=\"esc\">U+E0041</i>",
            ),
            // Persian and emoji need joiners.
            ("a\u{200d}b", "a\u{200d}b", "a\u{200d}b", "a\u{200d}b"),
            ("  ", "  ", "  ", "\u{2423}\u{2423}"),
            (" a ", " a ", " a ", " a "),
            ("\u{e9}", "\u{e9}", "\u{e9}", "\u{e9}"),
        ];
        for (text, page, value, shown) in cases {
            assert_eq!(escape(text), page);
            assert_eq!(Value(text).to_string(), value);
            assert_eq!(Shown(text).to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_bound(text: String) {
            prop_assert!(escape(&text).len() <= text.len().saturating_mul(ESCAPED_BYTES));
            prop_assert!(Value(&text).to_string().len() <= text.len().saturating_mul(ESCAPED_BYTES));
            prop_assert!(Shown(&text).to_string().len() <= text.len().saturating_mul(SHOWN_BYTES));
        }
    }
}
