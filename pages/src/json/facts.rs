//! The facts of a film, a track or a picture as one object of JSON.
//!
//! What is not known has no key. Durations and starts are seconds, and a picture inside of
//! the file is a range of its bytes, which a client asks the file itself for.

use alloc::string::String;
use core::fmt::Write as _;
use core::time::Duration;

use media::Reason;
use media::facts::{Chapter, Facts, Picture, Place, Track};

use super::{ESCAPED_BYTES, write_string};

/// Most bytes of the object, of a track and of a chapter, besides their texts.
const OBJECT_BYTES: usize = 1_024;
const TRACK_BYTES: usize = 128;
const CHAPTER_BYTES: usize = 64;

/// The facts of a file, as an object and a line break.
#[derive(Clone, Copy, Debug)]
pub struct FactsObject<'f>(pub &'f Facts);

impl crate::Part for FactsObject<'_> {
    fn bound(&self) -> usize {
        let Self(facts) = self;
        let texts = facts
            .texts()
            .fold(0_usize, |sum, text| sum.saturating_add(text.len()));
        texts
            .saturating_mul(ESCAPED_BYTES)
            .saturating_add(facts.tracks.len().saturating_mul(TRACK_BYTES))
            .saturating_add(facts.chapters.len().saturating_mul(CHAPTER_BYTES))
            .saturating_add(OBJECT_BYTES)
    }

    fn write(&self, out: &mut String) {
        let Self(facts) = self;
        let mut object = Object::begin(out);
        object.text("container", Some(facts.container.name()));
        object.seconds("duration", facts.duration);
        object.number("width", facts.size.map(|size| size.width.into()));
        object.number("height", facts.size.map(|size| size.height.into()));
        write_tags(&mut object, facts);
        object.list("tracks", &facts.tracks, write_track);
        object.list("chapters", &facts.chapters, write_chapter);
        object.picture("cover", facts.cover);
        object.picture("thumbnail", facts.thumbnail);
        object.number(
            "orientation",
            facts.orientation.map(|it| it.number().into()),
        );
        object.text("taken", facts.taken.as_deref());
        object.text("incomplete", facts.cut.map(why));
        object.end();
        out.push('\n');
    }
}

fn write_tags(object: &mut Object<'_>, facts: &Facts) {
    let tags = &facts.tags;
    object.text("title", tags.title.as_deref());
    object.text("artist", tags.artist.as_deref());
    object.text("album", tags.album.as_deref());
    object.text("album_artist", tags.album_artist.as_deref());
    let numbers = |place: Option<Place>| {
        let of = place.and_then(|place| place.of);
        (place.map(|place| place.number.into()), of.map(u64::from))
    };
    let (track, tracks) = numbers(tags.track);
    let (disc, discs) = numbers(tags.disc);
    object.number("track", track);
    object.number("track_count", tracks);
    object.number("disc", disc);
    object.number("disc_count", discs);
    object.number("year", tags.year.map(u64::from));
}

fn write_track(track: &Track, object: &mut Object<'_>) {
    object.text("kind", Some(track.kind.name()));
    object.text("codec", track.codec.as_deref());
    object.text("language", track.language.as_deref());
    object.text("name", track.name.as_deref());
    object.flag("default", track.is_default);
    object.flag("forced", track.is_forced);
}

fn write_chapter(chapter: &Chapter, object: &mut Object<'_>) {
    object.seconds("start", Some(chapter.start));
    object.text("title", chapter.title.as_deref());
}

/// Returns in one word why there may be more facts.
const fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Unknown | Reason::Damaged => "damaged",
        Reason::Truncated => "truncated",
        Reason::TooManyBytes | Reason::TooManyReads | Reason::TooManySteps => "limit",
    }
}

