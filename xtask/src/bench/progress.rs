//! How far the run has come: one line on a terminal, nothing in a pipe.

use std::io::{IsTerminal, Write, stderr};

pub(crate) struct Progress {
    done: usize,
    of: usize,
    shown: bool,
}

impl Progress {
    /// `of` is the number of steps.
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

    /// Takes the line away, so that results can be printed.
    pub(crate) fn clear(&self) {
        self.line("");
    }

    fn line(&self, text: &str) {
        if self.shown {
            let mut out = stderr();
            // Progress that can't be shown is no reason to stop.
            let _ = write!(out, "\r\x1b[K{text}");
            let _ = out.flush();
        }
    }
}
