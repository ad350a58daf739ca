//! Text from outside, made safe for terminals and logs.

use std::fmt::Display;

/// Returns the text with each control character replaced by its escape (`\u{1b}`), and
/// likewise the characters that break a line or turn the direction of text. A path or an
/// error may contain them, and must neither control a terminal, nor begin a new line, nor
/// look like another one.
pub fn printable(text: impl Display) -> String {
    let text = text.to_string();
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_control() || turns(letter) {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
}

/// Whether a character breaks a line, or turns the direction of the text after it.
fn turns(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_as_escapes() {
        let rows = [
            ("plain, caf\u{e9}", "plain, caf\u{e9}"),
            ("\x1b[2J", "\\u{1b}[2J"),
            ("a\nb\rc\td", "a\\nb\\rc\\td"),
            ("\u{9b}2J\x7f\0", "\\u{9b}2J\\u{7f}\\u{0}"),
            ("a\u{202e}4pm.exe", "a\\u{202e}4pm.exe"),
            ("a\u{2028}b\u{2066}", "a\\u{2028}b\\u{2066}"),
        ];
        for (text, shown) in rows {
            assert_eq!(printable(text), shown);
        }
    }
}
