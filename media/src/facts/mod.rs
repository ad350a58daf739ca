//! Facts that are found in a file.
//!
//! Places, serial numbers and names of owners are nowhere among them: no reader looks at them.

mod chapter;
mod container;
mod duration;
mod orientation;
mod picture;
mod size;
mod tags;
mod track;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

pub use chapter::Chapter;
pub use container::Container;
pub(crate) use duration::{longest, ticks};
pub use orientation::Orientation;
pub(crate) use picture::FRONT_COVER;
pub use picture::{Picture, PictureType};
pub use size::Size;
pub(crate) use tags::Tag;
pub use tags::{Place, Tags};
pub use track::{Kind, Track};

use crate::input::Reason;
use crate::limits::{CHAPTERS, TRACKS};

/// Facts that a file tells of itself. Everything but the container may be unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The format of the file.
    pub container: Container,
    /// The time that it plays.
    pub duration: Option<Duration>,
    /// Width and height of the picture or of the first film.
    pub size: Option<Size>,
    /// Title, artist, album and the like.
    pub tags: Tags,
    /// Films, sounds and subtitles, in the order of the file.
    pub tracks: Vec<Track>,
    /// Chapters, in the order of the file.
    pub chapters: Vec<Chapter>,
    /// The picture of the film or album, inside the file.
    pub cover: Option<Picture>,
    /// A small version of a photo, inside the file.
    pub thumbnail: Option<Picture>,
    /// Turn that shows a photo upright.
    pub orientation: Option<Orientation>,
    /// Time at which a photo was taken, as `2026-11-28T09:30:00` in the time of its place.
    pub taken: Option<String>,
    /// Reason why there may be more than is said here.
    pub cut: Option<Reason>,
}

impl Facts {
    /// Returns every text in them, in no order that means anything.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let tags = &self.tags;
        let titles = [
            &tags.title,
            &tags.artist,
            &tags.album,
            &tags.album_artist,
            &self.taken,
        ];
        let tracks = self
            .tracks
            .iter()
            .flat_map(|track| [&track.codec, &track.language, &track.name]);
        let chapters = self.chapters.iter().map(|chapter| &chapter.title);
        titles.into_iter().chain(tracks).chain(chapters).flatten()
    }

    /// Returns those of a file of which nothing but the container is known.
    #[must_use]
    pub const fn new(container: Container) -> Self {
        Self {
            container,
            duration: None,
            size: None,
            tags: Tags::none(),
            tracks: Vec::new(),
            chapters: Vec::new(),
            cover: None,
            thumbnail: None,
            orientation: None,
            taken: None,
            cut: None,
        }
    }

    /// Adds a track, up to the limit.
    pub(crate) fn add_track(&mut self, track: Track) {
        if self.tracks.len() < TRACKS {
            self.tracks.push(track);
        }
    }

    /// Adds a chapter, up to the limit.
    pub(crate) fn add_chapter(&mut self, chapter: Chapter) {
        if self.chapters.len() < CHAPTERS {
            self.chapters.push(chapter);
        }
    }
}

#[cfg(test)]
mod tests;
