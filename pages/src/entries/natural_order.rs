//! Names in the order in which people look for them.

use core::char::ToLowercase;
use core::cmp::Ordering;

/// Compares without regard to case, and compares numbers by their value: the second episode
/// comes before the tenth. Different names are never equal.
pub fn compare(a: &str, b: &str) -> Ordering {
    let start = first_difference(a, b);
    let rest = |name| str::as_bytes(name).get(start..).unwrap_or_default();
    if let Some(order) = by_difference(rest(a), rest(b)) {
        return order;
    }
    Key::of(a, start)
        .cmp(Key::of(b, start))
        .then_with(|| a.cmp(b))
}

/// Orders two names by the characters or the numbers with which they begin to differ. These
/// decide unless they are the same but for case or zeros, or no ASCII.
fn by_difference(a: &[u8], b: &[u8]) -> Option<Ordering> {
    let (first, other) = (*a.first()?, *b.first()?);
    let order = match (first, other) {
        (b'0'..=b'9', b'0'..=b'9') => number(a).cmp(&number(b)),
        (b'0'..=b'9', _) => b'0'.cmp(&other.to_ascii_lowercase()),
        (_, b'0'..=b'9') => first.to_ascii_lowercase().cmp(&b'0'),
        _ => first.to_ascii_lowercase().cmp(&other.to_ascii_lowercase()),
    };
    let is_decided = order.is_ne() && first.is_ascii() && other.is_ascii();
    is_decided.then_some(order)
}

/// Returns the number at the start as what compares like it: the count of its digits, and
/// the digits.
fn number(name: &[u8]) -> (usize, &[u8]) {
    let zeros = name.iter().take_while(|digit| **digit == b'0').count();
    let digits = name.get(zeros..).unwrap_or_default();
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit());
    let count = count.count();
    (count, digits.get(..count).unwrap_or_default())
}

/// Returns the character by which a name compares first: in lower case, and `0` for every
/// number.
pub fn initial(name: &str) -> Option<char> {
    Key::of(name, 0).next()
}

/// Returns the position where the names begin to differ: that of a character, or of the
/// number that it is in.
fn first_difference(a: &str, b: &str) -> usize {
    let mut start = common_bytes(a.as_bytes(), b.as_bytes());
    let is_within = |start: usize| {
        let before = start.checked_sub(1).and_then(|at| a.as_bytes().get(at));
        !a.is_char_boundary(start) || before.is_some_and(u8::is_ascii_digit)
    };
    while is_within(start) {
        start = start.saturating_sub(1);
    }
    start
}

/// Returns the number of bytes at the start that are the same. They are compared eight at a
/// time, because names in a folder often begin alike.
fn common_bytes(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let words = words.take_while(|(a, b)| a == b).count();
    let start = words.saturating_mul(8);
    let bytes = a.iter().zip(b).skip(start);
    start.saturating_add(bytes.take_while(|(a, b)| a == b).count())
}

/// A name as characters that compare like it. A number is `0`, the count of its digits and
/// the digits, because the longer number is the greater one. No name has 256 digits.
#[derive(Clone, Default)]
struct Key<'n> {
    /// Rest of the lower case form of a character.
    lower: Option<ToLowercase>,
    digits: Option<char>,
    /// Digits at the start of `rest` that belong to a number whose length was already
    /// returned.
    number: usize,
    rest: &'n str,
}

impl<'n> Key<'n> {
    fn of(name: &'n str, start: usize) -> Self {
        Self {
            rest: name.get(start..).unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl Iterator for Key<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let said = self.lower.as_mut().and_then(Iterator::next);
        if let Some(letter) = said.or_else(|| self.digits.take()) {
            return Some(letter);
        }
        let mut letters = self.rest.chars();
        let letter = letters.next()?;
        if self.number > 0 {
            self.number = self.number.saturating_sub(1);
            self.rest = letters.as_str();
            Some(letter)
        } else if letter.is_ascii_digit() {
            let after = self
                .rest
                .trim_start_matches(|next: char| next.is_ascii_digit());
            let length = self.rest.len().saturating_sub(after.len());
            let number = self.rest.get(..length).unwrap_or_default();
            self.number = number.trim_start_matches('0').len();
            let zeros = length.saturating_sub(self.number);
            self.rest = self.rest.get(zeros..).unwrap_or_default();
            self.digits = Some(char::from(u8::try_from(self.number).unwrap_or(u8::MAX)));
            Some('0')
        } else {
            self.rest = letters.as_str();
            let mut lower = letter.to_lowercase();
            let first = lower.next();
            self.lower = Some(lower);
            first
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_in_the_order_of_their_initials() {
        let names = [
            "#1", "07", "7", "_x", "Abc", "\u{c9}", "\u{416}", "\u{4eba}",
        ];
        let initials = names.map(initial);
        assert!(initials.is_sorted(), "{initials:?}");
        assert_eq!(initial("10"), initial("9"));
        assert_eq!((initial("\u{130}"), initial("")), (Some('i'), None));
    }

    proptest! {
        #[test]
        fn the_first_difference_decides_like_whole_names(
            a in "[aAbB\u{e4}\u{c4}01 .]{0,12}",
            b in "[aAbB\u{e4}\u{c4}01 .]{0,12}",
        ) {
            let whole = Key::of(&a, 0).cmp(Key::of(&b, 0)).then_with(|| a.cmp(&b));
            prop_assert_eq!(compare(&a, &b), whole);
        }
    }

    #[test]
    fn names_in_the_order_in_which_people_look_for_them() {
        let rows: &[&[&str]] = &[
            &["A", "b", "C"],
            &["2 - b", "10 - a", "a"],
            &["S01E02", "s1e9", "S01E10", "S2E1"],
            &["1", "02", "3", "10", "010a"],
            &["film (2)", "film (10)", "film a"],
            &["track", "track 0", "track 00001", "track 2"],
            &["18446744073709551615", "18446744073709551616"],
            &["\u{c4}", "\u{e4}1", "\u{c4}2", "\u{e4}10"],
            &["a12b3", "a12b12", "a13", "a120"],
            &["", "0", "00", "a", "a\u{fc}", "a\u{fd}"],
            // Bytes that are not UTF-8 come last.
            &["z", "\u{fd}", "\u{10fff6}"],
        ];
        for names in rows {
            for (at, name) in names.iter().enumerate() {
                assert!(compare(name, name).is_eq());
                for later in names.iter().skip(at.saturating_add(1)) {
                    assert!(compare(name, later).is_lt(), "{name} {later}");
                    assert!(compare(later, name).is_gt(), "{name} {later}");
                }
            }
        }
    }
}
