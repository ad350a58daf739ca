//! Numbers with a fraction, as whole numbers: the component may not calculate with others,
//! which differ between processors.

use crate::bytes::Bytes;

/// A number of at least zero: its digits, and how many places they are moved to the left. It
/// is to the right if that is less than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Float {
    digits: u64,
    places: i32,
}

/// Digits behind the point, and what is added to the places, in four bytes and in eight
/// (IEEE 754 §3.4).
const SHORT: (u32, i32) = (23, 127);
const LONG: (u32, i32) = (52, 1_023);

impl Float {
    /// Reads four or eight bytes; `None` for what is below zero, endless, or no number.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Bytes::new(bytes);
        let (bits, (digits, bias), sign) = match bytes.len() {
            4 => (fields.u32()?.into(), SHORT, 1 << 31),
            8 => (fields.u64()?, LONG, 1 << 63),
            _ => return None,
        };
        let first = 1_u64.checked_shl(digits)?;
        let places = bits.checked_shr(digits)?;
        let last = bias.checked_mul(2)?.checked_add(1)?;
        let places = i32::try_from(places).ok()?;
        if bits & sign != 0 || places == last {
            return None;
        }
        // The smallest numbers have no one before the point. They are as good as zero.
        let digits_in_front = if places == 0 { 0 } else { first };
        Some(Self {
            digits: bits & first.checked_sub(1)? | digits_in_front,
            places: places.checked_sub(bias)?.checked_sub_unsigned(digits)?,
        })
    }

    /// Returns the product with a whole number, without its fraction.
    pub(super) fn times(self, factor: u64) -> Option<u64> {
        let product = u128::from(self.digits).checked_mul(factor.into())?;
        let places = self.places.unsigned_abs();
        let moved = if self.places < 0 {
            product.checked_shr(places).unwrap_or_default()
        } else {
            let room = product.leading_zeros();
            product.checked_shl(places).filter(|_| places <= room)?
        };
        u64::try_from(moved).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_fraction_are_multiplied() {
        for (number, factor, expected) in [
            (1_500.5_f64, 1_000_000, Some(1_500_500_000)),
            (3_400.0, 1_000_000, Some(3_400_000_000)),
            (0.5, 3, Some(1)),
            (0.0, u64::MAX, Some(0)),
            (f64::MIN_POSITIVE / 2.0, u64::MAX, Some(0)),
            (1.0, u64::MAX, Some(u64::MAX)),
            (2.0, u64::MAX, None),
            (1e300, 1, None),
            (-1.0, 1, None),
            (-0.0, 1, None),
            (f64::NAN, 1, None),
            (f64::INFINITY, 1, None),
        ] {
            let found = Float::parse(&number.to_be_bytes()).and_then(|it| it.times(factor));
            assert_eq!(found, expected, "{number} {factor}");
        }
        for (number, factor, expected) in [
            (1_500.5_f32, 1_000, Some(1_500_500)),
            (f32::MAX, 1, None),
            (f32::NAN, 1, None),
        ] {
            let found = Float::parse(&number.to_be_bytes()).and_then(|it| it.times(factor));
            assert_eq!(found, expected, "{number} {factor}");
        }
        for bytes in [&[][..], &[0; 3], &[0; 5], &[0; 9]] {
            assert_eq!(Float::parse(bytes), None);
        }
    }
}
