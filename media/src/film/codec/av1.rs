//! AV1.

use alloc::format;
use alloc::string::String;

/// Names AV1 by its settings: profile, level and tier, and bits of a sample (AV1 in ISO
/// base media files §2.3.3 and §5).
pub(crate) fn av1(settings: &[u8]) -> Option<String> {
    let [0x81, profile_and_level, depth, ..] = settings else {
        return None;
    };
    let profile = profile_and_level >> 5;
    let level = profile_and_level & 0x1f;
    let tier = if depth & 0x80 == 0 { 'M' } else { 'H' };
    let bits = match (depth & 0x40 != 0, depth & 0x20 != 0) {
        (true, true) => 12,
        (true, false) => 10,
        (false, _) => 8,
    };
    Some(format!("av01.{profile}.{level:02}{tier}.{bits:02}"))
}
