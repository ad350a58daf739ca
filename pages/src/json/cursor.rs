//! The place in a list where a part begins, as text in an address.

use alloc::string::String;
use core::fmt::Write as _;

use h1::syntax::percent::encode_value;

use crate::entries::sort::{Key, Sort};
use crate::entries::{Entry, Kind, Modified};

/// The place of an entry in a sorted list, whether the entry is still there or not. So a list
/// goes on at the same place, whatever came and went meanwhile.
///
/// As text it is `d` for a directory or `f` for a file, what the list is sorted by (Unix time
/// in seconds, with nine digits after a point if there are any, or bytes, or nothing if the
/// file system does not say it or the name says all), a slash, and the name: `f/film.mkv`,
/// `f4509626102/film.mkv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Entry);

impl Cursor {
    /// Returns the place that a text names in a list of this order.
    pub(super) fn parse(text: &str, sort: Sort) -> Option<Self> {
        let (value, name) = text.split_once('/')?;
        let (is_directory, value) = match value.strip_prefix('d') {
            Some(value) => (true, value),
            None => (false, value.strip_prefix('f')?),
        };
        if name.is_empty() || name.contains('/') {
            return None;
        }
        let (mut size, mut modified) = (None, None);
        match sort.key {
            _ if value.is_empty() => {}
            Key::Date => modified = Some(time(value)?),
            Key::Size if !is_directory => size = Some(number::<u64>(value)?),
            Key::Name | Key::Size | Key::Kind => return None,
        }
        let kind = match is_directory {
            true => Kind::Directory,
            false => Kind::File(size),
        };
        let name = name.into();
        Some(Self(Entry {
            name,
            kind,
            modified,
        }))
    }

    /// Returns whether an entry comes after the place in a list of this order.
    pub(super) fn is_before(&self, entry: &Entry, sort: Sort) -> bool {
        sort.compare(entry, &self.0).is_gt()
    }
}

/// Appends the place of an entry in a list of this order, as a value in a query.
pub(super) fn write(entry: &Entry, sort: Sort, out: &mut String) {
    out.push(if entry.is_directory() { 'd' } else { 'f' });
    // Writing to memory can't fail.
    let _ = match (sort.key, entry.modified, entry.kind) {
        (Key::Date, Some(time), _) => match time.nanoseconds() {
            0 => write!(out, "{}", time.seconds),
            nanoseconds => write!(out, "{}.{nanoseconds:09}", time.seconds),
        },
        (Key::Size, _, Kind::File(Some(size))) => write!(out, "{size}"),
        _ => Ok(()),
    };
    out.push('/');
    encode_value(&entry.name, out);
}

/// Returns a time as [`write()`] writes it.
fn time(text: &str) -> Option<Modified> {
    let Some((seconds, fraction)) = text.split_once('.') else {
        return Some(Modified::new(number(text)?, 0));
    };
    let nanoseconds = number(fraction).filter(|&nanoseconds| nanoseconds > 0)?;
    (fraction.len() == 9).then_some(Modified::new(number(seconds)?, nanoseconds))
}

/// Returns a number as [`write()`] writes it, without a sign that means nothing.
fn number<N: core::str::FromStr>(text: &str) -> Option<N> {
    (!text.starts_with('+'))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_lists() {
        let cases = [
            ("name", "f/film.mkv", true),
            ("-name", "d/Season 1", true),
            ("kind", "f/a", true),
            ("size", "f12/a", true),
            ("size", "f/a", true),
            ("size", "d/a", true),
            ("date", "f-5/a", true),
            ("date", "d7/a", true),
            ("date", "f/a", true),
            ("date", "f1700000000.000000001/a", true),
            ("date", "d-5.999999999/a", true),
            ("name", "f12/a", false),
            ("kind", "d1/a", false),
            ("size", "d1/a", false),
            ("size", "f-1/a", false),
            ("size", "f18446744073709551616/a", false),
            ("date", "f+5/a", false),
            ("date", "f1.5/a", false),
            ("date", "f1.000000000/a", false),
            ("date", "f1.-00000001/a", false),
            ("date", "f.000000001/a", false),
            ("name", "", false),
            ("name", "f", false),
            ("name", "f/", false),
            ("name", "f/a/b", false),
            ("name", "/a", false),
            ("name", "g/a", false),
            ("name", "film.mkv", false),
        ];
        for (sort, text, is_valid) in cases {
            let sort = Sort::parse(sort).unwrap();
            let place = Cursor::parse(text, sort);
            assert_eq!(place.is_some(), is_valid, "{sort} {text}");
            if let Some(Cursor(entry)) = place {
                let mut written = String::new();
                write(&entry, sort, &mut written);
                assert_eq!(written, text.replace(' ', "%20"));
            }
        }
    }
}
