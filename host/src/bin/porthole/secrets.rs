//! Files that only the process may read: keys, and hashes of passwords.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;
use porthole::printable;

/// Checks that a file is not in what is served. `what` names it.
///
/// # Errors
/// When it is.
pub(crate) fn refuse_served(what: &str, file: &Path, served: &Path) -> anyhow::Result<()> {
    let Ok(served) = served.canonicalize() else {
        return Ok(());
    };
    if real(file).starts_with(&served) {
        bail!(
            "the {what} {} is in what is served, where anyone could read it: move it",
            printable(file.display())
        );
    }
    Ok(())
}

/// Returns a path without links, also if its last parts do not exist yet.
pub(crate) fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = |part: &Path| {
        let rest = whole.strip_prefix(part).ok()?;
        Some(part.canonicalize().ok()?.join(rest))
    };
    let real = whole.ancestors().find_map(existing);
    real.unwrap_or(whole)
}

/// Returns a line if everybody on this machine can read a file. `what` names it.
pub(crate) fn open_to_all(what: &str, file: &Path) -> Option<String> {
    let metadata = fs::metadata(file).ok()?;
    is_readable_by_others(&metadata).then(|| {
        let file = printable(file.display());
        format!("every user of this machine can read the {what}: chmod o-r {file}")
    })
}

/// Whether every user of this machine can read a file.
#[cfg(unix)]
fn is_readable_by_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.permissions().mode() & 0o004 != 0
}

/// Other systems have rights that are not in the metadata.
#[cfg(not(unix))]
fn is_readable_by_others(_: &Metadata) -> bool {
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
