//! The kernel's errors in WASI's words.

use rustix::io::Errno;
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

use super::granted::{NOT_OPENED, OUTSIDE};

/// Whose fault it is must be told apart: what is not there, what may not be read, what the
/// process lacks, and what the disk does not give.
pub(crate) fn code(error: Errno) -> ErrorCode {
    match error {
        OUTSIDE | NOT_OPENED => ErrorCode::NotPermitted,
        Errno::ACCESS | Errno::PERM => ErrorCode::Access,
        Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOBUFS => ErrorCode::InsufficientMemory,
        Errno::NOENT => ErrorCode::NoEntry,
        Errno::NOTDIR => ErrorCode::NotDirectory,
        Errno::ISDIR => ErrorCode::IsDirectory,
        Errno::LOOP => ErrorCode::Loop,
        Errno::NAMETOOLONG => ErrorCode::NameTooLong,
        Errno::INVAL => ErrorCode::Invalid,
        Errno::BADF => ErrorCode::BadDescriptor,
        Errno::OVERFLOW | Errno::FBIG => ErrorCode::Overflow,
        // It waits for longer than anyone may be kept waiting, or for too much.
        Errno::TIMEDOUT | Errno::BUSY | Errno::AGAIN | Errno::INTR => ErrorCode::Busy,
        Errno::NODEV
        | Errno::NOMEDIUM
        | Errno::STALE
        | Errno::NOTCONN
        | Errno::SHUTDOWN
        | Errno::HOSTDOWN
        | Errno::HOSTUNREACH => ErrorCode::NoSuchDevice,
        _ => ErrorCode::Io,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_whose_fault_it_is() {
        let cases = [
            (Errno::XDEV, ErrorCode::NotPermitted),
            (Errno::NXIO, ErrorCode::NotPermitted),
            (Errno::ACCESS, ErrorCode::Access),
            (Errno::PERM, ErrorCode::Access),
            (Errno::MFILE, ErrorCode::InsufficientMemory),
            (Errno::NFILE, ErrorCode::InsufficientMemory),
            (Errno::NOMEM, ErrorCode::InsufficientMemory),
            (Errno::NOENT, ErrorCode::NoEntry),
            (Errno::NOTDIR, ErrorCode::NotDirectory),
            (Errno::LOOP, ErrorCode::Loop),
            (Errno::NAMETOOLONG, ErrorCode::NameTooLong),
            (Errno::IO, ErrorCode::Io),
            // ext4 and Btrfs have these for what they find broken.
            (Errno::BADMSG, ErrorCode::Io),
            (Errno::UCLEAN, ErrorCode::Io),
            (Errno::STALE, ErrorCode::NoSuchDevice),
            (Errno::NOTCONN, ErrorCode::NoSuchDevice),
            (Errno::TIMEDOUT, ErrorCode::Busy),
        ];
        for (error, expected) in cases {
            assert_eq!(
                format!("{:?}", code(error)),
                format!("{expected:?}"),
                "{error}"
            );
        }
    }
}
