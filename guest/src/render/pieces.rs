//! Generated text in memory: pieces that never grow, and that are counted.

use alloc::string::String;
use alloc::vec::Vec;

use pages::Part;

use crate::files::quota::Reservation;
use crate::limits::LISTING_PIECE;
use crate::reason::Reason;

/// Text in pieces whose memory is taken from a reservation.
#[derive(Default)]
pub struct Pieces(Vec<String>);

impl Pieces {
    /// Appends to the last piece, or to a new one if the last has too little space.
    pub fn append(
        &mut self,
        part: &impl Part,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let bound = part.bound();
        let left = |piece: &String| piece.capacity().saturating_sub(piece.len());
        if self.0.last().is_none_or(|piece| left(piece) < bound) {
            let capacity = bound.max(LISTING_PIECE);
            reservation.reserve(capacity)?;
            self.0.push(String::with_capacity(capacity));
        }
        if let Some(piece) = self.0.last_mut() {
            part.write(piece);
        }
        Ok(())
    }

    /// Returns all pieces, the last one without unused memory. Most pages are one small
    /// piece.
    pub fn finish(mut self, reservation: &mut Reservation) -> Vec<String> {
        if let Some(last) = self.0.last_mut() {
            reservation.give_back(last.capacity());
            last.shrink_to_fit();
            reservation.add(last.capacity());
        }
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::quota::Quota;
    use crate::limits::LISTING_BYTES;

    /// A part of so many bytes, with a bound of twice as many.
    struct Text(usize);

    impl Part for Text {
        fn bound(&self) -> usize {
            self.0.saturating_mul(2)
        }

        fn write(&self, out: &mut String) {
            out.push_str(&"x".repeat(self.0));
        }
    }

    /// Returns the pieces of so many parts, and the bytes that are counted for them.
    fn made(count: usize, bytes: usize) -> (Result<Vec<String>, Reason>, usize) {
        let quota = Quota::new(LISTING_BYTES);
        let mut reservation = quota.reservation();
        let mut pieces = Pieces::default();
        let mut append =
            || (0..count).try_for_each(|_| pieces.append(&Text(bytes), &mut reservation));
        let appended = append();
        let made = appended.map(|()| pieces.finish(&mut reservation));
        (made, quota.bytes())
    }

    #[test]
    fn pieces_are_counted_and_never_grow() {
        let (pieces, held) = made(1_000, 2_000);
        let pieces = pieces.unwrap();
        assert!(pieces.len() > 2_000_000 / LISTING_PIECE);
        assert_eq!(pieces.iter().map(String::capacity).sum::<usize>(), held);
        for piece in pieces.iter().take(pieces.len() - 1) {
            assert_eq!(piece.capacity(), LISTING_PIECE);
        }
        let (piece, held) = made(1, 10 * LISTING_PIECE);
        assert_eq!(
            piece.unwrap().iter().map(String::capacity).sum::<usize>(),
            held
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_none() {
        let (pieces, held) = made(LISTING_BYTES / 1_000, 2_000);
        assert_eq!(pieces.unwrap_err(), Reason::ListingTooLarge);
        assert!(held <= LISTING_BYTES);
    }
}
