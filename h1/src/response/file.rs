//! Fields about a file.

use super::{Context, Policy, error, line, number, put};
use crate::limits::NAME_BYTES;
use crate::representation::Representation;
use crate::representation::disposition;
use crate::response::multipart::{Multipart, content_range};
use crate::selection::Selection;
use crate::status::Status;
use crate::syntax::date;
use crate::syntax::digits::Digits;
use alloc::vec::Vec;

/// Writes the fields for 200, 206, 304, 412 and 416 (RFC 9110 §15.3.1, §15.3.7, §15.4.5,
/// §15.5.13, §15.5.17).
pub(super) fn selected(
    out: &mut Vec<u8>,
    representation: &Representation<'_>,
    selection: &Selection,
    context: &Context<'_>,
) {
    match selection {
        Selection::Whole | Selection::One(_) => {
            write_length(out, representation, selection);
            content(out, representation, context.now, context.policy);
        }
        Selection::Several(set) => {
            let multipart = Multipart::new(representation, set);
            number(out, b"Content-Length", multipart.content_length());
            put(out, b"Content-Type: ");
            multipart.content_type(out);
            put(out, b"\r\n");
            write_validators(out, representation, context.now);
            validators(out, representation, context.policy);
        }
        Selection::NotModified => validators(out, representation, context.policy),
        Selection::Unsatisfiable => {
            unsatisfied(out, representation.size);
            // Clients that accept HTML may get a page instead.
            line(out, b"Vary", b"Accept");
            error(out, Status::RangeNotSatisfiable, context);
        }
        Selection::PreconditionFailed => error(out, Status::PreconditionFailed, context),
    }
}

/// Writes which ranges a file has, of which the requested one is none.
pub(super) fn unsatisfied(out: &mut Vec<u8>, size: u64) {
    put(out, b"Accept-Ranges: bytes\r\nContent-Range: bytes */");
    put(out, Digits::decimal(size).as_bytes());
    put(out, b"\r\n");
}

/// Writes how much of a file a 200 or a 206 with one range has.
pub(super) fn write_length(
    out: &mut Vec<u8>,
    representation: &Representation<'_>,
    selection: &Selection,
) {
    let Selection::One(range) = selection else {
        return number(out, b"Content-Length", representation.size);
    };
    number(out, b"Content-Length", range.len());
    put(out, b"Content-Range: ");
    content_range(*range, representation.size, &mut |piece| put(out, piece));
    put(out, b"\r\n");
}

/// Writes what a 200 and a 206 with one range say of the content, however much of it is
/// sent.
pub(super) fn content(
    out: &mut Vec<u8>,
    representation: &Representation<'_>,
    now: i64,
    policy: &Policy,
) {
    line(out, b"Content-Type", representation.media_type.as_bytes());
    write_validators(out, representation, now);
    validators(out, representation, policy);
}

/// Writes the fields that 200, 206 and 304 have in common (RFC 9110 §15.4.5).
fn validators(out: &mut Vec<u8>, representation: &Representation<'_>, policy: &Policy) {
    line(out, b"ETag", representation.etag.as_bytes());
    vary(out, representation);
    put(out, policy.caching(representation.caching));
}

/// Writes the fields for a 404 whose content is a file: no validators, no ranges.
pub(super) fn missing(
    out: &mut Vec<u8>,
    representation: &Representation<'_>,
    context: &Context<'_>,
) {
    line(out, b"Content-Type", representation.media_type.as_bytes());
    number(out, b"Content-Length", representation.size);
    coding(out, representation);
    vary(out, representation);
    put(out, &context.policy.page);
}

/// Writes the fields that 200 and 206 have and 304 doesn't (RFC 9110 §15.4.5). A 206 in
/// response to `If-Range` might leave them out (§15.3.7), but some players have nothing to
/// join such a response to, and they are worth the bytes.
fn write_validators(out: &mut Vec<u8>, representation: &Representation<'_>, now: i64) {
    put(out, b"Accept-Ranges: bytes\r\n");
    if let Some(seconds) = representation.last_modified(now) {
        line(out, b"Last-Modified", &date::write(seconds));
    }
    coding(out, representation);
    if let Some((disposition, file_name)) = representation.disposition
        && file_name.len() <= NAME_BYTES
    {
        put(out, b"Content-Disposition: ");
        disposition::write(out, disposition, file_name);
        put(out, b"\r\n");
    }
}

/// Writes the coding, for several parts as for one (RFC 9110 §15.3.7): it belongs to the
/// representation that is cut into parts, and not to the parts.
fn coding(out: &mut Vec<u8>, representation: &Representation<'_>) {
    if let Some(coding) = representation.coding {
        line(out, b"Content-Encoding", coding.token().as_bytes());
    }
}

