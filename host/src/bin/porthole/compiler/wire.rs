//! Messages between the server, its compiler, and a compilation: a kind, a length of eight
//! bytes, and the content.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use porthole::Program;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::limits::{MACHINE_CODE_BYTES, WORDS_BYTES};

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A component to compile. One byte more than it may have shows that it is too large.
    Component(Vec<u8>),
    /// Machine code of a component.
    Code(Vec<u8>),
    /// Reason why there is no machine code.
    Words(String),
}

const COMPONENT: u8 = 1;
const CODE: u8 = 2;
const WORDS: u8 = 3;

/// Writes a component to compile.
pub(super) fn write_component(mut to: impl Write, component: &[u8]) -> io::Result<()> {
    write(&mut to, COMPONENT, component)
}

impl Message {
    pub(super) fn write(&self, mut to: impl Write) -> io::Result<()> {
        match self {
            Self::Component(content) => write(&mut to, COMPONENT, content),
            Self::Code(content) => write(&mut to, CODE, content),
            Self::Words(words) => write(&mut to, WORDS, words.as_bytes()),
        }
    }

    /// Reads a message. It takes memory only for content that has arrived.
    ///
    /// # Errors
    /// When the stream ends before the message does, and when it is no message or a longer
    /// one than its kind may have.
    pub(super) fn read(mut from: impl Read) -> io::Result<Self> {
        let (mut kind, mut length) = ([0], [0; 8]);
        from.read_exact(&mut kind)?;
        from.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        let [kind] = kind;
        let most = match kind {
            COMPONENT => (Program::MAX_BYTES as u64).saturating_add(1),
            CODE => MACHINE_CODE_BYTES,
            WORDS => WORDS_BYTES,
            _ => return Err(invalid("no such kind of message")),
        };
        if length > most {
            return Err(invalid("its result is too large"));
        }
        let mut content = Vec::new();
        from.take(length).read_to_end(&mut content)?;
        if content.len() as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(match kind {
            COMPONENT => Self::Component(content),
            CODE => Self::Code(content),
            _ => Self::Words(String::from_utf8_lossy(&content).into_owned()),
        })
    }
}

fn write(to: &mut impl Write, kind: u8, content: &[u8]) -> io::Result<()> {
    to.write_all(&[kind])?;
    to.write_all(&(content.len() as u64).to_le_bytes())?;
    to.write_all(content)
}

fn invalid(words: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, words)
}

/// The reading end of a stream until a deadline, and only while another stream is open.
pub(super) struct Until<'a> {
    pub(super) stream: &'a UnixStream,
    pub(super) deadline: Option<Instant>,
    pub(super) while_open: Option<&'a UnixStream>,
}

impl Read for Until<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait()?;
        let mut stream = self.stream;
        stream.read(buffer)
    }
}

impl Until<'_> {
    /// Waits until there is something to read.
    fn wait(&self) -> io::Result<()> {
        // Whether the other end was closed is told unasked.
        let other = self
            .while_open
            .map(|other| PollFd::new(other, PollFlags::empty()));
        let stream = PollFd::new(self.stream, PollFlags::IN);
        let mut both: Vec<PollFd<'_>> = other.into_iter().chain([stream]).collect();
        loop {
            let left = self
                .deadline
                .map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut both, left.as_ref()) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match both.as_slice() {
            [other, _] if !other.revents().is_empty() => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn messages_arrive_as_they_were_sent() {
        let messages = [
            Message::Component(b"component".to_vec()),
            Message::Code(vec![7; 100_000]),
            Message::Words("why".to_owned()),
        ];
        let mut bytes = Vec::new();
        for message in &messages {
            message.write(&mut bytes).unwrap();
        }
        let mut rest = bytes.as_slice();
        for message in messages {
            assert_eq!(Message::read(&mut rest).unwrap(), message);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn malformed_messages_are_errors() {
        let message = |kind: u8, length: u64, content: &[u8]| {
            [&[kind], length.to_le_bytes().as_slice(), content].concat()
        };
        let rows = [
            (Vec::new(), io::ErrorKind::UnexpectedEof),
            (vec![CODE, 0], io::ErrorKind::UnexpectedEof),
            (message(CODE, 3, b"ab"), io::ErrorKind::UnexpectedEof),
            (message(0, 0, b""), io::ErrorKind::InvalidData),
            (message(b'm', 0, b""), io::ErrorKind::InvalidData),
            (
                message(COMPONENT, (64 << 20) + 2, b"a"),
                io::ErrorKind::InvalidData,
            ),
            (
                message(CODE, MACHINE_CODE_BYTES + 1, b"a"),
                io::ErrorKind::InvalidData,
            ),
            (
                message(WORDS, WORDS_BYTES + 1, b"a"),
                io::ErrorKind::InvalidData,
            ),
            (message(WORDS, u64::MAX, b"a"), io::ErrorKind::InvalidData),
        ];
        for (bytes, expected) in rows {
            let error = Message::read(bytes.as_slice()).unwrap_err();
            assert_eq!(error.kind(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn reading_ends_at_the_deadline_or_with_another_stream() {
        let (stream, sender) = UnixStream::pair().unwrap();
        let (open, other) = UnixStream::pair().unwrap();
        let read = |timeout| {
            (&sender).write_all(&[CODE]).unwrap();
            let until = Until {
                stream: &stream,
                deadline: Instant::now().checked_add(timeout),
                while_open: Some(&open),
            };
            Message::read(until).unwrap_err().kind()
        };
        assert_eq!(read(Duration::from_millis(50)), io::ErrorKind::TimedOut);
        drop(other);
        assert_eq!(read(Duration::from_secs(20)), io::ErrorKind::BrokenPipe);
    }
}
