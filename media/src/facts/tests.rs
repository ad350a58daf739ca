#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use super::*;
use crate::limits::{MEMORY_BYTES, PIECE_BYTES, TEXT_BYTES};

#[test]
fn results_have_a_bound() {
    let mut facts = Facts::new(Container::Mp4);
    for _ in 0..=CHAPTERS.max(TRACKS) {
        facts.add_track(Track::new(Kind::Audio));
        facts.add_chapter(Chapter {
            start: Duration::ZERO,
            title: None,
        });
    }
    assert_eq!(
        (facts.tracks.len(), facts.chapters.len()),
        (TRACKS, CHAPTERS)
    );
}

#[test]
fn the_most_facts_fit_into_the_memory() {
    // A list that has grown has room for up to twice as many.
    let chapters = 2 * CHAPTERS * (2 * size_of::<Chapter>() + TEXT_BYTES);
    let tracks = TRACKS * (2 * size_of::<Track>() + 3 * TEXT_BYTES);
    let titles = 5 * TEXT_BYTES;
    let pieces = 3 * usize::try_from(PIECE_BYTES).unwrap();
    let sum = chapters + tracks + titles + pieces;
    assert!(sum <= MEMORY_BYTES, "{sum}");
}
