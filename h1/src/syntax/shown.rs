//! Text from clients as people read it on a terminal.

use alloc::vec::Vec;
use core::fmt;

use super::deceptive::{is_deceptive, is_joiner};
use super::percent::{Decoded, decoded, encode_byte};

/// Writes a target with its names as people write them: what is percent-encoded is decoded
/// if it is a visible character or a space, and everything else is encoded, so that the
/// text neither controls a terminal nor turns its letters around. After `most` bytes comes
/// `...` instead of the rest.
///
/// # Errors
///
/// Those of `out`.
pub fn write(target: &[u8], most: usize, out: &mut impl fmt::Write) -> fmt::Result {
    let mut left = most;
    for part in start_of(target, most).utf8_chunks() {
        for letter in part.valid().chars() {
            let mut buffer = [0; 4];
            let bytes = letter.encode_utf8(&mut buffer);
            if is_visible(letter) {
                left = match left.checked_sub(bytes.len()) {
                    Some(left) => left,
                    None => return out.write_str("..."),
                };
                out.write_str(bytes)?;
            } else if !encoded(bytes.as_bytes(), &mut left, out)? {
                return out.write_str("...");
            }
        }
        if !encoded(part.invalid(), &mut left, out)? {
            return out.write_str("...");
        }
    }
    Ok(())
}

/// Decodes as far as `most` bytes can show, and one character more. A `%` that begins no
/// encoded byte stays.
fn start_of(target: &[u8], most: usize) -> Vec<u8> {
    let bytes = decoded(target).map(|decoded| match decoded {
        Decoded::Byte(byte) | Decoded::Encoded(byte) => byte,
        Decoded::Percent => b'%',
    });
    bytes.take(most.saturating_add(4)).collect()
}

/// Encodes bytes. Returns false if they are more than `left`.
fn encoded(bytes: &[u8], left: &mut usize, out: &mut impl fmt::Write) -> Result<bool, fmt::Error> {
    for byte in bytes {
        let text = encode_byte(*byte);
        *left = match left.checked_sub(text.len()) {
            Some(left) => left,
            None => return Ok(false),
        };
        text.into_iter()
            .try_for_each(|letter| out.write_char(char::from(letter)))?;
    }
    Ok(true)
}

/// Whether a character shows as itself. `%` would look like an encoded byte.
fn is_visible(letter: char) -> bool {
    letter != '%' && !letter.is_control() && !is_deceptive(letter) && !is_joiner(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use proptest::prelude::*;

    fn shown(target: &[u8], most: usize) -> String {
        let mut out = String::new();
        write(target, most, &mut out).unwrap();
        out
    }

    #[test]
    fn targets_are_shown_as_people_write_them() {
        let cases: &[(&[u8], &str)] = &[
            (b"/plain/a.mp4?t=1", "/plain/a.mp4?t=1"),
            (b"/My%20Film%20(2021).mkv", "/My Film (2021).mkv"),
            (
                b"/caf%C3%A9/%E6%98%A0%E7%94%BB",
                "/caf\u{e9}/\u{6620}\u{753b}",
            ),
            (b"/100%25", "/100%25"),
            (b"/%0D%0A%1b[2J%9B", "/%0D%0A%1B[2J%9B"),
            (b"/\x1b[2J\r\n\x7f\xff", "/%1B[2J%0D%0A%7F%FF"),
            (b"/%C2%9B2J", "/%C2%9B2J"),
            (b"/%E2%80%AEgpj.exe", "/%E2%80%AEgpj.exe"),
            (b"/a%E2%80%8Db%E3%85%A4", "/a%E2%80%8Db%E3%85%A4"),
            (b"/%zz%4", "/%25zz%254"),
            (b"", ""),
        ];
        for (target, expected) in cases {
            assert_eq!(shown(target, 100), *expected, "{target:?}");
        }
    }

    #[test]
    fn long_targets_are_cut() {
        assert_eq!(shown(b"/abcdef", 7), "/abcdef");
        assert_eq!(shown(b"/abcdef", 6), "/abcde...");
        assert_eq!(shown(b"/abc\x00", 6), "/abc...");
        assert_eq!(shown(b"/ab\x00", 6), "/ab%00");
        assert_eq!(shown("/abcd\u{e9}".as_bytes(), 6), "/abcd...");
    }

    proptest! {
        #[test]
        fn nothing_steers_and_nothing_grows(target: Vec<u8>, most in 0_usize..300) {
            let text = shown(&target, most);
            prop_assert!(text.len() <= most.saturating_add(3));
            prop_assert!(!text.contains(char::is_control));
        }
    }
}
