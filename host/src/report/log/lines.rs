//! A log whose lines are passed to a function.

use std::io::{self, Write};

use crate::limits::LOG_CHUNK_BYTES;

/// Output that passes each line on, without its end.
pub(super) struct Lines<F> {
    each: F,
    /// Beginning of the next line.
    rest: Vec<u8>,
}

impl<F: FnMut(&str)> Lines<F> {
    pub(super) fn new(each: F) -> Self {
        Self {
            each,
            rest: Vec::new(),
        }
    }

    fn pass_on(&mut self) {
        (self.each)(&String::from_utf8_lossy(&self.rest));
        self.rest.clear();
    }
}

impl<F: FnMut(&str)> Write for Lines<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            match byte {
                b'\n' => self.pass_on(),
                // A line without an end must not take all memory.
                _ if self.rest.len() >= LOG_CHUNK_BYTES => {
                    self.pass_on();
                    self.rest.push(byte);
                }
                _ => self.rest.push(byte),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_passed_on_whole_and_bounded() {
        let mut passed = Vec::new();
        let mut lines = Lines::new(|line: &str| passed.push(line.to_owned()));
        for bytes in [&b"one\ntw"[..], b"o\n\nthree", b" \xff\n", b"not yet"] {
            lines.write_all(bytes).unwrap();
        }
        assert_eq!(passed, ["one", "two", "", "three \u{fffd}"]);
        let mut lengths = Vec::new();
        let mut lines = Lines::new(|line: &str| lengths.push(line.len()));
        lines.write_all(&vec![b'a'; LOG_CHUNK_BYTES + 5]).unwrap();
        lines.write_all(b"\n").unwrap();
        assert_eq!(lengths, [LOG_CHUNK_BYTES, 5]);
    }
}
