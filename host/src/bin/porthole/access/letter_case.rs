//! Folders in which a rule would not hold, because names in other letters lead to the same and
//! nothing tells that they do.
//!
//! The component compares folders by their identity, so that another spelling of a name leads to
//! the same rule. A file system of a program (FUSE) that takes letters in another case for the
//! same may number what each spelling leads to anew. So this asks for names in other letters.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Most names of a folder that are asked for. The first with letters tells, unless its other
/// spelling is a name of its own.
const NAMES: usize = 64;

/// Returns a folder on the way from `served` to one of the ruled `folders` in which names in other
/// letters lead to the same, and have another identity.
pub(super) fn untold<'f>(
    served: &Path,
    folders: impl IntoIterator<Item = &'f str>,
) -> Option<PathBuf> {
    let served = served.canonicalize().ok()?;
    let mut parents = BTreeSet::new();
    for folder in folders {
        let path = served.join(folder);
        // A symbolic link leads to the folder on another way.
        let real = path.canonicalize().ok();
        for path in [Some(path), real].into_iter().flatten() {
            let above = path.ancestors().skip(1);
            let above = above.take_while(|parent| parent.starts_with(&served));
            parents.extend(above.map(Path::to_owned));
        }
    }
    parents
        .into_iter()
        .find(|parent| has_untold_names(parent).unwrap_or(false))
}

fn has_untold_names(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)?.take(NAMES) {
        let name = entry?.file_name();
        let Some(other) = in_other_letters(&name) else {
            continue;
        };
        let identity = |name: &OsStr| {
            let metadata = fs::symlink_metadata(folder.join(name))?;
            Ok((metadata.dev(), metadata.ino()))
        };
        match (identity(&name), identity(&other)) {
            (Ok(own), Ok(found)) if own == found => return Ok(false),
            // Both may be in the folder.
            (Ok(_), Ok(_)) if lists(folder, &other)? => {}
            (Ok(_), Ok(_)) => return Ok(true),
            (Ok(_), Err(error)) if is_missing(&error) => return Ok(false),
            (_, Err(error)) | (Err(error), _) if is_missing(&error) => {}
            (_, Err(error)) | (Err(error), _) => return Err(error),
        }
    }
    Ok(false)
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn lists(folder: &Path, name: &OsStr) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        if entry?.file_name() == name {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns a name with its ASCII letters in the other case, if it has some.
fn in_other_letters(name: &OsStr) -> Option<OsString> {
    let swapped = |byte: &u8| match byte.is_ascii_lowercase() {
        true => byte.to_ascii_uppercase(),
        false => byte.to_ascii_lowercase(),
    };
    let other: Vec<u8> = name.as_bytes().iter().map(swapped).collect();
    (other != name.as_bytes()).then(|| OsString::from_vec(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_letters_have_no_other_spelling() {
        let rows = [
            ("Films", Some("fILMS")),
            ("a-1", Some("A-1")),
            ("2026", None),
            ("é", None),
        ];
        for (name, expected) in rows {
            let found = in_other_letters(OsStr::new(name));
            assert_eq!(found.as_deref(), expected.map(OsStr::new), "{name}");
        }
    }

    /// Two names that differ by case alone are two folders here.
    #[test]
    fn folders_that_tell_names_apart_pass() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["Films", "fILMS", "fILMS/deep"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let rules = ["Films", "fILMS/deep", "none/at/all"];
        assert_eq!(untold(folder.path(), rules), None);
    }
}
