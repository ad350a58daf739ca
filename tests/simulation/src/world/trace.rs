//! The actions of a run as one number, which is equal for equal runs.

/// A running hash over every call to the host, every byte in both directions and every
/// line of the log.
#[derive(Clone, Debug)]
pub struct Trace {
    state: u64,
    /// Lines for people, where requested.
    pub lines: Option<Vec<String>>,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            state: 0x243f_6a88_85a3_08d3,
            lines: None,
        }
    }
}

impl Trace {
    pub fn hash(&self) -> u64 {
        self.state
    }

    /// Records a call: its name, and two numbers that distinguish it.
    pub fn call(&mut self, name: &str, one: u64, other: u64) {
        self.bytes(name.as_bytes());
        self.word(one);
        self.word(other);
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{name} {one} {other}"));
        }
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    pub fn word(&mut self, word: u64) {
        self.state = (self.state ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }

    /// Records a line for people, where requested.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(line());
        }
    }
}
