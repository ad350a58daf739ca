//! Numbers as text, without `core::fmt`, because every response and every row of a list has
//! several.

/// The digits of one number, inline.
pub struct Digits {
    digits: [u8; WIDTH],
    start: usize,
}

/// 2^64 - 1 has twenty decimal digits, and sixteen hexadecimal ones.
const WIDTH: usize = 20;

impl Digits {
    /// Returns the decimal digits.
    #[must_use]
    pub fn decimal(number: u64) -> Self {
        Self::in_radix::<10>(number)
    }

    /// Returns the hexadecimal digits in lower case.
    #[must_use]
    pub fn hexadecimal(number: u64) -> Self {
        Self::in_radix::<16>(number)
    }

    /// Returns the digits.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }

    /// Returns the digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    #[expect(
        clippy::arithmetic_side_effects,
        reason = "division by one of two constants, neither of them 0"
    )]
    fn in_radix<const RADIX: u64>(mut number: u64) -> Self {
        let mut digits = [b'0'; WIDTH];
        let mut start = WIDTH;
        for place in digits.iter_mut().rev() {
            *place = match (number % RADIX) as u8 {
                digit @ 0..=9 => b'0'.wrapping_add(digit),
                letter => b'a'.wrapping_sub(10).wrapping_add(letter),
            };
            start = start.saturating_sub(1);
            number /= RADIX;
            if number == 0 {
                break;
            }
        }
        Self { digits, start }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn digits_are_those_of_fmt() {
        for number in [0, 1, 9, 10, 15, 16, 255, 1 << 32, u64::MAX - 1, u64::MAX] {
            let decimal = format!("{number}");
            assert_eq!(Digits::decimal(number).as_bytes(), decimal.as_bytes());
            assert_eq!(Digits::decimal(number).as_str(), decimal);
            let hexadecimal = format!("{number:x}");
            assert_eq!(
                Digits::hexadecimal(number).as_bytes(),
                hexadecimal.as_bytes()
            );
        }
    }
}
