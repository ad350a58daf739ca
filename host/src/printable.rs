//! Text from outside, made safe for terminals and logs.

use std::fmt::Display;

/// Returns the text with each control character replaced by its escape (`\u{1b}`). A path
/// or an error may contain control characters, and must neither control a terminal nor
/// begin a new line.
pub fn printable(text: impl Display) -> String {
    let text = text.to_string();
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_control() {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
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
        ];
        for (text, shown) in rows {
            assert_eq!(printable(text), shown);
        }
    }
}
