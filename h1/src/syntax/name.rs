//! Names of files as text that can stand for any bytes, and the rule for hidden names.
//!
//! In Unix a name is bytes, in WASI it is text. A byte that is not part of valid UTF-8 is
//! therefore written as one of the last 128 characters of the last private plane: the byte
//! 0x80 is U+10FF80, 0xFF is U+10FFFF. The host does the same with the names that it lists
//! and opens. Invalid sequences are split as [`core::str::Utf8Chunks`] does. Each of their
//! bytes is 0x80 or greater, so such a character never becomes a slash or a NUL. A name
//! that really has one of these characters is refused, because it would mean another name.

use alloc::string::String;

use crate::refusal::Refusal;

/// The character number that a byte is added to.
const FIRST: u32 = 0x10_ff00;

/// The directory of RFC 8615, which is served although its name begins with a dot.
const WELL_KNOWN: &str = ".well-known";

/// Appends the text for a name's bytes.
///
/// # Errors
///
/// A slash, which would end the name; a NUL, which no name has; or a character that stands
/// for a byte.
pub(crate) fn decode(bytes: &[u8], path: &mut String) -> Result<(), Refusal> {
    if bytes.contains(&b'/') {
        return Err(Refusal::EncodedSlashInPath);
    }
    if bytes.contains(&0) {
        return Err(Refusal::ForbiddenByteInPath);
    }
    for chunk in bytes.utf8_chunks() {
        if chunk.valid().chars().any(|letter| byte(letter).is_some()) {
            return Err(Refusal::ReservedCharacterInPath);
        }
        path.push_str(chunk.valid());
        path.extend(chunk.invalid().iter().filter_map(|byte| letter(*byte)));
    }
    Ok(())
}

/// Returns the text for bytes that are not checked: any text that a client sent.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| letter(*byte)));
    }
    text
}

/// Returns the bytes that the text of a name or a path stands for.
pub fn bytes(name: &str) -> impl Iterator<Item = u8> {
    name.chars().flat_map(|letter| {
        let mut buffer = [0; 4];
        let length = match byte(letter) {
            Some(byte) => {
                buffer = [byte, 0, 0, 0];
                1
            }
            None => letter.encode_utf8(&mut buffer).len(),
        };
        buffer.into_iter().take(length)
    })
}

/// Returns the text of a name or a path as people see it, with U+FFFD for bytes that are
/// not UTF-8.
pub fn shown(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| match byte(letter) {
        Some(_) => char::REPLACEMENT_CHARACTER,
        None => letter,
    })
}

/// Whether `name` in the directory at `path` (`""` for the root) is hidden, which means
/// served on request only. It begins with a dot, but not with three
/// (`...And Justice for All`), and it is not `.well-known` of the root.
pub fn is_hidden(path: &str, name: &str) -> bool {
    name.starts_with('.') && !name.starts_with("...") && !(path.is_empty() && name == WELL_KNOWN)
}

/// Whether a name of a path is hidden.
pub fn has_hidden(path: &str) -> bool {
    let mut parent = "";
    path.split('/').any(|name| {
        let hidden = is_hidden(parent, name);
        parent = name;
        hidden
    })
}

/// Returns the byte that a character stands for, if any.
pub fn byte(letter: char) -> Option<u8> {
    let value = u32::from(letter).checked_sub(FIRST)?;
    u8::try_from(value).ok().filter(|byte| !byte.is_ascii())
}

fn letter(byte: u8) -> Option<char> {
    char::from_u32(FIRST.saturating_add(byte.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> Result<String, Refusal> {
        let mut name = String::new();
        decode(bytes, &mut name).map(|()| name)
    }

    #[test]
    fn every_byte_has_a_character() {
        // (bytes, text, as people see it)
        let cases: &[(&[u8], &str, &str)] = &[
            (b"plain", "plain", "plain"),
            (b"Bj\xf6rk.mp3", "Bj\u{10fff6}rk.mp3", "Bj\u{fffd}rk.mp3"),
            (b"caf\xc3\xa9", "caf\u{e9}", "caf\u{e9}"),
            (b"\x80\xff", "\u{10ff80}\u{10ffff}", "\u{fffd}\u{fffd}"),
            // A sequence that is cut, an overlong one, a surrogate, and one beyond the last
            // character.
            (b"\xe2\x82", "\u{10ffe2}\u{10ff82}", "\u{fffd}\u{fffd}"),
            (b"\xc0\xaf", "\u{10ffc0}\u{10ffaf}", "\u{fffd}\u{fffd}"),
            (
                b"\xed\xa0\x80",
                "\u{10ffed}\u{10ffa0}\u{10ff80}",
                "\u{fffd}\u{fffd}\u{fffd}",
            ),
            (
                b"\xf4\x90\x80\x80",
                "\u{10fff4}\u{10ff90}\u{10ff80}\u{10ff80}",
                "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
            ),
            (b"\xc3\xc3\xa9", "\u{10ffc3}\u{e9}", "\u{fffd}\u{e9}"),
            (b"a\\b\t\n\x7f", "a\\b\t\n\u{7f}", "a\\b\t\n\u{7f}"),
            ("\u{10ff7f}".as_bytes(), "\u{10ff7f}", "\u{10ff7f}"),
        ];
        for (given, text, seen) in cases {
            assert_eq!(decoded(given).as_deref(), Ok(*text), "{given:?}");
            assert_eq!(bytes(text).collect::<Vec<_>>(), *given);
            assert_eq!(shown(text).collect::<String>(), *seen);
        }
    }

    #[test]
    fn names_that_would_mean_another() {
        for (name, refusal) in [
            ("a/b", Refusal::EncodedSlashInPath),
            ("a\0", Refusal::ForbiddenByteInPath),
            ("a\u{10ff80}", Refusal::ReservedCharacterInPath),
            ("\u{10ffff}b", Refusal::ReservedCharacterInPath),
            ("\u{10fff6}", Refusal::ReservedCharacterInPath),
        ] {
            assert_eq!(decoded(name.as_bytes()), Err(refusal), "{name:?}");
        }
    }

    #[test]
    fn hidden_names() {
        let cases: &[(&str, &str, bool)] = &[
            ("", "a.b", false),
            ("", ".a", true),
            ("a", ".a", true),
            ("", "..data", true),
            ("", "...And Justice for All", false),
            ("a/b", "....", false),
            ("", ".well-known", false),
            ("a", ".well-known", true),
            ("", ".well-known.old", true),
            ("", ".Well-Known", true),
        ];
        for (path, name, expected) in cases {
            assert_eq!(is_hidden(path, name), *expected, "{path}/{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(name in prop::collection::vec(prop_oneof![any::<u8>(), 0x80..=0xffu8], 0..16)) {
            let name: Vec<u8> = name.into_iter().filter(|byte| !b"/\0".contains(byte)).collect();
            if let Ok(text) = decoded(&name) {
                prop_assert!(!text.contains(['/', '\0']));
                prop_assert_eq!(bytes(&text).collect::<Vec<_>>(), name);
            } else {
                // U+10FF80 to U+10FFFF begin with these bytes.
                let begins = |four: &[u8]| matches!(four, [0xf4, 0x8f, 0xbe | 0xbf, _]);
                prop_assert!(name.windows(4).any(begins));
            }
        }

        #[test]
        fn no_text_of_bytes_is_a_slash_or_a_nul(name: Vec<u8>) {
            if let Ok(text) = decoded(&name) {
                prop_assert!(!name.contains(&b'/') && !name.contains(&0));
                prop_assert!(bytes(&text).all(|byte| byte != b'/' && byte != 0));
            }
        }
    }
}
