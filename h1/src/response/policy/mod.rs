//! Fields that the operator adds to responses, checked once at the start.

mod private;

use crate::limits::{OPERATOR_FIELD_BYTES, REALM_BYTES};
use crate::representation::caching::Caching;
use crate::request::fields::is_value_byte;
use crate::syntax::token::{is_token, trim};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Fields that depend on the configuration, as complete lines.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Lines for responses about a file.
    pub(crate) file: Vec<u8>,
    /// Lines for responses about a part of a file whose address changes with the file.
    pub(crate) immutable: Vec<u8>,
    /// Lines for all other responses.
    pub(crate) page: Vec<u8>,
    /// Lines for all responses, after those of the two above.
    pub(crate) every: Vec<u8>,
    /// Lines for all responses over secured connections.
    pub(crate) secured: Vec<u8>,
    /// Lines for the response to a preflight.
    pub(crate) preflight: &'static [u8],
    /// The line that asks for a name and a password.
    pub(crate) challenge: Vec<u8>,
}

/// Reasons why a policy is not accepted, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// Not `Name: value`, or with control characters in it.
    MalformedField(String),
    /// The server writes this field itself.
    ReservedField(String),
    /// Not a field value.
    MalformedCacheControl(String),
    /// `Cache-Control` is given both by itself and among the fields.
    RepeatedCacheControl,
    /// More than [`OPERATOR_FIELD_BYTES`] altogether, with the number of bytes.
    TooLong(usize),
    /// A realm that is empty, longer than [`REALM_BYTES`], or has control characters in it.
    Realm(String),
}

impl Policy {
    /// Creates a policy. `cache_control` is the value of `Cache-Control` for files; without
    /// it, clients revalidate them on each use, unless the address changes with the file. `cors` lets scripts of any origin read
    /// everything. `fields` are added to every response, each as `Name: value`.
    ///
    /// A `Cache-Control` among `fields` replaces the server's everywhere. Fields that may
    /// be repeated (`Vary`, `Content-Security-Policy`, any that the server doesn't write)
    /// stand beside the server's.
    ///
    /// # Errors
    ///
    /// For fields that would contradict the server: those that frame the message,
    /// belong to the connection, or describe the file.
    pub fn new(
        cache_control: Option<&str>,
        cors: bool,
        fields: &[&str],
    ) -> Result<Self, PolicyError> {
        let mut every = NOSNIFF.to_owned();
        if cors {
            every.extend_from_slice(CORS);
        }
        let mut replaced = false;
        for field in fields {
            let (name, value) =
                split(field).ok_or_else(|| PolicyError::MalformedField((*field).to_owned()))?;
            let among = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
            if among(RESERVED) || cors && among(RESERVED_BY_CORS) {
                return Err(PolicyError::ReservedField(name.to_owned()));
            }
            replaced |= among(&["Cache-Control"]);
            put(&mut every, name, value);
        }
        let own = NOSNIFF
            .len()
            .saturating_add(if cors { CORS.len() } else { 0 });
        let theirs = every.len().saturating_sub(own);
        let theirs = theirs.saturating_add(cache_control.map_or(0, str::len));
        if theirs > OPERATOR_FIELD_BYTES {
            return Err(PolicyError::TooLong(theirs));
        }
        if replaced && cache_control.is_some() {
            return Err(PolicyError::RepeatedCacheControl);
        }
        let value = cache_control.unwrap_or(REVALIDATE);
        if !is_value(value) || value.trim().is_empty() {
            return Err(PolicyError::MalformedCacheControl(value.to_owned()));
        }
        let (mut file, mut immutable, mut page) = (Vec::new(), Vec::new(), Vec::new());
        if !replaced {
            put(&mut file, "Cache-Control", value);
            put(
                &mut immutable,
                "Cache-Control",
                cache_control.unwrap_or(IMMUTABLE),
            );
            put(&mut page, "Cache-Control", REVALIDATE);
        }
        Ok(Self {
            file,
            immutable,
            page,
            every,
            secured: Vec::new(),
            preflight: if cors { PREFLIGHT } else { b"" },
            challenge: challenge(REALM),
        })
    }

