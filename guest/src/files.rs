//! From a checked path to an open file.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use h1::date::Timestamp;
use wit_bindgen::rt::async_support::{FutureReader, StreamReader};

use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode,
    OpenFlags, PathFlags,
};
use crate::limits::LISTING_ENTRIES;

/// What the host has granted.
pub enum Root {
    /// A directory: paths are looked up below it.
    Directory(Descriptor),
    /// One file, served for every path, under its name.
    File(Rc<Descriptor>, String),
}

/// What a path leads to.
pub enum Found {
    File(Metadata),
    Folder,
    /// Nothing that may be served: not there, neither file nor folder, or
    /// outside the root.
    Missing,
    /// The disk's fault.
    Failed,
}

/// What is known of a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Bytes.
    pub size: u64,
    pub modified: Option<Timestamp>,
}

/// One line of a folder's listing.
pub struct Entry {
    pub name: String,
    pub folder: bool,
    pub metadata: Option<Metadata>,
}

/// A folder's entries, in no order.
#[derive(Default)]
pub struct Entries {
    pub entries: Vec<Entry>,
    /// There are more than [`LISTING_ENTRIES`], or names that WASI cannot say.
    pub cut: bool,
}

impl Root {
    /// The first grant, or the one named `wanted`.
    pub async fn find(wanted: Option<&str>) -> Option<Self> {
        let granted = get_directories();
        let mut granted = granted.into_iter();
        let (descriptor, name) = match wanted {
            Some(wanted) => granted.find(|(_, name)| name == wanted)?,
            None => granted.next()?,
        };
        match descriptor.stat().await.ok()?.type_ {
            DescriptorType::Directory => Some(Self::Directory(descriptor)),
            DescriptorType::RegularFile => Some(Self::File(Rc::new(descriptor), name)),
            _ => None,
        }
    }

    /// The one file `name` of a granted directory, as if it alone was granted.
    pub async fn narrow(self, name: &str) -> Option<Self> {
        let (file, _) = self.open(name).await?;
        Some(Self::File(file, name.into()))
    }

    /// Looks a path up; `""` is the root. Links are followed as long as they stay
    /// inside: the host sees to that.
    pub async fn look_up(&self, path: &str) -> Found {
        let stat = match self {
            Self::Directory(root) => root.stat_at(PathFlags::SYMLINK_FOLLOW, or_dot(path)).await,
            Self::File(file, _) => file.stat().await,
        };
        match stat {
            Ok(stat) => match stat.type_ {
                DescriptorType::RegularFile => Found::File(metadata(&stat)),
                DescriptorType::Directory => Found::Folder,
                _ => Found::Missing,
            },
            Err(error) if is_ours(&error) => Found::Failed,
            Err(_) => Found::Missing,
        }
    }

    /// Opens a path that [`Root::look_up`] has found to be a regular file: to
    /// open a FIFO would wait for its writer. The metadata are those of what was
    /// opened, should it have been replaced in between.
    pub async fn open(&self, path: &str) -> Option<(Rc<Descriptor>, Metadata)> {
        let file = match self {
            Self::Directory(root) => {
                let (follow, read) = (PathFlags::SYMLINK_FOLLOW, DescriptorFlags::READ);
                let open = root.open_at(follow, path.into(), OpenFlags::empty(), read);
                Rc::new(open.await.ok()?)
            }
            Self::File(file, _) => Rc::clone(file),
        };
        let stat = file.stat().await.ok()?;
        matches!(stat.type_, DescriptorType::RegularFile).then(|| (file, metadata(&stat)))
    }

    /// The entries of a folder, those that begin with a dot only on request.
    pub async fn list(&self, path: &str, hidden: bool) -> Option<Entries> {
        let Self::Directory(root) = self else {
            return None;
        };
        let (flags, read) = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
        let folder = root
            .open_at(PathFlags::SYMLINK_FOLLOW, or_dot(path), flags, read)
            .await
            .ok()?;
        let (mut stream, outcome) = folder.read_directory();
        let mut found = Entries::default();
        while let Some(DirectoryEntry { name, .. }) = stream.next().await {
            if name == "." || name == ".." || (!hidden && name.starts_with('.')) {
                continue;
            }
            if found.entries.len() >= LISTING_ENTRIES {
                found.cut = true;
                return Some(found);
            }
            // By `stat-at` and not by the entry's own type, so that links show
            // what they lead to, and those that lead nowhere do not show.
            let stat = folder
                .stat_at(PathFlags::SYMLINK_FOLLOW, name.clone())
                .await;
            let Ok(stat) = stat else { continue };
            let folder = matches!(stat.type_, DescriptorType::Directory);
            if folder || matches!(stat.type_, DescriptorType::RegularFile) {
                found.entries.push(Entry {
                    name,
                    folder,
                    metadata: Some(metadata(&stat)),
                });
            }
        }
        // A name that is not UTF-8 ends the stream: show what came before it.
        found.cut = outcome.await.is_err();
        Some(found)
    }
}

/// The bytes of a file from an offset on.
pub struct Bytes {
    stream: StreamReader<u8>,
    _outcome: FutureReader<Result<(), ErrorCode>>,
}

impl Bytes {
    pub fn new(file: &Descriptor, offset: u64) -> Self {
        let (stream, outcome) = file.read_via_stream(offset);
        Self {
            stream,
            _outcome: outcome,
        }
    }

    /// Appends to `buffer` at most as much as it has room for; nothing at the end
    /// of the file or after an error.
    pub async fn read(&mut self, buffer: &mut Vec<u8>) {
        let (_, filled) = self.stream.read(core::mem::take(buffer)).await;
        *buffer = filled;
    }
}

fn metadata(stat: &DescriptorStat) -> Metadata {
    let modified = stat.data_modification_timestamp.map(|time| Timestamp {
        seconds: time.seconds,
        nanoseconds: time.nanoseconds,
    });
    Metadata {
        size: stat.size,
        modified,
    }
}

/// WASI has no empty path.
fn or_dot(path: &str) -> String {
    if path.is_empty() {
        ".".into()
    } else {
        path.into()
    }
}

/// Whether an error is the machine's and not the path's.
fn is_ours(error: &ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::Io
            | ErrorCode::InsufficientMemory
            | ErrorCode::NoDevice
            | ErrorCode::NoSuchDevice
            | ErrorCode::Other(_)
    )
}
