//! Output of a process, line by line, as it arrives.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use super::TIMEOUT;

/// Lines of a stream so far. Clones share them.
#[derive(Clone, Default)]
pub struct Lines(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    ended: bool,
}

impl Lines {
    /// Reads `stream` to its end on a thread of its own.
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let shared = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                shared.0.0.lock().unwrap().lines.push(line);
                shared.0.1.notify_all();
            }
            shared.0.0.lock().unwrap().ended = true;
            shared.0.1.notify_all();
        });
        lines
    }

    /// Waits for the first line that contains `words`.
    pub fn wait_for(&self, words: &str) -> String {
        let mut found = self.wait_for_several(1, |line| line.contains(words), words);
        found.swap_remove(0)
    }

    /// Waits until `count` lines match, and returns all that do. `what` is for the
    /// message of the failure.
    pub fn wait_for_several(
        &self,
        count: usize,
        matches: impl Fn(&str) -> bool,
        what: &str,
    ) -> Vec<String> {
        let deadline = Instant::now() + TIMEOUT;
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        let found = loop {
            let found: Vec<String> = state
                .lines
                .iter()
                .filter(|line| matches(line))
                .cloned()
                .collect();
            let left = deadline.saturating_duration_since(Instant::now());
            if found.len() >= count || state.ended || left.is_zero() {
                break found;
            }
            state = changed.wait_timeout(state, left).unwrap().0;
        };
        let lines = state.lines.join("\n");
        // A panic that holds the lock would poison it and make the next caller fail too.
        drop(state);
        assert!(
            found.len() >= count,
            "{} of {count} lines with {what:?} among:\n{lines}",
            found.len()
        );
        found
    }

    /// Waits for the end of the stream, and returns all lines.
    pub fn to_end(&self) -> Vec<String> {
        let (state, changed) = &*self.0;
        let state = state.lock().unwrap();
        let (state, late) = changed
            .wait_timeout_while(state, TIMEOUT, |state| !state.ended)
            .unwrap();
        let lines = state.lines.clone();
        drop(state);
        assert!(
            !late.timed_out(),
            "the stream did not end:\n{}",
            lines.join("\n")
        );
        lines
    }

    /// Returns the lines that have arrived so far.
    pub fn so_far(&self) -> Vec<String> {
        self.0.0.lock().unwrap().lines.clone()
    }
}
