//! Progress of the run: one line on a terminal, nothing in a pipe.

use std::io::{IsTerminal, Write, stderr};

pub(crate) struct Progress {
    done: usize,
    of: usize,
    shown: bool,
}

impl Progress {
    /// Starts the progress. `of` is the number of steps.
    pub(crate) fn new(of: usize) -> Self {
        Self {
            done: 0,
            of,
            shown: stderr().is_terminal(),
        }
    }

    pub(crate) fn step(&mut self, what: &str) {
        self.done += 1;
        self.line(&format!("[{}/{}] {what}", self.done, self.of));
    }

    /// Removes the line, so that results can be printed.
    pub(crate) fn clear(&self) {
        self.line("");
    }

    fn line(&self, text: &str) {
        if self.shown {
            let mut out = stderr();
            // A failure to show progress must not stop the run.
            let _ = write!(out, "\r\x1b[K{text}");
            let _ = out.flush();
        }
    }
}