/// Writes `Vary` (RFC 9110 §12.5.5).
fn vary(out: &mut Vec<u8>, representation: &Representation<'_>) {
    if representation.varies {
        put(out, b"Vary: Accept-Encoding\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::caching::Caching;
    use crate::representation::coding::Coding;
    use crate::representation::etag::{EntityTag, Strength};
    use crate::request::head::Version;
    use crate::request::target::scheme::Scheme;
    use crate::selection::range::{ByteRange, Ranges, ranges};
    use crate::syntax::date::Timestamp;
    use alloc::format;
    use alloc::string::String;

    const NOW: i64 = 784_111_777;

    fn several(value: &str) -> Selection {
        match ranges(Some(value.as_bytes()), 100) {
            Ranges::Several(set) => Selection::Several(set),
            other => panic!("{other:?}"),
        }
    }

    fn video() -> Representation<'static> {
        let modified = Timestamp {
            seconds: 2,
            nanoseconds: 3,
        };
        Representation::sample(100, modified)
    }

    fn about(representation: &Representation<'_>, selection: &Selection) -> String {
        let context = Context {
            now: NOW,
            date: &date::write(NOW),
            keep_alive: true,
            version: Version::Http11,
            scheme: Scheme::Http,
            policy: &Policy::default(),
        };
        let mut out = Vec::new();
        selected(&mut out, representation, selection, &context);
        String::from_utf8(out).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn answers_about_a_file() {
        let described = "Accept-Ranges: bytes\n\
            Last-Modified: Thu, 01 Jan 1970 00:00:02 GMT\n\
            Content-Disposition: inline; filename=\"story.mp4\"\n\
            ETag: \"64-2-3\"\n\
            Cache-Control: no-cache\n";
        let one = |first, last| Selection::One(ByteRange { first, last });
        let cases = [
            (
                Selection::Whole,
                format!("Content-Length: 100\nContent-Type: video/mp4\n{described}"),
            ),
            (
                one(0, 99),
                format!(
                    "Content-Length: 100\nContent-Range: bytes 0-99/100\n\
                     Content-Type: video/mp4\n{described}"
                ),
            ),
            (
                one(5, 5),
                format!(
                    "Content-Length: 1\nContent-Range: bytes 5-5/100\n\
                     Content-Type: video/mp4\n{described}"
                ),
            ),
            (
                several("bytes=0-0,-1"),
                format!(
                    "Content-Length: 205\n\
                     Content-Type: multipart/byteranges; boundary=f1b6c09d3e7a8452-64-2-3\n\
                     {described}"
                ),
            ),
            (
                Selection::NotModified,
                "ETag: \"64-2-3\"\nCache-Control: no-cache\n".into(),
            ),
            (
                Selection::PreconditionFailed,
                "Content-Length: 0\nCache-Control: no-cache\n".into(),
            ),
            (
                Selection::Unsatisfiable,
                "Accept-Ranges: bytes\nContent-Range: bytes */100\nVary: Accept\n\
                 Content-Type: text/plain; charset=utf-8\nContent-Length: 27\n\
                 Cache-Control: no-cache\n"
                    .into(),
            ),
        ];
        for (selection, expected) in cases {
            assert_eq!(about(&video(), &selection), expected);
        }
    }

    #[test]
    fn compressed_files() {
        let mut file = video();
        file.etag = EntityTag::of(100, file.modified, Strength::Strong, Some(Coding::Gzip));
        file.coding = Some(Coding::Gzip);
        file.varies = true;
        file.disposition = None;
        let whole = about(&file, &Selection::Whole);
        assert!(whole.contains("\nContent-Encoding: gzip\n"), "{whole}");
        assert!(whole.contains("\nETag: \"64-2-3-gz\"\nVary: Accept-Encoding\n"));
        let not_modified = about(&file, &Selection::NotModified);
        assert!(!not_modified.contains("Content-Encoding"));
        assert!(not_modified.contains("\nVary: Accept-Encoding\n"));
    }

    #[test]
    fn an_address_that_changes_with_its_file_is_kept_for_ever() {
        let file = Representation {
            caching: Caching::Immutable,
            ..video()
        };
        for selection in [
            Selection::Whole,
            Selection::NotModified,
            several("bytes=0-0,-1"),
        ] {
            let head = about(&file, &selection);
            let kept = "\nCache-Control: public, max-age=31536000, immutable\n";
            assert!(head.ends_with(kept), "{head}");
        }
    }

    #[test]
    fn modification_times() {
        let cases = [
            (None, None),
            (Some(-1), Some("Wed, 31 Dec 1969 23:59:59 GMT")),
            (Some(NOW + 1), Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            (Some(i64::MAX), Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        ];
        for (seconds, expected) in cases {
            let mut file = video();
            file.modified = seconds.map(|seconds| Timestamp {
                seconds,
                nanoseconds: 0,
            });
            let head = about(&file, &Selection::Whole);
            let found = head
                .lines()
                .find_map(|line| line.strip_prefix("Last-Modified: "));
            assert_eq!(found, expected);
        }
    }
}
