//! What goes wrong at a path, and which answers are right then.

use crate::host::ErrorCode;

/// What operations at a path come to.
#[derive(Clone, Debug, Default)]
pub struct Fault {
    pub stat: Option<ErrorCode>,
    pub open: Option<ErrorCode>,
    /// From this offset on reading fails.
    pub read: Option<(u64, ErrorCode)>,
    /// After so many entries listing fails.
    pub list: Option<(usize, ErrorCode)>,
    /// Nanoseconds that an operation takes.
    pub delay: u64,
}

/// A status of an answer.
pub type Status = u16;

/// The statuses that say of an error what the client should know.
pub fn statuses(code: &ErrorCode) -> &'static [Status] {
    match code {
        ErrorCode::Access => &[403],
        ErrorCode::InsufficientMemory => &[503],
        ErrorCode::Io => &[500],
        ErrorCode::NoEntry | ErrorCode::NotDirectory => &[404],
        // Out of the root, or not to be opened.
        ErrorCode::NotPermitted => &[403, 404],
        ErrorCode::Loop | ErrorCode::NameTooLong | ErrorCode::IllegalByteSequence => &[404, 400],
        // Of a name that this file system can't have, or of a folder in the file's place.
        ErrorCode::Invalid | ErrorCode::IsDirectory => &[404, 500],
        // Never what is not so: a file that is there is not "not found".
        _ => &[500, 503],
    }
}

/// Every error that the file system's interface can say.
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
