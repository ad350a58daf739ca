//! Faults at a path, and the statuses that are then right.

use crate::host::ErrorCode;

/// Results of the operations at a path.
#[derive(Clone, Debug, Default)]
pub struct Fault {
    pub stat: Option<ErrorCode>,
    pub open: Option<ErrorCode>,
    /// Reading fails from this offset on.
    pub read: Option<(u64, ErrorCode)>,
    /// Listing fails after this number of entries.
    pub list: Option<(usize, ErrorCode)>,
    /// Nanoseconds that an operation takes.
    pub delay: u64,
}

/// Status of a response.
pub type Status = u16;

/// Returns the statuses that report an error as the client should know it.
pub fn statuses(code: &ErrorCode) -> &'static [Status] {
    match code {
        ErrorCode::Access => &[403],
        ErrorCode::InsufficientMemory => &[503],
        ErrorCode::Io => &[500],
        ErrorCode::NoEntry | ErrorCode::NotDirectory => &[404],
        // Out of the root, or opening is forbidden.
        ErrorCode::NotPermitted => &[403, 404],
        ErrorCode::Loop | ErrorCode::NameTooLong | ErrorCode::IllegalByteSequence => &[404, 400],
        // A name that this file system can't have, or a directory in the file's place.
        ErrorCode::Invalid | ErrorCode::IsDirectory => &[404, 500],
        // The status must be true: a file that exists is not "not found".
        _ => &[500, 503],
    }
}

/// Returns every error code of the file system's interface.
pub fn every() -> Vec<ErrorCode> {
    vec![
        ErrorCode::Access,
        ErrorCode::Already,
        ErrorCode::BadDescriptor,
        ErrorCode::Busy,
        ErrorCode::Deadlock,
        ErrorCode::Quota,
        ErrorCode::Exist,
        ErrorCode::FileTooLarge,
        ErrorCode::IllegalByteSequence,
        ErrorCode::InProgress,
        ErrorCode::Interrupted,
        ErrorCode::Invalid,
        ErrorCode::Io,
        ErrorCode::IsDirectory,
        ErrorCode::Loop,
        ErrorCode::TooManyLinks,
        ErrorCode::MessageSize,
        ErrorCode::NameTooLong,
        ErrorCode::NoDevice,
        ErrorCode::NoEntry,
        ErrorCode::NoLock,
        ErrorCode::InsufficientMemory,
        ErrorCode::InsufficientSpace,
        ErrorCode::NotDirectory,
        ErrorCode::NotEmpty,
        ErrorCode::NotRecoverable,
        ErrorCode::Unsupported,
        ErrorCode::NoTty,
        ErrorCode::NoSuchDevice,
        ErrorCode::Overflow,
        ErrorCode::NotPermitted,
        ErrorCode::Pipe,
        ErrorCode::ReadOnly,
        ErrorCode::InvalidSeek,
        ErrorCode::TextFileBusy,
        ErrorCode::CrossDevice,
        ErrorCode::Other(None),
    ]
}
