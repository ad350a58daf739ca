//! The container of a file.

/// The container of a file: what it is, before anything inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Container {
    Aiff,
    Avif,
    Flac,
    Gif,
    Heic,
    Jpeg,
    Matroska,
    Mp3,
    Mp4,
    Ogg,
    Png,
    QuickTime,
    Wav,
    WebM,
    WebP,
}

impl Container {
    /// Returns its name in small letters, which are those of the usual file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aiff => "aiff",
            Self::Avif => "avif",
            Self::Flac => "flac",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Jpeg => "jpeg",
            Self::Matroska => "matroska",
            Self::Mp3 => "mp3",
            Self::Mp4 => "mp4",
            Self::Ogg => "ogg",
            Self::Png => "png",
            Self::QuickTime => "quicktime",
            Self::Wav => "wav",
            Self::WebM => "webm",
            Self::WebP => "webp",
        }
    }
}
