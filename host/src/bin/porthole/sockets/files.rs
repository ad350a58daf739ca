//! The files of Unix sockets that a confined process cannot remove.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use porthole::Place;

use super::Endpoint;

/// The files that were made for Unix sockets.
pub(crate) struct SocketFiles(Vec<(PathBuf, Identity)>);

impl SocketFiles {
    pub(super) fn of<'e>(endpoints: impl Iterator<Item = &'e Endpoint>) -> Self {
        let made = endpoints.filter(|endpoint| !endpoint.is_handed_down);
        let files = made.filter_map(|endpoint| match &endpoint.place {
            Place::Unix { path, .. } => Some((path.clone(), identity(path)?)),
            _ => None,
        });
        Self(files.collect())
    }

    /// Returns a line for each file that is still there.
    pub(crate) fn left_behind(&self) -> impl Iterator<Item = String> {
        let same = self
            .0
            .iter()
            .filter(|(path, made)| identity(path) == Some(*made));
        same.map(|(path, _)| {
            let path = path.display();
            format!("unix:{path} stays, because a confined process removes no file; the next start replaces it")
        })
    }
}

/// File system, number and time of a file.
type Identity = (u64, u64, i64, i64);

fn identity(path: &Path) -> Option<Identity> {
    let found = fs::symlink_metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.mtime(), found.mtime_nsec()))
}
