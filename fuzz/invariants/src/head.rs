//! Heads (RFC 9112 §2 to §5).

use h1::limits::{FIELD_LINES, HEAD_BYTES, LEADING_EMPTY_LINES, TARGET_BYTES};
use h1::refusal::Refusal;
use h1::request::head::{Parse, Scanner, Version};
use h1::request::method::Method;

use crate::text::{field_line, find, is_token, pieces, split};

/// Checks that a head is complete exactly when it follows the RFC and is within the
/// limits. The bytes after it and the division into pieces make no difference. When the
/// parsed head is written again, it is parsed to the same. No incomplete head is as long
/// as the limit.
pub fn head(bytes: &[u8]) {
    let whole = scan([bytes]);
    let grown = |sizes: Vec<usize>| {
        let mut end = 0;
        scan(sizes.into_iter().map(move |size| {
            end += size;
            &bytes[..end]
        }))
    };
    assert_eq!(grown(vec![1; bytes.len()]), whole, "byte by byte");
    assert_eq!(
        grown(pieces(bytes).map(<[u8]>::len).collect()),
        whole,
        "in pieces"
    );
    match &whole {
        Some(Ok(read)) => {
            assert_eq!(Some(read.len), length(bytes));
            let again = read.written(bytes);
            let len = again.len();
            assert_eq!(
                scan([&again[..]]),
                Some(Ok(Read {
                    len,
                    ..read.clone()
                }))
            );
        }
        Some(Err(_)) => assert_eq!(length(bytes), None),
        None => {
            assert_eq!(length(bytes), None);
            assert!(bytes.len() < HEAD_BYTES);
        }
    }
}

/// A head that does not borrow from the buffer.
#[derive(Clone, Debug, PartialEq)]
struct Read {
    method: Method,
    target: Vec<u8>,
    version: Version,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    len: usize,
}

impl Read {
    /// Returns the head as it was received, with the least whitespace, and without empty
    /// lines before it.
    fn written(&self, bytes: &[u8]) -> Vec<u8> {
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let start = bytes.iter().take_while(|byte| is_line_end(byte)).count();
        let len = find(&bytes[start..], b"\r\n").unwrap();
        let mut text = [&bytes[start..start + len], b"\r\n"].concat();
        for (name, value) in &self.fields {
            text.extend([name, &b":"[..], value, b"\r\n"].concat());
        }
        text.extend(b"\r\n");
        text
    }
}

/// Scans a growing buffer, and returns the final result.
fn scan<'b>(buffers: impl IntoIterator<Item = &'b [u8]>) -> Option<Result<Read, Refusal>> {
    let mut scanner = Scanner::default();
    buffers
        .into_iter()
        .find_map(|bytes| match scanner.scan(bytes) {
            Parse::Partial => None,
            Parse::Bad(refusal) => Some(Err(refusal)),
            Parse::Complete(head) => Some(Ok(Read {
                method: head.method,
                target: head.target.to_vec(),
                version: head.version,
                fields: head
                    .fields
                    .lines()
                    .map(|(name, value)| (name.to_vec(), value.to_vec()))
                    .collect(),
                len: head.len,
            })),
        })
}

/// Returns the length of the complete head at the start of the bytes, found line by line.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let mut empty_lines = 0;
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        rest = after;
        empty_lines += 1;
    }
    let end = find(rest, b"\r\n\r\n")?;
    let lines = split(&rest[..end], b"\r\n");
    let (request_line, fields) = lines.split_first()?;
    let len = bytes.len() - rest.len() + end + 4;
    let within_bounds =
        empty_lines <= LEADING_EMPTY_LINES && fields.len() <= FIELD_LINES && len <= HEAD_BYTES;
    let well_formed =
        is_request_line(request_line) && fields.iter().all(|line| field_line(line).is_some());
    (within_bounds && well_formed).then_some(len)
}

fn is_request_line(line: &[u8]) -> bool {
    let [method, target, version] = split(line, b" ")[..] else {
        return false;
    };
    is_token(method)
        && (1..=TARGET_BYTES).contains(&target.len())
        && target.iter().all(u8::is_ascii_graphic)
        && !target.contains(&b'#')
        && matches!(
            version,
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0'..=b'9']
        )
}
