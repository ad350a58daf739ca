//! Numbers in bytes, taken from the front.

/// Bytes of which numbers are taken from the front. Each method returns `None` at the end.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'b> {
    rest: &'b [u8],
}

macro_rules! numbers {
    ($($name:ident $number:ty, $from:ident, $what:literal;)*) => {$(
        #[doc = concat!("Takes ", $what, ".")]
        pub fn $name(&mut self) -> Option<$number> {
            self.array().map(<$number>::$from)
        }
    )*};
}

impl<'b> Bytes<'b> {
    /// Returns bytes of which nothing has been taken.
    #[must_use]
    pub const fn new(rest: &'b [u8]) -> Self {
        Self { rest }
    }

    numbers! {
        u8 u8, from_be_bytes, "a byte";
        u16 u16, from_be_bytes, "a number of two bytes, the highest first";
        u32 u32, from_be_bytes, "a number of four bytes, the highest first";
        u64 u64, from_be_bytes, "a number of eight bytes, the highest first";
        u16_le u16, from_le_bytes, "a number of two bytes, the lowest first";
        u32_le u32, from_le_bytes, "a number of four bytes, the lowest first";
        u64_le u64, from_le_bytes, "a number of eight bytes, the lowest first";
    }

    /// Takes a number of three bytes, the highest first.
    pub fn u24(&mut self) -> Option<u32> {
        let [high, middle, low] = self.array()?;
        Some(u32::from_be_bytes([0, high, middle, low]))
    }

    /// Takes a number of three bytes, the lowest first.
    pub fn u24_le(&mut self) -> Option<u32> {
        let [low, middle, high] = self.array()?;
        Some(u32::from_be_bytes([0, high, middle, low]))
    }

    /// Takes an array.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }

    /// Takes some bytes.
    pub fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// Leaves some bytes out.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(drop)
    }

    /// Returns what has not been taken.
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}
