//! The granted root, and what WASI says of its files.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use h1::syntax::date::Timestamp;
use wit_bindgen::rt::async_support::{FutureReader, StreamReader, StreamResult};

use crate::bindings::wasi::clocks::system_clock::Instant;
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, MetadataHashValue,
    OpenFlags, PathFlags,
};
use crate::reason::Reason;

/// The directory or the file that the host has granted.
pub enum Root {
    /// A directory: paths are looked up below it. The flag says whether its links are
    /// counted, so that none left means that it was removed; not every file system counts
    /// them.
    Directory(Descriptor, bool),
    /// One file, which is served for every path, and its name.
    File(Rc<Descriptor>, String),
}

/// Kind of file that the file system has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stat {
    File(Metadata),
    Directory,
}

/// Identity of a file, whatever its name: no other file has the same at the same time. A
/// host that can't tell files apart gives all of them the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(Option<(u64, u64)>);

/// A regular file, with its metadata and its identity when it was opened.
pub struct Opened {
    pub descriptor: Rc<Descriptor>,
    pub metadata: Metadata,
    pub identity: Identity,
}

/// Metadata of a file, known without opening it. For one file, equal metadata mean equal
/// content once its times are settled ([`h1::representation::etag::is_settled`]). For one
/// name they do not, because another file may have taken the name: see [`Identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Size in bytes.
    pub size: u64,
    pub modified: Option<Timestamp>,
    /// `ctime`, which changes even when an old `modified` is restored.
    pub changed: Option<Timestamp>,
}

impl Identity {
    /// That of what is not known.
    pub const UNKNOWN: Self = Self(None);

    /// Whether both are known and the same.
    pub fn is_known_as(self, other: Self) -> bool {
        self.0.is_some() && self == other
    }
}

#[cfg(test)]
impl Identity {
    pub const NONE: Self = Self(None);
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
    /// Returns the first grant, or the one named `wanted`.
    pub async fn find(wanted: Option<&str>) -> Option<Self> {
        let granted = get_directories();
        let mut granted = granted.into_iter();
        let (descriptor, name) = match wanted {
            Some(wanted) => granted.find(|(_, name)| name == wanted)?,
            None => granted.next()?,
        };
        let stat = descriptor.stat().await.ok()?;
        match stat.type_ {
            DescriptorType::Directory => Some(Self::Directory(descriptor, stat.link_count > 0)),
            DescriptorType::RegularFile => Some(Self::File(Rc::new(descriptor), name)),
            _ => None,
        }
    }

    /// Returns the file `name` of a granted directory, as if only that file was granted.
    pub async fn narrow(self, name: &str) -> Result<Self, Reason> {
        match self.look_up(name).await? {
            Stat::File(_) => {
                let file = self.open(name).await?;
                Ok(Self::File(file.descriptor, name.into()))
            }
            Stat::Directory => Err(Reason::NotRegular),
        }
    }

    /// Looks up a path; `""` is the root. Links are followed as long as they stay inside,
    /// which the host enforces.
    pub async fn look_up(&self, path: &str) -> Result<Stat, Reason> {
        let stat = match self {
            Self::Directory(root, _) => root.stat_at(PathFlags::SYMLINK_FOLLOW, or_dot(path)).await,
            Self::File(file, _) => file.stat().await,
        };
        let stat = stat.map_err(|error| Reason::from(&error))?;
        match stat.type_ {
            DescriptorType::RegularFile => Ok(Stat::File(metadata(&stat))),
            DescriptorType::Directory => Ok(Stat::Directory),
            _ => Err(Reason::NotRegular),
        }
    }

    /// Returns the identity of the file that a path leads to.
    pub async fn identify(&self, path: &str) -> Identity {
        match self {
            Self::Directory(root, _) => {
                let follow = PathFlags::SYMLINK_FOLLOW;
                identity(root.metadata_hash_at(follow, or_dot(path)).await)
            }
            Self::File(file, _) => identity(file.metadata_hash().await),
        }
    }

