#![allow(clippy::arithmetic_side_effects, reason = "a panic fails the test")]

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use crate::facts::Kind;
use crate::input::Reason;
use crate::tests::{facts, page, read, read_long};

const FIRST: u8 = 2;
const NO_POSITION: u64 = u64::MAX;

fn opus(serial: u32) -> Vec<u8> {
    page(
        serial,
        FIRST,
        0,
        b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0",
        false,
    )
}

fn comments(comments: &[&[u8]]) -> Vec<u8> {
    let mut packet = b"OpusTags\x03\0\0\0abc".to_vec();
    packet.extend((comments.len() as u32).to_le_bytes());
    for comment in comments {
        packet.extend((comment.len() as u32).to_le_bytes());
        packet.extend(*comment);
    }
    packet
}

fn end(serial: u32, samples: u64) -> Vec<u8> {
    page(serial, 4, samples + 312, &[0; 600], false)
}

#[test]
fn tags_are_spread_over_pages() {
    let picture = [&b"METADATA_BLOCK_PICTURE="[..], &[b'A'; 3_000]].concat();
    let packet = comments(&[b"TITLE=One", &picture, b"ARTIST=Someone"]);
    for page_bytes in [255, 510, 2_550] {
        let parts: Vec<_> = packet.chunks(page_bytes).collect();
        let last = parts.len() - 1;
        let mut file = opus(1);
        for (index, part) in parts.into_iter().enumerate() {
            file.extend(page(1, 0, NO_POSITION, part, index < last));
            // Pages of another stream stand between.
            file.extend(page(2, 0, 9, b"other", false));
        }
        file.extend(end(1, 24_000));
        let facts = facts(&file);
        assert_eq!(facts.tags.title.as_deref(), Some("One"), "{page_bytes}");
        assert_eq!(
            facts.tags.artist.as_deref(),
            Some("Someone"),
            "{page_bytes}"
        );
        assert_eq!(facts.duration, Some(Duration::from_millis(500)));
        assert_eq!(facts.cut, None);
    }
}

#[test]
fn a_duration_is_by_the_last_page_that_has_a_position() {
    let tags = page(1, 0, 0, &comments(&[]), false);
    let open = page(1, 0, NO_POSITION, &[0; 255], true);
    let other = page(7, 0, 5, b"x", false);
    let not_a_page = b"OggS\x01".to_vec();
    for after in [vec![], open, other, not_a_page, vec![0; 9_000]] {
        let file = [opus(1), tags.clone(), end(1, 48_000), after].concat();
        assert_eq!(facts(&file).duration, Some(Duration::from_secs(1)));
    }
    // Behind more than the longest page nothing is looked for.
    let file = [opus(1), tags, end(1, 48_000)].concat();
    let reading = read_long(&file, 1 << 32);
    assert_eq!(reading.end.unwrap().duration, None);
    assert!(reading.spans.len() <= 3, "{:?}", reading.spans);
}

#[test]
fn films_have_a_size() {
    let theora = page(
        1,
        FIRST,
        0,
        b"\x80theora\x03\x02\x01\0\x14\0\x0f\0\x01\x40\0\0\xf0",
        false,
    );
    let mut tags = b"\x81theora".to_vec();
    tags.extend(&comments(&[b"TITLE=Film"])[8..]);
    let file = [
        theora,
        opus(2),
        page(1, 0, 0, &tags, false),
        page(2, 0, 0, &comments(&[]), false),
        end(2, 48_000),
    ]
    .concat();
    let facts = facts(&file);
    assert_eq!(
        facts.size.map(|size| (size.width, size.height)),
        Some((320, 240))
    );
    assert_eq!(
        facts.tracks.iter().map(|it| it.kind).collect::<Vec<_>>(),
        [Kind::Video, Kind::Audio]
    );
    assert_eq!(facts.tags.title.as_deref(), Some("Film"));
}

#[test]
fn damaged_files() {
    let endless = page(1, 0, 0, b"OpusTags\0\0\0\0\xff\xff\xff\xff", false);
    let long = page(1, 0, 0, b"OpusTags\xff\xff\xff\xff", false);
    for (file, expected) in [
        ([opus(1), endless].concat(), Ok(Some(Reason::Damaged))),
        ([opus(1), long].concat(), Ok(Some(Reason::Damaged))),
        ([opus(1), b"OggS".to_vec()].concat(), Err(Reason::Truncated)),
        ([opus(1), vec![0; 99]].concat(), Err(Reason::Damaged)),
        (opus(1), Err(Reason::Truncated)),
        (opus(1)[..20].to_vec(), Err(Reason::Truncated)),
    ] {
        assert_eq!(read(&file).map(|it| it.cut), expected, "{file:x?}");
    }
}
