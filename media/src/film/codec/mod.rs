//! Codecs as browsers are asked for them (RFC 6381), from the settings of their decoders.
//! MP4 and Matroska have the same settings in different places.

mod aac;
mod av1;
mod avc;
mod hevc;
mod vp9;

pub(crate) use aac::{aac, mpeg_4};
pub(crate) use av1::av1;
pub(crate) use avc::avc;
pub(crate) use hevc::hevc;
pub(crate) use vp9::vp9;

/// Bytes of the settings that are looked at. What follows them are tables for the decoder.
pub(crate) const SETTINGS_BYTES: u64 = 64;

#[cfg(test)]
mod tests;
