//! Reasons why a path is not served: the status for the client, and the text for the log.

use core::fmt;

use auth::link::Refused;
use h1::status::Status;
use pages::json::CutError;
use pages::view::QueryError;

use crate::bindings::wasi::filesystem::types::ErrorCode;
use crate::limits::LISTING_ENTRIES;

/// A reason, whether client or server is at fault. Its text is for the log alone, and
/// [`Reason::advice`] is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    // 400
    /// The query has a `limit` that is no number from 1 on.
    NoLimit,
    /// The query has an `after` that is no place of the list.
    NoPlace,
    // 404: for a client, nothing exists at the path.
    NoEntry,
    Hidden,
    /// The path is a file, and the target ends in a slash.
    NotDirectory,
    NotRegular,
    LeadsOut,
    TooManyLinks,
    NameTooLong,
    /// The path is a directory, and `--no-listing` is given.
    NoListing,
    /// The query asks for an archive, and `--no-archive` is given.
    NoArchive,
    /// The query asks for a form of a directory that does not exist.
    NoForm,
    /// No picture stands for the file.
    NoPicture,
    /// The file has changed since the address was made, or while it was read.
    OtherVersion,
    // 401
    /// It is for others than whoever asks.
    Closed,
    // 403
    /// A link that expires does not open it.
    Link(Refused),
    NoPermission,
    /// The tree below a directory is too large for one playlist.
    TreeTooLarge,
    /// It is too large for one archive.
    ArchiveTooLarge,
    // 503: the next request may succeed.
    Exhausted,
    Busy,
    RootGone,
    /// The directory has more than [`LISTING_ENTRIES`].
    TooManyEntries,
    /// The listing alone would take more memory than all listings may.
    ListingTooLarge,
    /// Other listings take the memory for this one.
    ListingsFull,
    /// A file or a directory of an archive was changed after the archive was begun.
    Changed,
    /// Other media of the folder were read in this second.
    ReadsSpent,
    // 500
    ReadFailed,
    EndedEarly,
    Unexplained,
}

impl Reason {
    /// Returns the status for the client.
    pub fn status(self) -> Status {
        match self {
            Self::NoLimit | Self::NoPlace => Status::BadRequest,
            Self::NoEntry
            | Self::Hidden
            | Self::NotDirectory
            | Self::NotRegular
            | Self::LeadsOut
            | Self::TooManyLinks
            | Self::NameTooLong
            | Self::NoListing
            | Self::NoArchive
            | Self::NoForm
            | Self::NoPicture
            | Self::OtherVersion => Status::NotFound,
            Self::Closed => Status::Unauthorized,
            Self::Link(_) | Self::NoPermission | Self::TreeTooLarge | Self::ArchiveTooLarge => {
                Status::Forbidden
            }
            Self::Exhausted
            | Self::Busy
            | Self::RootGone
            | Self::TooManyEntries
            | Self::ListingTooLarge
            | Self::ListingsFull
            | Self::Changed
            | Self::ReadsSpent => Status::ServiceUnavailable,
            Self::ReadFailed | Self::EndedEarly | Self::Unexplained => Status::InternalServerError,
        }
    }

    /// Returns what a client can do about it, if the status alone does not say it.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::NoLimit => Some("`limit` is a number from 1 on."),
            Self::NoPlace => Some(
                "`after` is not a place of a list in this order: take it from the field `Link`.",
            ),
            Self::TreeTooLarge => Some(
                "The tree below this folder is too large for one playlist. Ask for a folder below it.",
            ),
            Self::ArchiveTooLarge => {
                Some("This folder is too large for one archive. Ask for a folder below it.")
            }
            Self::NoPicture => Some("This file has no picture inside of it, and none beside it."),
            Self::OtherVersion => Some("The file has changed meanwhile: reload the page."),
            Self::Link(refused) => Some(refused.words()),
            _ => None,
        }
    }

    /// Returns why an open file or directory cannot be read. Whatever the code, it exists.
    pub fn of_reading(error: &ErrorCode) -> Self {
        match Self::from(error) {
            reason if reason.is_missing() => Self::ReadFailed,
            reason => reason,
        }
    }

    /// Whether nothing exists at the path, as opposed to something that can't be served.
    pub fn is_missing(self) -> bool {
        self.status() == Status::NotFound
    }

    /// Whether something may exist, but is not for whoever asks.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::Link(_))
    }

    /// Whether it has nothing to do with what was to be read, and the next request may succeed.
    pub fn is_of_the_server(self) -> bool {
        matches!(self, Self::Exhausted | Self::ListingsFull | Self::RootGone)
    }

    /// Whether the server or the machine is at fault. Such a reason is always logged.
    pub fn is_server_error(self) -> bool {
        self.status().code() >= 500
    }
}

