//! A strict parser of responses. Anything that it can't parse is a fault of the server.

/// A complete response.
#[derive(Clone, Debug, Default)]
pub struct Response {
    pub status: u16,
    fields: Vec<(String, String)>,
    pub content: Vec<u8>,
    /// Bytes after the head: the content and the lengths of its chunks.
    pub sent: usize,
}

/// Result of parsing the bytes so far.
#[derive(Debug)]
pub enum Read {
    More,
    /// 100 (Continue).
    Interim,
    Response(Response),
    /// The bytes are not a response, for this reason.
    Wrong(String),
}

#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    /// Bytes of the buffer that have been parsed.
    done: usize,
    /// The parsed head, and the length of its content.
    head: Option<(Response, Length)>,
}

/// Length of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
}

/// Longest head of a response that a client reads.
const HEAD_BYTES: usize = 64 * 1024;

impl Response {
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn closes(&self) -> bool {
        self.field("connection") == Some("close")
    }
}

impl Reader {
    pub fn take(&mut self, bytes: &[u8]) {
        if self.done > 64 * 1024 {
            self.buffer.drain(..self.done);
            self.done = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether a part of a response has arrived.
    pub fn is_within(&self) -> bool {
        self.head.is_some() || self.done < self.buffer.len()
    }

    /// Returns the next response, to a request with this method.
    pub fn next(&mut self, method: &str) -> Read {
        if self.head.is_none() {
            match self.head(method) {
                Ok(Some(head)) => self.head = Some(head),
                Ok(None) => return Read::More,
                Err(reason) => return Read::Wrong(reason),
            }
        }
        let rest = &self.buffer[self.done..];
        match self.head.take() {
            Some((response, _)) if response.status == 100 => Read::Interim,
            Some((mut response, length)) => match taken(rest, length) {
                Ok(Some((content, length))) => {
                    response.content = content;
                    response.sent = length;
                    self.done += length;
                    Read::Response(response)
                }
                Ok(None) => {
                    self.head = Some((response, length));
                    Read::More
                }
                Err(reason) => Read::Wrong(reason),
            },
            None => Read::More,
        }
    }

    fn head(&mut self, method: &str) -> Result<Option<(Response, Length)>, String> {
        let rest = &self.buffer[self.done..];
        let end = b"\r\n\r\n";
        let searched = &rest[..rest.len().min(HEAD_BYTES)];
        let Some(length) = searched.windows(4).position(|window| window == end) else {
            return match rest.len() > HEAD_BYTES {
                true => Err("a head without an end".to_owned()),
                false => Ok(None),
            };
        };
        let head = std::str::from_utf8(&rest[..length]).map_err(|error| error.to_string())?;
        let response = parse(head)?;
        let content = content_length(&response, method)?;
        self.done += length + end.len();
        Ok(Some((response, content)))
    }
}

/// Returns the content at the start of `bytes` and its length there, once it is whole.
fn taken(bytes: &[u8], length: Length) -> Result<Option<(Vec<u8>, usize)>, String> {
    let Length::Known(length) = length else {
        return chunks(bytes);
    };
    Ok(bytes
        .get(..length)
        .map(|content| (content.to_vec(), length)))
}

/// Returns content in chunks (RFC 9112 §7.1), once the last one has arrived.
fn chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let (mut content, mut at) = (Vec::new(), 0);
    loop {
        let rest = &bytes[at..];
        let Some(line) = rest.windows(2).position(|window| window == b"\r\n") else {
            return Ok(None);
        };
        let digits = std::str::from_utf8(&rest[..line]).map_err(|error| error.to_string())?;
        let length = usize::from_str_radix(digits, 16).map_err(|error| error.to_string())?;
        let (start, end) = (line + 2, line + 2 + length);
        match rest.get(end..end + 2) {
            None => return Ok(None),
            Some(b"\r\n") => content.extend_from_slice(&rest[start..end]),
            Some(_) => return Err("a chunk that is longer than it says".to_owned()),
        }
        at += end + 2;
        if length == 0 {
            return Ok(Some((content, at)));
        }
    }
}

fn parse(head: &str) -> Result<Response, String> {
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    let status = status.and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("a status line: {first:?}"))?;
    let mut fields = Vec::new();
    for line in lines {
        let (name, value) = line
            .split_once(": ")
            .ok_or_else(|| format!("a field: {line:?}"))?;
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_plain = value.bytes().all(|byte| byte >= b' ' && byte != 0x7f);
        if name.is_empty() || !name.bytes().all(is_token) || !is_plain || value.ends_with(' ') {
            return Err(format!("a field: {line:?}"));
        }
        fields.push((name.to_owned(), value.to_owned()));
    }
    for once in [
        "content-length",
        "date",
        "etag",
        "content-type",
        "content-range",
    ] {
        let same = fields
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(once));
        if same.count() > 1 {
            return Err(format!("{once} twice"));
        }
    }
    Ok(Response {
        status,
        fields,
        content: Vec::new(),
        sent: 0,
    })
}

