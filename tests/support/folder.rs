//! A directory to serve, removed when the test is over.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::Random;

/// A temporary directory. Names may contain directories, which are created.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self::within(std::env::temp_dir())
    }

    /// Creates it on the file system of `parent`.
    pub fn within(parent: impl AsRef<Path>) -> Self {
        let mut builder = tempfile::Builder::new();
        Self(builder.prefix("porthole-").tempdir_in(parent).unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns the path of `name`, and creates its parent directories.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    pub fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Creates a file of `length` zeros that takes no disk space.
    pub fn sparse(&self, name: impl AsRef<Path>, length: u64) -> PathBuf {
        let path = self.join(name);
        File::create(&path).unwrap().set_len(length).unwrap();
        path
    }

    pub fn folder(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Creates a symbolic link. `target` is written into the link as it is.
    pub fn link(&self, name: impl AsRef<Path>, target: impl AsRef<Path>) -> PathBuf {
        let path = self.join(name);
        std::os::unix::fs::symlink(target, &path).unwrap();
        path
    }

    /// Creates a named pipe that no one writes to.
    pub fn fifo(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.join(name);
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
        path
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        self.path()
    }
}

/// Returns pseudo-random bytes, so that no two positions look alike.
pub fn noise(length: usize) -> Vec<u8> {
    let mut random = Random::new(0);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&random.next().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
