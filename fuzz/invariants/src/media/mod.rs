//! Facts of files of each format.
//!
//! | file | holds |
//! | --- | --- |
//! | `facts` | the invariant |
//! | `reading` | one reading, with a check of all that is asked for |
//! | `found` | a check of all that is found |

mod facts;
mod found;
mod reading;

use ::media::Format;

macro_rules! formats {
    ($($name:ident $format:expr, $what:literal;)*) => {$(
        #[doc = concat!("Takes ", $what, " of any bytes.")]
        pub fn $name(bytes: &[u8]) {
            facts::facts($format, bytes);
        }
    )*};
}

formats! {
    aiff Some(Format::Aiff), "an AIFF";
    flac Some(Format::Flac), "a FLAC";
    format None, "a file of whatever format its first bytes say";
    gif Some(Format::Gif), "a GIF";
    heif Some(Format::Heif), "a HEIC or an AVIF";
    jpeg Some(Format::Jpeg), "a JPEG";
    matroska Some(Format::Matroska), "a film of Matroska or WebM";
    mp3 Some(Format::Mp3), "an MP3";
    mp4 Some(Format::Mp4), "a film of MP4 or QuickTime";
    ogg Some(Format::Ogg), "an Ogg";
    png Some(Format::Png), "a PNG";
    wav Some(Format::Wav), "a WAV";
    webp Some(Format::WebP), "a WebP";
}
