//! Pictures that stand for other files, by the names that Kodi, Jellyfin and Plex use.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::entries::Entry;
use crate::entries::file_kind::FileKind;
use crate::entries::file_name::stem;
use crate::limits::OWN_PICTURE_BYTES;

/// Names of the picture of a directory, best first.
const DIRECTORY_NAMES: [&str; 6] = ["poster", "folder", "cover", "default", "front", "albumart"];

/// Endings of the stem of a picture that belongs to a file, best first.
const ENDINGS: [&str; 4] = ["-poster", "-thumb", "-cover", ""];

/// Endings of the name of a file that belongs to another and is no picture.
const SIDE_FILES: [&str; 7] = [".srt", ".vtt", ".ass", ".ssa", ".sub", ".idx", ".nfo"];

/// An index of the images of a list, by their stems.
#[derive(Debug, Default)]
pub struct Pictures {
    /// Positions of images, in the order of [`compare`] of their stems.
    images: Vec<u32>,
}

/// Bytes that [`Pictures`] takes for each entry.
pub const WEIGHT: usize = size_of::<u32>();

impl Pictures {
    /// Whether an entry belongs into the index.
    #[must_use]
    pub fn has(entry: &Entry) -> bool {
        FileKind::of(entry) == FileKind::Image
    }

    /// Orders the images at two positions.
    #[must_use]
    pub fn compare(entries: &[Entry], a: u32, b: u32) -> Ordering {
        let stem_at = |at: u32| name_at(entries, at).map_or("", stem);
        compare(stem_at(a).bytes(), stem_at(b).bytes())
    }

    /// Creates the index of images in the order of [`Pictures::compare`].
    #[must_use]
    pub fn of_sorted(images: Vec<u32>) -> Self {
        Self { images }
    }

    #[cfg(test)]
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let images = entries
            .iter()
            .zip(0..)
            .filter(|(entry, _)| Self::has(entry));
        let mut images: Vec<u32> = images.map(|(_, at)| at).collect();
        images.sort_by(|a, b| Self::compare(entries, *a, *b));
        Self::of_sorted(images)
    }

    /// Returns the name of the image that stands for a file: a picture with its name, or
    /// the file itself if it is a small image.
    #[must_use]
    pub fn of_file<'e>(
        &self,
        entries: &'e [Entry],
        entry: &'e Entry,
        kind: FileKind,
    ) -> Option<&'e str> {
        match (kind, entry.size()) {
            (FileKind::Image, Some(size)) => {
                stands_for_itself(&entry.name, size).then_some(&*entry.name)
            }
            (kind, _) if kind.plays() => {
                let stem = stem(&entry.name);
                let mut endings = ENDINGS.into_iter();
                endings.find_map(|ending| self.find(entries, stem, ending))
            }
            _ => None,
        }
    }

    /// Returns the name of the image that stands for the directory of these entries.
    #[must_use]
    pub fn of_directory<'e>(&self, entries: &'e [Entry]) -> Option<&'e str> {
        let mut names = DIRECTORY_NAMES.into_iter();
        names.find_map(|name| self.find(entries, name, ""))
    }

    /// Returns the name of the image beside a file that stands for it: a picture with its
    /// name, or for a track and for the only film of a directory, the one of the directory.
    #[must_use]
    pub fn beside<'e>(
        &self,
        entries: &'e [Entry],
        entry: &'e Entry,
        is_only_film: bool,
    ) -> Option<&'e str> {
        let kind = FileKind::of(entry);
        let own = || self.of_file(entries, entry, kind);
        let has_directory = kind == FileKind::Audio || kind == FileKind::Video && is_only_film;
        let of_directory = || has_directory.then(|| self.of_directory(entries)).flatten();
        kind.plays().then(|| own().or_else(of_directory)).flatten()
    }

    /// Whether an entry only belongs to another: a poster, subtitles, a description.
    #[must_use]
    pub fn is_side_file(entry: &Entry, kind: FileKind) -> bool {
        if entry.is_directory() {
            return false;
        }
        let name = &*entry.name;
        let has_ending = |ending: &str| ends_with(name, ending);
        let stem = stem(name);
        let is_poster = || {
            DIRECTORY_NAMES
                .iter()
                .any(|name| stem.eq_ignore_ascii_case(name))
                || ENDINGS
                    .iter()
                    .any(|ending| !ending.is_empty() && ends_with(stem, ending))
        };
        SIDE_FILES.into_iter().any(has_ending) || kind == FileKind::Image && is_poster()
    }

    /// Returns the name of the image whose stem is `stem` and `ending`, whatever the case
    /// of ASCII letters.
    fn find<'e>(&self, entries: &'e [Entry], wanted: &str, ending: &str) -> Option<&'e str> {
        let wanted = || wanted.bytes().chain(ending.bytes());
        let place = self.images.binary_search_by(|at| {
            let stem = name_at(entries, *at).map_or("", stem);
            compare(stem.bytes(), wanted())
        });
        let at = self.images.get(place.ok()?)?;
        let name = name_at(entries, *at)?;
        is_shown_by_browsers(name).then_some(name)
    }
}

