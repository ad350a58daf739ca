//! Sound.
//!
//! | file | holds |
//! | --- | --- |
//! | `mp3` | MP3, and the other layers of MPEG sound |
//! | `flac` | FLAC |
//! | `ogg` | Ogg with Opus, Vorbis and others |
//! | `wav`, `aiff` | plain samples |
//! | `id3` | tags of MP3, which others have, too |
//! | `vorbis` | comments of Vorbis, which FLAC has, too |

pub(crate) mod aiff;
pub(crate) mod flac;
pub(crate) mod id3;
pub(crate) mod mp3;
pub(crate) mod ogg;
mod vorbis;
pub(crate) mod wav;
