//! Text from outside, made safe for terminals and logs.

use std::fmt::Display;

/// Returns the text with each control character replaced by its escape (`\u{1b}`), and
/// likewise the characters with which a text looks like another: they break a line, turn the
/// direction of text, or are not seen. A path or an error may contain them.
pub fn printable(text: impl Display) -> String {
    let text = text.to_string();
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_control() || deceives(letter) {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
}

/// Whether a character that is no control character could deceive on a terminal. The component
/// has the same list for its log, and a test holds them equal
/// (`library::printable::host_and_component_have_one_list_of_deceptive_characters`).
fn deceives(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{e0fff}'
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
            ("a\u{ad}b\u{200d}", "a\\u{ad}b\\u{200d}"),
            ("a\u{2028}b\u{2066}", "a\\u{2028}b\\u{2066}"),
        ];
        for (text, shown) in rows {
            assert_eq!(printable(text), shown);
        }
    }
}
