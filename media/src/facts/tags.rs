//! Title, artist, album and the like.

use alloc::string::String;

use crate::text;

/// Texts and numbers that people wrote into a file about what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Name of the film or piece.
    pub title: Option<String>,
    /// Name of the one who made it.
    pub artist: Option<String>,
    /// Name of the album.
    pub album: Option<String>,
    /// Name of the one who made the album.
    pub album_artist: Option<String>,
    /// The place on its disc.
    pub track: Option<Place>,
    /// The place of its disc.
    pub disc: Option<Place>,
    /// Year in which it appeared.
    pub year: Option<u16>,
}

/// A place among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from one.
    pub number: u32,
    /// Number of all places.
    pub of: Option<u32>,
}

/// Subject of a tag. Each format has names of its own for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Title,
    Artist,
    Album,
    AlbumArtist,
    Track,
    Tracks,
    Disc,
    Discs,
    Date,
}

impl Tags {
    pub(crate) const fn none() -> Self {
        Self {
            title: None,
            artist: None,
            album: None,
            album_artist: None,
            track: None,
            disc: None,
            year: None,
        }
    }

    /// Adds a tag. The first one of its kind counts: the better ones are read first.
    pub(crate) fn add(&mut self, tag: Tag, text: Option<String>) {
        let Some(text) = text else {
            return;
        };
        let field = match tag {
            Tag::Title => &mut self.title,
            Tag::Artist => &mut self.artist,
            Tag::Album => &mut self.album,
            Tag::AlbumArtist => &mut self.album_artist,
            Tag::Track => return add_place(&mut self.track, &text),
            Tag::Disc => return add_place(&mut self.disc, &text),
            Tag::Tracks => return add_count(&mut self.track, &text),
            Tag::Discs => return add_count(&mut self.disc, &text),
            Tag::Date => return self.add_date(&text),
        };
        if field.is_none() {
            *field = Some(text);
        }
    }

    /// Adds a place among others.
    pub(crate) fn add_place(&mut self, tag: Tag, number: u32, of: u32) {
        let place = (number > 0).then_some(Place {
            number,
            of: (of > 0).then_some(of),
        });
        match tag {
            Tag::Track => self.track = self.track.or(place),
            Tag::Disc => self.disc = self.disc.or(place),
            _ => {}
        }
    }

    /// Adds the year that a date begins with.
    fn add_date(&mut self, text: &str) {
        let year = text::number(text).and_then(|year| u16::try_from(year).ok());
        self.year = self
            .year
            .or(year.filter(|year| (1000..=9999).contains(year)));
    }
}

/// Adds a place, as `3` or `3/12`.
fn add_place(place: &mut Option<Place>, text: &str) {
    let (number, of) = text.split_once('/').unwrap_or((text, ""));
    let new = text::number(number)
        .filter(|number| *number > 0)
        .map(|number| Place {
            number,
            of: text::number(of).filter(|of| *of > 0),
        });
    *place = place.or(new);
}

/// Adds how many there are to a place that is known.
fn add_count(place: &mut Option<Place>, text: &str) {
    if let Some(place) = place {
        place.of = place.of.or(text::number(text).filter(|of| *of > 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbers_and_counts() {
        for (text, expected) in [
            ("3", Some((3, None))),
            ("03/12", Some((3, Some(12)))),
            ("3/0", Some((3, None))),
            ("0", None),
            ("A3", None),
            ("/12", None),
        ] {
            let mut tags = Tags::default();
            tags.add(Tag::Track, Some(text.into()));
            let expected = expected.map(|(number, of)| Place { number, of });
            assert_eq!(tags.track, expected, "{text}");
        }
        let mut tags = Tags::default();
        tags.add(Tag::Discs, Some("2".into()));
        assert_eq!(tags.disc, None);
        tags.add_place(Tag::Disc, 1, 0);
        tags.add(Tag::Discs, Some("2".into()));
        assert_eq!(
            tags.disc,
            Some(Place {
                number: 1,
                of: Some(2)
            })
        );
    }

    #[test]
    fn the_first_of_a_kind_counts() {
        let mut tags = Tags::default();
        for text in ["a", "b"] {
            tags.add(Tag::Title, Some(text.into()));
        }
        tags.add(Tag::Title, None);
        assert_eq!(tags.title.as_deref(), Some("a"));
    }

    #[test]
    fn a_date_has_a_year() {
        for (text, expected) in [
            ("2021-03-04", Some(2021)),
            ("1999", Some(1999)),
            ("99", None),
            ("20210304", None),
            ("spring", None),
        ] {
            let mut tags = Tags::default();
            tags.add(Tag::Date, Some(text.into()));
            assert_eq!(tags.year, expected, "{text}");
        }
    }
}
