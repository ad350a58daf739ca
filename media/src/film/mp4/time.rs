//! Times in boxes, which have four bytes, or eight from version 1 on.

use crate::bytes::Bytes;

/// Returns the ticks of a second and the duration in ticks, behind two dates.
pub(super) fn times(version: u8, mut fields: Bytes<'_>) -> Option<(u64, u64)> {
    number(version, &mut fields)?;
    number(version, &mut fields)?;
    let per_second = fields.u32()?;
    let count = number(version, &mut fields)?;
    let unknown = if version == 0 {
        u32::MAX.into()
    } else {
        u64::MAX
    };
    Some((per_second.into(), if count == unknown { 0 } else { count }))
}

/// Takes a number that has eight bytes from version 1 on.
pub(super) fn number(version: u8, fields: &mut Bytes<'_>) -> Option<u64> {
    match version {
        0 => fields.u32().map(u64::from),
        _ => fields.u64(),
    }
}
