//! HTTP/1.1 for files, as pure code.
//!
//! Bytes and values in, bytes and values out. There is no clock, no file and no
//! socket here: time, sizes and names come in as values, so every rule can be
//! tested, fuzzed and measured by itself.
//!
//! The folders in the order in which a request meets them. Each file imports from its own
//! folder and from those below it, never from one above:
//!
//! | folder | what it knows | RFC |
//! | --- | --- | --- |
//! | [`connection`] | what the bytes received so far amount to | 9112 |
//! | [`response`] | the answer, as bytes | 9112 §4, 9110 §14.6 |
//! | [`selection`] | what part of the file, if any, to send | 9110 §13, §14 |
//! | [`representation`] | how to name the content: media type, coding, validators | 9110 §8, 6266 |
//! | [`request`] | request line, fields, target, content | 9112 §3, §5 to §7, §9; 3986 |
//! | [`syntax`] | tokens, numbers, dates, percent-encoding, names of any bytes | 9110 §5.6, 3986 §2.1 |
//!
//! [`limits`] holds every bound, [`refusal`] every reason to refuse a request, [`status`]
//! every status.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod connection;
pub mod limits;
pub mod refusal;
pub mod representation;
pub mod request;
pub mod response;
pub mod selection;
pub mod status;
pub mod syntax;
