//! Strings of JSON (RFC 8259 §7) for lines of a log.

use core::fmt;

/// Most bytes that one byte becomes: a control character is written as `\u001b`.
const ESCAPED_BYTES: usize = 6;

/// Returns the most bytes of a string of which at most `most` bytes are shown: those, the
/// quotes, and the mark of what was cut off.
#[must_use]
pub const fn string_bound(most: usize) -> usize {
    most.saturating_mul(ESCAPED_BYTES).saturating_add(2 + 3)
}

/// Writes bytes as one string with its quotes, in printable ASCII alone, so that it ends no
/// line and controls no terminal. A reader gets every letter back. What is no UTF-8 becomes
/// U+FFFD. After `most` bytes comes `...` instead of the rest.
///
/// # Errors
///
/// Those of `out`.
pub fn write_string<'b>(
    pieces: impl IntoIterator<Item = &'b [u8]>,
    most: usize,
    out: &mut impl fmt::Write,
) -> fmt::Result {
    out.write_char('"')?;
    let mut left = most;
    for piece in pieces {
        let (shown, is_cut) = match piece.split_at_checked(left) {
            Some((shown, rest)) if !rest.is_empty() => (shown, true),
            _ => (piece, false),
        };
        left = left.saturating_sub(shown.len());
        write_text(shown, is_cut, out)?;
        if is_cut {
            out.write_str("...")?;
            break;
        }
    }
    out.write_char('"')
}

/// Output of text that stands within a string, escaped as [`write_string`] does.
pub struct Escaper<'a, W>(pub &'a mut W);

impl<W: fmt::Write> fmt::Write for Escaper<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write_text(text.as_bytes(), false, self.0)
    }
}

/// Writes text without quotes. If more follows that is cut off, half a letter at the end is
/// left out, too.
fn write_text(text: &[u8], is_cut: bool, out: &mut impl fmt::Write) -> fmt::Result {
    let mut chunks = text.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        for part in chunk.valid().split_inclusive(is_escaped) {
            match part.chars().next_back().filter(|last| is_escaped(*last)) {
                Some(last) => {
                    out.write_str(part.strip_suffix(last).unwrap_or_default())?;
                    write_escape(last, out)?;
                }
                None => out.write_str(part)?,
            }
        }
        let is_half = is_cut && chunks.peek().is_none() && is_begun(chunk.invalid());
        if !chunk.invalid().is_empty() && !is_half {
            write_escape(char::REPLACEMENT_CHARACTER, out)?;
        }
    }
    Ok(())
}

/// Whether bytes are the beginning of a letter.
fn is_begun(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn is_escaped(letter: char) -> bool {
    !matches!(letter, ' '..='~') || matches!(letter, '"' | '\\')
}

fn write_escape(letter: char, out: &mut impl fmt::Write) -> fmt::Result {
    if matches!(letter, '"' | '\\') {
        out.write_char('\\')?;
        return out.write_char(letter);
    }
    let mut units = [0; 2];
    for unit in letter.encode_utf16(&mut units) {
        write!(out, "\\u{unit:04x}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::fmt::Write as _;
    use proptest::prelude::*;

    fn string<const N: usize>(pieces: [&[u8]; N], most: usize) -> String {
        let mut out = String::new();
        write_string(pieces, most, &mut out).unwrap();
        out
    }

    #[test]
    fn letters_come_back_and_other_bytes_are_replaced() {
        let cases: &[(&[u8], &str)] = &[
            (b"", r#""""#),
            (b"GET /a b HTTP/1.1", r#""GET /a b HTTP/1.1""#),
            (b"\"\\/", r#""\"\\/""#),
            (
                b"a\r\nb\t\0\x7f\x1b[2J",
                r#""a\u000d\u000ab\u0009\u0000\u007f\u001b[2J""#,
            ),
            ("é€".as_bytes(), r#""\u00e9\u20ac""#),
            (
                "\u{1f600}\u{202e}\u{2028}".as_bytes(),
                r#""\ud83d\ude00\u202e\u2028""#,
            ),
            (b"\xc3\xa9\xff\xfe", r#""\u00e9\ufffd\ufffd""#),
            (b"\xc3", r#""\ufffd""#),
            (b"\xed\xa0\x80", r#""\ufffd\ufffd\ufffd""#),
            (b"\x9b2J", r#""\ufffd2J""#),
        ];
        for (given, expected) in cases {
            assert_eq!(string([given], 100), *expected, "{given:?}");
        }
    }

    #[test]
    fn what_is_cut_off_is_marked_and_no_letter_is_halved() {
        let cases: &[(&[u8], usize, &str)] = &[
            (b"abc", 3, r#""abc""#),
            (b"abcd", 3, r#""abc...""#),
            ("abé".as_bytes(), 3, r#""ab...""#),
            (b"ab\xffd", 3, r#""ab\ufffd...""#),
            (b"a", 0, r#""...""#),
            (b"", 0, r#""""#),
        ];
        for (given, most, expected) in cases {
            assert_eq!(string([given], *most), *expected, "{given:?}");
        }
        assert_eq!(string([b"ab", b"", b"c"], 3), r#""abc""#);
        assert_eq!(string([b"ab", b"c", b"d", b"e"], 3), r#""abc...""#);
    }

    #[test]
    fn words_within_a_string_end_nothing() {
        let mut out = String::new();
        write!(Escaper(&mut out), "a {:?} \u{1b}\n{}", "b", 7).unwrap();
        assert_eq!(out, r#"a \"b\" \u001b\u000a7"#);
    }

    /// Returns the letters of a string, as a parser reads them.
    fn read(string: &str) -> Option<String> {
        let inner = string.strip_prefix('"')?.strip_suffix('"')?;
        let (mut units, mut letters) = (Vec::new(), inner.chars());
        while let Some(letter) = letters.next() {
            let unit = match letter {
                '"' => return None,
                '\\' => match letters.next()? {
                    'u' => {
                        let digits: String = letters.by_ref().take(4).collect();
                        u16::from_str_radix(&digits, 16).ok()?
                    }
                    letter @ ('"' | '\\') => u16::try_from(u32::from(letter)).ok()?,
                    _ => return None,
                },
                ' '..='~' => u16::try_from(u32::from(letter)).ok()?,
                _ => return None,
            };
            units.push(unit);
        }
        String::from_utf16(&units).ok()
    }

    proptest! {
        #[test]
        fn every_string_is_read_back_within_its_bound(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            most in 0_usize..80,
        ) {
            let whole = string([&bytes], bytes.len());
            prop_assert_eq!(read(&whole).unwrap(), String::from_utf8_lossy(&bytes));
            let cut = string([&bytes], most);
            prop_assert!(cut.len() <= string_bound(most), "{}", cut);
            prop_assert!(read(&cut).is_some(), "{}", cut);
        }
    }
}
