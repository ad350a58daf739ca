//! Actions of a group of clients.

use std::{net::SocketAddr, time::Duration};

use crate::bench::files::{self, SMALL_FILES};

/// Clients that send the next request as soon as they have a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) requests: Requests,
    pub(crate) pause: Pause,
    /// Whether each request gets a new connection.
    pub(crate) fresh: bool,
    /// Whether each client has a thread of its own, like people who download. A single
    /// thread for all of them would be the slowest part. The kernel would also do much of
    /// the server's sending in the client's time, whenever the client frees space in a
    /// buffer, so the server's CPU time would differ threefold from round to round. For
    /// small requests one thread is fast enough, and more would only disturb.
    pub(crate) threads: bool,
    /// Handshakes with which connections begin, or `None` for plain ones.
    pub(crate) tls: Option<Handshakes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handshakes {
    /// Each is a whole one.
    Full,
    /// Each resumes the session of an earlier connection.
    Resumed,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Requests {
    /// One file, complete.
    File(&'static str),
    /// One file that the client already has.
    Unchanged(&'static str),
    /// One of the blocks of `bytes` bytes in a file of `of` bytes. Blocks are used
    /// because `tcp_nopush` and a `sendfile` from the middle of a page make nginx wait 40
    /// ms for the loopback's delayed acknowledgement.
    Range {
        path: &'static str,
        of: u64,
        bytes: u64,
    },
    /// Any of the small files.
    AnySmall,
    /// Any of the same number of names that do not exist.
    Missing,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Pause {
    /// As fast as possible.
    None,
    /// A pause after each response.
    AfterResponse(Duration),
    /// A pause after each read of at most 64 KiB.
    AfterRead(Duration),
}

impl Load {
    pub(crate) const fn new(connections: usize, requests: Requests) -> Self {
        Self {
            connections,
            requests,
            pause: Pause::None,
            fresh: false,
            threads: false,
            tls: None,
        }
    }

    pub(crate) const fn fresh(self) -> Self {
        Self {
            fresh: true,
            ..self
        }
    }

    pub(crate) const fn threads(self) -> Self {
        Self {
            threads: true,
            ..self
        }
    }

    pub(crate) const fn tls(self, handshakes: Handshakes) -> Self {
        Self {
            tls: Some(handshakes),
            ..self
        }
    }

    pub(crate) const fn pause(self, pause: Pause) -> Self {
        Self { pause, ..self }
    }

    /// Returns the load of each thread.
    pub(crate) fn shares(self) -> impl Iterator<Item = Self> {
        let (count, connections) = match self.threads {
            true => (self.connections, 1),
            false => (1, self.connections),
        };
        std::iter::repeat_n(
            Self {
                connections,
                ..self
            },
            count,
        )
    }
}

impl Requests {
    /// Returns a file that exists: for a first response, and for servers that have only
    /// one file.
    pub(crate) fn sample(self) -> &'static str {
        match self {
            Self::File(path) | Self::Unchanged(path) | Self::Range { path, .. } => path,
            Self::AnySmall | Self::Missing => files::K1,
        }
    }

    /// Returns the status that each response must have.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::File(_) | Self::AnySmall => 200,
            Self::Range { .. } => 206,
            Self::Unchanged(_) => 304,
            Self::Missing => 404,
        }
    }
}

/// Generates the requests of a load.
pub(crate) struct Writer {
    load: Load,
    host: SocketAddr,
    /// Entity tag of the sample from the server, quotes included.
    etag: String,
    random: fastrand::Rng,
}

impl Writer {
    pub(crate) fn new(load: Load, host: SocketAddr, etag: String) -> Self {
        Self {
            load,
            host,
            etag,
            random: fastrand::Rng::new(),
        }
    }

    pub(crate) fn next(&mut self) -> String {
        let path = match self.load.requests {
            Requests::AnySmall => files::small(self.random.usize(..SMALL_FILES)),
            Requests::Missing => format!("{}.srt", files::small(self.random.usize(..SMALL_FILES))),
            requests => requests.sample().into(),
        };
        let condition = match self.load.requests {
            Requests::Unchanged(_) => format!("If-None-Match: {}\r\n", self.etag),
            Requests::Range { of, bytes, .. } => {
                let first = self.random.u64(..of / bytes) * bytes;
                format!("Range: bytes={first}-{}\r\n", first + bytes - 1)
            }
            _ => String::new(),
        };
        let close = if self.load.fresh {
            "Connection: close\r\n"
        } else {
            ""
        };
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{condition}{close}\r\n",
            self.host
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let path = files::K1;
        for (load, expected) in [
            (Load::new(1, Requests::File(path)), ""),
            (
                Load::new(1, Requests::File(path)).fresh(),
                "Connection: close\r\n",
            ),
            (
                Load::new(1, Requests::Unchanged(path)),
                "If-None-Match: \"tag\"\r\n",
            ),
            (
                Load::new(
                    1,
                    Requests::Range {
                        path,
                        of: 10,
                        bytes: 10,
                    },
                ),
                "Range: bytes=0-9\r\n",
            ),
        ] {
            let host = ([127, 0, 0, 1], 80).into();
            let request = Writer::new(load, host, "\"tag\"".into()).next();
            let start = "GET /1k.bin HTTP/1.1\r\nHost: 127.0.0.1:80\r\n";
            assert_eq!(request, format!("{start}{expected}\r\n"));
        }
    }
}
