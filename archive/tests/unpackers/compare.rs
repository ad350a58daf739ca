//! What programs make of archives.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use archive::{Kind, Manifest};

use crate::folder::{MODIFIED, Node, entry, folder, manifest};
use crate::program::Program;
use crate::written::write;

/// What is unpacked has the names, the content, the times and the permissions of the folder,
/// and nothing else is beside it.
pub fn unpacks(program: &Program) {
    let (here, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = folder(program.keeps_bytes);
    let (manifest, contents) = manifest(&folder);
    let archive = write(&manifest, |entry| contents[&entry].clone(), here.path());
    program.unpack(&archive, into.path());
    let whole = BTreeMap::from([("top".to_owned(), folder)]);
    check(&Node::Directory(whole), into.path(), true);
}

fn check(node: &Node, path: &Path, is_outside: bool) {
    let metadata = path
        .symlink_metadata()
        .unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mode = metadata.permissions().mode() & 0o777;
    match node {
        Node::File(content) => {
            assert!(std::fs::read(path).unwrap() == *content, "{path:?}");
            assert_eq!((mode, metadata.mtime()), (0o644, MODIFIED), "{path:?}");
        }
        Node::Directory(entries) => {
            let count = path.read_dir().unwrap().count();
            assert_eq!(count, entries.len(), "{path:?}");
            for (name, node) in entries {
                check(node, &entry(path, name), false);
            }
            if !is_outside {
                assert_eq!((mode, metadata.mtime()), (0o755, MODIFIED), "{path:?}");
            }
        }
    }
}

/// Files that no field of a block can tell the size of are listed with it, and so is what is
/// behind them.
pub fn lists_large_files(program: &Program) {
    const LARGE: u64 = (9 << 30) + 7;
    let here = tempfile::tempdir().unwrap();
    let mut manifest = Manifest::new("top", None).unwrap();
    for (name, size) in [("a", LARGE), ("b", 1 << 40), ("c", 12_345)] {
        let kind = Kind::File(size);
        manifest.add(Manifest::TOP, name, kind, None).unwrap();
    }
    let archive = write(&manifest, |_| Vec::new(), here.path());
    let listed = program.list(&archive);
    for size in [LARGE, 1 << 40, 12_345] {
        assert!(listed.contains(&size.to_string()), "{size}: {listed}");
    }
}

/// Names that would lead out in a program that takes a backslash for a slash, or a colon for
/// the end of a drive, stay in the folder.
pub fn stays_in_its_folder(program: &Program) {
    let (here, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let into = outside.path().join("into");
    std::fs::create_dir(&into).unwrap();
    let mut manifest = Manifest::new("top", None).unwrap();
    for name in ["..\\..\\out", "\\out", "~", "~root"] {
        let kind = Kind::File(0);
        manifest.add(Manifest::TOP, name, kind, None).unwrap();
    }
    let archive = write(&manifest, |_| Vec::new(), here.path());
    program.unpack(&archive, &into);
    let found = |path: &Path| path.read_dir().unwrap().count();
    assert_eq!((found(outside.path()), found(&into)), (1, 1));
}
