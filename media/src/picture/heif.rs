//! HEIC and AVIF: pictures in boxes. The size is a property of the first picture.

use alloc::vec::Vec;

use crate::boxes::{self, Boxes};
use crate::bytes::Bytes;
use crate::facts::{Container, Facts, Size};
use crate::input::{Input, Reason, Span};

/// Most bytes of the list of properties by picture. A photo in 50 tiles has about 1 KiB.
const LIST_BYTES: u64 = 32 * 1024;

/// Number of a property by its place, counted from one.
const PROPERTY: u16 = 0x7fff;

/// Whether a file with this brand has pictures before anything else.
pub(crate) fn is_brand(brand: [u8; 4]) -> bool {
    is_avif(brand)
        || [
            *b"heic", *b"heix", *b"hevc", *b"heim", *b"heis", *b"mif1", *b"msf1",
        ]
        .contains(&brand)
}

fn is_avif(brand: [u8; 4]) -> bool {
    [*b"avif", *b"avis"].contains(&brand)
}

/// Reads the facts of a picture.
pub(crate) async fn read(input: &mut Input, facts: &mut Facts) -> Result<(), Reason> {
    let mut boxes = Boxes::within(input.whole());
    while let Some(found) = boxes.next(input).await? {
        match &found.kind {
            b"ftyp" => {
                let brands = input.read(found.body.first(LIST_BYTES)).await?;
                let (brands, _) = brands.as_chunks();
                if brands.iter().any(|brand| is_avif(*brand)) {
                    facts.container = Container::Avif;
                }
            }
            b"meta" => {
                facts.size = size(input, found.body.after(4)).await?;
                return facts.size.map(drop).ok_or(Reason::Damaged);
            }
            _ => {}
        }
    }
    Err(Reason::Damaged)
}

/// Returns the size of the first picture, as it is shown.
async fn size(input: &mut Input, meta: Span) -> Result<Option<Size>, Reason> {
    let first = match boxes::find(input, meta, b"pitm").await? {
        Some(body) => {
            let (version, _, mut fields) = boxes::full(input, body, 4).await?;
            item(version == 0, &mut fields).unwrap_or_default()
        }
        None => return Ok(None),
    };
    let Some(all) = boxes::find(input, meta, b"iprp").await? else {
        return Ok(None);
    };
    let numbers = match boxes::find(input, all, b"ipma").await? {
        Some(body) => {
            let (version, flags, fields) = boxes::full(input, body, LIST_BYTES).await?;
            numbers(fields, first, version < 1, flags & 1 != 0).unwrap_or_default()
        }
        None => return Ok(None),
    };
    let Some(properties) = boxes::find(input, all, b"ipco").await? else {
        return Ok(None);
    };
    let (mut size, mut is_turned) = (None, false);
    let mut boxes = Boxes::within(properties);
    for number in 1..=PROPERTY {
        let Some(found) = boxes.next(input).await? else {
            break;
        };
        match &found.kind {
            _ if !numbers.contains(&number) => {}
            b"ispe" => {
                let (_, _, mut fields) = boxes::full(input, found.body, 8).await?;
                let sides = fields.u32().zip(fields.u32());
                size = sides.and_then(|(width, height)| Size::new(width, height));
            }
            b"irot" => {
                let [angle] = input.array(found.body.start).await?;
                is_turned = angle & 1 != 0;
            }
            _ => {}
        }
    }
    Ok(size.map(|size| if is_turned { size.turned() } else { size }))
}

/// Takes the number of a picture.
fn item(is_short: bool, fields: &mut Bytes<'_>) -> Option<u32> {
    if is_short {
        fields.u16().map(u32::from)
    } else {
        fields.u32()
    }
}

/// Returns the numbers of the properties that a picture has.
fn numbers(mut fields: Bytes<'_>, wanted: u32, is_short: bool, is_wide: bool) -> Option<Vec<u16>> {
    let items = fields.u32()?;
    for _ in 0..items {
        let item = item(is_short, &mut fields)?;
        let count = fields.u8()?;
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(if is_wide {
                fields.u16()? & PROPERTY
            } else {
                u16::from(fields.u8()? & 0x7f)
            });
        }
        if item == wanted {
            return Some(numbers);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_by_picture() {
        let short = b"\0\0\0\x02\0\x01\x01\x81\0\x02\x02\x03\x84";
        let wide = b"\0\0\0\x01\0\0\0\x02\x02\x80\x03\x01\x04";
        for (bytes, wanted, is_short, is_wide, expected) in [
            (&short[..], 1, true, false, Some([1].to_vec())),
            (short, 2, true, false, Some([3, 4].to_vec())),
            (short, 3, true, false, None),
            (wide, 2, false, true, Some([3, 0x104].to_vec())),
            (b"\xff\xff\xff\xff", 0, true, true, None),
        ] {
            let found = numbers(Bytes::new(bytes), wanted, is_short, is_wide);
            assert_eq!(found, expected, "{bytes:x?} {wanted}");
        }
    }
}
