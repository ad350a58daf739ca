//! What the component uses of its processor, and who waits meanwhile.
//!
//! A *turn* is what happens between two returns to the host's event loop: nothing else
//! can happen in the world meanwhile, so its length is what everybody waits for.

/// Instructions that one turn may take for each connection that is open, and for a few
/// more. A request takes ten to twenty thousand, and a processor some two million in a
/// millisecond.
pub const TURN_INSTRUCTIONS: u64 = 2_000_000;

/// Connections' worth of work that a turn may take with no connection open: it lists a
/// folder, writes the log, closes connections.
pub const TURN_FLOOR: u64 = 3;

/// Where the component is stopped that does not return at all.
pub const FUEL: u64 = 400_000_000;

/// How fast the processor is: instructions in a nanosecond.
pub const SPEED: u64 = 2;

#[derive(Debug, Default)]
pub struct Meter {
    /// Instructions since the world began.
    pub total: u64,
    /// Where the turn began.
    turn: u64,
    /// Turns so far in which something was done.
    pub turns: u64,
    /// The longest turn, in instructions.
    pub longest: u64,
    /// Bytes of memory, and how many there may be.
    pub memory: usize,
    pub memory_bound: usize,
}

impl Meter {
    pub fn new(memory_bound: usize) -> Self {
        Self {
            memory_bound,
            ..Self::default()
        }
    }

    /// Notes instructions; returns the nanoseconds that they took.
    pub fn note(&mut self, instructions: u64) -> u64 {
        self.total += instructions;
        instructions / SPEED
    }

    /// Ends a turn; returns its instructions.
    pub fn end_turn(&mut self) -> u64 {
        let length = self.total - self.turn;
        self.turn = self.total;
        self.turns += u64::from(length > 0);
        self.longest = self.longest.max(length);
        length
    }
}
