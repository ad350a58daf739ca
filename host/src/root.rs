//! The one directory, or the one file, that is granted.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// An open directory or regular file. The component never sees its path.
#[derive(Debug)]
pub struct Root {
    path: PathBuf,
    /// Absolute path as it was given, with its symbolic links.
    #[cfg(target_os = "linux")]
    given: PathBuf,
    file: File,
    kind: Kind,
}

/// Kind of a [`Root`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A directory: everything below it can be read.
    Directory,
    /// A regular file: it alone can be read, not the directory that contains it.
    File,
}

impl Root {
    /// Opens `path` for reading. Symbolic links in `path` are followed here, once. Below
    /// a granted directory, no symbolic link leads outside.
    ///
    /// # Errors
    /// [`Error::Root`] when it is missing, unreadable, or neither a directory nor a
    /// regular file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        open(path).map_err(|source| Error::Root {
            path: path.to_owned(),
            source,
        })
    }

    /// Does the same as [`Root::open`] for a path that must lead to this kind.
    ///
    /// # Errors
    /// [`Error::Root`], as for [`Root::open`], and when it is of the other kind.
    pub fn open_as(path: impl AsRef<Path>, kind: Kind) -> Result<Self, Error> {
        let root = Self::open(&path)?;
        let other = match kind {
            _ if root.kind == kind => return Ok(root),
            Kind::Directory => io::Error::new(io::ErrorKind::NotADirectory, "it is a file"),
            Kind::File => io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"),
        };
        Err(Error::Root {
            path: path.as_ref().to_owned(),
            source: other,
        })
    }

    /// Returns the path without symbolic links, for messages to people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether a directory or a file was granted.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the name that the component sees: the file's name, or `/` for a directory.
    pub(crate) fn name(&self) -> String {
        match (self.kind, self.path.file_name()) {
            (Kind::File, Some(name)) => name.to_string_lossy().into_owned(),
            _ => "/".to_owned(),
        }
    }

    /// Returns the paths by which symbolic links may name the root, the first without
    /// links.
    #[cfg(target_os = "linux")]
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        vec![self.path.clone(), self.given.clone()]
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(&self.file)
    }

    pub(crate) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

fn open(path: &Path) -> io::Result<Root> {
    // Before the process is confined to the root.
    #[cfg(target_os = "linux")]
    crate::mounts::open();
    #[cfg(target_os = "linux")]
    let given = std::path::absolute(path)?;
    let path = path.canonicalize()?;
    // Before opening, because opening a device may have side effects.
    kind(&path.metadata()?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // If a FIFO has taken its place by now, opening it must not wait for a writer.
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        // FILE_FLAG_BACKUP_SEMANTICS: without it a directory cannot be opened.
        options.custom_flags(0x0200_0000);
    }
    let file = options.open(&path)?;
    let kind = kind(&file.metadata()?)?;
    if kind == Kind::Directory {
        // Listing needs other rights than opening.
        path.read_dir()?;
    }
    Ok(Root {
        path,
        #[cfg(target_os = "linux")]
        given,
        file,
        kind,
    })
}

fn kind(metadata: &Metadata) -> io::Result<Kind> {
    match (metadata.is_dir(), metadata.is_file()) {
        (true, _) => Ok(Kind::Directory),
        (_, true) => Ok(Kind::File),
        _ => Err(io::Error::other(
            "it is neither a directory nor a regular file",
        )),
    }
}
