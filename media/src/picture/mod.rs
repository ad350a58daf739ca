//! Pictures.
//!
//! | file | holds |
//! | --- | --- |
//! | `jpeg`, `png`, `webp`, `gif` | those formats |
//! | `heif` | HEIC and AVIF |
//! | `exif` | what cameras say of photos |

mod exif;
pub(crate) mod gif;
pub(crate) mod heif;
pub(crate) mod jpeg;
pub(crate) mod png;
pub(crate) mod webp;
