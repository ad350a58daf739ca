//! A folder laid out as a tar, of which every byte is known before the first is sent.
//!
//! Pure code: it knows no clock, no file and no socket. Whoever reads the folder adds its
//! entries to a [`Manifest`]. That knows the length of the tar, and what is at each offset:
//!
//! ```
//! use archive::{Kind, Manifest, Part};
//!
//! let mut manifest = Manifest::new("Films", None)?;
//! let film = manifest.add(Manifest::TOP, "film.mkv", Kind::File(700), None)?;
//! assert_eq!(manifest.length(), 512 + 512 + 1024 + 1024);
//!
//! let mut parts = manifest.parts(1_524..1_800);
//! let content = Part::File { entry: film, offset: 500, length: 200 };
//! assert_eq!(parts.next(), Some(content));
//! assert_eq!(parts.next(), Some(Part::Zeros(76)));
//! assert_eq!(parts.next(), None);
//! # Ok::<(), archive::Error>(())
//! ```
//!
//! The same entries make the same bytes, whoever adds them: the manifest accepts one order
//! only. A name can't lead out of the folder that it is unpacked into, because each is one
//! name in the directory that has it.
//!
//! The format is that of POSIX.1-2001 (`ustar` blocks with `pax` records where a value does
//! not fit). Every entry belongs to user and group 0, without names, and has the permissions
//! of a new file or directory: what others may do with it is a matter of where it is unpacked.
//!
//! | file | holds |
//! | --- | --- |
//! | [`parts`] | what is between two offsets |
//! | [`manifest`] | the entries, their order, and where each begins |
//! | [`entry`] | what is known of one of them |
//! | [`error`] | the reasons why an entry is none of the archive |
//! | `header` | the blocks before the content of an entry |
//! | `names`, `list` | memory that grows without being copied |
//! | [`limits`] | every bound |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod entry;
pub mod error;
mod header;
pub mod limits;
mod list;
pub mod manifest;
mod names;
pub mod parts;

pub use entry::{Entry, Kind};
pub use error::Error;
pub use manifest::Manifest;
pub use parts::{Part, Parts};
