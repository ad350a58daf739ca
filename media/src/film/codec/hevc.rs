//! H.265.

use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;

use crate::bytes::Bytes;

/// Names H.265 by its settings (ISO 14496-15 §8.3.3.1): profile, compatible profiles with
/// their bits reversed, tier and level, and the constraints without zeros at the end
/// (annex E.3).
pub(crate) fn hevc(name: &str, settings: &[u8]) -> Option<String> {
    let mut fields = Bytes::new(settings);
    let _version = fields.u8()?;
    let profile = fields.u8()?;
    let compatible = fields.u32()?.reverse_bits();
    let constraints: [u8; 6] = fields.array()?;
    let level = fields.u8()?;
    let space = match profile >> 6 {
        1 => "A",
        2 => "B",
        3 => "C",
        _ => "",
    };
    let tier = if profile & 0x20 == 0 { 'L' } else { 'H' };
    let mut codec = format!(
        "{name}.{space}{}.{compatible:X}.{tier}{level}",
        profile & 0x1f
    );
    let last = constraints.iter().rposition(|byte| *byte != 0);
    for byte in constraints
        .iter()
        .take(last.map_or(0, |last| last.saturating_add(1)))
    {
        write!(codec, ".{byte:X}").ok()?;
    }
    Some(codec)
}
