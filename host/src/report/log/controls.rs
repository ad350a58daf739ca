//! Protection of the terminal that shows a log.

/// Replaces everything that could control the terminal: control characters, except line
/// feed and tab, and bytes that are not UTF-8 become `?`.
///
/// A character that the end of the chunk cuts in two is left for the next chunk, unless
/// it is the whole chunk. Both logs and all instances share one terminal, on which such
/// halves could combine into a control character. Also returns the number of bytes read.
pub(super) fn without_controls(chunk: &[u8]) -> (Vec<u8>, usize) {
    let mut clean = Vec::with_capacity(chunk.len());
    let mut read = 0_usize;
    for part in chunk.utf8_chunks() {
        for (index, harmless) in part.valid().split(steers).enumerate() {
            if index > 0 {
                clean.push(b'?');
            }
            clean.extend_from_slice(harmless.as_bytes());
        }
        read = read.saturating_add(part.valid().len());
        let broken = part.invalid();
        let ends = read.saturating_add(broken.len()) == chunk.len();
        // Without a length, the character may become valid with more bytes.
        let cut = std::str::from_utf8(broken).is_err_and(|error| error.error_len().is_none());
        if read > 0 && ends && cut {
            break;
        }
        clean.extend(broken.iter().map(|_| b'?'));
        read = read.saturating_add(broken.len());
    }
    (clean, read)
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
        for (given, shown, left) in cases {
            let (clean, read) = without_controls(given);
            assert_eq!(clean, *shown, "{given:?}");
            assert_eq!(given[read..], **left, "{given:?}");
        }
    }
}
