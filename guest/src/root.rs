//! What was granted, and what WASI says of it.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use h1::date::Timestamp;
use wit_bindgen::rt::async_support::{FutureReader, StreamReader};

use crate::bindings::wasi::clocks::system_clock::Instant;
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};

/// What the host has granted.
pub enum Root {
    /// A directory: paths are looked up below it.
    Directory(Descriptor),
    /// One file, served for every path, under its name.
    File(Rc<Descriptor>, String),
}

/// What the file system says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    File(Metadata),
    Folder,
    /// Nothing that may be served: not there, neither file nor folder, or
    /// outside the root.
    Missing,
    /// The disk's fault.
    Failed,
}

/// What is known of a file without opening it. Equal metadata under one name
/// mean the same content: another file that was moved there has been changed
/// (`ctime`) by the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Bytes.
    pub size: u64,
    pub modified: Option<Timestamp>,
    changed: Option<Timestamp>,
}

#[cfg(test)]
impl Metadata {
    pub fn of(size: u64, seconds: i64) -> Self {
        let modified = Some(Timestamp {
            seconds,
            nanoseconds: 0,
        });
        Self {
            size,
            modified,
            changed: modified,
        }
    }
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
        let Stat::File(_) = self.look_up(name).await else {
            return None;
        };
        let (file, _) = self.open(name).await?;
        Some(Self::File(file, name.into()))
    }

    /// Looks a path up; `""` is the root. Links are followed as long as they stay
    /// inside: the host sees to that.
    pub async fn look_up(&self, path: &str) -> Stat {
        let stat = match self {
            Self::Directory(root) => root.stat_at(PathFlags::SYMLINK_FOLLOW, or_dot(path)).await,
            Self::File(file, _) => file.stat().await,
        };
        match stat {
            Ok(stat) => match stat.type_ {
                DescriptorType::RegularFile => Stat::File(metadata(&stat)),
                DescriptorType::Directory => Stat::Folder,
                _ => Stat::Missing,
            },
            Err(error) if is_ours(&error) => Stat::Failed,
            Err(_) => Stat::Missing,
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

/// What is known of an open file, or of what a folder's entry leads to.
pub fn metadata(stat: &DescriptorStat) -> Metadata {
    let timestamp = |time: Instant| Timestamp {
        seconds: time.seconds,
        nanoseconds: time.nanoseconds,
    };
    Metadata {
        size: stat.size,
        modified: stat.data_modification_timestamp.map(timestamp),
        changed: stat.status_change_timestamp.map(timestamp),
    }
}

/// WASI has no empty path.
pub fn or_dot(path: &str) -> String {
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
