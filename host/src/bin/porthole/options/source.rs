//! The source of the component.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use porthole::{Program, printable};

use crate::compiler::Compiler;

/// The component to run, read but not compiled.
pub(crate) enum Source {
    BuiltIn,
    Component(Vec<u8>),
}

impl Source {
    /// Reads it for the first time. It may come out of a pipe.
    pub(crate) fn read(component: Option<&Path>) -> anyhow::Result<Self> {
        Self::opened(component, |path| File::open(path))
    }

    /// Reads it again while serving.
    pub(crate) fn read_again(component: Option<&Path>) -> anyhow::Result<Self> {
        Self::opened(component, open_regular)
    }

    fn opened(
        component: Option<&Path>,
        open: impl FnOnce(&Path) -> io::Result<File>,
    ) -> anyhow::Result<Self> {
        match component {
            None => Ok(Self::BuiltIn),
            Some(path) => read_component(path, open).map(Self::Component),
        }
    }

    /// Compiles it if it is not built in, with the compiler of [`Options::compiler`].
    pub(crate) fn program(&self, compiler: Option<&Compiler>) -> anyhow::Result<Program> {
        match (self, compiler) {
            (Self::BuiltIn, _) => Ok(Program::built_in()?),
            (Self::Component(component), Some(compiler)) => compiler.program(component),
            (Self::Component(_), None) => bail!("there is no compiler"),
        }
    }
}

/// Reads a component from the file that `open` returns.
///
/// # Errors
/// When it cannot be opened or read.
pub(crate) fn read_component(
    path: &Path,
    open: impl FnOnce(&Path) -> io::Result<File>,
) -> anyhow::Result<Vec<u8>> {
    // One byte more shows that it is too large, which the library reports.
    let most = (Program::MAX_BYTES as u64).saturating_add(1);
    read_bounded(path, most, open)
}

/// Reads at most so many bytes of the file that `open` returns.
///
/// # Errors
/// When it cannot be opened or read.
pub(crate) fn read_bounded(
    path: &Path,
    most: u64,
    open: impl FnOnce(&Path) -> io::Result<File>,
) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.with_context(|| format!("cannot read {}", printable(path.display())))?;
    Ok(bytes)
}

/// Opens a regular file for reading: to open or to read anything else may wait without end.
///
/// # Errors
/// When it cannot be opened, or is something else.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    // A FIFO would wait for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no regular file")),
    }
}
