//! VP9.

use alloc::format;
use alloc::string::String;

/// Names VP9 by its settings: profile, level and bits of a sample (VP codec in ISO base
/// media files §2).
pub(crate) fn vp9(settings: &[u8]) -> Option<String> {
    match settings {
        [profile, level, depth, ..] => {
            Some(format!("vp09.{profile:02}.{level:02}.{:02}", depth >> 4))
        }
        _ => None,
    }
}
