//! HTTP/1.1 for files, as pure code.
//!
//! It takes bytes and values, and returns bytes and values. There is no clock, no file and
//! no socket here: time, sizes and names are passed in as values, so every rule can be
//! tested, fuzzed and measured by itself.
//!
//! The modules, in the order in which a request passes through them. Each file imports from
//! its own module and from modules below it in the table, never from one above:
//!
//! | module | what it knows | RFC |
//! | --- | --- | --- |
//! | [`connection`] | the meaning of the bytes received so far | 9112 |
//! | [`response`] | the response, as bytes | 9112 §4, 9110 §14.6 |
//! | [`selection`] | the part of the file to send, if any | 9110 §13, §14 |
//! | [`representation`] | the description of the content: media type, coding, validators | 9110 §8, 6266 |
//! | [`request`] | request line, fields, target, content | 9112 §3, §5 to §7, §9; 3986 |
//! | [`syntax`] | tokens, numbers, dates, percent-encoding, names of any bytes | 9110 §5.6, 3986 §2.1 |
//!
//! [`limits`] has every bound, [`refusal`] every reason to refuse a request, [`status`]
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
