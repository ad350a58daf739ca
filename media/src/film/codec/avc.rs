//! H.264.

use alloc::format;
use alloc::string::String;

/// Names H.264 by its settings (ISO 14496-15 §5.3.3.1): profile, constraints and level in
/// hexadecimal digits (RFC 6381 §3.3).
pub(crate) fn avc(name: &str, settings: &[u8]) -> Option<String> {
    match settings {
        [1, profile, constraints, level, ..] => {
            Some(format!("{name}.{profile:02X}{constraints:02X}{level:02X}"))
        }
        _ => None,
    }
}
