//! The log for a component's stdout and stderr, and for the program's own messages.
//!
//! A separate thread writes it, so that a reader that stops reading (a terminal on hold,
//! a full pipe) never stops the server. Lines that do not fit into the queue are dropped
//! and counted.

mod controls;
mod losses;

use std::fmt::Display;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::limits::{LOG_CHUNK_BYTES, LOG_CHUNKS, LOG_FLUSH_TIMEOUT, STATE_POLL_INTERVAL};
use crate::report::{Reporter, deliver};
use controls::without_controls;
use losses::LossReporter;

/// A log that any number of instances may write to. Clones write to the same output.
#[derive(Clone)]
pub struct Log {
    chunks: SyncSender<Vec<u8>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Bytes that did not fit into the queue.
    dropped: AtomicU64,
    /// Chunks that were accepted, including those that were then dropped.
    taken: AtomicU64,
    /// Chunks that were written, dropped, or could not be written.
    done: AtomicU64,
}

impl Log {
    /// Starts a thread that writes to `output`, and returns the log and that thread. The
    /// thread ends when every clone of the log is dropped. Joining it waits until
    /// everything is written, however long that takes.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn to(output: impl Write + Send + 'static) -> io::Result<(Self, JoinHandle<()>)> {
        Self::reporting(output, Arc::new(|_| {}))
    }

    /// Does the same as [`Log::to`], and passes notices to `report` when the log cannot
    /// be written and when it can be written again ([`LogLost`](crate::Notice::LogLost),
    /// [`LogRecovered`](crate::Notice::LogRecovered)).
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn reporting(
        output: impl Write + Send + 'static,
        report: Reporter,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = sync_channel(LOG_CHUNKS);
        let counts = Arc::<Counts>::default();
        let log = Self {
            chunks: sender,
            counts: Arc::clone(&counts),
        };
        let mut writer = Writer {
            output,
            counts,
            losses: LossReporter::default(),
            report,
        };
        let thread = std::thread::Builder::new()
            .name("log".to_owned())
            // A panic of the output loses the current chunk, but not the log.
            .spawn(move || {
                let mut writing = || writer.write_all(&receiver);
                while catch_unwind(AssertUnwindSafe(&mut writing)).is_err() {}
            })?;
        Ok((log, thread))
    }

    /// Writes a line. Never waits: a line that does not fit into the queue is dropped and
    /// counted.
    pub fn write_line(&self, line: impl Display) {
        let text = format!("{line}\n");
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let chunk = rest.get(..LOG_CHUNK_BYTES).unwrap_or(rest);
            let taken = self.write(chunk);
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    /// Waits until everything that was logged so far is written. Waits only briefly, in
    /// case a reader does not read. Returns whether everything is written.
    pub fn finish(logs: &[&Self]) -> bool {
        let said: Vec<(&Counts, u64)> = logs
            .iter()
            .map(|log| (&*log.counts, log.counts.taken.load(Ordering::SeqCst)))
            .collect();
        let deadline = Instant::now().checked_add(LOG_FLUSH_TIMEOUT);
        let is_written =
            |(counts, taken): &(&Counts, u64)| counts.done.load(Ordering::SeqCst) >= *taken;
        while !said.iter().all(is_written)
            && deadline.is_some_and(|deadline| Instant::now() < deadline)
        {
            std::thread::sleep(STATE_POLL_INTERVAL);
        }
        said.iter().all(is_written)
    }

    /// Whether nothing has ever been logged.
    pub fn is_unused(&self) -> bool {
        self.counts.taken.load(Ordering::SeqCst) == 0
    }

    /// Returns the bytes consumed, written or dropped. Never waits. A chunk is
    /// [`LOG_CHUNK_BYTES`] at most.
    pub(crate) fn write(&self, chunk: &[u8]) -> usize {
        let (clean, read) = without_controls(chunk);
        // Count first: the thread may have written the chunk before this thread
        // continues.
        self.counts.taken.fetch_add(1, Ordering::SeqCst);
        if let Err(error) = self.chunks.try_send(clean) {
            self.counts.done.fetch_add(1, Ordering::SeqCst);
            if let TrySendError::Full(_) = error {
                self.counts
                    .dropped
                    .fetch_add(read as u64, Ordering::Relaxed);
            }
        }
        read
    }
}

