//! Sizes for people.

use alloc::string::String;
use core::fmt::Write as _;

/// Appends a number of bytes for people: `512 B`, `1.5 KiB`, `3.0 GiB`, in steps of 1,024.
/// There is no larger unit, because Kodi knows none. The number has a point, because lftp
/// reads a number without one as bytes, whatever follows it.
pub fn write_size(text: &mut String, bytes: u64) {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
    let mut unit = "B";
    let mut tenths = u128::from(bytes).saturating_mul(10);
    for larger in UNITS {
        if tenths < 10_240 {
            break;
        }
        unit = larger;
        tenths /= 1_024;
    }
    let _ = match unit {
        "B" => write!(text, "{bytes} B"),
        _ => write!(text, "{}.{} {unit}", tenths / 10, tenths % 10),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (11 << 20, "11.0 MiB"),
            (3 << 30, "3.0 GiB"),
            (2_000 << 30, "2000.0 GiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ];
        for (bytes, expected) in cases {
            let mut text = String::new();
            write_size(&mut text, bytes);
            assert_eq!(text, expected);
        }
    }
}
