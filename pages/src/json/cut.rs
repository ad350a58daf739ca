//! A part of a listing: so many entries, after a place in it.

use alloc::string::String;
use core::fmt::Write as _;
use core::ops::Range;

use h1::syntax::percent::encode_value;

use super::cursor::{self, Cursor};
use crate::entries::Entry;
use crate::entries::sort::Sort;
use crate::limits::JSON_ENTRIES;

/// The part of a listing that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Most entries of it.
    limit: usize,
    /// The place after which it begins.
    after: Option<Cursor>,
}

/// A query that asks for a part that no list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutError {
    /// `limit` is not a number from 1 on.
    Limit,
    /// `after` is not a place of a list in this order.
    After,
}

impl Cut {
    /// Returns the part that the values of `limit` and `after` ask for, in a list of this
    /// order, or `None` without either: then all of it.
    ///
    /// # Errors
    ///
    /// A value that means nothing. To ignore it would give a program the first part again
    /// and again.
    pub fn of(
        limit: Option<&str>,
        after: Option<&str>,
        sort: Sort,
    ) -> Result<Option<Self>, CutError> {
        if limit.is_none() && after.is_none() {
            return Ok(None);
        }
        let limit = match limit {
            Some(text) => number(text).ok_or(CutError::Limit)?,
            None => JSON_ENTRIES,
        };
        let after = match after {
            Some(text) => Some(Cursor::parse(text, sort).ok_or(CutError::After)?),
            None => None,
        };
        let limit = limit.min(JSON_ENTRIES);
        Ok(Some(Self { limit, after }))
    }

    /// Returns the part's entries among those of a list, which are in this order.
    #[must_use]
    pub fn range(&self, entries: &[Entry], sort: Sort) -> Range<usize> {
        let start = match &self.after {
            Some(place) => entries.partition_point(|entry| !place.is_before(entry, sort)),
            None => 0,
        };
        start..start.saturating_add(self.limit).min(entries.len())
    }

    /// Returns the reference to the next part, if this one ends before `entries` do. It keeps
    /// the order and the filter.
    #[must_use]
    pub fn next(
        &self,
        entries: &[Entry],
        range: &Range<usize>,
        sort: Sort,
        filter: &str,
    ) -> Option<String> {
        let last = range.end.checked_sub(1).and_then(|at| entries.get(at))?;
        if range.end >= entries.len() {
            return None;
        }
        let mut link = String::from("?get=json");
        // Writing to memory can't fail.
        let _ = write!(link, "&limit={}", self.limit);
        if sort != Sort::default() {
            let _ = write!(link, "&sort={sort}");
        }
        if !filter.is_empty() {
            link.push_str("&q=");
            encode_value(filter, &mut link);
        }
        link.push_str("&after=");
        cursor::write(last, sort, &mut link);
        Some(link)
    }
}

