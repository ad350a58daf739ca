//! Conditional requests (RFC 9110 §13).

use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::etag::{EntityTag, Strength};
use h1::request::method::Method;
use h1::selection::{Selection, select};
use h1::syntax::date::{self, Timestamp};

use crate::text::{field_line, first_line, with_fields};

/// Seconds since 1970 with a year of four digits.
const WRITABLE: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

/// Takes two times, that of the file (or `-`) and now, then field lines. Fields that
/// §13.2.2 ignores change nothing. HEAD gets the same result as GET, but never a part. A
/// client that sends back the validators of a response has the current representation.
pub fn condition(bytes: &[u8]) {
    let Some((times, lines)) = first_line(bytes) else {
        return;
    };
    let Some((file, now)) = times_of(times) else {
        return;
    };
    let lines = lines.split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    let ask = |method, lines: &[&[u8]]| selected(method, lines, &file, now);
    let Some(get) = ask(Method::Get, &lines) else {
        return;
    };
    let head = without_parts(get.clone());
    assert_eq!(ask(Method::Head, &lines), Some(head.clone()));

    let has = |name| lines.iter().any(|line| is_named(line, name));
    for (present, ignored) in [
        ("If-Match", "If-Unmodified-Since"),
        ("If-None-Match", "If-Modified-Since"),
    ] {
        if has(present) {
            assert_eq!(
                ask(Method::Get, &without(&lines, ignored)),
                Some(get.clone())
            );
        }
    }
    if !has("Range") {
        assert_eq!(get, head);
        assert_eq!(ask(Method::Get, &without(&lines, "If-Range")), Some(get));
    }
    check_validators(&file, now);
}

/// Checks the results when our own validators are sent back.
fn check_validators(file: &Representation<'_>, now: i64) {
    let strong = Strength::of(file.modified, file.modified, now) == Strength::Strong;
    let ask = |line: Vec<u8>| selected(Method::Get, &[&line, b"Range: bytes=0-0"], file, now);
    let tagged = |name: &str| ask([name.as_bytes(), b": ", file.etag.as_bytes()].concat());
    let part = |part: bool| if part { Sent::Part } else { Sent::Whole };
    let proceeds = |yes: bool| if yes { Sent::Part } else { Sent::Failed };
    assert_eq!(Sent::of(tagged("If-None-Match")), Sent::Nothing);
    assert_eq!(Sent::of(tagged("If-Match")), proceeds(strong));
    assert_eq!(Sent::of(tagged("If-Range")), part(strong));

    let written = file
        .last_modified(now)
        .filter(|seconds| WRITABLE.contains(seconds));
    if let Some(modified) = written {
        let dated = |name: &str| ask([name.as_bytes(), b": ", &date::write(modified)].concat());
        assert_eq!(Sent::of(dated("If-Modified-Since")), Sent::Nothing);
        assert_eq!(Sent::of(dated("If-Unmodified-Since")), part(strong));
        assert_eq!(Sent::of(dated("If-Range")), part(strong));
    }
}

#[derive(Debug, PartialEq)]
enum Sent {
    Whole,
    Part,
    Nothing,
    Failed,
}

impl Sent {
    fn of(selection: Option<Selection>) -> Self {
        match selection.expect("well-formed fields") {
            Selection::Whole => Self::Whole,
            Selection::NotModified => Self::Nothing,
            Selection::PreconditionFailed => Self::Failed,
            _ => Self::Part,
        }
    }
}

fn times_of(line: &[u8]) -> Option<(Representation<'static>, i64)> {
    let (modified, now) = str::from_utf8(line).ok()?.split_once(' ')?;
    let modified = match modified {
        "-" => None,
        seconds => Some(Timestamp {
            seconds: seconds.parse().ok()?,
            nanoseconds: 5,
        }),
    };
    let now = now.parse().ok()?;
    let strength = Strength::of(modified, modified, now);
    let file = Representation {
        size: 100,
        modified,
        etag: EntityTag::of(100, modified, strength, None),
        media_type: "video/mp4",
        coding: None,
        varies: false,
        caching: Caching::Revalidate,
        disposition: None,
    };
    Some((file, now))
}

/// Returns `None` where the lines are not valid fields.
fn selected(
    method: Method,
    lines: &[&[u8]],
    file: &Representation<'_>,
    now: i64,
) -> Option<Selection> {
    let mut selection = None;
    with_fields(lines.iter().copied(), |fields| {
        selection = Some(select(method, fields, file, now));
    });
    selection
}

fn without_parts(selection: Selection) -> Selection {
    match selection {
        Selection::One(_) | Selection::Several(_) | Selection::Unsatisfiable => Selection::Whole,
        other => other,
    }
}

fn without<'l>(lines: &[&'l [u8]], name: &str) -> Vec<&'l [u8]> {
    lines
        .iter()
        .filter(|line| !is_named(line, name))
        .copied()
        .collect()
}

fn is_named(line: &[u8], name: &str) -> bool {
    field_line(line).is_some_and(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
}
