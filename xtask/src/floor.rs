//! The floor: the cost of a keep-alive request without a real server. It has one thread and
//! one epoll set. It looks at a request only to find its end, and the range that it asks for.
//! It responds with a constant response of 1 KiB, or with bytes of a file by sendfile(2).

use std::{
    collections::HashMap,
    fs::File,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::fd::{AsFd, AsRawFd, OwnedFd, RawFd},
    path::Path,
};

use anyhow::{Context, Result};
use rustix::{
    event::epoll::{self, EventFlags},
    fs::sendfile,
    io::Errno,
    net::{RecvFlags, SendFlags},
};

/// Length of the content of a response without a file.
const CONTENT_BYTES: usize = 1024;

/// Readiness events that are fetched from the kernel at once, the same number as nginx.
const EVENTS: usize = 512;

/// Most bytes that one client gets before the others have their turn, as nginx has it.
const TURN_BYTES: usize = 2 << 20;

/// Serves on a port: parts of `file`, or else the constant response.
pub(crate) fn serve(port: u16, file: Option<&Path>) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("cannot listen on port {port}"))?;
    listener.set_nonblocking(true)?;
    let content = match file {
        None => Content::constant(),
        Some(path) => {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Content::File { file, length }
        }
    };
    Floor {
        listener,
        content,
        epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
        connections: HashMap::new(),
    }
    .run()
}

struct Floor {
    listener: TcpListener,
    content: Content,
    epoll: OwnedFd,
    connections: HashMap<RawFd, Connection>,
}

enum Content {
    /// The whole response.
    Constant(Vec<u8>),
    File {
        file: File,
        length: u64,
    },
}

struct Connection {
    stream: TcpStream,
    /// Position in the file and number of bytes that are still to be sent.
    rest: (u64, u64),
}

impl Floor {
    fn run(mut self) -> Result<()> {
        self.watch(&self.listener, EventFlags::IN)?;
        let mut events = Vec::with_capacity(EVENTS);
        let mut buffer = [0; 4096];
        loop {
            events.clear();
            let spare = rustix::buffer::spare_capacity(&mut events);
            epoll::wait(&self.epoll, spare, None)?;
            for event in &events {
                let fd = event.data.u64() as RawFd;
                if fd == self.listener.as_raw_fd() {
                    self.accept()?;
                } else if let Some(connection) = self.connections.get_mut(&fd)
                    && !connection.proceed(&self.content, &mut buffer)
                {
                    self.connections.remove(&fd);
                }
            }
        }
    }

    fn watch(&self, socket: &(impl AsRawFd + AsFd), flags: EventFlags) -> Result<()> {
        let data = epoll::EventData::new_u64(socket.as_raw_fd() as u64);
        Ok(epoll::add(&self.epoll, socket, data, flags)?)
    }

    fn accept(&mut self) -> Result<()> {
        while let Ok((stream, _)) = self.listener.accept() {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let flags = match self.content {
                Content::Constant(_) => EventFlags::IN,
                // Both directions by one call; what is ready and not finished comes again with
                // the next acknowledgement.
                Content::File { .. } => EventFlags::IN | EventFlags::OUT | EventFlags::ET,
            };
            self.watch(&stream, flags)?;
            let connection = Connection {
                stream,
                rest: (0, 0),
            };
            self.connections
                .insert(connection.stream.as_raw_fd(), connection);
        }
        Ok(())
    }
}

impl Content {
    fn constant() -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {CONTENT_BYTES}\r\n\r\n");
        let mut response = head.into_bytes();
        response.resize(response.len() + CONTENT_BYTES, b'x');
        Self::Constant(response)
    }
}

impl Connection {
    /// Sends what is left, or responds to what has arrived. Returns false when the connection
    /// has ended. A head in pieces gets a response only if its last piece contains the empty
    /// line. A constant response that the socket does not accept in full ends the connection.
    /// Neither happens with requests of a line or two.
    fn proceed(&mut self, content: &Content, buffer: &mut [u8]) -> bool {
        if self.rest.1 > 0 {
            return self.send_rest(content);
        }
        match rustix::net::recv(&self.stream, &mut *buffer, RecvFlags::empty()) {
            Ok((_, 0)) => false,
            Ok((_, received)) => {
                let head = buffer.get(..received).unwrap_or_default();
                !head.ends_with(b"\r\n\r\n") || self.respond(content, head)
            }
            Err(error) => error == Errno::AGAIN,
        }
    }

    fn respond(&mut self, content: &Content, head: &[u8]) -> bool {
        let length = match content {
            Content::Constant(response) => return self.sends(response, SendFlags::empty()),
            Content::File { length, .. } => *length,
        };
        let (status, (first, count)) = match range(head) {
            Some((first, last)) => ("206 Partial Content", (first, last - first + 1)),
            None => ("200 OK", (0, length)),
        };
        self.rest = (first, count);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {count}\r\n\
             Content-Range: bytes {first}-{}/{length}\r\n\r\n",
            first + count - 1
        );
        self.sends(head.as_bytes(), SendFlags::MORE) && self.send_rest(content)
    }

    fn sends(&self, bytes: &[u8], flags: SendFlags) -> bool {
        rustix::net::send(&self.stream, bytes, flags | SendFlags::NOSIGNAL) == Ok(bytes.len())
    }

    fn send_rest(&mut self, content: &Content) -> bool {
        let Content::File { file, .. } = content else {
            return false;
        };
        let (offset, left) = &mut self.rest;
        while *left > 0 {
            let most = usize::try_from(*left).map_or(TURN_BYTES, |left| left.min(TURN_BYTES));
            match sendfile(&self.stream, file, Some(offset), most) {
                Ok(0) => return false,
                Ok(sent) => *left -= sent as u64,
                Err(Errno::AGAIN) => return true,
                Err(_) => return false,
            }
        }
        true
    }
}

/// Returns the first and the last position that a head asks for by `Range: bytes=FIRST-LAST`.
fn range(head: &[u8]) -> Option<(u64, u64)> {
    let head = str::from_utf8(head).ok()?;
    let (_, value) = head.split_once("bytes=")?;
    let (first, rest) = value.split_once('-')?;
    let (last, _) = rest.split_once("\r\n")?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_heads() {
        for (head, expected) in [
            ("GET /a HTTP/1.1\r\nRange: bytes=5-9\r\n\r\n", Some((5, 9))),
            ("GET /a HTTP/1.1\r\nRange: bytes=9-5\r\n\r\n", None),
            ("GET /a HTTP/1.1\r\nRange: bytes=5-\r\n\r\n", None),
            ("GET /a HTTP/1.1\r\n\r\n", None),
        ] {
            assert_eq!(range(head.as_bytes()), expected, "{head}");
        }
    }
}
