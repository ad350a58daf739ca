//! Invariants of what pages make of the text of files.

mod markdown;
mod repeated;
mod subtitles;

pub use markdown::markdown;
pub use subtitles::subtitles;
