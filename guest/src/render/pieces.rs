//! A page in memory: pieces that never grow, and that are counted.

use alloc::string::String;
use alloc::vec::Vec;

use pages::entry::Entry;
use pages::listing::Part;

use crate::files::quota::Reservation;
use crate::limits::{ENTRY_WORK, LISTING_PIECE};
use crate::reason::Reason;
use crate::runtime::executor::Executor;

/// Returns the page for the directory at `path` (relative, `""` for the root), in pieces
/// whose memory is taken from `reservation`.
pub async fn page(
    path: &str,
    entries: Vec<Entry>,
    reservation: &mut Reservation,
    executor: &Executor,
) -> Result<Vec<String>, Reason> {
    let mut pieces = Pieces::default();
    pieces.append(&Part::Start(path), reservation)?;
    let is_empty = entries.is_empty();
    for entry in entries {
        pieces.append(&Part::Row(&entry), reservation)?;
        executor.work(ENTRY_WORK).await;
    }
    pieces.append(&Part::End { is_empty }, reservation)?;
    Ok(pieces.finish(reservation))
}

#[derive(Default)]
struct Pieces(Vec<String>);

impl Pieces {
    /// Appends to the last piece, or to a new one if the last has too little space.
    fn append(&mut self, part: &Part<'_>, reservation: &mut Reservation) -> Result<(), Reason> {
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
    fn finish(mut self, reservation: &mut Reservation) -> Vec<String> {
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
    use alloc::rc::Rc;
    use core::cell::RefCell;
    use pages::entry::Kind;

    fn file(name: &str, size: u64) -> Entry {
        Entry {
            name: name.into(),
            kind: Kind::File(Some(size)),
            modified: Some(1_000_000_000),
        }
    }

    /// Returns the pieces of a page, and the bytes that are counted for them.
    fn made(path: &'static str, entries: Vec<Entry>) -> (Result<Vec<String>, Reason>, usize) {
        let executor = Rc::new(Executor::default());
        let made = Rc::new(RefCell::new(None));
        let (task, end) = (Rc::clone(&executor), Rc::clone(&made));
        let quota = Quota::new(LISTING_BYTES);
        let mut reservation = quota.reservation();
        executor.spawn(async move {
            let page = page(path, entries, &mut reservation, &task).await;
            end.replace(Some((page, reservation)));
        });
        executor.run();
        while executor.has_later() {
            executor.wake_later();
            executor.run();
        }
        let (page, _reservation) = made.take().unwrap();
        (page, quota.bytes())
    }

    #[test]
    fn pieces_are_counted_and_never_grow() {
        let name = "\"".repeat(255);
        let entries: Vec<_> = (0..1_000).map(|_| file(&name, u64::MAX)).collect();
        let (pieces, held) = made("sub", entries);
        let pieces = pieces.unwrap();
        assert!(pieces.len() > 2_000_000 / LISTING_PIECE);
        assert_eq!(pieces.iter().map(String::capacity).sum::<usize>(), held);
        for piece in pieces.iter().take(pieces.len() - 1) {
            assert_eq!(piece.capacity(), LISTING_PIECE);
        }
        let long = "\"".repeat(100_000);
        let (piece, held) = made("", Vec::from([file(&long, 0)]));
        assert_eq!(
            piece.unwrap().iter().map(String::capacity).sum::<usize>(),
            held
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_none() {
        let name = "a".repeat(1_000);
        let count = LISTING_BYTES / 2_000;
        let entries: Vec<_> = (0..count).map(|_| file(&name, 0)).collect();
        let (pieces, held) = made("", entries);
        assert_eq!(pieces.unwrap_err(), Reason::ListingTooLarge);
        assert!(held <= LISTING_BYTES);
    }
}