/// An object that is being written.
struct Object<'o> {
    out: &'o mut String,
    is_first: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut String) -> Self {
        out.push('{');
        Self {
            out,
            is_first: true,
        }
    }

    fn end(self) {
        self.out.push('}');
    }

    fn key(&mut self, key: &str) {
        if !core::mem::replace(&mut self.is_first, false) {
            self.out.push(',');
        }
        // Writing to memory can't fail.
        let _ = write!(self.out, "\"{key}\":");
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            write_string(value, self.out);
        }
    }

    fn number(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.key(key);
            let _ = write!(self.out, "{value}");
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        let _ = write!(self.out, "{value}");
    }

    fn seconds(&mut self, key: &str, value: Option<Duration>) {
        if let Some(value) = value {
            self.key(key);
            let _ = write!(self.out, "{}.{:03}", value.as_secs(), value.subsec_millis());
        }
    }

    fn picture(&mut self, key: &str, picture: Option<Picture>) {
        if let Some(Picture { kind, span }) = picture {
            self.key(key);
            let mut object = Object::begin(self.out);
            object.text("media_type", Some(kind.media_type()));
            object.number("offset", Some(span.start));
            object.number("length", Some(span.length));
            object.end();
        }
    }

    /// Writes an array of objects, if there are any.
    fn list<T>(&mut self, key: &str, items: &[T], write: fn(&T, &mut Object<'_>)) {
        for (place, item) in items.iter().enumerate() {
            match place {
                0 => {
                    self.key(key);
                    self.out.push('[');
                }
                _ => self.out.push(','),
            }
            let mut object = Object::begin(self.out);
            write(item, &mut object);
            object.end();
        }
        if !items.is_empty() {
            self.out.push(']');
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use media::Span;
    use media::facts::{Container, Kind, Orientation, PictureType, Size, Tags};

    use super::*;

    fn object(facts: &Facts) -> String {
        let mut page = String::new();
        crate::append(&FactsObject(facts), &mut page);
        page
    }

    /// Facts of which everything is known, with a text in all places.
    fn all(text: &str) -> Facts {
        let text = || Some(String::from(text));
        let picture = Some(Picture {
            kind: PictureType::Jpeg,
            span: Span::new(u64::MAX, u64::MAX),
        });
        let place = Some(Place {
            number: u32::MAX,
            of: Some(u32::MAX),
        });
        let track = Track {
            kind: Kind::Subtitles,
            codec: text(),
            language: text(),
            name: text(),
            is_default: false,
            is_forced: false,
        };
        let chapter = Chapter {
            start: Duration::MAX,
            title: text(),
        };
        Facts {
            duration: Some(Duration::MAX),
            size: Some(Size {
                width: u32::MAX,
                height: u32::MAX,
            }),
            tags: Tags {
                title: text(),
                artist: text(),
                album: text(),
                album_artist: text(),
                track: place,
                disc: place,
                year: Some(u16::MAX),
            },
            tracks: Vec::from([track.clone(), track]),
            chapters: Vec::from([chapter.clone(), chapter]),
            cover: picture,
            thumbnail: picture,
            orientation: Orientation::of(8),
            taken: text(),
            cut: Some(Reason::TooManySteps),
            ..Facts::new(Container::QuickTime)
        }
    }

    #[test]
    fn what_is_not_known_has_no_key() {
        let facts = Facts::new(Container::Mp4);
        assert_eq!(object(&facts), "{\"container\":\"mp4\"}\n");
        let facts = Facts {
            duration: Some(Duration::from_millis(62_005)),
            tracks: Vec::from([Track {
                kind: Kind::Audio,
                codec: Some("opus".into()),
                language: None,
                name: None,
                is_default: true,
                is_forced: false,
            }]),
            ..facts
        };
        assert_eq!(
            object(&facts),
            "{\"container\":\"mp4\",\"duration\":62.005,\"tracks\":[{\"kind\":\"audio\",\
             \"codec\":\"opus\",\"default\":true,\"forced\":false}]}\n"
        );
    }

    #[test]
    fn no_object_is_longer_than_its_bound() {
        for text in ["", "\u{1}", "<script>", "\"\\\u{2028}", &"&".repeat(5_000)] {
            let object = object(&all(text));
            assert!(!object.contains(['<', '&', '\u{2028}']), "{object}");
        }
        let empty = Facts {
            chapters: Vec::new(),
            tracks: Vec::new(),
            ..all("")
        };
        object(&empty);
    }
}