    /// Whether the root no longer exists: it was removed, or its disk was taken away. A
    /// single file is served for as long as it can be read, whatever its names.
    pub async fn is_gone(&self) -> bool {
        match self {
            Self::Directory(root, counted) => match root.stat().await {
                Ok(stat) => *counted && stat.link_count == 0,
                Err(_) => true,
            },
            Self::File(file, _) => file.stat().await.is_err(),
        }
    }

    /// Opens a path that [`Root::look_up`] has found to be a regular file. Metadata and
    /// identity are those of the opened file, which may have replaced the first in between.
    pub async fn open(&self, path: &str) -> Result<Opened, Reason> {
        let descriptor = match self {
            Self::Directory(root, _) => {
                let (follow, read) = (PathFlags::SYMLINK_FOLLOW, DescriptorFlags::READ);
                let opened = root.open_at(follow, path.into(), OpenFlags::empty(), read);
                Rc::new(opened.await.map_err(|error| Reason::from(&error))?)
            }
            Self::File(file, _) => Rc::clone(file),
        };
        let stat = descriptor.stat().await;
        let stat = stat.map_err(|error| Reason::from(&error))?;
        if !matches!(stat.type_, DescriptorType::RegularFile) {
            return Err(Reason::NotRegular);
        }
        let identity = identity(descriptor.metadata_hash().await);
        Ok(Opened {
            descriptor,
            metadata: metadata(&stat),
            identity,
        })
    }
}

fn identity(hash: Result<MetadataHashValue, ErrorCode>) -> Identity {
    Identity(hash.ok().map(|hash| (hash.lower, hash.upper)))
}

/// The bytes of a file from an offset on.
pub struct Bytes {
    stream: StreamReader<u8>,
    /// Whether the stream has ended. Its outcome is known only then.
    ended: bool,
    outcome: FutureReader<Result<(), ErrorCode>>,
}

impl Bytes {
    pub fn new(file: &Descriptor, offset: u64) -> Self {
        let (stream, outcome) = file.read_via_stream(offset);
        Self {
            stream,
            ended: false,
            outcome,
        }
    }

    /// Appends bytes to `buffer`, up to its capacity. Appends nothing at the end of the
    /// file or after an error.
    pub async fn read(&mut self, buffer: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        let (result, filled) = self.stream.read(core::mem::take(buffer)).await;
        self.ended = matches!(result, StreamResult::Dropped);
        *buffer = filled;
    }

    /// Returns why there was nothing more: an error, or `Ok` at the end of the file.
    pub async fn end(self) -> Result<(), Reason> {
        match self.ended {
            true => self
                .outcome
                .await
                .map_err(|error| Reason::of_reading(&error)),
            false => Ok(()),
        }
    }
}

/// Reads the first `length` bytes of a file, or all bytes if there are fewer.
pub async fn read_start(file: &Descriptor, length: usize) -> Result<Vec<u8>, Reason> {
    read_at(file, 0, length).await
}

/// Reads `length` bytes of a file from `offset` on, or all bytes if there are fewer.
pub async fn read_at(file: &Descriptor, offset: u64, length: usize) -> Result<Vec<u8>, Reason> {
    let mut start = Vec::with_capacity(length);
    let mut bytes = Bytes::new(file, offset);
    while start.len() < length {
        let before = start.len();
        bytes.read(&mut start).await;
        if start.len() == before {
            bytes.end().await?;
            break;
        }
    }
    start.truncate(length);
    Ok(start)
}

/// Reads a small file whole. Returns `None` if it was changed meanwhile.
pub async fn read_whole(opened: &Opened, size: usize) -> Result<Option<Rc<[u8]>>, Reason> {
    let file: &Descriptor = &opened.descriptor;
    let content = read_start(file, size).await?;
    let after = file.stat().await;
    let after = metadata(&after.map_err(|error| Reason::from(&error))?);
    let same = content.len() == size && after == opened.metadata;
    Ok(same.then(|| content.into()))
}

/// Returns the metadata of an open file, or of what an entry leads to.
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

/// Returns the path, or `.` for the empty path, which WASI does not have.
pub fn or_dot(path: &str) -> String {
    if path.is_empty() {
        ".".into()
    } else {
        path.into()
    }
}
