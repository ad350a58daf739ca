//! Parts of the system: files, names and folders.

use std::path::{Path, PathBuf};

use crate::options::{open_regular, read_bounded};

/// Most bytes of a file with a certificate or a key. A chain of four certificates has some
/// 8 KiB.
const MOST_BYTES: u64 = 1 << 20;

/// Reads a file with a certificate or a key.
///
/// # Errors
/// When it cannot be read, or is no regular file.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_bounded(path, MOST_BYTES, open_regular)
}

/// Returns the folder for what porthole keeps of this user, or of the service.
pub(super) fn state_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    // The first one is systemd's for a service; the next are those of the XDG base directories.
    let service = set("STATE_DIRECTORY");
    let own = || set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
    let windows = || set("LOCALAPPDATA");
    service.or_else(|| own().or_else(windows).map(|state| state.join("porthole")))
}

/// Returns the name of this machine.
#[cfg(unix)]
pub(super) fn host_name() -> Option<String> {
    let mut name = [0_u8; 256];
    let room = name.len().saturating_sub(1);
    // SAFETY: the buffer is longer than that by a byte, which stays NUL.
    let done = unsafe { libc::gethostname(name.as_mut_ptr().cast(), room) };
    let name = std::ffi::CStr::from_bytes_until_nul(&name).ok()?;
    let name = name.to_str().ok().filter(|name| !name.is_empty())?;
    (done == 0).then(|| name.to_owned())
}

/// Returns the name of this machine.
#[cfg(not(unix))]
pub(super) fn host_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
