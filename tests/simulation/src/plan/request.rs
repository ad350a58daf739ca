//! Requests: their targets, and their bytes.

use std::fmt::Write as _;

use crate::random::Random;

#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    /// Path on the disk. With a slash at its end it names a directory.
    pub path: String,
    pub fields: Vec<Field>,
    pub content: Content,
    /// Length of the head in bytes, reached with a field without meaning.
    pub head: Option<usize>,
    pub http10: bool,
    pub close: bool,
    /// The password that is sent.
    pub password: Password,
    /// If set, a malformed request is sent instead: its number in [`MALFORMED`].
    pub malformed: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    None,
    /// That of the user to whom the closed folder belongs.
    Right,
    Wrong,
}

#[derive(Clone, Debug)]
pub enum Field {
    Range(String),
    IfNoneMatch(Tag),
    IfMatch(Tag),
    IfRange(Tag),
    /// With the date that the client knows.
    IfModifiedSince,
    IfUnmodifiedSince,
    Encodings,
    Expect,
    Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// The tag that the client knows for this path, if any.
    Known,
    Any,
    Wrong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    None,
    Length(usize),
    /// Total bytes, and bytes in each chunk.
    Chunked(usize, usize),
}

/// Knowledge of a client about a path, from responses.
#[derive(Clone, Debug, Default)]
pub struct Validators {
    pub tag: Option<String>,
    pub date: Option<String>,
    /// The file that its copy is of, which may be a precompressed sibling.
    pub file: String,
    /// The version of its copy.
    pub version: u64,
}

/// Longest content that is read and dropped.
pub const CONTENT_BYTES: usize = 64 * 1024;

/// Longest head that is read.
pub const HEAD_BYTES: usize = 16 * 1024;

/// Heads that are not valid requests, and the statuses of which one is right.
pub const MALFORMED: [(&str, &[u16]); 12] = [
    ("GET / HTTP/1.1\r\n\r\n", &[400]),
    ("GET /\r\nHost: a\r\n\r\n", &[400]),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", &[400]),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", &[400]),
    ("GET / HTTP/1.1\nHost: a\n\n", &[400]),
    (
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
        &[400],
    ),
    (
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        &[400],
    ),
    (
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        &[400, 501],
    ),
    (
        "GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400, 404, 200, 500, 503],
    ),
    ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", &[505]),
    (
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n",
        &[413],
    ),
    ("\u{1}\u{2}\u{3}\r\n\r\n", &[400]),
];

impl Request {
    pub fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            fields: Vec::new(),
            content: Content::None,
            head: None,
            http10: false,
            close: false,
            password: Password::None,
            malformed: None,
        }
    }

    /// Draws a request of any kind.
    pub fn draw(paths: &[String], random: &mut Random) -> Self {
        let mut request = Self::get(&path(paths, random));
        if random.once_in(60) {
            request.malformed = Some(random.size(0..MALFORMED.len()));
            return request;
        }
        request.method = match random.within(0..20) {
            0..2 => "HEAD",
            2 => "OPTIONS",
            3 if random.once_in(3) => *random.pick(&["PUT", "DELETE", "POST", "BREW"]),
            _ => "GET",
        };
        if random.once_in(3) {
            request.fields.push(Field::Range(range(random)));
        }
        if random.once_in(4) {
            let tag = *random.pick(&[Tag::Known, Tag::Known, Tag::Known, Tag::Any, Tag::Wrong]);
            let field = match random.within(0..7) {
                0..3 => Field::IfNoneMatch(tag),
                3 => Field::IfMatch(tag),
                4 => Field::IfModifiedSince,
                5 => Field::IfUnmodifiedSince,
                _ => Field::IfRange(tag),
            };
            request.fields.push(field);
        }
        if random.once_in(5) {
            request.fields.push(Field::Encodings);
        }
        if random.once_in(30) {
            request.fields.push(Field::Origin);
        }
        if random.once_in(12) {
            request.content = content(random);
            if random.once_in(3) {
                request.fields.push(Field::Expect);
            }
        }
        request.http10 = random.once_in(25);
        request.close = random.once_in(30);
        request
    }

    /// Draws a head of about the greatest length, with content.
    pub fn long(paths: &[String], random: &mut Random) -> Self {
        let mut request = Self::get(&path(paths, random));
        request.head = Some(match random.within(0..4) {
            0 => HEAD_BYTES + 3 - random.size(0..8),
            1 => HEAD_BYTES - random.size(0..300),
            2 => HEAD_BYTES + random.size(0..2_000),
            _ => random.size(200..HEAD_BYTES),
        });
        request.content = content(random);
        request
    }

    /// Returns the bytes of the request. `told` is the client's knowledge of the path.
    pub fn write(&self, told: Option<&Validators>) -> Vec<u8> {
        if let Some(number) = self.malformed {
            return MALFORMED[number].0.as_bytes().to_vec();
        }
        let version = if self.http10 { "1.0" } else { "1.1" };
        let mut head = format!("{} /{} HTTP/{version}\r\n", self.method, encode(&self.path));
        head.push_str("Host: localhost:4000\r\n");
        for field in &self.fields {
            field.write(&mut head, told);
        }
        match self.password {
            Password::None => {}
            Password::Right => head.push_str("Authorization: Basic YWxpY2U6cmlnaHQ=\r\n"),
            Password::Wrong => head.push_str("Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"),
        }
        if self.close {
            head.push_str("Connection: close\r\n");
        }
        match self.content {
            Content::None => {}
            Content::Length(length) => {
                let _ = write!(head, "Content-Length: {length}\r\n");
            }
            Content::Chunked(..) => head.push_str("Transfer-Encoding: chunked\r\n"),
        }
        let empty = head.len() + "X-Filler: \r\n\r\n".len();
        if let Some(filler) = self.head.and_then(|length| length.checked_sub(empty)) {
            let _ = write!(head, "X-Filler: {}\r\n", "f".repeat(filler));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        self.content.write(&mut bytes);
        bytes
    }
}

