//! WASI's error codes for the kernel's errors.

use rustix::io::Errno;
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

use super::granted::{NOT_OPENED, OUTSIDE};

/// Returns the code for an error. The codes distinguish whose fault it is: a file that
/// does not exist, a file that may not be read, a resource that the process lacks, or a
/// disk that fails.
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
        // The question would take longer than anyone may wait, or too many questions
        // wait.
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
            // ext4 and Btrfs return these for corrupt data.
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
