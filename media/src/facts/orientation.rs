//! The turn that shows a photo upright.

/// The turn that a photo needs before it is shown, by the number that EXIF has for it: 1 is
/// upright, 3, 6 and 8 are turned by 180, 90 and 270 degrees clockwise, and 2, 4, 5 and 7
/// are mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    /// Returns the orientation of a number of EXIF.
    #[must_use]
    pub fn of(number: u32) -> Option<Self> {
        let number = u8::try_from(number).ok()?;
        matches!(number, 1..=8).then_some(Self(number))
    }

    /// Returns the number of EXIF.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eight_orientations() {
        for number in [0, 9, 256, 257, u32::MAX] {
            assert_eq!(Orientation::of(number), None);
        }
        for number in 1..=8 {
            assert_eq!(
                Orientation::of(number).map(|it| u32::from(it.number())),
                Some(number)
            );
        }
    }
}
