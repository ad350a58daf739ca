//! The letters that names begin with, as a way to the page that has them.

use alloc::vec::Vec;

use super::letter::{LETTER_BYTES, Letter, key};
use super::numbers::Numbers;
use crate::entries::Entry;
use crate::entries::sort::{Key, Sort};
use crate::limits::LETTERS;

/// The letters of a list of several pages: those of its directories, and those of its files,
/// which come after them. Either has letters only if it is on more than one page, and begins
/// with more than one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    directories: Vec<Letter>,
    files: Vec<Letter>,
}

impl Letters {
    /// Returns the letters of entries that are in this order. Only an order by name has any.
    #[must_use]
    pub fn of(entries: &[Entry], sort: Sort, numbers: Numbers) -> Self {
        if numbers.last == 1 || sort.key != Key::Name {
            return Self::default();
        }
        let files = entries.partition_point(Entry::is_directory);
        Self {
            directories: group(entries, 0, files),
            files: group(entries, files, entries.len()),
        }
    }

    /// Returns the letter whose first name is at this place of the list.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<Letter> {
        let mut both = self.directories.iter().chain(&self.files);
        both.find(|letter| letter.place == place).copied()
    }

    /// Returns each group that has letters, and its name if people may take it for the other.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (Option<&'static str>, &[Letter])> {
        let has_directories = self.files.first().is_none_or(|letter| letter.place > 0);
        let named = |name| has_directories.then_some(name);
        let groups = [
            (named("Folders"), &*self.directories),
            (named("Files"), &*self.files),
        ];
        groups
            .into_iter()
            .filter(|(_, letters)| !letters.is_empty())
    }

    /// Returns the most bytes of the buttons of all letters.
    pub(crate) fn bound(&self) -> usize {
        let count = self.directories.len().saturating_add(self.files.len());
        count.saturating_mul(LETTER_BYTES)
    }
}

/// Returns the letters of the entries from `start` to `end`, unless one page has all of them.
fn group(entries: &[Entry], start: usize, end: usize) -> Vec<Letter> {
    if Numbers::at(start) == Numbers::at(end.saturating_sub(1)) {
        return Vec::new();
    }
    let group = entries.get(start..end).unwrap_or_default();
    let letter = |(at, key)| Letter {
        key,
        is_of_directories: start == 0 && group.first().is_some_and(Entry::is_directory),
        place: start.saturating_add(at),
    };
    let is_few = firsts(group, 1).nth(LETTERS).is_none();
    let apart = match is_few {
        true => 1,
        false => group.len().div_ceil(LETTERS),
    };
    let letters: Vec<_> = firsts(group, apart).map(letter).collect();
    match letters.len() {
        1 => Vec::new(),
        _ => letters,
    }
}

