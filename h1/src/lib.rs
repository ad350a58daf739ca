//! HTTP/1.1 for files, as pure code.
//!
//! Bytes and values in, bytes and values out. There is no clock, no file and no
//! socket here: time, sizes and names come in as values, so every rule can be
//! tested, fuzzed and measured by itself.
//!
//! The modules in the order in which a request meets them:
//!
//! | module | what it knows | RFC |
//! | --- | --- | --- |
//! | [`connection`] | what the bytes received so far amount to | 9112 |
//! | [`head`], [`method`], [`fields`], [`list`] | request line and fields | 9112 §3, §5; 9110 §5 |
//! | [`framing`], [`chunked`] | where a request's content ends | 9112 §6, §7 |
//! | [`expectation`] | what the client waits for before it sends content | 9110 §10.1.1 |
//! | [`persistence`] | whether another request may follow | 9112 §9 |
//! | [`target`], [`percent`], [`name`] | from the request target to a path that is safe to look up | 9112 §3.2, 3986 |
//! | [`coding`] | which precompressed sibling to choose | 9110 §12.5.3 |
//! | [`date`], [`etag`] | validators | 9110 §5.6.7, §8.8 |
//! | [`condition`], [`range`] | what part of the file, if any, to send | 9110 §13, §14 |
//! | [`selection`] | the two above in the order of §13.2.2 | 9110 §13.2.2 |
//! | [`media_type`], [`disposition`] | how to name the content | 9110 §8.3, 6266, 8187 |
//! | [`response`], [`multipart`] | the answer, as bytes | 9112 §4, 9110 §14.6 |
//!
//! [`limits`] holds every bound, [`refusal`] every reason to say no.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod authority;
pub mod chunked;
pub mod coding;
pub mod condition;
pub mod connection;
pub mod date;
mod digits;
pub mod disposition;
pub mod etag;
pub mod expectation;
pub mod fields;
pub mod framing;
pub mod head;
pub mod limits;
pub mod list;
pub mod media_type;
pub mod method;
pub mod multipart;
pub mod name;
mod path;
pub mod percent;
pub mod persistence;
pub mod range;
pub mod refusal;
pub mod response;
pub mod selection;
pub mod status;
pub mod target;
