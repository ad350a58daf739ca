//! One client of a load: a connection, and the response that it is waiting for.

use std::{
    io,
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{
    head::ResponseHead,
    link::{Door, Link},
};

/// Longest blocking exchange. A stalled server is an error.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Room for the first bytes of a response, which may be followed by as much content as fits
/// into the buffer of a socket.
const HEAD_BYTES: usize = 256 << 10;

/// Result of one read.
pub(crate) struct Received {
    /// Bytes of content.
    pub(crate) content: u64,
    /// Time since the request was sent, or since its connection was opened, if the
    /// response is complete.
    pub(crate) latency: Option<Duration>,
}

pub(crate) struct Client {
    link: Link,
    door: Door,
    /// Whether it has replaced an earlier connection.
    is_later: bool,
    begin: Instant,
    /// Beginning of an incomplete head.
    head: Vec<u8>,
    /// Remaining content, or `None` before the head has been read.
    left: Option<u64>,
    /// Whether the server ends the connection after this response.
    close: bool,
}

impl Client {
    pub(crate) fn connect(door: &Door) -> Result<Self> {
        let begin = Instant::now();
        Ok(Self {
            link: Link::connect(door)?,
            door: door.clone(),
            is_later: false,
            begin,
            head: Vec::new(),
            left: None,
            close: false,
        })
    }

    /// Sends a request on the same connection, or on a new one if the old one has ended.
    /// Returns whether it is a new one.
    pub(crate) fn ask(&mut self, request: &str, fresh: bool) -> Result<bool> {
        let renew = fresh || self.close;
        if renew {
            *self = Self {
                is_later: true,
                ..Self::connect(&self.door)?
            };
        } else {
            self.begin = Instant::now();
        }
        self.send(request)?;
        Ok(renew)
    }

    pub(crate) fn send(&mut self, request: &str) -> Result<()> {
        self.left = None;
        self.link.send(request)
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.link.tcp
    }

    /// Reads once. The socket does not block, and having nothing to read is not an error.
    pub(crate) fn receive(&mut self, buffer: &mut [u8], status: u16) -> Result<Received> {
        let nothing = Received {
            content: 0,
            latency: None,
        };
        let read = match self.link.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(nothing),
            Err(error) => return Err(error).context("cannot receive"),
        };
        ensure!(
            read > 0,
            "the connection was closed before the response was complete"
        );
        let bytes = buffer.get(..read).unwrap_or_default();
        let content = match self.left {
            Some(_) => read as u64,
            None => match self.parse(bytes, status)? {
                Some(content) => content,
                None => return Ok(nothing),
            },
        };
        let left = self.left.unwrap_or(0).checked_sub(content);
        let left = left.context("more content than announced")?;
        self.left = Some(left);
        Ok(Received {
            content,
            latency: (left == 0).then(|| self.begin.elapsed()),
        })
    }

    /// Parses a head, and returns the number of bytes after it.
    fn parse(&mut self, bytes: &[u8], status: u16) -> Result<Option<u64>> {
        let whole = if self.head.is_empty() {
            bytes
        } else {
            self.head.extend_from_slice(bytes);
            &self.head
        };
        let Some(head) = ResponseHead::parse(whole)? else {
            if self.head.is_empty() {
                self.head.extend_from_slice(bytes);
            }
            return Ok(None);
        };
        ensure!(
            head.status == status,
            "status {} instead of {status}",
            head.status
        );
        let content = (whole.len() - head.length) as u64;
        self.left = Some(head.content.context("content in chunks")?);
        self.close = head.close;
        self.head.clear();
        Ok(Some(content))
    }

    /// Sends a request and waits for the complete response.
    pub(crate) fn exchange(&mut self, request: &str, status: u16) -> Result<()> {
        let mut buffer = [0; 4096];
        self.stream().set_nonblocking(false)?;
        self.stream().set_read_timeout(Some(TIMEOUT))?;
        self.send(request)?;
        while !self.has_response() {
            self.receive(&mut buffer, status)?;
            ensure!(self.begin.elapsed() < TIMEOUT, "no response");
        }
        Ok(self.stream().set_nonblocking(true)?)
    }

    /// Whether this connection resumed no session, although there was one.
    pub(crate) fn failed_to_resume(&self) -> bool {
        self.is_later && self.link.failed_to_resume()
    }

    pub(crate) fn has_response(&self) -> bool {
        self.left == Some(0)
    }

    /// Whether the server has neither closed the connection nor sent anything.
    pub(crate) fn is_idle(&self) -> bool {
        let peeked = self.stream().peek(&mut [0]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// Requests `path` on a connection of its own, and returns at least the first bytes of
/// the response.
pub(crate) fn head(door: &Door, path: &str) -> Result<Vec<u8>> {
    let mut link = Link::connect(door)?;
    link.tcp.set_nonblocking(false)?;
    link.tcp.set_read_timeout(Some(TIMEOUT))?;
    link.send(&format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        door.address
    ))?;
    let mut head = vec![0; HEAD_BYTES];
    let begin = Instant::now();
    let read = loop {
        match link.read(&mut head) {
            // A part of a handshake.
            Err(error)
                if error.kind() == io::ErrorKind::WouldBlock && begin.elapsed() < TIMEOUT => {}
            read => break read.context("no response")?,
        }
    };
    head.truncate(read);
    Ok(head)
}
