//! A client that sends arbitrary bytes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::{Response, TIMEOUT};

/// One connection.
pub struct Client {
    stream: TcpStream,
    /// Bytes that were received and that no one has read yet.
    buffer: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).expect("a connection")
    }

    /// Returns `None` when the connection is refused.
    pub fn try_connect(address: SocketAddr) -> Option<Self> {
        TcpStream::connect(address).ok().map(Self::over)
    }

    /// Connects with the smallest receive window that the system allows. Bytes that the
    /// client does not read stay with the server.
    pub fn with_a_small_window(address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(1).unwrap();
        socket.connect(&address.into()).expect("a connection");
        Self::over(socket.into())
    }

    /// Connects to a Unix socket.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let stream = UnixStream::connect(path).expect("a connection");
        // Reading and writing are the same for both kinds of sockets.
        Self::with_timeouts(OwnedFd::from(stream).into())
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self::with_timeouts(stream)
    }

    fn with_timeouts(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.set_write_timeout(Some(TIMEOUT)).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// Returns the socket, for tests that act below HTTP.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).expect("sending");
        self
    }

    /// Sends the bytes, and ignores that the server may have closed the connection.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) {
        self.takes(bytes);
    }

    /// Sends the bytes, and returns whether the server accepted all of them.
    pub fn takes(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends each byte in a packet of its own, as far as the system allows. Stops when
    /// the server has closed the connection.
    pub fn send_byte_by_byte(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        for byte in bytes.as_ref() {
            if self.stream.write_all(&[*byte]).is_err() {
                break;
            }
        }
        self
    }

    /// Sends a `GET` with `Host` on a kept-alive connection. `fields` are further lines,
    /// each with its CRLF.
    pub fn get(&mut self, target: &str, fields: &str) -> Response {
        self.ask("GET", target, fields)
    }

    pub fn ask(&mut self, method: &str, target: &str, fields: &str) -> Response {
        self.send(format!(
            "{method} {target} HTTP/1.1\r\nHost: porthole\r\n{fields}\r\n"
        ));
        match method {
            "HEAD" => self.read_head(),
            _ => self.read(),
        }
    }

    /// Sends a GET to a server that may be about to close. Returns `None` when the server
    /// has ended the connection before the first byte of a response.
    pub fn ask_if_open(&mut self, target: &str) -> Option<Response> {
        let request = format!("GET {target} HTTP/1.1\r\nHost: porthole\r\n\r\n");
        self.stream.write_all(request.as_bytes()).ok()?;
        let open = self.stream.peek(&mut [0]).is_ok_and(|count| count > 0);
        open.then(|| self.read())
    }

    /// Shuts down the sending direction.
    pub fn finish(&mut self) -> &mut Self {
        self.stream
            .shutdown(Shutdown::Write)
            .expect("shutting down");
        self
    }

    /// Reads one response with its content.
    pub fn read(&mut self) -> Response {
        let mut response = self.head();
        if response.is_chunked() {
            response.body = self.chunks();
        } else {
            let length = usize::try_from(response.content_length(false)).unwrap();
            response.body = self.take(length);
        }
        response
    }

    /// Reads content in chunks (RFC 9112 §7.1), up to and with the last one.
    fn chunks(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                line.extend(self.take(1));
            }
            let digits = std::str::from_utf8(&line).unwrap().trim_end();
            let length = usize::from_str_radix(digits, 16).expect("the length of a chunk");
            content.extend(self.take(length));
            assert_eq!(self.take(2), b"\r\n");
            if length == 0 {
                return content;
            }
        }
    }

    /// Takes so many bytes of what was received.
    fn take(&mut self, length: usize) -> Vec<u8> {
        while self.buffer.len() < length {
            assert!(
                self.receive() > 0,
                "cut after {} of {length} bytes",
                self.buffer.len()
            );
        }
        self.buffer.drain(..length).collect()
    }

    /// Reads one response if it begins within `time`.
    pub fn read_within(&mut self, time: Duration) -> Option<Response> {
        self.has_more_within(time).then(|| self.read())
    }

    /// Waits until a file has a strong tag, and returns the tag. A tag is strong once the
    /// last change of the file is so old that the next change will have another time.
    pub fn strong_tag(&mut self, target: &str) -> String {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let response = self.ask("HEAD", target, "");
            let tag = response.field("ETag").expect("a tag");
            if tag.starts_with('"') {
                return tag.to_owned();
            }
            assert!(Instant::now() < deadline, "{target} still has {tag}");
            self.has_more_within(Duration::from_millis(100));
        }
    }

    /// Returns whether bytes, or the end of the connection, arrive within `time`.
    pub fn has_more_within(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let more = !self.buffer.is_empty() || self.stream.peek(&mut [0]).is_ok();
        self.stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        more
    }

    /// Reads one response to HEAD. If it had content, that would be read as the next
    /// response.
    pub fn read_head(&mut self) -> Response {
        let response = self.head();
        response.content_length(true);
        response
    }

    /// Reads a head and leaves its content to [`Client::read_some`].
    pub fn head(&mut self) -> Response {
        let end = loop {
            if let Some(end) = self
                .buffer
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n")
            {
                break end;
            }
            assert!(
                self.receive() > 0,
                "closed within a head: {:?}",
                self.text()
            );
        };
        let head = String::from_utf8(self.buffer[..end].to_vec()).expect("a head in UTF-8");
        self.buffer.drain(..end + 4);
        Response::parse(&head)
    }

    /// Reads the next bytes into `into`, and returns their number: 0 at the end.
    pub fn read_some(&mut self, into: &mut [u8]) -> usize {
        if self.buffer.is_empty() {
            return match self.stream.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.read_some(into),
                read => read.expect("bytes or an end"),
            };
        }
        let count = into.len().min(self.buffer.len());
        into[..count].copy_from_slice(&self.buffer[..count]);
        self.buffer.drain(..count);
        count
    }

    /// Reads everything up to the end of the connection.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        while self.receive() > 0 {}
        std::mem::take(&mut self.buffer)
    }

    /// Counts the bytes that arrive until the connection ends, cleanly or by a reset.
    pub fn read_until_cut(&mut self) -> u64 {
        self.read_until(u64::MAX)
    }

    /// Counts the bytes that arrive until there are `enough`, or until the connection
    /// ends.
    pub fn read_until(&mut self, enough: u64) -> u64 {
        let mut count = self.buffer.len() as u64;
        let mut chunk = vec![0; 64 << 10];
        while count < enough
            && let Ok(more @ 1..) = self.stream.read(&mut chunk)
        {
            count += more as u64;
        }
        count
    }

    /// Checks that the server closes cleanly and sends nothing more.
    pub fn expect_end(&mut self) {
        let rest = self.read_to_end();
        assert!(
            rest.is_empty(),
            "more than was asked for: {:?}",
            String::from_utf8_lossy(&rest)
        );
    }

    /// Ends the connection with a reset.
    pub fn reset(self) {
        let socket = socket2::SockRef::from(&self.stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }

    fn receive(&mut self) -> usize {
        let mut chunk = [0; 64 << 10];
        let count = match self.stream.read(&mut chunk) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return self.receive(),
            Err(error) => panic!("{error}, after {:?}", self.text()),
        };
        self.buffer.extend_from_slice(&chunk[..count]);
        count
    }

    /// Returns what has been received, for a message.
    fn text(&self) -> String {
        let shown = self.buffer.get(..400).unwrap_or(&self.buffer);
        String::from_utf8_lossy(shown).into_owned()
    }
}
