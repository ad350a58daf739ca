//! The head of a response: the only place that writes status lines and fields
//! (RFC 9112 §4).

use crate::limits::{NAME_BYTES, OPERATOR_FIELD_BYTES, RESPONSE_HEAD_BYTES, TARGET_BYTES};
use crate::representation::Representation;
use crate::request::fields::{Fields, Name};
use crate::request::head::Version;
use crate::request::method::ALLOW;
use crate::request::target::scheme::Scheme;
use crate::selection::Selection;
use crate::status::Status;
use crate::syntax::digits::Digits;
use alloc::vec::Vec;

pub mod chunk;
mod file;
pub mod multipart;
mod page;
mod policy;

pub use page::{Length, Page};
pub use policy::{Policy, PolicyError};

/// The interim response that asks for the content (RFC 9110 §15.2.1).
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Parts of a head that depend on the connection, the clock and the configuration rather
/// than on the response.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time in seconds since 1970.
    pub now: i64,
    /// The same time as text: [`crate::syntax::date::write()`].
    pub date: &'a [u8; 29],
    /// Whether the connection stays open after this response.
    pub keep_alive: bool,
    /// The client's version.
    pub version: Version,
    /// The scheme of the connection.
    pub scheme: Scheme,
    /// The operator's policy.
    pub policy: &'a Policy,
}

/// A head to send. The caller sends the content, if any. In response to HEAD, it sends the
/// head alone.
#[derive(Clone, Copy, Debug)]
pub enum Head<'a> {
    /// 200, 206, 304, 412 or 416. The content of the last two is [`error_body`].
    File {
        /// The file.
        representation: Representation<'a>,
        /// The part of it to send.
        selection: &'a Selection,
        /// The result of [`prepare`] for the representation, if the caller has it.
        prepared: Option<&'a [u8]>,
    },
    /// 404 with a whole file of the operator's as its content.
    Missing {
        /// That file.
        representation: Representation<'a>,
    },
    /// Content that the server makes or has built in: a page, a playlist, a style sheet.
    Page(Page<'a>),
    /// A redirect. The content is [`error_body`].
    Moved {
        /// 301 or 308.
        status: Status,
        /// The value of `Location`.
        location: &'a str,
    },
    /// 204 in response to OPTIONS, including a CORS preflight.
    Options,
    /// An error. The content is [`error_body`]. After a 408 and a 503 the connection
    /// is to be closed.
    Refused {
        /// Its status.
        status: Status,
        /// Names of the request fields that it depends on, for `Vary`; may be empty.
        vary: &'static str,
    },
    /// 429 or 503 about one request alone: the connection stays open. The content is
    /// [`error_body`].
    Later {
        /// Its status.
        status: Status,
        /// Time after which the client may ask again, in seconds.
        seconds: u32,
    },
}

impl Head<'_> {
    /// Returns the status code, for a log.
    pub fn status(&self) -> Status {
        match self {
            Self::File { selection, .. } => match selection {
                Selection::Whole => Status::Ok,
                Selection::One(_) | Selection::Several(_) => Status::PartialContent,
                Selection::NotModified => Status::NotModified,
                Selection::PreconditionFailed => Status::PreconditionFailed,
                Selection::Unsatisfiable => Status::RangeNotSatisfiable,
            },
            Self::Missing { .. } => Status::NotFound,
            Self::Page(page) => page.status,
            Self::Refused { status, .. }
            | Self::Moved { status, .. }
            | Self::Later { status, .. } => *status,
            Self::Options => Status::NoContent,
        }
    }

    /// Whether the connection is to be closed after this response.
    pub fn ends_connection(&self) -> bool {
        !matches!(self, Self::Later { .. }) && self.status().ends_connection()
    }

    /// Returns the most bytes that [`write_head`] appends for this response under `policy`.
    /// These are at most [`RESPONSE_HEAD_BYTES`] if a location is no longer than
    /// [`TARGET_BYTES`] and a media type no longer than 256.
    pub fn head_bound(&self, policy: &Policy) -> usize {
        let about = match self {
            Self::File {
                prepared: Some(prepared),
                ..
            } => return FIXED_BYTES.saturating_add(prepared.len()),
            Self::File { representation, .. } | Self::Missing { representation } => {
                representation_bound(representation)
            }
            Self::Page(page) => page.bound(),
            Self::Moved { location, .. } => location.len(),
            Self::Options | Self::Refused { .. } | Self::Later { .. } => 0,
        };
        FIXED_BYTES
            .saturating_add(policy.bound())
            .saturating_add(about)
    }
}

