//! Selection of the part of a representation to send, if any (RFC 9110 §13.2.2).

pub mod condition;
pub mod range;

use crate::representation::Representation;
use crate::request::fields::{Fields, Name};
use crate::request::method::Method;
use crate::selection::condition::{Outcome, Validators, evaluate, if_range};
use crate::selection::range::{ByteRange, RangeSet, Ranges, ranges};

/// Part of a representation that a response sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// 200 with all of it.
    Whole,
    /// 206 with one range, which may be all of it.
    One(ByteRange),
    /// 206 with several parts.
    Several(RangeSet),
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
    /// 416.
    Unsatisfiable,
}

/// Selects from a representation whose response would be 200 if the request had no
/// conditions (§13.2.1). `now` is the time in seconds since 1970.
///
/// `Range` is for GET only (§14.2): the response to a HEAD with `Range` tells what a GET
/// without it would get. OPTIONS selects no representation, so its conditions are ignored
/// (§13.2.1).
pub fn select(
    method: Method,
    fields: &Fields<'_>,
    representation: &Representation<'_>,
    now: i64,
) -> Selection {
    if method == Method::Options {
        return Selection::Whole;
    }
    let validators = Validators {
        etag: &representation.etag,
        last_modified: representation.last_modified(now),
    };
    match evaluate(method, fields, &validators, now) {
        Outcome::Proceed => {}
        Outcome::NotModified => return Selection::NotModified,
        Outcome::PreconditionFailed => return Selection::PreconditionFailed,
    }
    if method != Method::Get || !fields.has(Name::Range) || !if_range(fields, &validators, now) {
        return Selection::Whole;
    }
    match ranges(fields.only(Name::Range), representation.size) {
        Ranges::Whole => Selection::Whole,
        Ranges::One(range) => Selection::One(range),
        Ranges::Several(set) => Selection::Several(set),
        Ranges::Unsatisfiable => Selection::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use crate::syntax::date::Timestamp;
    use alloc::string::String;

    const MODIFIED: i64 = 784_111_777;
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const RANGE: Selection = Selection::One(ByteRange { first: 0, last: 1 });

    fn file(seconds: i64) -> Representation<'static> {
        let modified = Timestamp {
            seconds,
            nanoseconds: 5,
        };
        Representation::sample(100, modified)
    }

    fn selected(method: Method, text: &str, now: i64) -> Selection {
        let file = file(MODIFIED);
        let tag = core::str::from_utf8(file.etag.as_bytes()).unwrap();
        let text = text.replace("{tag}", tag).replace("{same}", SAME);
        let lines: String = text.lines().flat_map(|line| [line, "\r\n"]).collect();
        select(method, &parse(&lines).unwrap(), &file, now)
    }

    #[test]
    fn in_the_order_of_13_2_2() {
        let cases = [
            ("", Selection::Whole),
            ("Range: bytes=0-1", RANGE),
            ("Range: bytes=100-", Selection::Unsatisfiable),
            ("Range: lines=0-1", Selection::Whole),
            ("Range: bytes=0-1\nRange: bytes=0-1", Selection::Whole),
            // Conditions come before ranges.
            (
                "Range: bytes=100-\nIf-None-Match: {tag}",
                Selection::NotModified,
            ),
            (
                "Range: bytes=0-1\nIf-Match: \"x\"",
                Selection::PreconditionFailed,
            ),
            (
                "Range: bytes=0-1\nIf-Modified-Since: {same}",
                Selection::NotModified,
            ),
            // As Firefox resumes.
            (
                "Range: bytes=0-1\nIf-Match: {tag}\nIf-Unmodified-Since: {same}",
                RANGE,
            ),
            // As Chrome does.
            ("Range: bytes=0-1\nIf-Range: {tag}", RANGE),
            ("Range: bytes=0-1\nIf-Range: {same}", RANGE),
            ("Range: bytes=0-1\nIf-Range: \"x\"", Selection::Whole),
            ("Range: bytes=0-1\nIf-Range: W/{tag}", Selection::Whole),
            ("Range: bytes=100-\nIf-Range: \"x\"", Selection::Whole),
            (
                "Range: bytes=100-\nIf-Range: {tag}",
                Selection::Unsatisfiable,
            ),
            // §13.1.5: without a Range there is nothing that could be conditional.
            ("If-Range: \"x\"", Selection::Whole),
            (
                "Range: bytes=0-1\nIf-Range: {tag}\nIf-None-Match: {tag}",
                Selection::NotModified,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(
                selected(Method::Get, text, MODIFIED + 60),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn head_ignores_ranges_and_keeps_conditions() {
        let cases = [
            ("Range: bytes=0-1", Selection::Whole),
            ("Range: bytes=100-", Selection::Whole),
            ("If-None-Match: {tag}", Selection::NotModified),
            ("If-Match: \"x\"", Selection::PreconditionFailed),
        ];
        for (text, expected) in cases {
            assert_eq!(
                selected(Method::Head, text, MODIFIED + 60),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn options_selects_nothing() {
        for text in ["If-Match: \"x\"", "If-None-Match: *", "Range: bytes=0-1"] {
            let selection = selected(Method::Options, text, MODIFIED + 60);
            assert_eq!(selection, Selection::Whole, "{text}");
        }
    }

    #[test]
    fn a_modification_time_is_never_in_the_future() {
        let cases = [
            (MODIFIED, MODIFIED + 1, MODIFIED),
            (MODIFIED, MODIFIED - 1, MODIFIED - 1),
            (-1, MODIFIED, -1),
            (i64::MAX, MODIFIED, MODIFIED),
        ];
        for (modified, now, expected) in cases {
            assert_eq!(file(modified).last_modified(now), Some(expected));
        }
        // Then it is not a strong validator either.
        let text = "Range: bytes=0-1\nIf-Range: {same}";
        let selection = selected(Method::Get, text, MODIFIED);
        assert_eq!(selection, Selection::Whole);
    }
}
