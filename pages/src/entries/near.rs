//! The name of a directory that is closest to one that it does not have.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::{NEAR_EDITS, NEAR_LETTERS};

/// The closest of many names to a name that does not exist.
#[derive(Debug)]
pub struct Nearest {
    /// The letters of that name, in lower case.
    wanted: Vec<char>,
    /// Most edits between the two.
    most: usize,
    best: Option<(usize, Box<str>)>,
}

impl Nearest {
    /// Returns a search that has seen no name yet. `None` if the name is too long.
    #[must_use]
    pub fn to(name: &str) -> Option<Self> {
        let wanted = letters(name)?;
        // Another name of three letters is not the same with a slip.
        let most = match wanted.len() {
            0..=3 => 0,
            4..=7 => 1,
            8..=11 => 2,
            _ => NEAR_EDITS,
        };
        Some(Self {
            wanted,
            most,
            best: None,
        })
    }

    /// Looks at a name. Returns the number of letters that were compared, as a measure of the
    /// work.
    pub fn consider(&mut self, name: &str) -> usize {
        let worst = self.best.as_ref().map(|(edits, _)| *edits);
        // A name that is only as close counts if it comes first, whatever the order in which
        // names are looked at.
        let most = worst.unwrap_or(self.most);
        let Some(letters) = letters(name) else {
            return 0;
        };
        if letters.len().abs_diff(self.wanted.len()) > most {
            return 0;
        }
        let (edits, work) = edits(&self.wanted, &letters, most);
        if let Some(edits) = edits {
            let is_better = |best: &(usize, Box<str>)| (edits, name) < (best.0, &*best.1);
            if self.best.as_ref().is_none_or(is_better) {
                self.best = Some((edits, name.into()));
            }
        }
        work
    }

    /// Returns the closest name.
    #[must_use]
    pub fn found(self) -> Option<Box<str>> {
        self.best.map(|(_, name)| name)
    }
}

fn letters(name: &str) -> Option<Vec<char>> {
    if name.len() > NEAR_LETTERS {
        return None;
    }
    let lower: String = name.to_lowercase();
    let letters: Vec<char> = lower.chars().collect();
    (letters.len() <= NEAR_LETTERS).then_some(letters)
}