/// Returns the most bytes of a head that depend on a representation, beside numbers and
/// dates.
fn representation_bound(representation: &Representation<'_>) -> usize {
    let name = representation.disposition.map_or("", |(_, name)| name);
    // Once as an ASCII approximation, once with each byte as `%HH`.
    let name = name.len().min(NAME_BYTES).saturating_mul(4);
    representation.media_type.len().saturating_add(name)
}

/// Most bytes of a head beside the operator's fields, a location, a media type and a file
/// name. The response to a preflight and a listing have the most.
const FIXED_BYTES: usize = 816;

const _: () = assert!(
    FIXED_BYTES + policy::LONGEST + TARGET_BYTES + 256 <= RESPONSE_HEAD_BYTES
        && TARGET_BYTES >= 4 * NAME_BYTES
        && OPERATOR_FIELD_BYTES < policy::LONGEST
);

/// Appends the status line, the fields and the empty line, at most [`Head::head_bound`]
/// bytes. Allocates nothing if `out` has the capacity for these.
///
/// `request` matters only for OPTIONS: a preflight has `Origin` and
/// `Access-Control-Request-Method`.
pub fn write_head(
    out: &mut Vec<u8>,
    response: &Head<'_>,
    context: &Context<'_>,
    request: &Fields<'_>,
) {
    let status = response.status();
    put(out, status.line().as_bytes());
    line(out, b"Date", context.date);
    connection(out, response.ends_connection(), context);
    if context.scheme == Scheme::Https {
        put(out, &context.policy.secured);
    }
    match response {
        Head::File {
            representation,
            selection: selection @ (Selection::Whole | Selection::One(_)),
            prepared: Some(prepared),
        } if !ages(representation, context.now) => {
            file::write_length(out, representation, selection);
            return put(out, prepared);
        }
        Head::File {
            representation,
            selection,
            ..
        } => file::selected(out, representation, selection, context),
        Head::Missing { representation } => file::missing(out, representation, context),
        Head::Page(page) => page.write(out, context),
        Head::Moved { location, .. } => {
            line(out, b"Location", location.as_bytes());
            error(out, status, context);
        }
        Head::Options => {
            line(out, b"Allow", ALLOW.as_bytes());
            if request.has(Name::Origin) && request.has(Name::AccessControlRequestMethod) {
                put(out, context.policy.preflight);
            }
        }
        Head::Refused { vary, .. } => {
            if !vary.is_empty() {
                line(out, b"Vary", vary.as_bytes());
            }
            error(out, status, context);
        }
        Head::Later { seconds, .. } => {
            content(out, status);
            number(out, b"Retry-After", u64::from(*seconds));
            put(out, &context.policy.page);
        }
    }
    end(out, context.policy);
}

/// Returns the part of a head after the length, up to the empty line, for a 200 with all of
/// a file or a 206 with one range of it. It is the same for every such response, so it
/// needs to be written only once. Returns `None` if the modification time is after `now`,
/// in seconds since 1970, because `Last-Modified` then depends on the time of the response.
pub fn prepare(representation: &Representation<'_>, now: i64, policy: &Policy) -> Option<Vec<u8>> {
    if ages(representation, now) {
        return None;
    }
    let mut out = Vec::with_capacity(USUAL_BYTES);
    file::content(&mut out, representation, now, policy);
    end(&mut out, policy);
    out.shrink_to_fit();
    Some(out)
}

/// Whether `Last-Modified` depends on the time of the response. A prepared head is then not
/// used: the clock may have been set back since, and `Last-Modified` would be later than
/// `Date` (RFC 9110 §8.8.2.1).
fn ages(representation: &Representation<'_>, now: i64) -> bool {
    representation
        .modified
        .is_some_and(|modified| modified.seconds > now)
}

fn end(out: &mut Vec<u8>, policy: &Policy) {
    put(out, &policy.every);
    put(out, b"\r\n");
}

