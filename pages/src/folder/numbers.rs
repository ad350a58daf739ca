//! The numbers of several pages.

use core::ops::Range;

use crate::limits::{ALL_ENTRIES, PAGE_ENTRIES};
use crate::view::Number;

/// The number of a page among several. A list that fits on one page is page 1 of 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Its number, from 1.
    pub current: usize,
    /// The number of the last one.
    pub last: usize,
}

/// A place in the row of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Number(usize),
    Gap,
}

impl Numbers {
    /// The only page.
    pub const ONE: Self = Self {
        current: 1,
        last: 1,
    };

    /// Returns the page that is asked for, and its entries among `count`. A number beyond
    /// the last page means the last one, because the directory may have become smaller.
    /// All of too many entries mean the first page.
    #[must_use]
    pub fn of(asked: Number, count: usize) -> (Self, Range<usize>) {
        let last = count.div_ceil(PAGE_ENTRIES).max(1);
        let current = match asked {
            Number::All if count <= ALL_ENTRIES => return (Self::ONE, 0..count),
            Number::All | Number::First => 1,
            Number::At(number) => number.clamp(1, last),
        };
        let start = current.saturating_sub(1).saturating_mul(PAGE_ENTRIES);
        let end = start.saturating_add(PAGE_ENTRIES).min(count);
        (Self { current, last }, start..end)
    }

    /// Returns the number of the page that has the entry at this place of the list.
    pub(crate) fn at(place: usize) -> usize {
        place
            .checked_div(PAGE_ENTRIES)
            .unwrap_or_default()
            .saturating_add(1)
    }

    pub(crate) fn previous(self) -> Option<usize> {
        self.current.checked_sub(1).filter(|number| *number > 0)
    }

    pub(crate) fn next(self) -> Option<usize> {
        self.current
            .checked_add(1)
            .filter(|number| *number <= self.last)
    }

    /// Returns the first number, the neighbours of this one, the last number, and the gaps.
    pub(crate) fn places(self) -> impl Iterator<Item = Place> {
        let near =
            self.current.saturating_sub(1).max(1)..=self.current.saturating_add(1).min(self.last);
        let before = (*near.start() > 1).then_some(Place::Number(1));
        let gap_before = (*near.start() > 2).then_some(Place::Gap);
        let gap_after = (near.end().saturating_add(1) < self.last).then_some(Place::Gap);
        let after = (*near.end() < self.last).then_some(Place::Number(self.last));
        let start = before.into_iter().chain(gap_before);
        start
            .chain(near.map(Place::Number))
            .chain(gap_after)
            .chain(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    #[test]
    fn pages_have_all_entries_once() {
        for count in [0, 1, PAGE_ENTRIES, PAGE_ENTRIES + 1, 50_000] {
            let (first, _) = Numbers::of(Number::First, count);
            let mut entries = Vec::new();
            for number in 1..=first.last {
                let (numbers, range) = Numbers::of(Number::At(number), count);
                assert_eq!(numbers.current, number);
                assert_eq!(numbers.next(), (number < first.last).then_some(number + 1));
                assert_eq!(numbers.previous(), (number > 1).then_some(number - 1));
                assert!(range.len() <= PAGE_ENTRIES);
                assert!(range.clone().all(|place| Numbers::at(place) == number));
                entries.extend(range);
            }
            assert!(entries.into_iter().eq(0..count));
        }
        for (asked, current) in [(Number::At(0), 1), (Number::At(usize::MAX), 3)] {
            assert_eq!(Numbers::of(asked, 3 * PAGE_ENTRIES).0.current, current);
        }
    }

    #[test]
    fn all_on_one_page_have_a_bound() {
        for count in [0, 1, PAGE_ENTRIES + 1, ALL_ENTRIES] {
            assert_eq!(Numbers::of(Number::All, count), (Numbers::ONE, 0..count));
        }
        for count in [ALL_ENTRIES + 1, 250_000] {
            let first = Numbers::of(Number::First, count);
            assert_eq!(Numbers::of(Number::All, count), first);
            assert_eq!(first.1, 0..PAGE_ENTRIES);
        }
    }

    #[test]
    fn the_row_of_numbers_is_short() {
        let cases = [
            (1, 1, "1"),
            (1, 2, "1 2"),
            (1, 100, "1 2 - 100"),
            (2, 100, "1 2 3 - 100"),
            (3, 100, "1 2 3 4 - 100"),
            (4, 100, "1 - 3 4 5 - 100"),
            (25, 100, "1 - 24 25 26 - 100"),
            (99, 100, "1 - 98 99 100"),
            (100, 100, "1 - 99 100"),
        ];
        for (current, last, expected) in cases {
            let places = Numbers { current, last }.places().map(|place| match place {
                Place::Number(number) => number.to_string(),
                Place::Gap => "-".into(),
            });
            assert_eq!(places.collect::<Vec<String>>().join(" "), expected);
        }
    }
}
