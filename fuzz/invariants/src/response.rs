//! Responses, as a strict client parses them (RFC 9112 §4 to §6).

use crate::text::{field_line, find, split};

/// One response with its content.
#[derive(Debug, PartialEq)]
pub(crate) struct Response<'b> {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(&'b str, &'b str)>,
    pub(crate) content: &'b [u8],
}

impl<'b> Response<'b> {
    /// Returns the response at the start of the bytes, and the bytes after it. Panics
    /// where it does not follow the RFC exactly.
    pub(crate) fn read(bytes: &'b [u8], to_head: bool) -> (Self, &'b [u8]) {
        let end = find(bytes, b"\r\n\r\n").expect("a whole head");
        let lines = split(&bytes[..end], b"\r\n");
        let (status_line, lines) = lines.split_first().unwrap();
        let mut response = Self {
            status: status(str::from_utf8(status_line).unwrap()),
            fields: lines.iter().map(|line| field(line)).collect(),
            content: b"",
        };
        let rest = &bytes[end + 4..];
        let len = if to_head {
            0
        } else {
            response.content_length()
        };
        let rest = rest.split_at_checked(len).expect("the whole content");
        response.content = rest.0;
        (response, rest.1)
    }

    /// Returns the value of a field that must not be repeated.
    pub(crate) fn field(&self, name: &str) -> Option<&'b str> {
        let mut values = self
            .fields
            .iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name));
        let value = values.next()?.1;
        assert!(values.next().is_none(), "{name} is repeated");
        Some(value)
    }

    pub(crate) fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// Returns the length of the content of a response to any method but HEAD (RFC 9112
    /// §6.3). Every response has a length, or no content by definition. None ends with
    /// the connection.
    fn content_length(&self) -> usize {
        assert_eq!(self.field("Transfer-Encoding"), None);
        let value = self.field("Content-Length");
        match self.status {
            100..=199 | 204 | 304 => {
                assert_eq!(value, None);
                0
            }
            _ => value.expect("Content-Length").parse().unwrap(),
        }
    }
}

/// `status-line` (RFC 9112 §4)
fn status(line: &str) -> u16 {
    let (code, reason) = line
        .strip_prefix("HTTP/1.1 ")
        .unwrap()
        .split_once(' ')
        .unwrap();
    assert!(code.len() == 3 && !reason.is_empty());
    assert!(
        reason
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_alphabetic())
    );
    code.parse().unwrap()
}

/// Parses a field line as we write it: one space after the colon, and ASCII only.
fn field(line: &[u8]) -> (&str, &str) {
    let (name, value) = field_line(line).expect("a field line");
    assert_eq!(line, [name, b": ", value].concat());
    assert!(value.is_ascii());
    (
        str::from_utf8(name).unwrap(),
        str::from_utf8(value).unwrap(),
    )
}