/// Returns the short text that is the content of an error or a redirect, such as
/// `404 Not Found`. It is empty for every status that has no content. 412 is one of those,
/// because a client that sends a condition knows what it means.
pub fn error_body(status: Status) -> &'static str {
    match status {
        Status::Ok
        | Status::NoContent
        | Status::PartialContent
        | Status::NotModified
        | Status::PreconditionFailed => "",
        _ => status.line().trim_start_matches("HTTP/1.1 "),
    }
}

/// Usual bytes of a head, without long names and the operator's fields.
const USUAL_BYTES: usize = 512;

/// Writes the fields that the status alone decides.
fn error(out: &mut Vec<u8>, status: Status, context: &Context<'_>) {
    content(out, status);
    advice(out, status, context);
    put(out, &context.policy.page);
}

/// Writes the fields about the content of an error.
fn content(out: &mut Vec<u8>, status: Status) {
    let body = error_body(status);
    if !body.is_empty() {
        put(out, b"Content-Type: text/plain; charset=utf-8\r\n");
    }
    number(out, b"Content-Length", body.len() as u64);
}

/// Writes what a client may do after an error.
fn advice(out: &mut Vec<u8>, status: Status, context: &Context<'_>) {
    match status {
        // RFC 9110 §15.5.2.
        Status::Unauthorized => put(out, &context.policy.challenge),
        Status::MethodNotAllowed => line(out, b"Allow", ALLOW.as_bytes()),
        Status::TooManyRequests | Status::ServiceUnavailable => {
            put(out, b"Retry-After: 1\r\n");
        }
        _ => {}
    }
}

/// Writes `Connection`. HTTP/1.1 assumes persistence, and HTTP/1.0 has to be told of it
/// (RFC 9112 §9.3).
fn connection(out: &mut Vec<u8>, ends: bool, context: &Context<'_>) {
    if ends || !context.keep_alive {
        put(out, b"Connection: close\r\n");
    } else if context.version == Version::Http10 {
        put(out, b"Connection: keep-alive\r\n");
    }
}

fn line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    for piece in [name, b": ", value, b"\r\n"] {
        put(out, piece);
    }
}

