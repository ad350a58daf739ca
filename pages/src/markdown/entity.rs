//! Backslashes and character references (CommonMark §2.4, §2.5).

use alloc::string::String;

/// Longest reference: names and numbers beyond it are text.
const REFERENCE_BYTES: usize = 10;

/// The names that people write. All others, of more than two thousand, stay as they are.
const NAMES: [(&str, char); 32] = [
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '\u{2022}'),
    ("cent", '\u{a2}'),
    ("check", '\u{2713}'),
    ("copy", '\u{a9}'),
    ("darr", '\u{2193}'),
    ("deg", '\u{b0}'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("euro", '\u{20ac}'),
    ("ge", '\u{2265}'),
    ("gt", '>'),
    ("hellip", '\u{2026}'),
    ("laquo", '\u{ab}'),
    ("larr", '\u{2190}'),
    ("le", '\u{2264}'),
    ("lt", '<'),
    ("mdash", '\u{2014}'),
    ("middot", '\u{b7}'),
    ("nbsp", '\u{a0}'),
    ("ndash", '\u{2013}'),
    ("ne", '\u{2260}'),
    ("para", '\u{b6}'),
    ("quot", '"'),
    ("raquo", '\u{bb}'),
    ("rarr", '\u{2192}'),
    ("reg", '\u{ae}'),
    ("sect", '\u{a7}'),
    ("times", '\u{d7}'),
    ("trade", '\u{2122}'),
    ("uarr", '\u{2191}'),
];

/// Reads what follows an `&`, and returns its character and its length besides.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let start = text.bytes().take(REFERENCE_BYTES);
    let end = start.clone().position(|byte| byte == b';')?;
    let name = text.get(..end)?;
    let letter = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => {
            let place = NAMES.binary_search_by_key(&name, |(known, _)| known).ok()?;
            NAMES.get(place).map(|(_, letter)| *letter)?
        }
    };
    Some((letter, end.saturating_add(1)))
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix, most) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 6),
        None => (number, 10, 7),
    };
    let is_number =
        (1..=most).contains(&digits.len()) && digits.chars().all(|digit| digit.is_digit(radix));
    let value = u32::from_str_radix(digits, radix)
        .ok()
        .filter(|_| is_number)?;
    let letter = char::from_u32(value).filter(|letter| *letter != '\0');
    Some(letter.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Returns text without its backslashes, and with the characters of its references.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        let (before, after) = rest.split_at_checked(at).unwrap_or_default();
        decoded.push_str(before);
        let mut letters = after.chars();
        let mark = letters.next().unwrap_or_default();
        rest = letters.as_str();
        let found = match mark {
            '&' => reference(rest),
            _ => letters
                .next()
                .filter(char::is_ascii_punctuation)
                .map(|letter| (letter, 1)),
        };
        match found {
            Some((letter, length)) => {
                decoded.push(letter);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => decoded.push(mark),
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_backslashes() {
        assert!(NAMES.is_sorted());
        for (text, expected) in [
            ("&amp;&lt;&copy;", "&<\u{a9}"),
            ("&#35;&#x22;&#X41;", "#\"A"),
            ("&#0;&#xD800;&#9999999;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("&x;&#;&#x;&amp &#12345678;", "&x;&#;&#x;&amp &#12345678;"),
            ("\\&amp;\\*\\a\\", "&amp;*\\a\\"),
        ] {
            assert_eq!(decode(text), expected);
        }
    }
}