/// Returns the first entry of each letter, and the letter. Letters are left out so that these
/// entries are at least so far apart. As the entries are in order, looking for each takes a
/// few comparisons, however many there are.
fn firsts(entries: &[Entry], apart: usize) -> impl Iterator<Item = (usize, char)> {
    let next = move |at: &usize| {
        let last = at.saturating_add(apart.saturating_sub(1));
        let rest = entries.get(last..)?;
        let present = key(rest.first()?);
        let same = rest.partition_point(|entry| key(entry) == present);
        Some(last.saturating_add(same)).filter(|next| *next < entries.len())
    };
    let places = core::iter::successors(Some(0), next);
    places.filter_map(|at| Some((at, key(entries.get(at)?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::Kind;
    use crate::limits::PAGE_ENTRIES;
    use crate::view::Number;
    use alloc::format;
    use alloc::string::String;
    use proptest::prelude::*;

    /// Returns a name with each of these initials, so many times, in an order.
    fn list(initials: &str, count: usize, kind: Kind, sort: Sort) -> Vec<Entry> {
        let names = initials
            .chars()
            .flat_map(|initial| (0..count).map(move |number| format!("{initial}{number}")));
        let mut entries: Vec<_> = names
            .map(|name| Entry {
                name: name.into(),
                kind,
                modified: None,
            })
            .collect();
        entries.sort_by(|a, b| sort.compare(a, b));
        entries
    }

    fn letters(entries: &[Entry], sort: Sort) -> Letters {
        let (numbers, _) = Numbers::of(Number::First, entries.len());
        Letters::of(entries, sort, numbers)
    }

    /// Returns the letters with their pages, and the groups by name.
    fn said(letters: &Letters) -> String {
        let group = |(name, letters): (Option<&str>, &[Letter])| {
            let said: Vec<_> = letters
                .iter()
                .map(|letter| format!("{} {}", letter.shown(), letter.page()))
                .collect();
            format!("{}: {}", name.unwrap_or("-"), said.join(", "))
        };
        letters.groups().map(group).collect::<Vec<_>>().join("; ")
    }

    const FILE: Kind = Kind::File(None);

    #[test]
    fn letters_lead_to_the_page_that_has_them() {
        let sort = |text| Sort::parse(text).unwrap();
        let cases = [
            ("abc", "name", "-: A 1, B 1, C 2"),
            ("abc", "-name", "-: C 1, B 1, A 2"),
            // Case does not matter; digits and signs come first, and count as one.
            ("zA9_!", "name", "-: # 1, A 2, Z 3"),
            // Letters after z, of other alphabets, and what is no letter.
            (
                "z\u{c9}\u{416}\u{4eba}",
                "name",
                "-: Z 1, \u{c9} 1, \u{416} 2, \u{4eba} 2",
            ),
            (
                "z~\u{df}\u{1f600}",
                "name",
                "-: Z 1, ~ 1, \u{df} 2, \u{1f600} 2",
            ),
            (
                "a\u{202e}\u{10ffe9}",
                "name",
                "-: A 1, <i class=\"esc\">U+202E</i> 1, <i class=\"esc\">E9</i> 2",
            ),
            ("ab", "size", ""),
            // A single letter leads nowhere else.
            ("#9_!", "name", ""),
            ("abc", "date", ""),
        ];
        for (initials, text, expected) in cases {
            let sort = sort(text);
            let letters = letters(&list(initials, 300, FILE, sort), sort);
            assert_eq!(said(&letters), expected, "{initials} {text}");
        }
    }

    #[test]
    fn directories_and_files_have_letters_of_their_own() {
        let sort = Sort::default();
        let cases = [
            (300, 300, "Folders: A 1, B 1; Files: A 2, B 2"),
            // One page has all of the others.
            (10, 300, "Files: A 1, B 1"),
            (300, 10, "Folders: A 1, B 1"),
            (0, 300, "-: A 1, B 1"),
            (300, 0, "Folders: A 1, B 1"),
            (249, 1, ""),
            (0, 250, ""),
        ];
        for (directories, files, expected) in cases {
            let mut entries = list("ab", directories, Kind::Directory, sort);
            entries.extend(list("ab", files, FILE, sort));
            assert_eq!(
                said(&letters(&entries, sort)),
                expected,
                "{directories} {files}"
            );
        }
    }

    #[test]
    fn each_row_that_a_letter_leads_to_has_an_anchor_of_its_own() {
        let sort = Sort::default();
        let mut entries = list("ab", 300, Kind::Directory, sort);
        entries.extend(list("ab", 300, FILE, sort));
        let letters = letters(&entries, sort);
        let anchors = (0..entries.len()).filter_map(|place| {
            let letter = letters.at(place)?;
            Some(format!("{place} {}", letter.anchor()))
        });
        let expected = ["0 to-d61", "300 to-d62", "600 to-f61", "900 to-f62"];
        assert!(anchors.eq(expected));
    }

    #[test]
    fn letters_have_a_bound() {
        let ideographs: String = ('\u{4e00}'..).take(1_000).collect();
        let sort = Sort::default();
        for (initials, expected) in [
            (ideographs.chars().take(LETTERS).collect(), LETTERS),
            (
                ideographs.chars().take(LETTERS + 1).collect(),
                LETTERS / 2 + 1,
            ),
            (ideographs, 63),
        ] {
            let initials: String = initials;
            let entries = list(&initials, 10, FILE, sort);
            let letters = letters(&entries, sort);
            assert_eq!(letters.files.len(), expected);
            assert!(letters.files.iter().all(|letter| {
                let entry = entries.get(letter.place).unwrap();
                entry.name.starts_with(letter.key) && entry.name.ends_with('0')
            }));
        }
    }

    proptest! {
        #[test]
        fn any_list_has_few_letters_in_order(
            names in prop::collection::btree_set("[a-z0-9\u{e9}\u{4e00}-\u{4f00}]{1,2}", 1..900),
            descending: bool,
        ) {
            let sort = Sort { key: Key::Name, descending };
            let mut entries: Vec<_> = names.iter().map(|name| Entry {
                name: (**name).into(),
                kind: FILE,
                modified: None,
            }).collect();
            entries.sort_by(|a, b| sort.compare(a, b));
            let letters = letters(&entries, sort);
            prop_assert!(letters.files.len() <= LETTERS);
            let is_one = entries.first().map(key) == entries.last().map(key);
            prop_assert_eq!(letters.files.is_empty(), is_one || entries.len() <= PAGE_ENTRIES);
            for letter in &letters.files {
                let before = letter.place.checked_sub(1).and_then(|at| entries.get(at));
                prop_assert_eq!(key(entries.get(letter.place).unwrap()), letter.key);
                prop_assert!(before.is_none_or(|entry| key(entry) != letter.key));
            }
        }
    }
}
