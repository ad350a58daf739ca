//! Protection of the terminal that shows a log.

/// Ends every style.
const RESET: &str = "\x1b[0m";

/// The styles that a styled log lets through: bold, faint, the colours that are legible on
/// dark and light grounds, and black on white. Whatever is combined, nothing moves, hides
/// or answers.
const STYLES: [&str; 9] = [
    RESET,
    "\x1b[1m",
    "\x1b[2m",
    "\x1b[31m",
    "\x1b[32m",
    "\x1b[33m",
    "\x1b[35m",
    "\x1b[36m",
    "\x1b[30;107m",
];

/// Control sequences that a log lets through besides plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Nothing,
    /// [`STYLES`], which end with the chunk at the latest.
    Styles,
}

/// Replaces everything that could control the terminal: control characters, except line
/// feed and tab, and bytes that are not UTF-8 become `?`.
///
/// A character or a style that the end of the chunk cuts in two is left for the next chunk,
/// unless it is the whole chunk. Both logs and all instances share one terminal, on which
/// such halves could combine into a control character. Also returns the number of bytes
/// read.
pub(super) fn without_controls(chunk: &[u8], allowed: Allowed) -> (Vec<u8>, usize) {
    let mut clean = Vec::with_capacity(chunk.len());
    let mut read = 0_usize;
    let mut styled = false;
    for part in chunk.utf8_chunks() {
        let broken = part.invalid();
        let ends = read
            .saturating_add(part.valid().len())
            .saturating_add(broken.len())
            == chunk.len();
        let left = match allowed {
            Allowed::Nothing => plain(part.valid(), &mut clean),
            Allowed::Styles => with_styles(part.valid(), &mut clean, &mut styled),
        };
        // Only what the end cuts in two is left, and the chunk is never left whole.
        let whole = read == 0 && left.len() == chunk.len();
        if !left.is_empty() && ends && broken.is_empty() && !whole {
            read = read.saturating_add(part.valid().len().saturating_sub(left.len()));
            break;
        }
        if !left.is_empty() {
            plain(left, &mut clean);
        }
        read = read.saturating_add(part.valid().len());
        // Without a length, the character may become valid with more bytes.
        let cut = std::str::from_utf8(broken).is_err_and(|error| error.error_len().is_none());
        if read > 0 && ends && cut {
            break;
        }
        clean.extend(broken.iter().map(|_| b'?'));
        read = read.saturating_add(broken.len());
    }
    if styled {
        clean.extend_from_slice(RESET.as_bytes());
    }
    (clean, read)
}

/// Appends text without its control characters. Nothing is left.
fn plain<'t>(text: &'t str, clean: &mut Vec<u8>) -> &'t str {
    for (index, harmless) in text.split(steers).enumerate() {
        if index > 0 {
            clean.push(b'?');
        }
        clean.extend_from_slice(harmless.as_bytes());
    }
    ""
}

/// Does the same, but keeps [`STYLES`]. Returns the rest, which may be the beginning of one.
fn with_styles<'t>(text: &'t str, clean: &mut Vec<u8>, styled: &mut bool) -> &'t str {
    let mut rest = text;
    while let Some((before, from)) = rest.find('\x1b').and_then(|at| rest.split_at_checked(at)) {
        plain(before, clean);
        if let Some(style) = STYLES.iter().find(|style| from.starts_with(**style)) {
            clean.extend_from_slice(style.as_bytes());
            *styled = *style != RESET;
            rest = from.strip_prefix(style).unwrap_or_default();
        } else if STYLES.iter().any(|style| style.starts_with(from)) {
            return from;
        } else {
            clean.push(b'?');
            rest = from.strip_prefix('\x1b').unwrap_or_default();
        }
    }
    plain(rest, clean)
}

fn steers(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        // Bytes written, bytes shown, bytes left for the next chunk.
        let cases: &[(&[u8], &[u8], &[u8])] = &[
            (b"plain\tline\n", b"plain\tline\n", b""),
            (b"\x1b[2Jgone\r\n", b"?[2Jgone?\n", b""),
            (
                "caf\u{e9} \u{9b}2J".as_bytes(),
                "caf\u{e9} ?2J".as_bytes(),
                b"",
            ),
            (b"\x00\x7f", b"??", b""),
            (b"\x9b2J\xff\xc3(", b"?2J??(", b""),
            (b"half \xc2", b"half ", b"\xc2"),
            (b"half \xf0\x9f\x9a", b"half ", b"\xf0\x9f\x9a"),
            (b"\xc2", b"?", b""),
            (b"", b"", b""),
        ];
        for allowed in [Allowed::Nothing, Allowed::Styles] {
            for (given, shown, left) in cases {
                let (clean, read) = without_controls(given, allowed);
                assert_eq!(clean, *shown, "{given:?}");
                assert_eq!(given[read..], **left, "{given:?}");
            }
        }
        let styled = b"\x1b[31mred\x1b[0m";
        let (clean, _) = without_controls(styled, Allowed::Nothing);
        assert_eq!(clean, b"?[31mred?[0m");
    }

    #[test]
    fn a_styled_log_has_colours_and_nothing_else() {
        // Bytes written, bytes shown, bytes left for the next chunk.
        let cases: &[(&[u8], &[u8], &[u8])] = &[
            (b"\x1b[31mred\x1b[0m\n", b"\x1b[31mred\x1b[0m\n", b""),
            // No style lasts longer than its chunk.
            (b"\x1b[1mbold", b"\x1b[1mbold\x1b[0m", b""),
            // Hidden, blinking, moving, asking, and a title.
            (b"\x1b[8mx\x1b[5m", b"?[8mx?[5m", b""),
            (b"\x1b[2J\x1b[6n\x1b[31A", b"?[2J?[6n?[31A", b""),
            (b"\x1b]0;title\x07", b"?]0;title?", b""),
            (b"\x1b[30m\x1b[40m", b"?[30m?[40m", b""),
            (b"\x1b\x1b[2m", b"?\x1b[2m\x1b[0m", b""),
            // Cut in two; the second half comes with the next chunk.
            (b"a\x1b[3", b"a", b"\x1b[3"),
            (b"a\x1b", b"a", b"\x1b"),
            (b"\x1b[3", b"?[3", b""),
            (b"\x1b[3\xff", b"?[3?", b""),
            (b"\xff\x1b[3", b"?", b"\x1b[3"),
            (b"a\x1b[3\xc2", b"a?[3", b"\xc2"),
        ];
        for (given, shown, left) in cases {
            let (clean, read) = without_controls(given, Allowed::Styles);
            assert_eq!(clean, *shown, "{given:?}");
            assert_eq!(given[read..], **left, "{given:?}");
        }
    }
}
