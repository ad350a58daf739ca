//! Invariants of `archive`, `auth`, `h1`, `media` and `pages` for any input. There is one function
//! for each fuzz target. It takes any bytes and panics where the invariant does not hold.
//!
//! A fuzzer calls the functions through `fuzz/fuzz_targets`. The test of this crate calls
//! them with mutations of `fuzz/seeds`. Where possible, the result is compared
//! with that of other code, which is slow and simple.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic is how an invariant says that it does not hold"
)]

mod access;
mod archive;
mod caller;
mod chunk;
mod coding;
mod condition;
mod connection;
mod date;
mod file_text;
mod forwarded;
mod head;
pub mod media;
mod range;
mod response;
mod site;
mod target;
mod text;

/// An invariant, which panics where it does not hold.
pub type Invariant = fn(&[u8]);

/// Every invariant, under the path of its fuzz target and of the directory of its seeds.
pub const INVARIANTS: [(&str, Invariant); 28] = [
    ("archive", archive::layout),
    ("chunk", chunk::chunk),
    ("coding", coding::coding),
    ("condition", condition::condition),
    ("connection", connection::connection),
    ("date", date::date),
    ("forwarded", forwarded::forwarded),
    ("head", head::head),
    ("link", access::link),
    ("markdown", file_text::markdown),
    ("media/aiff", media::aiff),
    ("media/flac", media::flac),
    ("media/format", media::format),
    ("media/gif", media::gif),
    ("media/heif", media::heif),
    ("media/jpeg", media::jpeg),
    ("media/matroska", media::matroska),
    ("media/mp3", media::mp3),
    ("media/mp4", media::mp4),
    ("media/ogg", media::ogg),
    ("media/png", media::png),
    ("media/wav", media::wav),
    ("media/webp", media::webp),
    ("range", range::range),
    ("rules", access::rules),
    ("subtitles", file_text::subtitles),
    ("target", target::target),
    ("users", access::users),
];

pub use access::{link, rules, users};
pub use archive::layout as archive;
pub use chunk::chunk;
pub use coding::coding;
pub use condition::condition;
pub use connection::connection;
pub use date::date;
pub use file_text::{markdown, subtitles};
pub use forwarded::forwarded;
pub use head::head;
pub use range::range;
pub use target::target;
