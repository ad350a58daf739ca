//! The index of a field section: where the values of known names are.

use super::name::{NAMES, Name};
use crate::limits::HEAD_BYTES;

/// Position of the value of each known name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Index([Place; NAMES.len()]);

/// Offsets of a value from the start of the section, without the colon and the CR.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) lines: Lines,
    pub(super) start: u16,
    pub(super) end: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lines {
    #[default]
    None,
    One,
    Several,
}

const _: () = assert!(HEAD_BYTES <= u16::MAX as usize, "offsets fit a `Place`");

impl Index {
    pub(super) const EMPTY: Index = Index([Place::NOWHERE; NAMES.len()]);

    pub(super) fn place(&self, name: Name) -> Place {
        self.0.get(name as usize).copied().unwrap_or(Place::NOWHERE)
    }

    pub(super) fn enter(&mut self, name: Name, start: usize, end: usize) {
        if let Some(place) = self.0.get_mut(name as usize) {
            let lines = if place.lines == Lines::None {
                Lines::One
            } else {
                Lines::Several
            };
            *place = Place {
                lines,
                start: start as u16,
                end: end as u16,
            };
        }
    }
}

impl Place {
    const NOWHERE: Place = Place {
        lines: Lines::None,
        start: 0,
        end: 0,
    };
}
