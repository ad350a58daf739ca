//! A tree of files whose names are hard to write in a link, for programs that copy by the
//! listings.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::Folder;

const NAMES: [&str; 19] = [
    "plain.txt",
    "with space.txt",
    "100%.txt",
    "a+b;c.txt",
    "a#b.txt",
    "a?b=c.txt",
    "a&amp;b.txt",
    "a:b.txt",
    "it's \"quoted\".txt",
    "<b>.txt",
    "grüße 水.txt",
    "[1] {2}.txt",
    "deep/er/and deeper/file.txt",
    "100%/50%.txt",
    "a?b/c#d.txt",
    "deep/1:2/3:4.txt",
    "it's/it's.txt",
    "...And Justice/One.txt",
    "size/of a kibibyte.txt",
];

/// Creates the tree. Each file contains its name, except one whose size the listing
/// rounds.
pub fn make() -> Folder {
    let folder = Folder::new();
    for name in NAMES {
        folder.file(name, name);
    }
    folder.file("size/of a kibibyte.txt", "x".repeat(1_500));
    folder
}

/// Creates a folder of so many files that browsers get it in several pages. Each file
/// contains its name.
pub fn long(count: usize) -> Folder {
    let folder = Folder::new();
    for number in 1..=count {
        let name = format!("file {number}.txt");
        folder.file(&name, &name);
    }
    folder
}

/// Returns contents by relative path, without names that begin with one dot.
pub fn tree_of(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') && !name.starts_with("..") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}