/// Whether an image is small enough to be shown in a list as it is, and every browser can
/// decode it.
#[must_use]
pub fn stands_for_itself(name: &str, size: u64) -> bool {
    let is_image = FileKind::of_name(name) == FileKind::Image;
    is_image && size <= OWN_PICTURE_BYTES && is_shown_by_browsers(name)
}

fn name_at(entries: &[Entry], at: u32) -> Option<&str> {
    let at = usize::try_from(at).ok()?;
    entries.get(at).map(|entry| &*entry.name)
}

fn compare(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.map(lower).cmp(b.map(lower))
}

fn ends_with(name: &str, ending: &str) -> bool {
    let start = name.len().checked_sub(ending.len());
    let end = start.and_then(|start| name.as_bytes().get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
}

/// Whether all browsers can decode an image with this name.
fn is_shown_by_browsers(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        ".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg", ".avif", ".bmp", ".ico",
    ];
    ENDINGS.into_iter().any(|ending| ends_with(name, ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::Kind;

    fn entries(names: &[(&str, u64)]) -> Vec<Entry> {
        let entry = |(name, size): &(&str, u64)| Entry {
            name: (*name).into(),
            kind: Kind::File(Some(*size)),
            modified: None,
        };
        names.iter().map(entry).collect()
    }

    #[test]
    fn names_of_pictures() {
        let entries = entries(&[
            ("A.mkv", 9),
            ("a-Poster.JPG", 9),
            ("b.mp4", 9),
            ("b.png", 9),
            ("b-thumb.webp", 9),
            ("c.mp3", 9),
            ("c.txt", 9),
            ("d.flac", 9),
            ("d.heic", 9),
            ("Folder.jpg", 9),
            ("large.jpg", OWN_PICTURE_BYTES + 1),
            ("small.jpg", OWN_PICTURE_BYTES),
            ("small.tif", 9),
        ]);
        let pictures = Pictures::of(&entries);
        let cases = [
            ("A.mkv", Some("a-Poster.JPG"), false),
            ("b.mp4", Some("b-thumb.webp"), false),
            ("c.mp3", None, false),
            ("d.flac", None, false),
            ("a-Poster.JPG", Some("a-Poster.JPG"), true),
            ("b-thumb.webp", Some("b-thumb.webp"), true),
            ("c.txt", None, false),
            ("Folder.jpg", Some("Folder.jpg"), true),
            ("large.jpg", None, false),
            ("small.jpg", Some("small.jpg"), false),
            ("small.tif", None, false),
        ];
        for (name, picture, is_side_file) in cases {
            let entry = entries.iter().find(|entry| &*entry.name == name).unwrap();
            assert_eq!(
                pictures.of_file(&entries, entry, FileKind::of(entry)),
                picture,
                "{name}"
            );
            assert_eq!(
                Pictures::is_side_file(entry, FileKind::of(entry)),
                is_side_file,
                "{name}"
            );
        }
        assert_eq!(pictures.of_directory(&entries), Some("Folder.jpg"));
        // (name, whether it is the only film, picture)
        let cases = [
            ("A.mkv", true, Some("a-Poster.JPG")),
            ("none.mkv", false, None),
            ("none.mkv", true, Some("Folder.jpg")),
            ("c.mp3", false, Some("Folder.jpg")),
            ("small.jpg", true, None),
            ("c.txt", true, None),
        ];
        for (name, is_only_film, picture) in cases {
            let entry = Entry {
                name: name.into(),
                kind: Kind::File(None),
                modified: None,
            };
            let found = pictures.beside(&entries, &entry, is_only_film);
            assert_eq!(found, picture, "{name}");
        }
        assert_eq!(Pictures::default().of_directory(&[]), None);
    }
}
