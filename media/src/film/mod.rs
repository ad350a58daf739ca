//! Films, and sound in the containers of films.
//!
//! | file | holds |
//! | --- | --- |
//! | `mp4` | MP4, M4A and QuickTime |
//! | `matroska` | Matroska and WebM |
//! | `codec` | codecs as browsers are asked for them (RFC 6381) |

mod codec;
pub(crate) mod matroska;
pub(crate) mod mp4;
