//! Text in one of four encodings: UTF-8, UTF-16 in both orders of bytes, Windows-1252.

use alloc::borrow::Cow;
use alloc::string::String;

/// Most bytes that one byte becomes as UTF-8: the euro sign of Windows-1252 has three.
pub const DECODED_BYTES: usize = 3;

/// Bytes at the start that tell whether a text without a mark is UTF-16.
const GUESSED_BYTES: usize = 512;

/// The characters of Windows-1252 from 0x80 to 0x9f. All others are those of Latin 1.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{fffd}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{fffd}', '\u{17d}', '\u{fffd}',
    '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{fffd}', '\u{17e}', '\u{178}',
];

/// Returns the text without its byte order mark.
#[must_use]
pub fn decode(input: &[u8]) -> Cow<'_, str> {
    if let Some(text) = input.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(text);
    }
    if let Some(text) = input.strip_prefix(b"\xff\xfe") {
        return Cow::Owned(utf_16(text, u16::from_le_bytes));
    }
    if let Some(text) = input.strip_prefix(b"\xfe\xff") {
        return Cow::Owned(utf_16(text, u16::from_be_bytes));
    }
    match zeros(input) {
        (0, 1..) => Cow::Owned(utf_16(input, u16::from_le_bytes)),
        (1.., 0) => Cow::Owned(utf_16(input, u16::from_be_bytes)),
        _ if is_utf_8(input) => String::from_utf8_lossy(input),
        _ => Cow::Owned(input.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

/// Counts zero bytes at even and at odd places of the start, and takes those that are few
/// for none: the digits, spaces and line breaks of subtitles have one each in UTF-16.
fn zeros(input: &[u8]) -> (usize, usize) {
    let (pairs, _) = input.as_chunks::<2>();
    let pairs = pairs.iter().take(GUESSED_BYTES / 2);
    let many = pairs.len() / 4;
    let zeros = |at_odd: bool| {
        let byte = |pair: &&[u8; 2]| if at_odd { pair[1] == 0 } else { pair[0] == 0 };
        pairs.clone().filter(byte).count()
    };
    let (even, odd) = (zeros(false), zeros(true));
    match (even > many, odd > many) {
        (true, false) => (even, 0),
        (false, true) => (0, odd),
        _ => (0, 0),
    }
}

/// Whether the text is UTF-8, also if a few of its characters are damaged: bytes of
/// Windows-1252 are hardly ever valid as UTF-8.
fn is_utf_8(input: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0_usize, 0_usize);
    for chunk in input.utf8_chunks() {
        let beyond_ascii = |byte: &u8| *byte >= 0xc0;
        valid = valid.saturating_add(chunk.valid().bytes().filter(beyond_ascii).count());
        invalid = invalid.saturating_add(usize::from(!chunk.invalid().is_empty()));
    }
    invalid == 0 || valid > invalid.saturating_mul(4)
}

fn utf_16(text: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = text.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn windows_1252(byte: u8) -> char {
    let special = usize::from(byte).checked_sub(0x80);
    let special = special.and_then(|place| WINDOWS_1252.get(place));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn in_utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn four_encodings() {
        let text = "1\n00:00 \u{e9}\u{20ac}\u{1f600}\n";
        let cases: &[(&[u8], &str)] = &[
            (text.as_bytes(), text),
            (&[b"\xef\xbb\xbf", text.as_bytes()].concat(), text),
            (
                &in_utf_16(&["\u{feff}", text].concat(), u16::to_le_bytes),
                text,
            ),
            (
                &in_utf_16(&["\u{feff}", text].concat(), u16::to_be_bytes),
                text,
            ),
            (&in_utf_16(text, u16::to_le_bytes), text),
            (&in_utf_16(text, u16::to_be_bytes), text),
            (
                b"caf\xe9 \x80 \x93x\x94 \x81",
                "caf\u{e9} \u{20ac} \u{201c}x\u{201d} \u{fffd}",
            ),
            (b"", ""),
            (b"a", "a"),
            (b"\xff\xfe", ""),
            // Half of a character, and half of a pair.
            (b"\xff\xfea\0b", "a"),
            (b"\xff\xfe\x3d\xd8a\0", "\u{fffd}a"),
            // One damaged character among many.
            (
                b"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xe9 ",
                "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{fffd} ",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(decode(input), *expected, "{input:?}");
        }
    }

    proptest! {
        #[test]
        fn text_has_a_bound(input: Vec<u8>) {
            prop_assert!(decode(&input).len() <= input.len().saturating_mul(DECODED_BYTES));
        }
    }
}