    /// Asks for names and passwords under this realm, which browsers show (RFC 7617 §2).
    ///
    /// # Errors
    ///
    /// A realm that is not to be shown.
    pub fn with_realm(mut self, realm: &str) -> Result<Self, PolicyError> {
        let fits = (1..=REALM_BYTES).contains(&realm.len());
        if !fits || realm.chars().any(char::is_control) {
            return Err(PolicyError::Realm(realm.to_owned()));
        }
        self.challenge = challenge(realm);
        Ok(self)
    }

    /// Has browsers reach this host by secured connections only, for so many seconds after
    /// each response over one (`Strict-Transport-Security`, RFC 6797 §6.1).
    #[must_use]
    pub fn with_strict_transport(mut self, seconds: u32) -> Self {
        let value = alloc::format!("max-age={seconds}");
        self.secured.clear();
        put(&mut self.secured, "Strict-Transport-Security", &value);
        self
    }

    /// Returns the lines for a response about a file, or about a part of one.
    pub(super) fn caching(&self, caching: Caching) -> &[u8] {
        match caching {
            Caching::Revalidate => &self.file,
            Caching::Immutable => &self.immutable,
        }
    }

    /// Returns the most bytes that the policy adds to a response, beside those of a
    /// preflight.
    pub fn bound(&self) -> usize {
        self.file
            .len()
            .max(self.immutable.len())
            .max(self.page.len())
            .saturating_add(self.every.len())
            .saturating_add(self.challenge.len())
    }
}

/// Most bytes of a policy.
pub(super) const LONGEST: usize =
    OPERATOR_FIELD_BYTES + NOSNIFF.len() + CORS.len() + private::LONGEST + CHALLENGE_BYTES;

impl Default for Policy {
    /// Returns the policy without any options.
    fn default() -> Self {
        let (mut revalidate, mut immutable) = (Vec::new(), Vec::new());
        put(&mut revalidate, "Cache-Control", REVALIDATE);
        put(&mut immutable, "Cache-Control", IMMUTABLE);
        Self {
            file: revalidate.clone(),
            immutable,
            page: revalidate,
            every: NOSNIFF.to_owned(),
            secured: Vec::new(),
            preflight: b"",
            challenge: challenge(REALM),
        }
    }
}

impl fmt::Display for PolicyError {
    /// Writes the error. The operator's text is escaped, because it may have line breaks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedField(field) => write!(f, "not a header field: {field:?}"),
            Self::ReservedField(name) => write!(f, "the server writes {name} itself"),
            Self::MalformedCacheControl(value) => {
                write!(f, "not a value for Cache-Control: {value:?}")
            }
            Self::RepeatedCacheControl => f.write_str("Cache-Control is given twice"),
            Self::Realm(realm) => write!(
                f,
                "not a realm of 1 to {REALM_BYTES} bytes without control characters: {realm:?}"
            ),
            Self::TooLong(bytes) => write!(
                f,
                "header fields of {bytes} bytes altogether: there may be {OPERATOR_FIELD_BYTES}"
            ),
        }
    }
}

impl core::error::Error for PolicyError {}

/// The value that lets caches keep a response, and has them ask each time whether it is
/// still the same (RFC 9111 §5.2.2.4).
const REVALIDATE: &str = "no-cache";

/// The value that lets every cache keep a response for a year, which is as long as caches do
/// (RFC 8246).
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

const NOSNIFF: &[u8] = b"X-Content-Type-Options: nosniff\r\n";

/// Fields that players need to see beyond the safelisted ones.
const CORS: &[u8] = b"Access-Control-Allow-Origin: *\r\n\
    Access-Control-Expose-Headers: Accept-Ranges, Content-Disposition, Content-Encoding, \
    Content-Length, Content-Range, Date, ETag, Last-Modified, Link\r\n";

const PREFLIGHT: &[u8] = b"Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n\
    Access-Control-Allow-Headers: Accept, Authorization, Cache-Control, Content-Type, If-Match, \
    If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range\r\n\
    Access-Control-Max-Age: 86400\r\n";

