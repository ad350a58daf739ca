//! A letter that leads to the page with the names that begin with it.

use alloc::string::{String, ToString};
use core::fmt;

use super::numbers::Numbers;
use crate::entries::Entry;
use crate::entries::natural_order::initial;
use crate::markup::html::{SHOWN_BYTES, Shown};

/// A letter, and the first name in the list that begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub(super) key: char,
    pub(super) is_of_directories: bool,
    /// Place in the whole list.
    pub(super) place: usize,
}

/// A character that comes before all letters stands for all of these: digits and signs.
const SIGNS: char = '#';

impl Letter {
    /// Returns the number of the page that has the first name.
    pub(crate) fn page(self) -> usize {
        Numbers::at(self.place)
    }

    /// Whether it stands for digits and signs.
    pub(crate) fn is_signs(self) -> bool {
        self.key == SIGNS
    }

    /// Returns the letter as people see it, safe in HTML.
    pub(crate) fn shown(self) -> String {
        let mut upper = self.key.to_uppercase();
        let letter = match (upper.next(), upper.next()) {
            (Some(letter), None) => letter,
            _ => self.key,
        };
        Shown(letter.encode_utf8(&mut [0; 4])).to_string()
    }

    /// Returns the `id` of the row of the first name. It does not depend on the place: that
    /// may be another one by the time someone goes there.
    pub(crate) fn anchor(self) -> Anchor {
        Anchor(self)
    }
}

/// The `id` of a row.
pub(crate) struct Anchor(Letter);

/// Most bytes of an anchor.
pub(crate) const ANCHOR_BYTES: usize = "to-d10ffff".len();

/// Most bytes of the button of a letter.
pub(super) const LETTER_BYTES: usize = 160 + 4 * SHOWN_BYTES;

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = if self.0.is_of_directories { 'd' } else { 'f' };
        write!(f, "to-{group}{:x}", u32::from(self.0.key))
    }
}

/// Returns the character that stands for the name of an entry.
pub(super) fn key(entry: &Entry) -> char {
    match initial(&entry.name) {
        Some(letter) if letter >= 'a' => letter,
        _ => SIGNS,
    }
}
