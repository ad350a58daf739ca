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

    fn write(&self, chunk: &[u8]) {
        if let Err(TrySendError::Full(_)) = self.chunks.try_send(without_controls(chunk)) {
            self.dropped
                .fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
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

/// A component may not steer the terminal that shows its log: control
/// characters, but for line feed and tab, become `?`.
fn without_controls(chunk: &[u8]) -> Vec<u8> {
    let mut clean = chunk.to_vec();
    let mut after_c2 = false;
    for byte in &mut clean {
        // U+0080..=U+009F, the C1 controls, are 0xC2 0x80..=0x9F in UTF-8.
        let c1 = after_c2 && (0x80..=0x9f).contains(byte);
        after_c2 = *byte == 0xc2;
        if c1 || (byte.is_ascii_control() && !matches!(byte, b'\n' | b'\t')) {
            *byte = b'?';
        }
    }
    clean
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
        self.write(chunk);
        Poll::Ready(Ok(chunk.len()))
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
        let cases: &[(&[u8], &[u8])] = &[
            (b"plain\tline\n", b"plain\tline\n"),
            (b"\x1b[2Jgone\r\n", b"?[2Jgone?\n"),
            ("caf\u{e9} \u{9b}2J".as_bytes(), b"caf\xc3\xa9 \xc2?2J"),
            (b"\x00\x7f", b"??"),
        ];
        for (given, expected) in cases {
            assert_eq!(without_controls(given), *expected, "{given:?}");
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
