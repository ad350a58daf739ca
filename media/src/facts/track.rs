//! A track of a film or of a piece.

use alloc::string::String;

/// A film, a sound or subtitles in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its kind.
    pub kind: Kind,
    /// Its codec, as browsers are asked for it (RFC 6381).
    pub codec: Option<String>,
    /// Its language, as a tag of BCP 47 or a code of ISO 639.
    pub language: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// Whether a player begins with it.
    pub is_default: bool,
    /// Whether it is for signs and foreign words, and is shown even if nobody asks for it.
    pub is_forced: bool,
}

/// A kind of track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    Video,
    Audio,
    Subtitles,
}

impl Kind {
    /// Returns its name in small letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Subtitles => "subtitles",
        }
    }
}

impl Track {
    /// Returns one of which nothing but the kind is known.
    pub(crate) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            codec: None,
            language: None,
            name: None,
            is_default: true,
            is_forced: false,
        }
    }

    /// Returns the only track of a file of sound.
    pub(crate) fn sound(codec: &str) -> Self {
        Self {
            codec: Some(codec.into()),
            ..Self::new(Kind::Audio)
        }
    }
}
