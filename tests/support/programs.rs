//! Programs of other projects.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

/// A program, and the Debian package that installs it.
#[derive(Debug)]
pub struct Program {
    pub name: &'static str,
    pub package: &'static str,
    installer: &'static str,
}

impl Program {
    pub const fn new(name: &'static str, package: &'static str) -> Self {
        let installer = "apt install";
        Self {
            name,
            package,
            installer,
        }
    }

    /// Returns a package of npm, by the whole path of a file in it.
    pub const fn of_npm(file: &'static str, package: &'static str) -> Self {
        let installer = "npm ci --ignore-scripts --prefix";
        Self {
            name: file,
            package,
            installer,
        }
    }

    /// Returns a command that runs the program, without arguments yet.
    pub fn command(&self) -> Command {
        Command::new(self.find().unwrap_or_else(|| self.name.into()))
    }

    pub fn is_here(&self) -> bool {
        self.find().is_some()
    }

    fn find(&self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join(self.name))
            .find(|file| file.is_file())
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.name, self.installer, self.package)
    }
}
