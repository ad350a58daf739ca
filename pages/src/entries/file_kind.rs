//! The kinds of entries to people: a film, a picture, a folder.

use h1::representation::media_type;

use crate::entries::file_name::extension;
use crate::entries::{Entry, Kind};

/// The kind of an entry to people, by the media type of its name. In the order in which a list
/// that is sorted by kind has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FileKind {
    Directory,
    Video,
    Audio,
    Image,
    Text,
    Document,
    Archive,
    Other,
}

impl FileKind {
    /// Returns the kind of an entry.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        match entry.kind {
            Kind::Directory => Self::Directory,
            Kind::File(_) => Self::of_name(&entry.name),
        }
    }

    /// Returns the kind of a file with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let media_type = media_type::of(name);
        let essence = media_type.split(';').next().unwrap_or_default();
        match essence.split_once('/') {
            Some(("video", _)) => Self::Video,
            Some(("audio", "mpegurl" | "x-mpegurl" | "x-scpls")) => Self::Text,
            Some(("audio", _)) => Self::Audio,
            Some(("image", _)) => Self::Image,
            Some(("text", "html" | "rtf")) => Self::Document,
            Some(("text", _)) => Self::Text,
            Some(("application", subtype)) => Self::of_application(subtype),
            _ => Self::Other,
        }
    }

    fn of_application(subtype: &str) -> Self {
        const TEXTS: [&str; 5] = ["json", "xml", "sql", "x-sh", "x-httpd-php"];
        const ARCHIVES: [&str; 12] = [
            "zip",
            "gzip",
            "zstd",
            "x-tar",
            "x-7z-compressed",
            "x-bzip2",
            "x-xz",
            "vnd.rar",
            "x-iso9660-image",
            "java-archive",
            "vnd.debian.binary-package",
            "x-rpm",
        ];
        const DOCUMENTS: [&str; 8] = [
            "pdf",
            "epub+zip",
            "rtf",
            "msword",
            "vnd.ms-",
            "vnd.oasis.opendocument",
            "vnd.openxmlformats-officedocument",
            "vnd.comicbook",
        ];
        if TEXTS.contains(&subtype) || subtype.ends_with("+json") || subtype.ends_with("+xml") {
            Self::Text
        } else if ARCHIVES.contains(&subtype) {
            Self::Archive
        } else if DOCUMENTS.iter().any(|start| subtype.starts_with(start)) {
            Self::Document
        } else {
            Self::Other
        }
    }

    /// Returns the class of its row.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Directory => "dir",
            Self::Video => "vid",
            Self::Audio => "aud",
            Self::Image => "img",
            Self::Text => "txt",
            Self::Document => "doc",
            Self::Archive => "zip",
            Self::Other => "bin",
        }
    }

    /// Returns the icon of a file with this name and kind: prose is a sheet of paper, and
    /// source is not.
    #[must_use]
    pub fn icon(self, name: &str) -> &'static str {
        const PROSE: [&str; 11] = [
            "md", "txt", "log", "nfo", "srt", "vtt", "ass", "ssa", "sub", "adoc", "rst",
        ];
        let extension = extension(name);
        let is_prose = || PROSE.iter().any(|end| extension.eq_ignore_ascii_case(end));
        match self {
            Self::Text if is_prose() => "doc",
            kind => kind.class(),
        }
    }

    /// Returns the word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Text => "text",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Other => "other",
        }
    }

    /// Whether it has a length in time.
    #[must_use]
    pub fn plays(self) -> bool {
        matches!(self, Self::Video | Self::Audio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_name() {
        use FileKind::*;
        let cases = [
            ("film.mkv", Video),
            ("film.MP4", Video),
            ("song.flac", Audio),
            ("boat.jpg", Image),
            ("drawing.svg", Image),
            ("notes.md", Text),
            ("tide.rs", Text),
            ("data.json", Text),
            ("film.srt", Text),
            ("Makefile", Text),
            ("page.html", Document),
            ("paper.pdf", Document),
            ("book.epub", Document),
            ("sums.ods", Document),
            ("backup.tar.gz", Archive),
            ("a.zip", Archive),
            ("disk.iso", Archive),
            ("a.bin", Other),
            ("unknown", Other),
        ];
        for (name, expected) in cases {
            assert_eq!(FileKind::of_name(name), expected, "{name}");
        }
        for (name, icon) in [("a.MD", "doc"), ("a.rs", "txt"), ("a.mp4", "vid")] {
            assert_eq!(FileKind::of_name(name).icon(name), icon, "{name}");
        }
    }
}