/// Returns the length of the content (RFC 9112 §6.3).
fn content_length(response: &Response, method: &str) -> Result<Length, String> {
    if response.status == 100 {
        return Ok(Length::Known(0));
    }
    if response.field("date").is_none() {
        return Err("no Date".to_owned());
    }
    let length = response.field("content-length");
    if matches!(response.status, 204 | 304) {
        return match length {
            Some(_) if response.status == 204 => Err("a 204 with a length".to_owned()),
            _ => Ok(Length::Known(0)),
        };
    }
    let is_head = method == "HEAD";
    match response.field("transfer-encoding") {
        Some("chunked") if length.is_some() => return Err("two lengths".to_owned()),
        Some("chunked") if is_head => return Ok(Length::Known(0)),
        Some("chunked") => return Ok(Length::Chunked),
        Some(other) => return Err(format!("the transfer coding {other}")),
        None => {}
    }
    let length = length.and_then(|length| length.parse().ok());
    let length = length.ok_or("no Content-Length")?;
    Ok(Length::Known(if is_head { 0 } else { length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &str, bytes: &str) -> Read {
        let mut reader = Reader::default();
        reader.take(bytes.as_bytes());
        reader.next(method)
    }

    #[test]
    fn well_formed_responses_are_read() {
        let head = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 3\r\n\r\n";
        assert!(matches!(read("GET", head), Read::More));
        assert!(matches!(read("HEAD", head), Read::Response(_)));
        let whole = format!("{head}abc");
        assert!(
            matches!(read("GET", &whole), Read::Response(response) if response.content == b"abc")
        );
        let chunked = "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert!(matches!(read("HEAD", chunked), Read::Response(_)));
        let cut = format!("{chunked}1\r\na\r\n");
        assert!(matches!(read("GET", &cut), Read::More));
        let whole = format!("{cut}a\r\n0123456789\r\n0\r\n\r\n");
        assert!(
            matches!(read("GET", &whole), Read::Response(response) if response.content == b"a0123456789")
        );
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        assert!(matches!(read("GET", interim), Read::Interim));
    }

    #[test]
    fn malformed_responses_are_errors() {
        for bytes in [
            "HTTP/1.0 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
            "HTTP/1.1 200 OK\r\nDate: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nDate: x\r\nDate: x\r\nContent-Length: 3\r\n\r\n",
            "HTTP/1.1 200 OK\r\nDate : x\r\nContent-Length: 3\r\n\r\n",
            "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nDate: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            "HTTP/1.1 204 No Content\r\nDate: x\r\nContent-Length: 0\r\n\r\n",
        ] {
            assert!(matches!(read("GET", bytes), Read::Wrong(_)), "{bytes:?}");
        }
    }

    #[test]
    fn however_it_is_split() {
        let bytes = b"HTTP/1.1 404 Not Found\r\nDate: x\r\nContent-Length: 1\r\n\r\na";
        let mut reader = Reader::default();
        for (number, byte) in bytes.iter().enumerate() {
            reader.take(&[*byte]);
            let is_last = number + 1 == bytes.len();
            assert_eq!(
                matches!(reader.next("GET"), Read::Response(_)),
                is_last,
                "{number}"
            );
        }
        assert!(!reader.is_within());
    }
}
