//! Counts of the entries of a directory.

use crate::entries::Entry;
use crate::entries::file_kind::FileKind;
use crate::entries::picture::Pictures;
use crate::view::Content;

/// Counts of a directory's entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Number of directories.
    pub folders: usize,
    /// Number of files.
    pub files: usize,
    /// Bytes of all files; `None` if the sizes were not asked for.
    pub bytes: Option<u64>,
    images: usize,
    videos: usize,
    tracks: usize,
    side_files: usize,
    posters: usize,
    stills: usize,
}

impl Summary {
    /// Returns the counts of no entries.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: Some(0),
            ..Self::default()
        }
    }

    /// Adds an entry of a list, which is of this kind.
    pub fn add(&mut self, entry: &Entry, kind: FileKind, entries: &[Entry], pictures: &Pictures) {
        let count = |number: &mut usize, is: bool| *number = number.saturating_add(is.into());
        if entry.is_directory() {
            return count(&mut self.folders, true);
        }
        let size = entry.size().unwrap_or(0);
        self.bytes = self.bytes.map(|bytes| bytes.saturating_add(size));
        let is_side_file = Pictures::is_side_file(entry, kind);
        count(&mut self.files, true);
        count(&mut self.side_files, is_side_file);
        count(&mut self.images, kind == FileKind::Image && !is_side_file);
        count(&mut self.tracks, kind == FileKind::Audio);
        count(&mut self.videos, kind == FileKind::Video);
        if kind == FileKind::Video
            && let Some(picture) = pictures.of_file(entries, entry, kind)
        {
            let is_still = crate::entries::file_name::stem(picture).ends_with("-thumb");
            count(&mut self.stills, is_still);
            count(&mut self.posters, !is_still);
        }
    }

    /// Returns what most files are, side files aside.
    #[must_use]
    pub fn content(&self) -> Content {
        let files = self.files.saturating_sub(self.side_files);
        let are_most = |number: usize| number.saturating_mul(2) > files;
        if are_most(self.images) {
            Content::Pictures
        } else if are_most(self.videos)
            && self.posters.saturating_add(self.stills).saturating_mul(2) >= self.videos
        {
            Content::Films
        } else if are_most(self.tracks) {
            Content::Tracks
        } else {
            Content::Others
        }
    }

    /// Whether most films have a picture of a scene rather than a poster.
    #[must_use]
    pub fn has_stills(&self) -> bool {
        self.stills.saturating_mul(2) > self.videos
    }

    /// Returns the number of files that only belong to others.
    #[must_use]
    pub fn side_files(&self) -> usize {
        self.side_files
    }

    /// Whether there is no entry at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.folders == 0 && self.files == 0
    }

    /// Whether all files are pictures, or all are tracks.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        self.files == self.images || self.files == self.tracks
    }

    /// Whether there is a picture to look at.
    #[must_use]
    pub fn has_images(&self) -> bool {
        self.images > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::Kind;
    use alloc::vec::Vec;

    #[test]
    fn the_content_is_what_most_files_are() {
        let cases: &[(&[&str], Content)] = &[
            (&[], Content::Others),
            (&["a.jpg", "b.jpg", "c.txt"], Content::Pictures),
            (&["a.jpg", "b.txt"], Content::Others),
            (&["a.mkv", "a-poster.jpg", "a.srt"], Content::Films),
            (&["a.mkv", "b.mkv", "c.mkv"], Content::Others),
            (
                &["a.flac", "b.flac", "cover.jpg", "album.nfo"],
                Content::Tracks,
            ),
            (&["a.flac", "a.mkv", "a.jpg"], Content::Others),
        ];
        for (names, expected) in cases {
            let entry = |name: &&str| Entry {
                name: (*name).into(),
                kind: Kind::File(Some(1)),
                modified: None,
            };
            let entries: Vec<_> = names.iter().map(entry).collect();
            let pictures = Pictures::of(&entries);
            let mut summary = Summary::new();
            for entry in &entries {
                summary.add(entry, FileKind::of(entry), &entries, &pictures);
            }
            assert_eq!(summary.content(), *expected, "{names:?}");
            assert_eq!(summary.bytes, Some(names.len() as u64));
        }
    }
}
