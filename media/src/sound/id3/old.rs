//! Tags of version 1: fields of fixed lengths in the last 128 bytes.

use crate::bytes::Bytes;
use crate::facts::{Facts, Tag};
use crate::text;

/// Bytes of the tag at the end of a file.
pub(crate) const OLD_BYTES: u64 = 128;

/// Reads the last bytes of a file, if they are a tag. What a tag of version 2 says is longer
/// and goes before it.
pub(crate) fn read_old(bytes: &[u8], facts: &mut Facts) -> Option<()> {
    let mut fields = Bytes::new(bytes);
    if fields.take(3)? != b"TAG" {
        return None;
    }
    for (tag, length) in [
        (Tag::Title, 30),
        (Tag::Artist, 30),
        (Tag::Album, 30),
        (Tag::Date, 4),
    ] {
        facts.tags.add(tag, text::latin_1(fields.take(length)?));
    }
    // Version 1.1 has the track at the end of the comment, behind a zero.
    if let [.., 0, track, _genre] = fields.rest() {
        facts.tags.add_place(Tag::Track, (*track).into(), 0);
    }
    Some(())
}
