//! Where a component's stdout and stderr go.
//!
//! A thread of its own writes, so that a reader that stops reading (a terminal
//! on hold, a full pipe) never stops the server: what does not fit is dropped
//! and counted.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

use crate::limits::{LOG_CHUNK_BYTES, LOG_CHUNKS};

/// A log that any number of instances write to; clones write to the same.
#[derive(Clone)]
pub struct Log {
    chunks: SyncSender<Vec<u8>>,
    dropped: Arc<AtomicU64>,
}

impl Log {
    /// Starts the thread that writes to `output`. It ends when every clone of the
    /// log is gone; joining it waits until all is written.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn to(output: impl Write + Send + 'static) -> io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = sync_channel(LOG_CHUNKS);
        let dropped = Arc::new(AtomicU64::new(0));
        let log = Self {
            chunks: sender,
            dropped: Arc::clone(&dropped),
        };
        let thread = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(output, &receiver, &dropped))?;
        Ok((log, thread))
    }

    /// Returns how many bytes of the chunk were taken, be it to drop them.
    fn write(&self, chunk: &[u8]) -> usize {
        let (clean, read) = without_controls(chunk);
        if let Err(TrySendError::Full(_)) = self.chunks.try_send(clean) {
            self.dropped.fetch_add(read as u64, Ordering::Relaxed);
        }
        read
    }
}

fn write_all(mut output: impl Write, chunks: &Receiver<Vec<u8>>, dropped: &AtomicU64) {
    for chunk in chunks {
        // Nobody reads: there is no one to tell, and serving goes on.
        let _ = output.write_all(&chunk);
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(output, "log: {lost} bytes dropped, the reader is too slow");
        }
        let _ = output.flush();
    }
}

/// A component may not steer the terminal that shows its log: control characters, but
/// for line feed and tab, and what is no UTF-8 become `?`.
///
/// A character that the end of the chunk cuts in two is left for the next chunk, unless
/// it is all there is: both logs and all instances share one terminal, on which their
/// halves could become a control. Returns how many bytes were read.
fn without_controls(chunk: &[u8]) -> (Vec<u8>, usize) {
    let mut clean = Vec::with_capacity(chunk.len());
    let mut read = 0_usize;
    for part in chunk.utf8_chunks() {
        for (index, harmless) in part.valid().split(steers).enumerate() {
            if index > 0 {
                clean.push(b'?');
            }
            clean.extend_from_slice(harmless.as_bytes());
        }
        read = read.saturating_add(part.valid().len());
        let broken = part.invalid();
        let ends = read.saturating_add(broken.len()) == chunk.len();
        // No length: the character may be valid when there is more of it.
        let cut = std::str::from_utf8(broken).is_err_and(|error| error.error_len().is_none());
        if read > 0 && ends && cut {
            break;
        }
        clean.extend(broken.iter().map(|_| b'?'));
        read = read.saturating_add(broken.len());
    }
    (clean, read)
}

fn steers(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Log {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let chunk = bytes.get(..LOG_CHUNK_BYTES).unwrap_or(bytes);
        Poll::Ready(Ok(self.write(chunk)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        // What is written, what is shown, what is left for the next chunk.
        let cases: &[(&[u8], &[u8], &[u8])] = &[
            (b"plain\tline\n", b"plain\tline\n", b""),
            (b"\x1b[2Jgone\r\n", b"?[2Jgone?\n", b""),
            (
                "caf\u{e9} \u{9b}2J".as_bytes(),
                "caf\u{e9} ?2J".as_bytes(),
                b"",
            ),
            (b"\x00\x7f", b"??", b""),
            (b"\x9b2J\xff\xc3(", b"?2J??(", b""),
            (b"half \xc2", b"half ", b"\xc2"),
            (b"half \xf0\x9f\x9a", b"half ", b"\xf0\x9f\x9a"),
            (b"\xc2", b"?", b""),
            (b"", b"", b""),
        ];
        for (given, shown, left) in cases {
            let (clean, read) = without_controls(given);
            assert_eq!(clean, *shown, "{given:?}");
            assert_eq!(given[read..], **left, "{given:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let (sender, receiver) = sync_channel(1);
        let log = Log {
            chunks: sender,
            dropped: Arc::default(),
        };
        log.write(b"kept\n");
        log.write(b"dropped\n");
        let Log { chunks, dropped } = log;
        drop(chunks);
        let mut output = Vec::new();
        write_all(&mut output, &receiver, &dropped);
        let text = String::from_utf8(output).unwrap();
        assert_eq!(text, "kept\nlog: 8 bytes dropped, the reader is too slow\n");
    }
}
