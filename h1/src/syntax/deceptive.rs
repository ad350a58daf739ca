//! Characters with which a name looks like another: the one list for pages and for the log.
//! The host, which does not depend on this crate, has a copy for what it prints
//! (`host/src/printable.rs`), and a test holds the two equal.

/// Whether a character that is no control character is not seen itself, breaks a line, or
/// changes how those after it look: those that turn the direction of text, spaces without
/// width, fillers, line and paragraph separators, annotations and tags.
///
/// Variation selectors are not among these, because emoji and Chinese names need them, and a
/// joiner is not either: see [`is_joiner`].
#[must_use]
pub fn is_deceptive(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
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

/// Whether a character joins its neighbours or keeps them apart. Persian and emoji need it on a
/// page, where a browser draws letters as they are joined. Terminals draw each letter alone,
/// so there it only hides.
#[must_use]
pub fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}