impl Field {
    fn write(&self, head: &mut String, told: Option<&Validators>) {
        let known = |tag: Tag| match tag {
            Tag::Known => told.and_then(|told| told.tag.clone()),
            Tag::Any => Some("*".to_owned()),
            Tag::Wrong => Some("\"no-such-tag\"".to_owned()),
        };
        let date = told.and_then(|told| told.date.clone());
        let (name, value) = match self {
            Self::Range(range) => ("Range", Some(range.clone())),
            Self::IfNoneMatch(tag) => ("If-None-Match", known(*tag)),
            Self::IfMatch(tag) => ("If-Match", known(*tag)),
            Self::IfRange(Tag::Any) => ("If-Range", date),
            Self::IfRange(tag) => ("If-Range", known(*tag)),
            Self::IfModifiedSince => ("If-Modified-Since", date),
            Self::IfUnmodifiedSince => ("If-Unmodified-Since", date),
            Self::Encodings => ("Accept-Encoding", Some("gzip, br;q=0.5".to_owned())),
            Self::Expect => ("Expect", Some("100-continue".to_owned())),
            Self::Origin => ("Origin", Some("http://elsewhere.example".to_owned())),
        };
        if let Some(value) = value {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
}

impl Content {
    fn write(self, bytes: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Length(length) => bytes.resize(bytes.len() + length, b'c'),
            Self::Chunked(length, chunk) => {
                let mut left = length;
                while left > 0 {
                    let now = left.min(chunk);
                    bytes.extend(format!("{now:x}\r\n").bytes());
                    bytes.resize(bytes.len() + now, b'k');
                    bytes.extend(b"\r\n");
                    left -= now;
                }
                bytes.extend(b"0\r\n\r\n");
            }
        }
    }
}

fn content(random: &mut Random) -> Content {
    let length = match random.within(0..4) {
        0 => random.size(0..40),
        1 => random.size(0..5_000),
        2 => random.size(0..CONTENT_BYTES),
        _ => CONTENT_BYTES - 1,
    };
    match random.once_in(3) {
        true => Content::Chunked(length, random.size(1..4_000).max(length / 50)),
        false => Content::Length(length),
    }
}

fn path(paths: &[String], random: &mut Random) -> String {
    match random.within(0..14) {
        0 => String::new(),
        1 => format!("missing-{}", random.within(0..5)),
        2 => random
            .pick(&["dir/", "dir", "site/", "dir/deep/", "empty/", "film.mp4/"])
            .to_string(),
        _ if paths.is_empty() => "nothing".to_owned(),
        _ => random.pick(paths).clone(),
    }
}

/// Draws byte ranges of every kind.
pub fn range(random: &mut Random) -> String {
    let position = |random: &mut Random| match random.within(0..4) {
        0 => random.within(0..10),
        1 => random.within(0..100_000),
        2 => *random.pick(&[65_535, 65_536, 299, 300, 16_384]),
        _ => u64::MAX - random.within(0..2),
    };
    let one = |random: &mut Random| match random.within(0..6) {
        0 => format!("{}-", position(random).min(200_000)),
        1 => format!("-{}", position(random)),
        2 => "0-".to_owned(),
        3 => "0-1".to_owned(),
        _ => {
            let first = position(random).min(150_000);
            format!("{first}-{}", first.saturating_add(random.within(0..9_000)))
        }
    };
    match random.within(0..12) {
        0 => "bytes=".to_owned(),
        1 => format!("lines={}", one(random)),
        2 => "bytes=9-3".to_owned(),
        3..6 => {
            let count = random.size(2..8);
            let all: Vec<String> = (0..count).map(|_| one(random)).collect();
            format!("bytes={}", all.join(","))
        }
        _ => format!("bytes={}", one(random)),
    }
}

/// Returns a path as the real file system has it: characters from U+10FF80 on stand for
/// bytes that are not UTF-8.
fn bytes(path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for character in path.chars() {
        match u32::from(character).checked_sub(0x10_ff00) {
            Some(byte) => bytes.push(byte as u8),
            None => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

/// Returns a path as a target spells it.
fn encode(path: &str) -> String {
    let mut target = String::new();
    for byte in bytes(path) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                target.push(char::from(byte));
            }
            _ => {
                let _ = write!(target, "%{byte:02X}");
            }
        }
    }
    target
}
