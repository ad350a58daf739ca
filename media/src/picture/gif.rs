//! GIF: the size is in the first bytes.

use crate::bytes::Bytes;
use crate::facts::{Facts, Size};
use crate::input::{Input, Reason};

/// Signature and version.
const MAGIC_BYTES: u64 = 6;

/// Reads the facts of a GIF.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let sides: [u8; 4] = input.array(MAGIC_BYTES).await?;
    let mut fields = Bytes::new(&sides);
    let size = fields.u16_le().zip(fields.u16_le());
    facts.size = size.and_then(|(width, height)| Size::new(width.into(), height.into()));
    facts.size.map(drop).ok_or(Reason::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::read;

    #[test]
    fn the_size_is_in_the_first_bytes() {
        for (file, expected) in [
            (&b"GIF89a\x40\x01\xf0\x00"[..], Ok(Some((320, 240)))),
            (b"GIF87a\x01\x00\x01\x00", Ok(Some((1, 1)))),
            (b"GIF89a\x00\x00\x01\x00", Err(Reason::Damaged)),
            (b"GIF89a\x01\x00", Err(Reason::Truncated)),
            (b"GIF88a\x01\x00\x01\x00\0\0", Err(Reason::Unknown)),
        ] {
            let size = read(file).map(|it| it.size.map(|size| (size.width, size.height)));
            assert_eq!(size, expected, "{file:x?}");
        }
    }
}