fn number(out: &mut Vec<u8>, name: &[u8], value: u64) {
    line(out, name, Digits::decimal(value).as_bytes());
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::caching::Caching;
    use crate::representation::disposition::Disposition;
    use crate::representation::etag::{EntityTag, Strength};
    use crate::request::fields::parse;
    use crate::selection::range::ByteRange;
    use crate::syntax::date::Timestamp;
    use alloc::format;
    use alloc::string::String;
    use proptest::prelude::*;

    const NOW: i64 = 784_111_777;

    fn context(policy: &Policy) -> Context<'_> {
        Context {
            now: NOW,
            date: b"Sun, 06 Nov 1994 08:49:37 GMT",
            keep_alive: true,
            version: Version::Http11,
            scheme: Scheme::Http,
            policy,
        }
    }

    fn video() -> Representation<'static> {
        let modified = Timestamp {
            seconds: 2,
            nanoseconds: 3,
        };
        Representation::sample(100, modified)
    }

    fn head(response: &Head<'_>, context: &Context<'_>, request: &str) -> String {
        let mut out = Vec::new();
        write_head(&mut out, response, context, &parse(request).unwrap());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn statuses_of_files() {
        let range = ByteRange { first: 0, last: 0 };
        let cases = [
            (Selection::Whole, "HTTP/1.1 200 OK\r\n"),
            (Selection::One(range), "HTTP/1.1 206 Partial Content\r\n"),
            (Selection::NotModified, "HTTP/1.1 304 Not Modified\r\n"),
            (
                Selection::PreconditionFailed,
                "HTTP/1.1 412 Precondition Failed\r\n",
            ),
            (
                Selection::Unsatisfiable,
                "HTTP/1.1 416 Range Not Satisfiable\r\n",
            ),
        ];
        let (file, policy) = (video(), Policy::default());
        for (selection, line) in &cases {
            let response = Head::File {
                representation: file,
                selection,
                prepared: None,
            };
            assert!(head(&response, &context(&policy), "").starts_with(line));
        }
    }

    #[test]
    fn a_rendered_head_equals_a_written_one() {
        let policy = Policy::new(Some("max-age=60"), true, &["X-A: b"]).unwrap();
        let range = ByteRange { first: 0, last: 0 };
        let heads = |file: &Representation<'_>, prepared: Option<&[u8]>| {
            [Selection::Whole, Selection::One(range)].map(|selection| {
                let response = Head::File {
                    representation: *file,
                    selection: &selection,
                    prepared,
                };
                head(&response, &context(&policy), "")
            })
        };
        let mut file = video();
        file.varies = true;
        let prepared = prepare(&file, NOW, &policy);
        assert_eq!(heads(&file, prepared.as_deref()), heads(&file, None));
        file.modified = Some(Timestamp {
            seconds: NOW + 1,
            nanoseconds: 0,
        });
        assert_eq!(prepare(&file, NOW, &policy), None, "it would age");
        // Prepared by a clock that has been set back since.
        let later = prepare(&file, NOW + 1, &policy);
        assert_eq!(heads(&file, later.as_deref()), heads(&file, None));
    }

    fn page(media_type: &str) -> Page<'_> {
        Page {
            status: Status::Ok,
            media_type,
            length: Length::Known(u64::MAX),
            etag: None,
            coding: None,
            vary: "Accept, Cookie, User-Agent",
            caching: Caching::Revalidate,
            disposition: None,
            next: None,
            range_of: None,
        }
    }

    fn responses<'a>(file: &'a Representation<'a>, text: &'a str) -> Vec<Head<'a>> {
        const ONE: Selection = Selection::One(ByteRange {
            first: u64::MAX - 1,
            last: u64::MAX - 1,
        });
        let selections = [
            &Selection::Whole,
            &ONE,
            &Selection::NotModified,
            &Selection::PreconditionFailed,
            &Selection::Unsatisfiable,
        ];
        let about = selections.map(|selection| Head::File {
            representation: *file,
            selection,
            prepared: None,
        });
        let refused = [401, 405, 429, 431, 503].map(|code| Head::Refused {
            status: *Status::ALL
                .iter()
                .find(|status| status.code() == code)
                .unwrap(),
            vary: "Accept",
        });
        let page = Head::Page(page(text));
        let others = [
            Head::Missing {
                representation: *file,
            },
            page,
            Head::Moved {
                status: Status::PermanentRedirect,
                location: text,
            },
            Head::Options,
        ];
        let later = Head::Later {
            status: Status::TooManyRequests,
            seconds: u32::MAX,
        };
        let all = about.into_iter().chain(refused).chain(others);
        all.chain([later]).collect()
    }

    proptest! {
        #[test]
        fn no_head_is_longer_than_its_bound(
            name in "\\PC{0,400}",
            text in "[a-z/;=-]{0,100}",
            fields in prop::collection::vec("X-[A-Z]{1,20}: [a-z]{0,200}", 0..10),
            cors: bool,
            attached: bool,
            compressed: bool,
            size: u64,
            modified in prop::option::of(any::<i64>()),
            is_immutable: bool,
        ) {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let policy = Policy::new(Some("max-age=31536000, immutable"), cors, &fields).unwrap();
            let modified = modified.map(|seconds| Timestamp { seconds, nanoseconds: 999_999_999 });
            let coding = compressed.then_some(crate::representation::coding::Coding::Zstd);
            let disposition = if attached { Disposition::Attachment } else { Disposition::Inline };
            let caching = if is_immutable { Caching::Immutable } else { Caching::Revalidate };
            let file = Representation {
                size,
                modified,
                etag: EntityTag::of(size, modified, Strength::Weak, coding),
                media_type: &text,
                coding,
                varies: true,
                caching,
                disposition: Some((disposition, &name)),
            };
            let context = Context { version: Version::Http10, ..context(&policy) };
            let preflight = "Origin: a\r\nAccess-Control-Request-Method: GET\r\n";
            let prepared = prepare(&file, i64::MAX, &policy).unwrap();
            for mut response in responses(&file, &text) {
                for prepared in [None, Some(&*prepared)] {
                    if let Head::File { prepared: place, .. } = &mut response {
                        *place = prepared;
                    }
                    let head = head(&response, &context, preflight);
                    let bound = response.head_bound(&policy);
                    prop_assert!(head.len() <= bound, "{} of {}: {}", head.len(), bound, head);
                    prop_assert!(bound <= RESPONSE_HEAD_BYTES);
                }
            }
        }
    }

    #[test]
    fn the_longest_parts_fit_the_longest_head() {
        let field = ["X: ", &"a".repeat(OPERATOR_FIELD_BYTES - 5)].concat();
        let policy = Policy::new(None, true, &[&field]).unwrap();
        let location = "a".repeat(TARGET_BYTES);
        let name = "\u{20ac}".repeat(NAME_BYTES / 3);
        let mut file = video();
        file.disposition = Some((Disposition::Attachment, &name));
        for response in responses(&file, &location) {
            if let Head::Page(_) = response {
                continue;
            }
            let bound = response.head_bound(&policy);
            assert!(bound <= RESPONSE_HEAD_BYTES, "{bound} for {response:?}");
            assert!(head(&response, &context(&policy), "").len() <= bound);
        }
        let longer = "a".repeat(NAME_BYTES + 1);
        file.disposition = Some((Disposition::Attachment, &longer));
        let response = Head::File {
            representation: file,
            selection: &Selection::Whole,
            prepared: None,
        };
        assert!(!head(&response, &context(&policy), "").contains("\r\nContent-Disposition: "));
    }

    #[test]
    fn heads_of_responses_without_a_file() {
        let common = "Date: Sun, 06 Nov 1994 08:49:37 GMT\n";
        let text = "Content-Type: text/plain; charset=utf-8\n";
        let tail = "Cache-Control: no-cache\nX-Content-Type-Options: nosniff\n\n";
        let refused = |status| Head::Refused { status, vary: "" };
        let missing = video();
        let cases = [
            (
                Head::Missing {
                    representation: missing,
                },
                format!(
                    "404 Not Found\n{common}Content-Type: video/mp4\nContent-Length: 100\n{tail}"
                ),
            ),
            (
                Head::Moved {
                    status: Status::MovedPermanently,
                    location: "/a/?b",
                },
                format!(
                    "301 Moved Permanently\n{common}Location: /a/?b\n{text}Content-Length: 23\n{tail}"
                ),
            ),
            (
                Head::Options,
                format!(
                    "204 No Content\n{common}Allow: GET, HEAD, OPTIONS\n\
                     X-Content-Type-Options: nosniff\n\n"
                ),
            ),
            (
                Head::Refused {
                    status: Status::NotFound,
                    vary: "Accept",
                },
                format!("404 Not Found\n{common}Vary: Accept\n{text}Content-Length: 15\n{tail}"),
            ),
            (
                refused(Status::NotFound),
                format!("404 Not Found\n{common}{text}Content-Length: 15\n{tail}"),
            ),
            (
                refused(Status::Unauthorized),
                format!(
                    "401 Unauthorized\n{common}{text}Content-Length: 18\n\
                     WWW-Authenticate: Basic realm=\"porthole\", charset=\"UTF-8\"\n{tail}"
                ),
            ),
            (
                refused(Status::MethodNotAllowed),
                format!(
                    "405 Method Not Allowed\n{common}{text}Content-Length: 24\n\
                     Allow: GET, HEAD, OPTIONS\n{tail}"
                ),
            ),
            (
                refused(Status::RequestTimeout),
                format!(
                    "408 Request Timeout\n{common}Connection: close\n{text}Content-Length: 21\n{tail}"
                ),
            ),
            (
                refused(Status::TooManyRequests),
                format!(
                    "429 Too Many Requests\n{common}{text}Content-Length: 23\n\
                     Retry-After: 1\n{tail}"
                ),
            ),
            (
                refused(Status::ServiceUnavailable),
                format!(
                    "503 Service Unavailable\n{common}Connection: close\n{text}\
                     Content-Length: 25\nRetry-After: 1\n{tail}"
                ),
            ),
            (
                Head::Later {
                    status: Status::ServiceUnavailable,
                    seconds: u32::MAX,
                },
                format!(
                    "503 Service Unavailable\n{common}{text}\
                     Content-Length: 25\nRetry-After: 4294967295\n{tail}"
                ),
            ),
        ];
        let policy = Policy::default();
        for (response, expected) in cases {
            let expected = format!("HTTP/1.1 {expected}").replace('\n', "\r\n");
            assert_eq!(head(&response, &context(&policy), ""), expected);
        }
    }

    #[test]
    fn pages_are_confined() {
        let policy = Policy::default();
        let etag = EntityTag::of_hash(u64::MAX, Strength::Weak);
        let name = "\"".repeat(NAME_BYTES);
        let page = Page {
            status: Status::ServiceUnavailable,
            etag: Some(&etag),
            coding: Some(crate::representation::coding::Coding::Gzip),
            disposition: Some((Disposition::Attachment, &name)),
            ..page("text/html; charset=utf-8")
        };
        let head = head(&Head::Page(page), &context(&policy), "");
        assert!(head.contains("\r\nContent-Security-Policy: default-src 'none'; style-src"));
        assert!(!head.contains("  "), "{head}");
        assert!(head.len() <= Head::Page(page).head_bound(&policy));
    }

    #[test]
    fn the_connection_is_announced() {
        let cases = [
            (Version::Http11, true, None),
            (Version::Http11, false, Some("close")),
            (Version::Http10, true, Some("keep-alive")),
            (Version::Http10, false, Some("close")),
        ];
        let policy = Policy::default();
        for (version, keep_alive, expected) in cases {
            let context = Context {
                version,
                keep_alive,
                ..context(&policy)
            };
            let head = head(&Head::Options, &context, "");
            let found = head
                .lines()
                .find_map(|line| line.strip_prefix("Connection: "));
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn scripts_of_other_origins() {
        let open = Policy::new(None, true, &[]).unwrap();
        let shut = Policy::default();
        let preflight = "Origin: http://a.example\r\nAccess-Control-Request-Method: GET\r\n";
        // (policy, response, request, whether CORS is allowed, whether preflight fields are
        // sent)
        let refused = Head::Refused {
            status: Status::NotFound,
            vary: "",
        };
        let cases = [
            (&open, &Head::Options, preflight, true, true),
            (&open, &Head::Options, "Origin: null\r\n", true, false),
            (&open, &Head::Options, "", true, false),
            (&open, &refused, preflight, true, false),
            (&open, &refused, "", true, false),
            (&shut, &Head::Options, preflight, false, false),
            (&shut, &refused, preflight, false, false),
        ];
        for (policy, response, request, allowed, preflight) in cases {
            let head = head(response, &context(policy), request);
            let has = |text| head.contains(text);
            assert_eq!(has("\r\nAccess-Control-Allow-Origin: *\r\n"), allowed);
            assert_eq!(has("\r\nAccess-Control-Expose-Headers: "), allowed);
            assert_eq!(
                has("\r\nAccess-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"),
                preflight
            );
            assert_eq!(has("\r\nAccess-Control-Allow-Headers: "), preflight);
            assert_eq!(has("\r\nAccess-Control-Max-Age: "), preflight);
        }
    }

    #[test]
    fn strict_transport_is_asked_for_over_secured_connections_alone() {
        let line = "\r\nStrict-Transport-Security: max-age=60\r\n";
        let (asked, not_asked) = (
            Policy::default().with_strict_transport(60),
            Policy::default(),
        );
        let rows = [
            (&asked, Scheme::Https, true),
            (&asked, Scheme::Http, false),
            (&not_asked, Scheme::Https, false),
        ];
        let file = video();
        let prepared = prepare(&file, NOW, &asked).unwrap();
        for (policy, scheme, expected) in rows {
            let context = Context {
                scheme,
                ..context(policy)
            };
            let response = Head::File {
                representation: file,
                selection: &Selection::Whole,
                prepared: Some(&prepared),
            };
            for response in [response, Head::Options] {
                let head = head(&response, &context, "");
                assert_eq!(head.contains(line), expected, "{head}");
            }
        }
    }

    #[test]
    fn the_operators_fields_are_on_every_answer() {
        let policy = Policy::new(Some("max-age=60"), false, &["X-A: b"]).unwrap();
        let file = video();
        let not_modified = Head::File {
            representation: file,
            selection: &Selection::NotModified,
            prepared: None,
        };
        let moved = Head::Moved {
            status: Status::MovedPermanently,
            location: "/",
        };
        for response in [not_modified, Head::Options, moved] {
            let head = head(&response, &context(&policy), "");
            assert!(head.ends_with("\r\nX-A: b\r\n\r\n"));
        }
        let head = head(&not_modified, &context(&policy), "");
        assert!(head.contains("\r\nCache-Control: max-age=60\r\n"));
    }
}
