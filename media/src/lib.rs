//! Facts about films, tracks and pictures, read from what their files say of themselves.
//!
//! Pure code: it knows no clock, no file and no socket. It says which bytes of a file it
//! needs, is given them, and in the end has the facts:
//!
//! ```
//! # let file = b"GIF89a\x40\x01\xf0\x00";
//! use media::{Step, read};
//!
//! let mut step = read(file.len() as u64);
//! let facts = loop {
//!     match step {
//!         Step::Need(need) => {
//!             let span = need.span();
//!             let (start, end) = (span.start as usize, span.end() as usize);
//!             step = need.supply(&file[start..end]);
//!         }
//!         Step::Done(facts) => break facts,
//!     }
//! };
//! # let size = facts.unwrap().size.unwrap();
//! # assert_eq!((size.width, size.height), (320, 240));
//! ```
//!
//! Each format has a directory, whose `read` is an `async fn` over `Input`: a wait
//! is a need of bytes. So the code of a format reads from the top to the bottom, and the
//! compiler makes the state machine of it. What a file says is believed only within
//! [`limits`]: bytes, reads, steps and results all have an end.
//!
//! | file | holds |
//! | --- | --- |
//! | [`reader`] | the steps of reading one file |
//! | [`format`](mod@format) | the formats, and how they are told apart |
//! | `film` | MP4 and Matroska |
//! | `sound` | MP3, FLAC, Ogg, WAV, AIFF, and their tags |
//! | `picture` | JPEG, PNG, WebP, GIF, HEIC and AVIF, and EXIF |
//! | `boxes`, `riff` | boxes of MP4 and HEIF; chunks of WAV, AIFF and WebP |
//! | [`facts`] | what is found |
//! | `input` | the file as readers see it, and the budget |
//! | `bytes`, `text` | numbers and texts of any format |
//! | [`limits`] | every bound |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod boxes;
mod bytes;
pub mod facts;
mod film;
pub mod format;
mod input;
pub mod limits;
mod picture;
pub mod reader;
mod riff;
mod sound;
#[cfg(test)]
mod tests;
mod text;

pub use facts::Facts;
pub use format::Format;
pub use input::{Reason, Span};
pub use reader::{Need, Step, read, read_as};
