//! The log for a component's stdout and stderr, and for the program's own messages.
//!
//! A separate thread writes it, so that a reader that stops reading (a terminal on hold,
//! a full pipe) never stops the server. Lines that do not fit into the queue are dropped
//! and counted.

mod controls;
mod lines;
mod losses;

use std::fmt::Display;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::limits::{LOG_CHUNK_BYTES, LOG_FLUSH_TIMEOUT, LOG_QUEUE_BYTES, STATE_POLL_INTERVAL};
use crate::report::publisher::{Reporter, deliver};
use controls::{Allowed, without_controls};
use lines::Lines;
use losses::LossReporter;

/// A log that any number of instances may write to. Clones write to the same output.
#[derive(Clone)]
pub struct Log {
    /// `None` for a log that is not written.
    chunks: Option<Sender<Vec<u8>>>,
    counts: Arc<Counts>,
    allowed: Allowed,
}

/// Bytes that a chunk takes in the queue besides its own: its place, and what the allocator
/// adds.
const CHUNK_WEIGHT: usize = size_of::<Vec<u8>>() + 16;

#[derive(Default)]
struct Counts {
    /// Weight of the chunks in the queue, and of the one that is being written.
    queued: AtomicUsize,
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

    /// Does the same as [`Log::to`], and calls `each` for each line on that thread. A line
    /// that is too long comes in parts.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn to_lines(each: impl FnMut(&str) + Send + 'static) -> io::Result<(Self, JoinHandle<()>)> {
        Self::to(Lines::new(each))
    }

    /// Does the same as [`Log::to`], and passes events to `report` when the log cannot
    /// be written and when it can be written again ([`LogLost`](crate::Event::LogLost),
    /// [`LogRecovered`](crate::Event::LogRecovered)).
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn reporting(
        output: impl Write + Send + 'static,
        report: Reporter,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        Self::noting_losses(output, report, |lost| {
            format!("log: {lost} bytes dropped, the reader is too slow\n")
        })
    }

    /// Does the same as [`Log::reporting`] for lines that are objects of JSON: what the log
    /// itself says in between is such an object, too.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn reporting_in_json(
        output: impl Write + Send + 'static,
        report: Reporter,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        Self::noting_losses(output, report, |lost| {
            format!("{{\"event\":\"log: {lost} bytes dropped, the reader is too slow\"}}\n")
        })
    }

    fn noting_losses(
        output: impl Write + Send + 'static,
        report: Reporter,
        note: fn(u64) -> String,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = channel();
        let counts = Arc::<Counts>::default();
        let log = Self {
            chunks: Some(sender),
            counts: Arc::clone(&counts),
            allowed: Allowed::Nothing,
        };
        let mut writer = Writer {
            output,
            counts,
            losses: LossReporter::default(),
            note,
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

    /// Returns a log that is not written: what is logged is lost, and no thread is started.
    #[must_use]
    pub fn off() -> Self {
        Self {
            chunks: None,
            counts: Arc::default(),
            allowed: Allowed::Nothing,
        }
    }

    /// Returns a clone that lets colours, bold and faint text through. It is for terminals:
    /// all other sequences that a terminal would interpret stay replaced, and a style ends
    /// with the text that was written together.
    #[must_use]
    pub fn styled(&self) -> Self {
        Self {
            allowed: Allowed::Styles,
            ..self.clone()
        }
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

    /// Has the log's thread flush its output, after what was logged so far. Never waits.
    pub fn flush(&self) {
        if let Some(chunks) = &self.chunks {
            self.counts.taken.fetch_add(1, Ordering::SeqCst);
            let chunk = Vec::new();
            let weight = weight(&chunk);
            self.counts.queued.fetch_add(weight, Ordering::Relaxed);
            if chunks.send(chunk).is_err() {
                self.counts.end(weight);
            }
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
        let Some(chunks) = &self.chunks else {
            return chunk.len();
        };
        let (clean, read) = without_controls(chunk, self.allowed);
        // Count first: the thread may have written the chunk before this thread
        // continues.
        self.counts.taken.fetch_add(1, Ordering::SeqCst);
        let weight = weight(&clean);
        if !self.counts.reserve(weight) {
            self.counts.end(0);
            let dropped = &self.counts.dropped;
            dropped.fetch_add(read as u64, Ordering::Relaxed);
        } else if chunks.send(clean).is_err() {
            self.counts.end(weight);
        }
        read
    }
}

/// Returns the beginning of what is written together that fits one chunk: whole lines, unless a
/// line is longer. Chunks of several instances alternate, and another file may begin between
/// two of them.
pub(crate) fn chunk_of(bytes: &[u8]) -> &[u8] {
    let Some(chunk) = bytes.get(..LOG_CHUNK_BYTES) else {
        return bytes;
    };
    let end = chunk.iter().rposition(|byte| *byte == b'\n');
    let lines = end.and_then(|end| chunk.get(..=end));
    lines.unwrap_or(chunk)
}

/// Bytes that a chunk takes in the queue. Many chunks are a single line.
fn weight(chunk: &[u8]) -> usize {
    chunk.len().saturating_add(CHUNK_WEIGHT)
}

impl Counts {
    /// Takes room in the queue, and returns whether there is enough.
    fn reserve(&self, weight: usize) -> bool {
        let more = |queued: usize| {
            let queued = queued.checked_add(weight)?;
            (queued <= LOG_QUEUE_BYTES).then_some(queued)
        };
        let queued = &self.queued;
        queued
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }

    /// Notes that a chunk is done, which had this weight in the queue.
    fn end(&self, weight: usize) {
        self.queued.fetch_sub(weight, Ordering::Relaxed);
        self.done.fetch_add(1, Ordering::SeqCst);
    }
}

/// State of the log's thread.
struct Writer<W> {
    output: W,
    counts: Arc<Counts>,
    losses: LossReporter,
    /// Returns the line about bytes that were dropped.
    note: fn(u64) -> String,
    report: Reporter,
}

impl<W: Write> Writer<W> {
    fn write_all(&mut self, chunks: &Receiver<Vec<u8>>) {
        for chunk in chunks {
            let _done = Done(&self.counts, weight(&chunk));
            let written = self.output.write_all(&chunk);
            let lost = self.counts.dropped.swap(0, Ordering::Relaxed);
            if lost > 0 {
                let _ = self.output.write_all((self.note)(lost).as_bytes());
            }
            // Also after a failure, because that may be what a new file is to mend.
            let flushed = self.output.flush();
            let written = written.and(flushed);
            // Nothing to write says nothing of the output.
            if chunk.is_empty() && written.is_ok() {
                continue;
            }
            let length = chunk.len() as u64;
            if let Some(event) = self.losses.note(written, length, Instant::now()) {
                deliver(&self.report, event);
            }
        }
    }
}

/// Counts a chunk as done when it is dropped, even by a panic.
struct Done<'a>(&'a Counts, usize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.end(self.1);
    }
}

#[cfg(test)]
mod tests;
