//! File names as text: Unix names are bytes, and names in WASI are Unicode.
//!
//! Each byte that is not part of UTF-8 is mapped to one private character, and back.
//! These bytes are those of [`Utf8Chunk::invalid`](core::str::Utf8Chunk::invalid); `h1`
//! writes them as `%F6` and reads them by the same rule.

use std::borrow::Cow;

/// The character for byte 0. Only bytes from 0x80 on are not part of UTF-8, so neither a
/// slash nor a NUL can arise.
const FIRST: u32 = 0x10_FF00;

/// Returns the name as text. Returns `None` when the name itself contains one of those
/// characters, because no two names may look alike.
pub(crate) fn to_text(name: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        if chunk.valid().chars().any(|c| byte(c).is_some()) {
            return None;
        }
        text.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            text.push(char::from_u32(FIRST.saturating_add(u32::from(byte)))?);
        }
    }
    Some(text)
}

/// Returns the bytes of a name or a path. Returns `None` when [`to_text`] returns that
/// text for no name.
pub(crate) fn to_bytes(text: &str) -> Option<Cow<'_, [u8]>> {
    // The first byte of all those characters.
    if !text.as_bytes().contains(&0xF4) {
        return Some(Cow::Borrowed(text.as_bytes()));
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match byte(c) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    // Private characters that together form valid UTF-8 are not what [`to_text`] returns
    // for it.
    let is_its_name = to_text(&bytes).is_some_and(|name| name == text);
    is_its_name.then_some(Cow::Owned(bytes))
}

fn byte(c: char) -> Option<u8> {
    let byte = u32::from(c).checked_sub(FIRST)?;
    u8::try_from(byte).ok().filter(|&byte| byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_that_are_not_utf_8_are_one_character_each() {
        let cases: [(&[u8], Option<&str>); 8] = [
            (b"Album 1", Some("Album 1")),
            ("Björk".as_bytes(), Some("Björk")),
            (b"Bj\xF6rk.mp3", Some("Bj\u{10FFF6}rk.mp3")),
            (b"\xC3", Some("\u{10FFC3}")),
            (b"\xE2\x82", Some("\u{10FFE2}\u{10FF82}")),
            (b"\x80/\xFF", Some("\u{10FF80}/\u{10FFFF}")),
            ("\u{10FF7F}".as_bytes(), Some("\u{10FF7F}")),
            ("a\u{10FF80}".as_bytes(), None),
        ];
        for (name, text) in cases {
            assert_eq!(to_text(name).as_deref(), text, "{name:?}");
            if let Some(text) = text {
                assert_eq!(to_bytes(text).as_deref(), Some(name), "{text:?}");
            }
        }
    }

    #[test]
    fn no_name_has_a_second_spelling() {
        let cases = [
            // The UTF-8 of ä, and of one of the private characters themselves.
            "\u{10FFC3}\u{10FFA4}",
            "\u{10FFF4}\u{10FF8F}\u{10FFBE}\u{10FF80}",
        ];
        for text in cases {
            assert_eq!(to_bytes(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in proptest::collection::vec(any::<u8>(), 0..12)) {
            if let Some(text) = to_text(&name) {
                let bytes = to_bytes(&text).map(Cow::into_owned);
                prop_assert_eq!(bytes, Some(name));
            } else {
                let text = String::from_utf8_lossy(&name);
                prop_assert!(text.chars().any(|c| byte(c).is_some()));
            }
        }

        #[test]
        fn no_slash_and_no_nul_arises(text in "[a/\0\u{10FF80}-\u{10FFFF}\u{10FF00}-\u{10FF7F}]{0,8}") {
            if let Some(bytes) = to_bytes(&text) {
                let count = |wanted: u8, bytes: &[u8]| bytes.iter().filter(|&&b| b == wanted).count();
                for wanted in [0, b'/'] {
                    prop_assert_eq!(count(wanted, &bytes), count(wanted, text.as_bytes()));
                }
                prop_assert_eq!(to_text(&bytes), Some(text));
            }
        }
    }
}
