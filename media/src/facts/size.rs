//! Width and height.

use crate::limits::SIDE_PIXELS;

/// Width and height of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// Returns a size, unless nobody would believe it.
    pub(crate) fn new(width: u32, height: u32) -> Option<Self> {
        let is_likely = |side| (1..=SIDE_PIXELS).contains(&side);
        (is_likely(width) && is_likely(height)).then_some(Self { width, height })
    }

    /// Returns the size of what is turned by a quarter.
    pub(crate) const fn turned(self) -> Self {
        Self {
            width: self.height,
            height: self.width,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlikely_sizes_are_unknown() {
        for (width, height) in [(0, 1), (1, 0), (SIDE_PIXELS + 1, 1), (1, u32::MAX)] {
            assert_eq!(Size::new(width, height), None);
        }
        let size = Size::new(1, SIDE_PIXELS).unwrap();
        assert_eq!(size.turned(), Size::new(SIDE_PIXELS, 1).unwrap());
    }
}
