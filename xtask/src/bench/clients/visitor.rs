//! A visitor of folders: a connection, and one request that is repeated on it.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::head::ResponseHead;

/// Longest wait for the next bytes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes that are read at once.
const READ_BYTES: usize = 256 << 10;

/// The end of content in chunks, which no content of a list has.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

pub(crate) struct Visitor {
    stream: TcpStream,
    request: String,
    buffer: Vec<u8>,
}

/// Times of a response, from its request on.
pub(crate) struct Fetched {
    pub(crate) first_byte: Duration,
    pub(crate) whole: Duration,
}

impl Visitor {
    pub(crate) fn connect(address: SocketAddr, path: &str, accept: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).context("cannot connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream,
            request: format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\n\r\n"),
            buffer: vec![0; READ_BYTES],
        })
    }

    /// Fetches the list once, and drops it.
    pub(crate) fn fetch(&mut self) -> Result<Fetched> {
        self.exchange(|_| ())
    }

    /// Fetches the list once, and returns it with its head.
    pub(crate) fn read(&mut self) -> Result<String> {
        let mut whole = Vec::new();
        self.exchange(|bytes| whole.extend_from_slice(bytes))?;
        Ok(String::from_utf8(whole)?)
    }

    fn exchange(&mut self, mut take: impl FnMut(&[u8])) -> Result<Fetched> {
        let begin = Instant::now();
        self.stream.write_all(self.request.as_bytes())?;
        let (mut head, mut first_byte) = (Vec::new(), None);
        let mut response = None;
        let (mut received, mut end) = (0, Vec::new());
        loop {
            let read = self.stream.read(&mut self.buffer)?;
            ensure!(read > 0, "the response ends too early");
            first_byte.get_or_insert_with(|| begin.elapsed());
            let bytes = self.buffer.get(..read).unwrap_or_default();
            take(bytes);
            received += read;
            end.extend_from_slice(
                bytes
                    .get(read.saturating_sub(LAST_CHUNK.len())..)
                    .unwrap_or_default(),
            );
            end.drain(..end.len().saturating_sub(LAST_CHUNK.len()));
            if response.is_none() {
                head.extend_from_slice(bytes);
                response = ResponseHead::parse(&head)?;
            }
            let Some(ResponseHead {
                status,
                length,
                content,
                ..
            }) = &response
            else {
                continue;
            };
            ensure!(*status == 200, "status {status}");
            let is_whole = match content {
                Some(content) => received as u64 == *length as u64 + content,
                None => end == LAST_CHUNK,
            };
            if is_whole {
                return Ok(Fetched {
                    first_byte: first_byte.unwrap_or_default(),
                    whole: begin.elapsed(),
                });
            }
        }
    }
}