/// Returns how many edits make `b` of `a`, if they are at most `most`: a letter more, a letter
/// less, another letter, or two letters in each other's place. Only as many letters beside
/// each place are compared. Beside it stands the number of comparisons.
fn edits(a: &[char], b: &[char], most: usize) -> (Option<usize>, usize) {
    let far = most.saturating_add(1);
    let width = b.len().saturating_add(2);
    let mut work = 0_usize;
    // The edits between the starts of `a`, up to the letter before the last, up to the last
    // one, and up to this one, and all starts of `b` that are about as long.
    let mut before_last = Vec::from_iter(core::iter::repeat_n(far, width));
    let mut last: Vec<usize> = (0..width).map(|place| place.min(far)).collect();
    let mut row = before_last.clone();
    for (at, letter) in (1_usize..).zip(a) {
        row.fill(far);
        let (low, high) = (
            at.saturating_sub(most),
            at.saturating_add(most).min(b.len()),
        );
        for place in low..=high {
            work = work.saturating_add(1);
            let value = match place.checked_sub(1) {
                None => at,
                Some(left) => {
                    let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(far);
                    let other = b.get(left);
                    let changed = usize::from(other != Some(letter));
                    let mut least = get(&last, left).saturating_add(changed);
                    least = least.min(get(&last, place).saturating_add(1));
                    least = least.min(get(&row, left).saturating_add(1));
                    if let (Some(before), Some(earlier)) = (at.checked_sub(2), left.checked_sub(1))
                        && a.get(before) == other
                        && b.get(earlier) == Some(letter)
                    {
                        least = least.min(get(&before_last, earlier).saturating_add(1));
                    }
                    least
                }
            };
            if let Some(cell) = row.get_mut(place) {
                *cell = value.min(far);
            }
        }
        if row.iter().all(|edits| *edits >= far) {
            return (None, work);
        }
        core::mem::swap(&mut before_last, &mut last);
        core::mem::swap(&mut last, &mut row);
    }
    let edits = last.get(b.len()).copied().filter(|edits| *edits <= most);
    (edits, work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nearest(name: &str, names: &[&str]) -> Option<Box<str>> {
        let mut nearest = Nearest::to(name)?;
        for name in names {
            nearest.consider(name);
        }
        nearest.found()
    }

    #[test]
    fn slips_are_close_and_other_names_are_not() {
        let names = [
            "Films",
            "The Long Swell (2019).mkv",
            "film.mkv",
            "a.txt",
            "b.txt",
            "\u{e9}t\u{e9}",
        ];
        let cases = [
            ("films", Some("Films")),
            ("Filsm", Some("Films")),
            ("Film", Some("Films")),
            ("Filmms", Some("Films")),
            ("Songs", None),
            ("film.mp4", Some("film.mkv")),
            ("FILM.MKV", Some("film.mkv")),
            (
                "The Long Swel (2019).mkv",
                Some("The Long Swell (2019).mkv"),
            ),
            (
                "The Long Swell (2020).mkv",
                Some("The Long Swell (2019).mkv"),
            ),
            ("The Long Swell.mkv", None),
            // Two are as close: the first by name.
            ("c.txt", Some("a.txt")),
            ("A.TXT", Some("a.txt")),
            ("\u{c9}T\u{c9}", Some("\u{e9}t\u{e9}")),
            ("abc", None),
            ("", None),
        ];
        for (wanted, expected) in cases {
            assert_eq!(nearest(wanted, &names).as_deref(), expected, "{wanted}");
            let backwards: Vec<_> = names.iter().rev().copied().collect();
            assert_eq!(nearest(wanted, &backwards).as_deref(), expected, "{wanted}");
        }
    }

    #[test]
    fn long_names_are_never_close() {
        let long = "a".repeat(NEAR_LETTERS);
        let longer = "a".repeat(NEAR_LETTERS + 1);
        assert!(Nearest::to(&longer).is_none());
        assert_eq!(nearest(&long, &[&longer]), None);
        assert_eq!(nearest(&long, &[&long]).as_deref(), Some(&*long));
        // The work for one name is bounded, however alike the two are.
        let mut search = Nearest::to(&long).unwrap();
        let other = ["b".repeat(NEAR_EDITS), long].concat();
        let other = other.get(..NEAR_LETTERS).unwrap();
        let work = search.consider(other);
        assert!(work <= NEAR_LETTERS * (2 * NEAR_EDITS + 1), "{work}");
        assert_eq!(search.found().as_deref(), Some(other));
    }

    /// The same without a bound, as textbooks have it.
    fn all_edits(a: &[char], b: &[char]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([x, a_rest @ ..], [y, b_rest @ ..]) => {
                let mut least = all_edits(a_rest, b_rest).saturating_add(usize::from(x != y));
                least = least.min(all_edits(a_rest, b).saturating_add(1));
                least = least.min(all_edits(a, b_rest).saturating_add(1));
                if let ([_, p, a_rest @ ..], [_, q, b_rest @ ..]) = (a, b)
                    && (x, p) == (q, y)
                {
                    least = least.min(all_edits(a_rest, b_rest).saturating_add(1));
                }
                least
            }
        }
    }

    proptest! {
        #[test]
        fn edits_are_those_of_the_textbook(a in "[abc]{0,6}", b in "[abc]{0,6}", most in 0_usize..5) {
            let a: Vec<char> = a.chars().collect();
            let b: Vec<char> = b.chars().collect();
            let expected = Some(all_edits(&a, &b)).filter(|edits| *edits <= most);
            prop_assert_eq!(edits(&a, &b, most).0, expected);
        }
    }
}
