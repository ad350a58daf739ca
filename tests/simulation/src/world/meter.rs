//! The instructions of the component, and the time that others wait meanwhile.
//!
//! A *turn* is the time between two returns to the host's event loop. Nothing else can
//! happen in the world meanwhile, so everyone waits for the length of a turn.

/// Instructions that one turn may take for each open connection, and for [`TURN_FLOOR`]
/// more. A request takes ten to twenty thousand, and a processor executes some two
/// million in a millisecond.
pub const TURN_INSTRUCTIONS: u64 = 2_000_000;

/// Additional connections for which a turn may work when none is open: it lists a
/// directory, writes the log, closes connections.
pub const TURN_FLOOR: u64 = 3;

/// Instructions after which a component that never returns is stopped.
pub const FUEL: u64 = 400_000_000;

/// Speed of the processor: instructions in a nanosecond.
pub const SPEED: u64 = 2;

#[derive(Debug, Default)]
pub struct Meter {
    /// Instructions since the world began.
    pub total: u64,
    /// Value of `total` when the turn began.
    turn: u64,
    /// Number of turns in which something was done.
    pub turns: u64,
    /// Length of the longest turn in instructions.
    pub longest: u64,
    /// Bytes of memory, and the most that are allowed.
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

    /// Counts instructions, and returns the nanoseconds that they took.
    pub fn note(&mut self, instructions: u64) -> u64 {
        self.total += instructions;
        instructions / SPEED
    }

    /// Ends a turn, and returns its instructions.
    pub fn end_turn(&mut self) -> u64 {
        let length = self.total - self.turn;
        self.turn = self.total;
        self.turns += u64::from(length > 0);
        self.longest = self.longest.max(length);
        length
    }
}
