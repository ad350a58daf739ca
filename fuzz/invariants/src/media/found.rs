//! What is found is within its limits.

use media::Facts;
use media::facts::Picture;
use media::limits::{CHAPTERS, DURATION_SECONDS, SIDE_PIXELS, TEXT_BYTES, TRACKS};

use super::reading::Reading;

/// Longest tag of a language (BCP 47), and longest name of a codec.
const LANGUAGE_BYTES: usize = 35;

pub(super) fn check(reading: &Reading, length: u64) {
    let Ok(facts) = &reading.end else {
        return;
    };
    check_numbers(facts);
    check_texts(facts);
    for picture in [facts.cover, facts.thumbnail].into_iter().flatten() {
        check_picture(picture, length);
    }
}

fn check_numbers(facts: &Facts) {
    let longest = facts
        .duration
        .is_none_or(|it| it.as_secs() <= DURATION_SECONDS && !it.is_zero());
    assert!(longest, "{:?}", facts.duration);
    if let Some(size) = facts.size {
        let sides = [size.width, size.height];
        assert!(
            sides.iter().all(|side| (1..=SIDE_PIXELS).contains(side)),
            "{size:?}"
        );
    }
    assert!(
        facts.tracks.len() <= TRACKS,
        "{} tracks",
        facts.tracks.len()
    );
    assert!(
        facts.chapters.len() <= CHAPTERS,
        "{} chapters",
        facts.chapters.len()
    );
    assert!(
        facts
            .orientation
            .is_none_or(|it| (1..=8).contains(&it.number()))
    );
    for place in [facts.tags.track, facts.tags.disc].into_iter().flatten() {
        assert!(place.number > 0 && place.of != Some(0), "{place:?}");
    }
}

fn check_texts(facts: &Facts) {
    for text in facts.texts() {
        assert!((1..=TEXT_BYTES).contains(&text.len()), "{text:?}");
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    for codec in facts
        .tracks
        .iter()
        .filter_map(|track| track.codec.as_deref())
    {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        assert!(codec.bytes().all(is_plain), "{codec:?}");
    }
    for language in facts
        .tracks
        .iter()
        .filter_map(|track| track.language.as_deref())
    {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        assert!(
            language.len() <= LANGUAGE_BYTES && language.bytes().all(is_plain),
            "{language:?}"
        );
    }
}

fn check_picture(picture: Picture, length: u64) {
    let end = picture.span.start.checked_add(picture.span.length);
    assert!(
        end.is_some_and(|end| end <= length),
        "{picture:?} of {length}"
    );
}