/// State of the log's thread.
struct Writer<W> {
    output: W,
    counts: Arc<Counts>,
    losses: LossReporter,
    report: Reporter,
}

impl<W: Write> Writer<W> {
    fn write_all(&mut self, chunks: &Receiver<Vec<u8>>) {
        for chunk in chunks {
            let _done = Done(&self.counts);
            let written = self.output.write_all(&chunk);
            let lost = self.counts.dropped.swap(0, Ordering::Relaxed);
            if lost > 0 {
                let _ = writeln!(
                    self.output,
                    "log: {lost} bytes dropped, the reader is too slow"
                );
            }
            let written = written.and_then(|()| self.output.flush());
            let length = chunk.len() as u64;
            if let Some(notice) = self.losses.note(written, length, Instant::now()) {
                deliver(&self.report, notice);
            }
        }
    }
}

/// Counts a chunk as done when it is dropped, even by a panic.
struct Done<'a>(&'a Counts);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.done.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Sends on what is written. The texts "panic" and "fail" make it panic or fail
    /// instead.
    struct Output(Sender<String>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            match text.as_str() {
                "panic\n" => panic!("meant to happen"),
                "fail\n" => Err(io::ErrorKind::StorageFull.into()),
                _ => {
                    self.0.send(text).unwrap();
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn log_output_beyond_the_queue_is_dropped_and_counted() {
        let (sender, receiver) = sync_channel(1);
        let log = Log {
            chunks: sender,
            counts: Arc::default(),
        };
        log.write_line("kept");
        log.write_line("dropped");
        let Log { chunks, counts } = log;
        drop(chunks);
        let mut writer = Writer {
            output: Vec::new(),
            counts,
            losses: LossReporter::default(),
            report: Arc::new(|_| {}),
        };
        writer.write_all(&receiver);
        let text = String::from_utf8(writer.output).unwrap();
        assert_eq!(text, "kept\nlog: 8 bytes dropped, the reader is too slow\n");
    }

    #[test]
    fn a_panic_of_the_output_costs_a_line_and_not_the_log() {
        let (sender, lines) = channel();
        let (log, thread) = Log::to(Output(sender)).unwrap();
        assert!(log.is_unused());
        for line in ["before", "panic", "after"] {
            log.write_line(line);
        }
        assert!(Log::finish(&[&log]) && !log.is_unused());
        drop(log);
        thread.join().unwrap();
        assert_eq!(lines.iter().collect::<Vec<_>>(), ["before\n", "after\n"]);
    }

    #[test]
    fn a_log_that_is_lost_is_said_once() {
        let notices = Arc::new(Mutex::new(Vec::new()));
        let report = {
            let notices = Arc::clone(&notices);
            Arc::new(move |notice: crate::report::Notice| {
                notices.lock().unwrap().push(notice.to_string())
            })
        };
        let (sender, _lines) = channel();
        let (log, _) = Log::reporting(Output(sender), report).unwrap();
        for line in ["fail", "fail", "fine", "fail", "fine"] {
            log.write_line(line);
        }
        assert!(Log::finish(&[&log]));
        let notices = notices.lock().unwrap();
        assert!(
            notices[0].starts_with("the log cannot be written: "),
            "{notices:#?}"
        );
        assert_eq!(
            notices[1],
            "the log is written again; 10 bytes of it were lost"
        );
        assert_eq!(notices.len(), 2);
    }

    #[test]
    fn the_end_does_not_wait_for_who_does_not_read() {
        let (reader, writer) = io::pipe().unwrap();
        let (log, _) = Log::to(writer).unwrap();
        // More bytes than any pipe takes.
        log.write_line("a".repeat(4 << 20));
        let asked = Instant::now();
        assert!(!Log::finish(&[&log, &log]));
        assert!(asked.elapsed() < 5 * LOG_FLUSH_TIMEOUT);
        drop(reader);
    }
}
