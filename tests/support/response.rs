//! A response, parsed strictly.

/// Response to one request.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// Status line without its CRLF.
    pub line: String,
    fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// Parses a head without its empty line. Fails the test on anything that RFC 9112
    /// does not allow a server to send.
    pub fn parse(head: &str) -> Self {
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap().to_owned();
        assert!(
            !head.replace("\r\n", "").contains(['\r', '\n']),
            "bare CR or LF: {head:?}"
        );
        let (version, rest) = line.split_once(' ').expect("a status line");
        assert_eq!(version, "HTTP/1.1", "{line:?}");
        let (status, reason) = rest.split_once(' ').expect("a reason phrase, if empty");
        assert!(status.len() == 3 && !reason.is_empty(), "{line:?}");
        let fields = lines.map(field).collect();
        Self {
            status: status.parse().unwrap(),
            line,
            fields,
            body: Vec::new(),
        }
    }

    /// Returns the value of a field that must not be repeated.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut values = self
            .fields
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(
            values.next().is_none(),
            "{name} is repeated: {:?}",
            self.fields
        );
        value
    }

    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// Whether the server has announced that it will close.
    pub fn closes(&self) -> bool {
        self.field("Connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// Returns the line of text that is the content of an error response.
    pub fn words(&self) -> &str {
        self.text().trim_end_matches("\r\n")
    }

    /// Whether the content comes in chunks, as lists do that are sent while they are made.
    pub fn is_chunked(&self) -> bool {
        let is = self.field("Transfer-Encoding") == Some("chunked");
        assert!(
            !is || self.field("Content-Length").is_none(),
            "RFC 9112 §6.2"
        );
        is
    }

    /// Returns the length of content that does not come in chunks (RFC 9112 §6.3).
    pub fn content_length(&self, to_head: bool) -> u64 {
        if to_head && self.is_chunked() {
            return 0;
        }
        assert_eq!(self.field("Transfer-Encoding"), None);
        let announced = self
            .field("Content-Length")
            .map(|value| value.parse().unwrap());
        match self.status {
            100..=199 | 204 => {
                assert_eq!(announced, None, "RFC 9110 §8.6");
                0
            }
            304 => 0,
            _ => {
                let announced = announced.expect("Content-Length");
                if to_head { 0 } else { announced }
            }
        }
    }
}

fn field(line: &str) -> (String, String) {
    let (name, value) = line
        .split_once(':')
        .unwrap_or_else(|| panic!("no colon: {line:?}"));
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    assert!(!name.is_empty() && name.bytes().all(is_tchar), "{line:?}");
    let is_visible = |byte: u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
    assert!(value.bytes().all(is_visible), "{line:?}");
    (name.to_owned(), value.trim_matches([' ', '\t']).to_owned())
}