/// Fields of the framing and the connection, and fields that must not be repeated.
const RESERVED: &[&str] = &[
    "Accept-Ranges",
    "Allow",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Date",
    "ETag",
    "Keep-Alive",
    "Last-Modified",
    "Location",
    "Proxy-Connection",
    "Retry-After",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "WWW-Authenticate",
    "X-Content-Type-Options",
];

const RESERVED_BY_CORS: &[&str] = &["Access-Control-Allow-Origin", "Access-Control-Max-Age"];

/// The realm without a wish of the operator's.
const REALM: &str = "porthole";

/// Most bytes of the challenge: each byte of the realm may be escaped.
const CHALLENGE_BYTES: usize =
    2 * REALM_BYTES + b"WWW-Authenticate: Basic realm=\"\", charset=\"UTF-8\"\r\n".len();

/// Returns the line that asks for a name and a password, in UTF-8 (RFC 7617 §2.1).
fn challenge(realm: &str) -> Vec<u8> {
    let mut value = String::from("Basic realm=\"");
    for letter in realm.chars() {
        if matches!(letter, '"' | '\\') {
            value.push('\\');
        }
        value.push(letter);
    }
    value.push_str("\", charset=\"UTF-8\"");
    let mut line = Vec::new();
    put(&mut line, "WWW-Authenticate", &value);
    line
}

fn split(field: &str) -> Option<(&str, &str)> {
    let (name, value) = field.split_once(':')?;
    (is_token(name.as_bytes()) && is_value(value)).then_some((name, value))
}

fn is_value(text: &str) -> bool {
    text.bytes().all(is_value_byte)
}

