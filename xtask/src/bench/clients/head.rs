//! The head of a response, as far as a client of this kind needs it.

use anyhow::{Context, Result};

/// Most fields of a response. More are an error.
const FIELDS: usize = 32;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    /// Length of the head, including the empty line.
    pub(crate) length: usize,
    /// Length of the content, or `None` if it comes in chunks.
    pub(crate) content: Option<u64>,
    /// Whether the connection ends with this response.
    pub(crate) close: bool,
    pub(crate) etag: Option<String>,
}

impl ResponseHead {
    /// Returns `None` as long as the head is not complete.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        let httparse::Status::Complete(length) = response.parse(bytes)? else {
            return Ok(None);
        };
        let value = |name| {
            let mut fields = response.headers.iter();
            let found = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
            str::from_utf8(found.value).ok()
        };
        let status = response.code.context("a response without a status")?;
        let content = match (status, value("Content-Length")) {
            (204 | 304, _) => Some(0),
            (_, Some(bytes)) => Some(bytes.parse().context("Content-Length is not a number")?),
            (_, None) if value("Transfer-Encoding") == Some("chunked") => None,
            (_, None) => anyhow::bail!("a response without Content-Length"),
        };
        Ok(Some(Self {
            status,
            length,
            content,
            close: value("Connection").is_some_and(|v| v.eq_ignore_ascii_case("close")),
            etag: value("ETag").map(Into::into),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let head = |status, length, content, close| {
            Some(ResponseHead {
                status,
                length,
                content,
                close,
                etag: None,
            })
        };
        for (bytes, expected) in [
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
                head(200, 38, Some(3), false),
            ),
            (
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
                head(304, 48, Some(0), false),
            ),
            (
                "HTTP/1.1 404 Not Found\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n",
                head(404, 64, Some(0), true),
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                head(200, 47, None, false),
            ),
            ("HTTP/1.1 200 OK\r\nContent-Le", None),
            ("", None),
        ] {
            assert_eq!(
                ResponseHead::parse(bytes.as_bytes()).unwrap(),
                expected,
                "{bytes:?}"
            );
        }
        for bytes in ["HTTP/1.1 200 OK\r\n\r\n", "SSH-2.0\r\n\r\n"] {
            assert!(ResponseHead::parse(bytes.as_bytes()).is_err(), "{bytes:?}");
        }
    }
}
