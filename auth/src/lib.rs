//! Rights to see folders: passwords, rules and links that expire.
//!
//! Pure code: files come in as bytes, and the time, the client and the key as values. It knows
//! no clock, no file and no socket, and nothing of HTTP.
//!
//! | module | what it knows |
//! | --- | --- |
//! | [`rules`] | the users that may see a folder and what is below it |
//! | [`link`] | addresses that need no password until they expire |
//! | [`rights`] | which folders a request may see |
//! | [`proof`] | codes of names with their passwords |
//! | [`users`] | the users of a file in the form of htpasswd, and their hashes |
//! | `verify` | whether a password belongs to a hash (feature `verify`) |
//! | [`walk`] | the folders that a path really goes through |
//! | [`path`] | paths in the one form in which they are compared and signed |
//! | [`limits`] | every bound of these |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod limits;
pub mod link;
pub mod path;
pub mod proof;
pub mod rights;
pub mod rules;
pub mod users;
#[cfg(feature = "verify")]
pub mod verify;
pub mod walk;
