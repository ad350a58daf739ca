//! Files that say what is not so.

use crate::support::Random;

/// Whole files of every format, which are then damaged.
const SEEDS: [&[u8]; 16] = [
    include_bytes!("../../../fuzz/seeds/media/aiff/tags.aiff"),
    include_bytes!("../../../fuzz/seeds/media/flac/cover.flac"),
    include_bytes!("../../../fuzz/seeds/media/gif/plain.gif"),
    include_bytes!("../../../fuzz/seeds/media/heif/plain.avif"),
    include_bytes!("../../../fuzz/seeds/media/jpeg/exif.jpg"),
    include_bytes!("../../../fuzz/seeds/media/matroska/cover.mka"),
    include_bytes!("../../../fuzz/seeds/media/matroska/h264.mkv"),
    include_bytes!("../../../fuzz/seeds/media/matroska/live.webm"),
    include_bytes!("../../../fuzz/seeds/media/mp3/cover.mp3"),
    include_bytes!("../../../fuzz/seeds/media/mp4/fragments.mp4"),
    include_bytes!("../../../fuzz/seeds/media/mp4/tags.mp4"),
    include_bytes!("../../../fuzz/seeds/media/ogg/tags.opus"),
    include_bytes!("../../../fuzz/seeds/media/ogg/theora.ogv"),
    include_bytes!("../../../fuzz/seeds/media/png/exif.png"),
    include_bytes!("../../../fuzz/seeds/media/wav/tags.wav"),
    include_bytes!("../../../fuzz/seeds/media/webp/exif.webp"),
];

/// Bytes of a file that is all heads of boxes, elements or pages.
const CROWDED_BYTES: usize = 1 << 20;

/// Heads whose repetition makes files that are all head, each after the start of a file.
const CROWDS: [(&[u8], &[u8]); 6] = [
    // Boxes of MP4 that have nothing in them, and boxes that hold all that follows.
    (
        b"\0\0\0\x10ftypisom\0\0\0\0\0\x10\0\0moov",
        b"\0\0\0\x08free",
    ),
    (b"\0\0\0\x10ftypisom\0\0\0\0", b"\0\0\0\0moov\0\0\0\0trak"),
    // Elements of Matroska without an end, and a list of places that leads to itself.
    (
        b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
        b"\xec\x80",
    ),
    (
        b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
        b"\x11\x4d\x9b\x74\x8e\x4d\xbb\x8b\x53\xab\x84\x11\x4d\x9b\x74\x53\xac\x81\x00",
    ),
    // Blocks of FLAC, and frames of a tag.
    (b"fLaC", b"\x01\0\0\0"),
    (b"ID3\x03\0\0\0\x3f\x7f\x7f", b"TIT2\0\0\0\x01\0\0\0"),
];

/// Returns one of a thousand files, the same in every run.
pub fn hostile(number: u64) -> Vec<u8> {
    let mut random = Random::new(number);
    let crowd = CROWDS
        .get((number / 8) as usize)
        .filter(|_| number.is_multiple_of(8));
    if let Some((start, head)) = crowd {
        let crowd = head.repeat(CROWDED_BYTES / head.len());
        return [*start, crowd.as_slice()].concat();
    }
    let mut file = SEEDS[(number % SEEDS.len() as u64) as usize].to_vec();
    for _ in 0..=random.below(0..6) {
        damage(&mut file, &mut random);
    }
    file
}

fn damage(file: &mut Vec<u8>, random: &mut Random) {
    let length = file.len() as u64;
    if length < 16 {
        return;
    }
    // Most of what a reader goes by stands near the start.
    let most = [64, 1_024, length][random.below(0..3) as usize].min(length);
    let at = random.below(0..most) as usize;
    let rest = &mut file[at..];
    match random.below(0..5) {
        // A size beyond every file.
        0 => rest.iter_mut().take(8).for_each(|byte| *byte = 0xff),
        1 => rest.iter_mut().take(8).for_each(|byte| *byte = 0),
        2 => rest[0] = random.next() as u8,
        3 => file.truncate(at),
        // The same part again, so that places lead elsewhere.
        _ => {
            let part = rest[..rest.len().min(200)].to_vec();
            let again = random.below(0..length) as usize;
            drop(file.splice(again..again, part));
        }
    }
}