/// Returns a number from 1 on. One that is too large for a machine is large enough.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse().unwrap_or(usize::MAX));
    number.filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Kind, Modified};
    use alloc::format;
    use alloc::vec::Vec;
    use h1::request::query::pairs;
    use proptest::prelude::*;

    #[test]
    fn parts_are_asked_for_by_number_and_place() {
        let limit_of = |limit, after| {
            let cut = Cut::of(limit, after, Sort::default());
            cut.map(|cut| cut.map(|cut| cut.limit))
        };
        let cases = [
            (None, None, Ok(None)),
            (Some("1"), None, Ok(Some(1))),
            (Some("010"), Some("f/a"), Ok(Some(10))),
            (None, Some("f/a"), Ok(Some(JSON_ENTRIES))),
            (Some("10001"), None, Ok(Some(JSON_ENTRIES))),
            (
                Some("99999999999999999999999"),
                None,
                Ok(Some(JSON_ENTRIES)),
            ),
            (Some("0"), None, Err(CutError::Limit)),
            (Some(""), None, Err(CutError::Limit)),
            (Some("-1"), None, Err(CutError::Limit)),
            (Some("+1"), Some("f/a"), Err(CutError::Limit)),
            (Some("1e3"), None, Err(CutError::Limit)),
            (Some("1"), Some(""), Err(CutError::After)),
            (None, Some("f"), Err(CutError::After)),
        ];
        for (limit, after, expected) in cases {
            assert_eq!(limit_of(limit, after), expected, "{limit:?} {after:?}");
        }
    }

    /// Returns the part of a list that a link asks for, and the link to the next one.
    fn follow(link: &str, entries: &[Entry]) -> (Vec<Entry>, Option<String>) {
        let query = link.strip_prefix('?').unwrap();
        let found: Vec<_> = pairs(query.as_bytes()).collect();
        let value = |key: &str| {
            let mut found = found.iter();
            let pair = found.find(|(name, _)| name == key);
            pair.map(|(_, value)| &**value)
        };
        let sort = value("sort").map_or(Sort::default(), |text| Sort::parse(text).unwrap());
        let cut = Cut::of(value("limit"), value("after"), sort)
            .unwrap()
            .unwrap();
        let range = cut.range(entries, sort);
        let next = cut.next(entries, &range, sort, value("q").unwrap_or_default());
        (entries.get(range).unwrap().to_vec(), next)
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let kind = prop_oneof![
            Just(Kind::Directory),
            prop::option::of(0_u64..4).prop_map(Kind::File),
        ];
        let name = "([a-c]|[0-9]|[ .&+,;=%]|\u{10ffe9}){1,4}";
        let modified = (-2_i64..2, 0_u32..2).prop_map(|(s, ns)| Modified::new(s, ns));
        (name, kind, prop::option::of(modified)).prop_map(|(name, kind, modified)| Entry {
            name: name.into(),
            kind,
            modified,
        })
    }

    proptest! {
        /// Whatever comes and goes in between, an entry that stays is seen once.
        #[test]
        fn parts_have_every_entry_that_stays_once(
            entries in prop::collection::vec((entry(), any::<[bool; 4]>()), 0..24),
            limit in 1_usize..6,
            sort in prop::sample::select(&["name", "-name", "date", "-date", "size", "-size", "kind", "-kind"]),
        ) {
            let sort = Sort::parse(sort).unwrap();
            let mut all = entries;
            all.sort_by(|a, b| a.0.name.cmp(&b.0.name));
            all.dedup_by(|a, b| a.0.name == b.0.name);
            all.sort_by(|a, b| sort.compare(&a.0, &b.0));
            let at = |time: usize| -> Vec<Entry> {
                let is_there = |there: &[bool; 4]| there.get(time % 4).is_some_and(|there| *there);
                let there = all.iter().filter(|(_, there)| is_there(there) || is_stable(there));
                there.map(|(entry, _)| entry.clone()).collect()
            };
            let mut link = Some(format!("?get=json&limit={limit}&sort={sort}&q=a%26"));
            let (mut seen, mut time) = (Vec::new(), 0_usize);
            while let Some(part) = link {
                let (found, next) = follow(&part, &at(time));
                prop_assert!(found.len() <= limit);
                prop_assert!(next.as_ref().is_none_or(|next| next.is_ascii() && next.contains("&q=a%26&")));
                seen.extend(found);
                link = next;
                time = time.saturating_add(1);
            }
            let stays: Vec<_> = all.iter().filter(|(_, there)| is_stable(there)).map(|(entry, _)| entry).collect();
            let found: Vec<_> = seen.iter().filter(|entry| stays.contains(entry)).collect();
            prop_assert_eq!(found, stays);
            let is_sorted = seen.windows(2).all(|pair| match pair {
                [a, b] => sort.compare(a, b).is_lt(),
                _ => true,
            });
            prop_assert!(is_sorted);
        }
    }

    /// Whether an entry is there all the time: every second one.
    fn is_stable(there: &[bool; 4]) -> bool {
        there.first().is_some_and(|first| *first)
    }
}
