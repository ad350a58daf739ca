//! Names in the order in which people look for them.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::char::ToLowercase;
use core::cmp::Ordering;

use crate::limits::ENTRY_WORK;
use crate::turn::Turn;

/// Compares without regard to case, and numbers by what they are worth: the second
/// episode comes before the tenth. Different names are never equal.
pub fn compare(a: &str, b: &str) -> Ordering {
    let start = first_difference(a, b);
    Key::of(a, start)
        .cmp(Key::of(b, start))
        .then_with(|| a.cmp(b))
}

/// Where the names begin to differ: at a character, or at the number that it is in.
fn first_difference(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes());
    let mut start = same.take_while(|(a, b)| a == b).count();
    let is_within = |start: usize| {
        let before = start.checked_sub(1).and_then(|at| a.as_bytes().get(at));
        !a.is_char_boundary(start) || before.is_some_and(u8::is_ascii_digit)
    };
    while is_within(start) {
        start = start.saturating_sub(1);
    }
    start
}

/// A name as characters that compare like it. A number is `0`, the count of its digits
/// and the digits: the longer one is the greater one. No name has 256 digits.
#[derive(Clone, Default)]
struct Key<'n> {
    /// What a character becomes in lower case.
    lower: Option<ToLowercase>,
    digits: Option<char>,
    /// Digits that `rest` begins with, of a number whose length has been said.
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

/// Items that are sorted before they are merged.
const RUN: usize = 64;

/// Items in order, once all were added; others have turns meanwhile.
pub struct Sorter<T, C> {
    compare: C,
    run: Vec<T>,
    runs: VecDeque<Vec<T>>,
}

impl<T, C: Fn(&T, &T) -> Ordering> Sorter<T, C> {
    pub fn new(compare: C) -> Self {
        Self {
            compare,
            run: Vec::new(),
            runs: VecDeque::new(),
        }
    }

    pub async fn push(&mut self, item: T, turn: &Turn<'_>) {
        self.run.push(item);
        if self.run.len() >= RUN {
            self.end_run();
            turn.spend(ENTRY_WORK.saturating_mul(RUN as u32)).await;
        }
    }

    fn end_run(&mut self) {
        let mut run = core::mem::take(&mut self.run);
        run.sort_unstable_by(&self.compare);
        run.shrink_to_fit();
        self.runs.push_back(run);
    }

    /// All items, in order: two runs become one until one is left.
    pub async fn finish(mut self, turn: &Turn<'_>) -> Vec<T> {
        self.end_run();
        while let Some(first) = self.runs.pop_front() {
            let Some(second) = self.runs.pop_front() else {
                return first;
            };
            let merged = self.merge(first, second, turn).await;
            self.runs.push_back(merged);
        }
        Vec::new()
    }

    async fn merge(&self, first: Vec<T>, second: Vec<T>, turn: &Turn<'_>) -> Vec<T> {
        let mut merged = Vec::with_capacity(first.len().saturating_add(second.len()));
        let mut first = first.into_iter().peekable();
        let mut second = second.into_iter().peekable();
        loop {
            let next = match (first.peek(), second.peek()) {
                (Some(a), Some(b)) if (self.compare)(a, b).is_gt() => second.next(),
                (Some(_), _) => first.next(),
                (None, _) => second.next(),
            };
            let Some(next) = next else { return merged };
            merged.push(next);
            turn.spend(ENTRY_WORK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::Executor;
    use alloc::rc::Rc;
    use core::cell::Cell;

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
            // What is no text comes last.
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

    #[test]
    fn sorted_in_turns() {
        for count in [0_u32, 1, 63, 64, 65, 192, 5_000] {
            let executor = Rc::new(Executor::default());
            let done = Rc::new(Cell::new(false));
            let (task, end) = (Rc::clone(&executor), Rc::clone(&done));
            executor.spawn(async move {
                let turn = Turn::new(&task);
                let mut sorter = Sorter::new(u32::cmp);
                for number in 0..count {
                    let mixed = number.wrapping_mul(2_654_435_761).reverse_bits();
                    sorter.push(mixed, &turn).await;
                }
                let sorted = sorter.finish(&turn).await;
                assert_eq!(sorted.len() as u64, u64::from(count));
                assert!(sorted.is_sorted());
                end.set(true);
            });
            let mut turns = 0;
            executor.run();
            while executor.has_later() {
                turns += 1;
                executor.wake_later();
                executor.run();
            }
            assert!(done.get());
            assert!(count < 5_000 || turns > 10, "{turns} turns");
        }
    }
}
