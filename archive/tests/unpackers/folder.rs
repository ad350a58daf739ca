//! A folder with names of every kind.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use archive::{Kind, Manifest};
use h1::syntax::date::Timestamp;
use h1::syntax::name;

/// The time of every entry.
pub const MODIFIED: i64 = 1_000_000_000;

/// A file or a directory, and what is in it.
#[derive(Debug, PartialEq, Eq)]
pub enum Node {
    File(Vec<u8>),
    Directory(BTreeMap<String, Node>),
}

/// Names of ASCII and of other letters, short and long, and with whatever a name may have. None
/// has a letter and its accent apart: bsdtar puts them together.
const NAMES: [&str; 13] = [
    "plain.txt",
    "-rf",
    " spaces  ",
    "tab\tand\nline",
    "back\\slash",
    "quotes'\"`$(x)",
    "...",
    "C:",
    "caf\u{e9}",
    "\u{1f3ac} \u{65e5}\u{672c}\u{8a9e}",
    "\u{202e}gnp.exe",
    "100%25",
    "con",
];

/// Names that are not UTF-8: one that fits into a block, and one that does not.
pub fn names_of_bytes() -> [String; 2] {
    ["Bj\u{10fff6}rk.mp3".into(), "\u{10ffe9}".repeat(120)]
}

/// Returns a folder with names of every kind, with files of many sizes, and with empty ones.
pub fn folder(with_bytes: bool) -> Node {
    let mut entries = BTreeMap::new();
    let mut add = |name: String| {
        // Sizes around those of blocks.
        let size = [0, 1, 511, 512, 513, 70_000][entries.len() % 6];
        let content = name.bytes().cycle().take(size).collect();
        entries.insert(name, Node::File(content));
    };
    NAMES.iter().for_each(|name| add((*name).into()));
    for length in [99, 100, 101, 155, 254, 255] {
        add("l".repeat(length));
    }
    add("\u{e9}".repeat(127));
    if with_bytes {
        names_of_bytes().into_iter().for_each(add);
    }
    let empty = || Node::Directory(BTreeMap::new());
    let inside = |name: &str, node| Node::Directory(BTreeMap::from([(name.into(), node)]));
    let mut deep = Node::File(b"deep".into());
    for level in 0..20 {
        deep = inside(&format!("level {level} \u{e9} of a long path"), deep);
    }
    entries.insert("empty".into(), empty());
    entries.insert("empty \u{e9}".into(), empty());
    entries.insert("d".repeat(99), inside("file", Node::File(b"in it".into())));
    entries.insert("d".repeat(100), inside("x".repeat(100).as_str(), empty()));
    entries.insert("deep".into(), deep);
    Node::Directory(entries)
}

/// Returns the manifest of a folder, and the content of its files by their numbers.
pub fn manifest(folder: &Node) -> (Manifest, BTreeMap<usize, Vec<u8>>) {
    let mut manifest = Manifest::new("top", time()).unwrap();
    let mut contents = BTreeMap::new();
    add_all(folder, Manifest::TOP, &mut manifest, &mut contents);
    (manifest, contents)
}

fn add_all(
    node: &Node,
    directory: usize,
    manifest: &mut Manifest,
    contents: &mut BTreeMap<usize, Vec<u8>>,
) {
    let Node::Directory(entries) = node else {
        return;
    };
    for (name, entry) in entries {
        if let Node::File(content) = entry {
            let kind = Kind::File(content.len() as u64);
            let number = manifest.add(directory, name, kind, time()).unwrap();
            contents.insert(number, content.clone());
        }
    }
    for (name, entry) in entries {
        if let Node::Directory(_) = entry {
            let added = manifest.add(directory, name, Kind::Directory, time());
            add_all(entry, added.unwrap(), manifest, contents);
        }
    }
}

fn time() -> Option<Timestamp> {
    Some(Timestamp {
        seconds: MODIFIED,
        nanoseconds: 0,
    })
}

/// Returns the path of an entry of a folder.
pub fn entry(folder: &Path, name: &str) -> PathBuf {
    folder.join(OsString::from_vec(name::bytes(name).collect()))
}