impl From<&ErrorCode> for Reason {
    /// Maps WASI's codes as the host gives them (`host/src/disk/codes.rs`). An unexpected
    /// code counts as a fault of the server.
    fn from(error: &ErrorCode) -> Self {
        match error {
            ErrorCode::NoEntry
            | ErrorCode::NotDirectory
            | ErrorCode::IsDirectory
            // Names that this file system can't have.
            | ErrorCode::Invalid
            | ErrorCode::IllegalByteSequence => Self::NoEntry,
            ErrorCode::NotPermitted => Self::LeadsOut,
            ErrorCode::Loop => Self::TooManyLinks,
            ErrorCode::NameTooLong => Self::NameTooLong,
            ErrorCode::Access => Self::NoPermission,
            ErrorCode::InsufficientMemory => Self::Exhausted,
            ErrorCode::Busy | ErrorCode::Interrupted => Self::Busy,
            ErrorCode::Io | ErrorCode::NoDevice | ErrorCode::NoSuchDevice => Self::ReadFailed,
            _ => Self::Unexplained,
        }
    }
}

impl From<QueryError> for Reason {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Form => Self::NoForm,
            QueryError::Cut(CutError::Limit) => Self::NoLimit,
            QueryError::Cut(CutError::After) => Self::NoPlace,
        }
    }
}

impl From<archive::Error> for Reason {
    fn from(error: archive::Error) -> Self {
        use archive::Error;
        match error {
            Error::TooManyEntries | Error::TooManyNames | Error::PathTooLong | Error::TooLong => {
                Self::ArchiveTooLarge
            }
            // A directory that is changed while it is read may have a name twice.
            Error::OutOfOrder => Self::Changed,
            Error::NotAName | Error::NoDirectory => Self::Unexplained,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::TooManyEntries => {
                return write!(f, "the folder has more than {LISTING_ENTRIES} entries");
            }
            Self::ListingTooLarge => "the listing takes more memory than listings may",
            Self::ListingsFull => "other listings take the memory for this one",
            Self::ReadsSpent => "other media of its folder were read in this second",
            Self::NoLimit => "its query asks for a number of entries that is none",
            Self::NoPlace => "its query asks for a place that no list has",
            Self::NoEntry => "there is no such file",
            Self::Hidden => "a name in its path begins with a dot",
            Self::NotDirectory => "it is a file, and the target ends in a slash",
            Self::NotRegular => "it is no regular file",
            Self::LeadsOut => "it leads out of what is served",
            Self::TooManyLinks => "its links lead in a circle, or are too many",
            Self::NameTooLong => "a name in its path is too long",
            Self::NoListing => "it is a folder, and --no-listing is given",
            Self::NoArchive => "its query asks for an archive, and --no-archive is given",
            Self::NoForm => "its query asks for a form that does not exist",
            Self::NoPicture => "no picture stands for it",
            Self::OtherVersion => "it has changed meanwhile",
            Self::Closed => "it is for others",
            Self::Link(Refused::Malformed) => "its token is none that was made here",
            Self::Link(Refused::Wrong) => "its token was not signed for this",
            Self::Link(Refused::Expired) => "its token has expired",
            Self::Link(Refused::OtherPath) => "its token does not reach as far",
            Self::NoPermission => "the server has no permission to read it",
            Self::TreeTooLarge => "its tree is too large for one playlist",
            Self::ArchiveTooLarge => "it is too large for one archive",
            Self::Exhausted => "the process is short of descriptors or memory",
            Self::Busy => "the disk takes too long, or has too much to do",
            Self::RootGone => "what is served has been removed, or its disk has gone",
            Self::Changed => "a file of the archive was changed meanwhile",
            Self::ReadFailed => "reading failed",
            Self::EndedEarly => "it ended earlier than announced",
            Self::Unexplained => "the file system failed in a way that WASI has no word for",
        };
        f.write_str(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_open_files_are_not_404() {
        for code in [
            ErrorCode::Invalid,
            ErrorCode::NoEntry,
            ErrorCode::IsDirectory,
        ] {
            assert_eq!(Reason::of_reading(&code), Reason::ReadFailed, "{code:?}");
        }
        let short = Reason::of_reading(&ErrorCode::InsufficientMemory);
        assert_eq!(short, Reason::Exhausted);
    }

    #[test]
    fn every_code_has_its_status() {
        let cases = [
            (ErrorCode::NoEntry, 404),
            (ErrorCode::NotDirectory, 404),
            (ErrorCode::Loop, 404),
            (ErrorCode::NameTooLong, 404),
            (ErrorCode::NotPermitted, 404),
            (ErrorCode::Access, 403),
            (ErrorCode::InsufficientMemory, 503),
            (ErrorCode::Busy, 503),
            (ErrorCode::Io, 500),
            (ErrorCode::NoSuchDevice, 500),
            (ErrorCode::Other(None), 500),
            (ErrorCode::Overflow, 500),
        ];
        for (code, status) in cases {
            let reason = Reason::from(&code);
            assert_eq!(reason.status().code(), status, "{code:?}");
            assert_eq!(reason.is_missing(), status == 404, "{code:?}");
            assert_eq!(reason.is_server_error(), status >= 500, "{code:?}");
        }
    }
}
