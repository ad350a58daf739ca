//! The order of a list.

use core::cmp::Ordering;
use core::fmt;

use crate::entries::Entry;
use crate::entries::file_kind::FileKind;
use crate::entries::file_name::extension;
use crate::entries::natural_order;

/// The order of a list: directories first, then by a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The property that decides first. Among equals, the name does.
    pub key: Key,
    /// Whether the order is turned around, among directories and among files.
    pub descending: bool,
}

/// A property that decides first on the order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Key {
    #[default]
    Name,
    Date,
    Size,
    Kind,
}

impl Key {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Name, "name"),
        (Self::Date, "date"),
        (Self::Size, "size"),
        (Self::Kind, "kind"),
    ];

    fn word(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find(|(key, _)| *key == self)
            .map_or("", |(_, word)| word)
    }
}

impl Sort {
    /// Returns the order that a text names: a key, with `-` before it if descending.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (word, descending) = match text.strip_prefix('-') {
            Some(word) => (word, true),
            None => (text, false),
        };
        let (key, _) = Key::ALL.into_iter().find(|(_, name)| *name == word)?;
        Some(Self { key, descending })
    }

    /// Returns the order that a press on the header of `key` leads to. Pressing the header
    /// of the present key turns the order around.
    #[must_use]
    pub fn pressed(self, key: Key) -> Self {
        Self {
            key,
            descending: self.key == key && !self.descending,
        }
    }

    /// Orders two entries. Entries of different names are never equal.
    #[must_use]
    pub fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let is_file = |entry: &Entry| !entry.is_directory();
        let order = || match self.key {
            Key::Name => Ordering::Equal,
            Key::Date => a.modified.cmp(&b.modified),
            Key::Size => a.size().cmp(&b.size()),
            Key::Kind => kind(a).cmp(&kind(b)),
        };
        let by_name = || natural_order::compare(&a.name, &b.name);
        let turned = |order: Ordering| match self.descending {
            true => order.reverse(),
            false => order,
        };
        is_file(a)
            .cmp(&is_file(b))
            .then_with(|| turned(order().then_with(by_name)))
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        write!(f, "{sign}{}", self.key.word())
    }
}

fn kind(entry: &Entry) -> (FileKind, &str) {
    (FileKind::of(entry), extension(&entry.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Kind, Modified};
    use alloc::string::ToString;
    use alloc::vec::Vec;

    fn entry(name: &str, kind: Kind, modified: i64) -> Entry {
        Entry {
            name: name.into(),
            kind,
            modified: Some(Modified::new(modified, 0)),
        }
    }

    #[test]
    fn directories_come_first_in_every_order() {
        let entries = [
            entry("b10", Kind::Directory, 1),
            entry("b9", Kind::Directory, 2),
            entry("a.txt", Kind::File(Some(3)), 5),
            entry("B.mp4", Kind::File(Some(1)), 4),
            entry("c.jpg", Kind::File(Some(2)), 6),
        ];
        let cases = [
            ("name", ["b9", "b10", "a.txt", "B.mp4", "c.jpg"]),
            ("-name", ["b10", "b9", "c.jpg", "B.mp4", "a.txt"]),
            ("date", ["b10", "b9", "B.mp4", "a.txt", "c.jpg"]),
            ("-date", ["b9", "b10", "c.jpg", "a.txt", "B.mp4"]),
            ("size", ["b9", "b10", "B.mp4", "c.jpg", "a.txt"]),
            ("-size", ["b10", "b9", "a.txt", "c.jpg", "B.mp4"]),
            ("kind", ["b9", "b10", "B.mp4", "c.jpg", "a.txt"]),
        ];
        for (text, expected) in cases {
            let sort = Sort::parse(text).unwrap();
            assert_eq!(sort.to_string(), text);
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| sort.compare(a, b));
            let names: Vec<_> = sorted.iter().map(|entry| &*entry.name).collect();
            assert_eq!(names, expected, "{text}");
        }
        for text in ["", "-", "names", "--name", "Name"] {
            assert_eq!(Sort::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_second_press_turns_the_order() {
        let by_name = Sort::default();
        let cases = [
            (by_name, Key::Name, "-name"),
            (by_name, Key::Date, "date"),
            (by_name.pressed(Key::Name), Key::Name, "name"),
        ];
        for (sort, key, expected) in cases {
            assert_eq!(sort.pressed(key).to_string(), expected);
        }
    }
}
