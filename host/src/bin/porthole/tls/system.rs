//! What is the system's: files, permissions, names and folders.

use std::fs::{File, Metadata};
use std::io::{self, Write as _};
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

/// Whether every user of this machine can read a file.
#[cfg(unix)]
pub(super) fn is_readable_by_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.permissions().mode() & 0o004 != 0
}

/// Other systems have rights that are not in the metadata.
#[cfg(not(unix))]
pub(super) fn is_readable_by_others(_: &Metadata) -> bool {
    false
}

/// Writes a new file that nobody else can read.
pub(crate) fn write_secret(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text)
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
