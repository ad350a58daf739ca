//! Where the component comes from.

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

    /// Reads it again while serving: only a regular file, because to open or to read
    /// anything else may wait without end.
    pub(crate) fn read_again(component: Option<&Path>) -> anyhow::Result<Self> {
        Self::opened(component, |path| {
            let file = open_without_waiting(path)?;
            match file.metadata()?.is_file() {
                true => Ok(file),
                false => Err(io::Error::other("it is no regular file")),
            }
        })
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
    let most = Program::MAX_BYTES as u64;
    let mut component = Vec::new();
    // One byte more shows that it is too large, which the library reports.
    let read = open(path).and_then(|file| {
        file.take(most.saturating_add(1))
            .read_to_end(&mut component)
    });
    read.with_context(|| format!("cannot read {}", printable(path.display())))?;
    Ok(component)
}

/// Opens a file for reading. A FIFO would wait for a writer otherwise.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}
