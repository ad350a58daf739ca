//! Text that is safe in HTML, and names as people should see them.

use core::fmt;

use h1::syntax::deceptive::is_deceptive;
use h1::syntax::name;

use super::writes::{Writes, written};

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
        let is_replaced = |letter: char| {
            // Control characters have no place in HTML.
            entity(letter).is_some() || letter.is_control() || name::byte(letter).is_some()
        };
        write_replaced(&mut dest, string, is_replaced, |dest, letter| {
            dest.write_str(entity(letter).unwrap_or("\u{fffd}"))
        })
    }
}

/// The value of a form's field, to be written with the filter `safe`. It comes back from the browser as it is, so characters that
/// stand for bytes stay ([`h1::syntax::name`]).
#[derive(Clone, Copy, Debug)]
pub struct Value<'n>(pub &'n str);

impl Writes for Value<'_> {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let is_replaced = |letter: char| entity(letter).is_some();
        write_replaced(out, self.0, is_replaced, |out, letter| {
            out.write_str(entity(letter).unwrap_or_default())
        })
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

impl Writes for Shown<'_> {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let is_blank = self.0.chars().all(|letter| letter == ' ');
        let is_replaced = |letter: char| match letter {
            ' ' => is_blank,
            _ if letter.is_ascii() => letter.is_control() || entity(letter).is_some(),
            _ => letter.is_control() || is_deceptive(letter) || name::byte(letter).is_some(),
        };
        write_replaced(out, self.0, is_replaced, |out, letter| {
            if let Some(entity) = entity(letter) {
                out.write_str(entity)
            } else if letter == ' ' {
                out.write_str("\u{2423}")
            } else if let Some(byte) = name::byte(letter) {
                write!(out, "{CODE_START}{byte:02X}{CODE_END}")
            } else if letter.is_control() {
                write!(out, "{CODE_START}{:02X}{CODE_END}", u32::from(letter))
            } else {
                write!(out, "{CODE_START}U+{:04X}{CODE_END}", u32::from(letter))
            }
        })
    }
}

written!(Value<'_>, Shown<'_>);

/// Writes text in which some characters are replaced. What is between those is written at
/// once, because most names have none.
fn write_replaced<W: fmt::Write + ?Sized>(
    out: &mut W,
    text: &str,
    is_replaced: impl Fn(char) -> bool,
    replace: impl Fn(&mut W, char) -> fmt::Result,
) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(&is_replaced) {
        let (before, after) = rest.split_at_checked(at).unwrap_or_default();
        out.write_str(before)?;
        let mut letters = after.chars();
        replace(out, letters.next().unwrap_or_default())?;
        rest = letters.as_str();
    }
    out.write_str(rest)
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
