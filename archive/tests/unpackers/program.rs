//! Programs that unpack archives.

use std::path::Path;
use std::process::Command;

/// A program that unpacks archives.
pub struct Program {
    pub name: &'static str,
    pub command: &'static str,
    /// The Debian package that it is in.
    pub package: &'static str,
    unpack: fn(&Path, &Path) -> Vec<String>,
    list: fn(&Path) -> Vec<String>,
    /// Whether it keeps names that are no UTF-8.
    pub keeps_bytes: bool,
}

pub const PROGRAMS: [Program; 4] = [
    Program {
        name: "gnu_tar",
        command: "tar",
        package: "tar",
        unpack: |archive, into| words(&["-x", "-f", &text(archive), "-C", &text(into)]),
        list: |archive| words(&["-t", "-v", "-f", &text(archive)]),
        keeps_bytes: true,
    },
    Program {
        name: "bsdtar",
        command: "bsdtar",
        package: "libarchive-tools",
        unpack: |archive, into| words(&["-x", "-f", &text(archive), "-C", &text(into)]),
        list: |archive| words(&["-t", "-v", "-f", &text(archive)]),
        keeps_bytes: true,
    },
    Program {
        name: "python",
        command: "python3",
        package: "python3",
        unpack: |archive, into| words(&["-c", UNPACK, &text(archive), &text(into)]),
        list: |archive| words(&["-m", "tarfile", "-v", "-l", &text(archive)]),
        keeps_bytes: true,
    },
    Program {
        name: "7zip",
        command: "7z",
        package: "p7zip-full",
        unpack: |archive, into| {
            let into = format!("-o{}", text(into));
            words(&["x", "-y", "-bd", &into, &text(archive)])
        },
        list: |archive| words(&["l", &text(archive)]),
        keeps_bytes: false,
    },
];

/// A program of Python that unpacks an archive as one that is not trusted, where it can.
const UNPACK: &str = "\
import sys, tarfile
trust = {'filter': 'data'} if hasattr(tarfile, 'data_filter') else {}
tarfile.open(sys.argv[1]).extractall(sys.argv[2], **trust)
";

impl Program {
    pub fn is_here(&self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path);
        folders.any(|folder| folder.join(self.command).is_file())
    }

    /// Unpacks an archive into a folder.
    pub fn unpack(&self, archive: &Path, into: &Path) {
        self.run((self.unpack)(archive, into));
    }

    /// Returns what the program prints of the entries of an archive.
    pub fn list(&self, archive: &Path) -> String {
        self.run((self.list)(archive))
    }

    /// Runs the program, which must neither fail nor complain.
    fn run(&self, arguments: Vec<String>) -> String {
        let mut command = Command::new(self.command);
        command.args(arguments).env("LC_ALL", "C.UTF-8");
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(errors, "", "complaints of {}", self.name);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