fn put(out: &mut Vec<u8>, name: &str, value: &str) {
    for piece in [name.as_bytes(), b": ", trim(value.as_bytes()), b"\r\n"] {
        out.extend_from_slice(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use core::str::from_utf8;

    #[test]
    fn fields_that_are_accepted() {
        let cases = [
            ("X-Clacks-Overhead: GNU", "X-Clacks-Overhead: GNU\r\n"),
            ("X-Empty:", "X-Empty: \r\n"),
            ("X:\t a:b \t", "X: a:b\r\n"),
            ("Vary: Origin", "Vary: Origin\r\n"),
            (
                "Content-Security-Policy: sandbox",
                "Content-Security-Policy: sandbox\r\n",
            ),
            ("Server: porthole", "Server: porthole\r\n"),
            ("X-Name: é", "X-Name: é\r\n"),
            (
                "transferMode.dlna.org: Streaming",
                "transferMode.dlna.org: Streaming\r\n",
            ),
            (
                "Access-Control-Allow-Origin: https://a.example",
                "Access-Control-Allow-Origin: https://a.example\r\n",
            ),
        ];
        for (field, line) in cases {
            let policy = Policy::new(None, false, &[field]).unwrap();
            let every = from_utf8(&policy.every).unwrap();
            assert_eq!(
                every.strip_prefix("X-Content-Type-Options: nosniff\r\n"),
                Some(line)
            );
        }
    }

    #[test]
    fn fields_that_are_refused() {
        let cases = [
            ("", r#"not a header field: """#),
            ("X-Foo", r#"not a header field: "X-Foo""#),
            (": a", r#"not a header field: ": a""#),
            ("X Foo: a", r#"not a header field: "X Foo: a""#),
            ("X-Foo : a", r#"not a header field: "X-Foo : a""#),
            (
                "X-Foo: a\r\nX: b",
                r#"not a header field: "X-Foo: a\r\nX: b""#,
            ),
            ("X-Foo: a\n", r#"not a header field: "X-Foo: a\n""#),
            ("X-Foo: a\0", r#"not a header field: "X-Foo: a\0""#),
            (
                "X-Foo: \u{1b}[2J",
                r#"not a header field: "X-Foo: \u{1b}[2J""#,
            ),
            ("é: a", r#"not a header field: "é: a""#),
            (
                "Content-Length: 5",
                "the server writes Content-Length itself",
            ),
            (
                "content-length: 5",
                "the server writes content-length itself",
            ),
            (
                "Transfer-Encoding: chunked",
                "the server writes Transfer-Encoding itself",
            ),
            ("Connection: close", "the server writes Connection itself"),
            ("Date: now", "the server writes Date itself"),
            (
                "Content-Type: text/html",
                "the server writes Content-Type itself",
            ),
            ("ETag: \"a\"", "the server writes ETag itself"),
            (
                "WWW-Authenticate: Negotiate",
                "the server writes WWW-Authenticate itself",
            ),
            (
                "X-Content-Type-Options: a",
                "the server writes X-Content-Type-Options itself",
            ),
        ];
        for (field, message) in cases {
            let error = Policy::new(None, false, &[field]).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let origin = "Access-Control-Allow-Origin: https://a.example";
        assert!(Policy::new(None, true, &[origin]).is_err());
    }

    #[test]
    fn cache_control() {
        let cases: &[(Option<&str>, &[&str], &str, &str)] = &[
            (
                None,
                &[],
                "Cache-Control: no-cache\r\n",
                "Cache-Control: no-cache\r\n",
            ),
            (
                Some("max-age=60"),
                &[],
                "Cache-Control: max-age=60\r\n",
                "Cache-Control: no-cache\r\n",
            ),
            (None, &["cache-control: no-store"], "", ""),
        ];
        for (value, fields, file, page) in cases {
            let policy = Policy::new(*value, false, fields).unwrap();
            assert_eq!(from_utf8(&policy.file), Ok(*file));
            assert_eq!(from_utf8(&policy.page), Ok(*page));
        }
        let cases: &[(&str, &[&str], &str)] = &[
            ("", &[], r#"not a value for Cache-Control: """#),
            ("a\r\nb", &[], r#"not a value for Cache-Control: "a\r\nb""#),
            ("a", &["Cache-Control: b"], "Cache-Control is given twice"),
        ];
        for (value, fields, message) in cases {
            let error = Policy::new(Some(value), false, fields).unwrap_err();
            assert_eq!(error.to_string(), *message);
        }
    }

    #[test]
    fn fields_have_a_bound_together() {
        let half = ["X: ", &"a".repeat(OPERATOR_FIELD_BYTES / 2 - 5)].concat();
        let value = "a".repeat(OPERATOR_FIELD_BYTES + 1);
        for cors in [false, true] {
            assert!(Policy::new(None, cors, &[&half, &half]).is_ok());
            let error = Policy::new(Some("a"), cors, &[&half, &half]).unwrap_err();
            let message = "header fields of 4097 bytes altogether: there may be 4096";
            assert_eq!(error.to_string(), message);
            let error = Policy::new(Some(&value), cors, &[]).unwrap_err();
            assert_eq!(error.to_string(), message);
            let policy = Policy::new(None, cors, &[&half, &half]).unwrap();
            assert!(policy.bound() <= LONGEST);
        }
    }

    #[test]
    fn realms() {
        let rows = [
            ("Films", Some(r#"Basic realm="Films""#)),
            ("a \"b\" \\c", Some(r#"Basic realm="a \"b\" \\c""#)),
            ("Schäfer", Some(r#"Basic realm="Schäfer""#)),
            ("", None),
            ("a\r\nX: b", None),
            ("a\u{85}", None),
        ];
        for (realm, expected) in rows {
            let policy = Policy::default().with_realm(realm);
            let line = policy.map(|policy| String::from_utf8(policy.challenge).unwrap());
            let expected = expected
                .map(|value| ["WWW-Authenticate: ", value, ", charset=\"UTF-8\"\r\n"].concat());
            assert_eq!(line.ok(), expected, "{realm:?}");
        }
        let longest = "\"".repeat(REALM_BYTES);
        let policy = Policy::default().with_realm(&longest).unwrap();
        assert_eq!(policy.challenge.len(), CHALLENGE_BYTES);
        let longer = Policy::default().with_realm(&[&longest, "a"].concat());
        assert!(
            longer.is_err_and(|error| error.to_string().starts_with("not a realm of 1 to 128"))
        );
    }

    #[test]
    fn the_default_policy_adds_no_fields() {
        let (default, new) = (Policy::default(), Policy::new(None, false, &[]).unwrap());
        assert_eq!(default.file, new.file);
        assert_eq!(default.page, new.page);
        assert_eq!(default.every, new.every);
        assert_eq!(default.preflight, new.preflight);
    }
}
