//! Texts in files as texts for people.

use alloc::string::String;

use crate::limits::TEXT_BYTES;

/// Bytes beyond the longest text that are decoded, so that no character is cut before it.
const LAST_CHARACTER_BYTES: usize = 3;

/// Bytes that are enough for the longest text, in every encoding.
pub const ENOUGH_BYTES: u64 = 2 * TEXT_BYTES as u64 + 4;

/// Returns a text that is UTF-8, or else Latin 1, which older programs wrote without saying
/// so.
#[must_use]
pub fn utf_8(bytes: &[u8]) -> Option<String> {
    let bytes = beginning(bytes, TEXT_BYTES.saturating_add(LAST_CHARACTER_BYTES));
    match core::str::from_utf8(bytes) {
        Ok(text) => clean(text),
        // A character that the limit has cut.
        Err(error) if error.error_len().is_none() => clean(&String::from_utf8_lossy(bytes)),
        Err(_) => latin_1(bytes),
    }
}

/// Returns a text in Latin 1.
#[must_use]
pub fn latin_1(bytes: &[u8]) -> Option<String> {
    let bytes = beginning(bytes, TEXT_BYTES);
    clean(
        &bytes
            .iter()
            .map(|byte| char::from(*byte))
            .collect::<String>(),
    )
}

/// Returns a text in UTF-16. A mark of its order of bytes goes before `order`, the order
/// that is usual where the text stands.
#[must_use]
pub fn utf_16(bytes: &[u8], order: fn([u8; 2]) -> u16) -> Option<String> {
    let (order, text): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xff, 0xfe, text @ ..] => (u16::from_le_bytes, text),
        [0xfe, 0xff, text @ ..] => (u16::from_be_bytes, text),
        text => (order, text),
    };
    let (pairs, _) = text.as_chunks::<2>();
    let units = pairs.iter().take(TEXT_BYTES).map(|pair| order(*pair));
    let letters =
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    clean(&letters.collect::<String>())
}

/// Returns a text without outer spaces, and with a space instead of each control character.
/// Zeros part values of one field, and end it in most formats.
#[must_use]
pub fn clean(text: &str) -> Option<String> {
    let values = text.split('\0').map(str::trim);
    let values = values.filter(|value| !value.is_empty()).enumerate();
    let letters = values.flat_map(|(place, value)| {
        let separator = if place == 0 { "" } else { "; " };
        separator.chars().chain(value.chars())
    });
    let mut clean = String::new();
    for letter in letters {
        if clean.len().saturating_add(letter.len_utf8()) > TEXT_BYTES {
            break;
        }
        clean.push(if letter.is_control() { ' ' } else { letter });
    }
    // Hundreds of texts may be kept.
    clean.shrink_to_fit();
    (!clean.is_empty()).then_some(clean)
}

/// Returns the number at the start of a text.
#[must_use]
pub fn number(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    text.get(..end.unwrap_or(text.len()))?.parse().ok()
}

/// Returns a language as a tag of BCP 47, unless it says that it is not known.
#[must_use]
pub fn language(text: &str) -> Option<String> {
    let text = text.trim_end_matches('\0');
    let is_tag = |tag: &str| {
        (2..=35).contains(&tag.len())
            && tag
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (is_tag(text) && !text.eq_ignore_ascii_case("und")).then(|| text.into())
}

/// Returns the name of a codec or a brand in four letters.
#[must_use]
pub fn four_letters(kind: [u8; 4]) -> Option<String> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let text = core::str::from_utf8(&kind).ok()?.trim_end();
    (!text.is_empty() && text.as_bytes().iter().all(is_plain)).then(|| text.into())
}

fn beginning(bytes: &[u8], most: usize) -> &[u8] {
    bytes.get(..most).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn texts_are_decoded() {
        for (found, expected) in [
            (utf_8("  Bär\n".as_bytes()), Some("Bär")),
            (utf_8(b"B\xe4r"), Some("Bär")),
            (utf_8(b"\0 \0"), None),
            (utf_8(b"a\x1b[1mb\0c\0"), Some("a [1mb; c")),
            (latin_1(b"\xc3\xa4"), Some("Ã¤")),
            (
                utf_16(b"\xff\xfeB\0\xe4\0r\0", u16::from_be_bytes),
                Some("Bär"),
            ),
            (utf_16(b"\0B\0\xe4\0r\0", u16::from_be_bytes), Some("Bär")),
            (
                utf_16(b"\xd8\x00\0B", u16::from_be_bytes),
                Some("\u{fffd}B"),
            ),
        ] {
            assert_eq!(found.as_deref(), expected);
        }
    }

    #[test]
    fn texts_have_a_bound() {
        let letters = "ä".repeat(TEXT_BYTES);
        let one_before = ["x", &letters].concat();
        let wide: Vec<u8> = letters.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [
            utf_8(letters.as_bytes()),
            utf_8(one_before.as_bytes()),
            latin_1(&[b'x'; 2 * TEXT_BYTES]),
            clean(&"x\0".repeat(TEXT_BYTES)),
            utf_16(&wide, u16::from_le_bytes),
        ] {
            let text = text.unwrap();
            assert!(
                (TEXT_BYTES - 1..=TEXT_BYTES).contains(&text.len()),
                "{text}"
            );
            assert!(!text.contains('\u{fffd}'), "{text}");
        }
    }

    #[test]
    fn languages_that_are_none_are_left_out() {
        for (text, expected) in [
            ("eng", Some("eng")),
            ("pt-BR", Some("pt-BR")),
            ("und", None),
            ("", None),
            ("a\"b", None),
            ("eng\0", Some("eng")),
        ] {
            assert_eq!(language(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_begin_a_text() {
        for (text, expected) in [
            ("7", Some(7)),
            (" 07/12", Some(7)),
            ("2021-03-04", Some(2021)),
            ("", None),
            ("x1", None),
            ("99999999999", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
