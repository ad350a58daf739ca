//! Metadata of files.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, StatxFlags, fstat, statat, statx};
use rustix::io::Errno;
use rustix::path::Arg;
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorStat, DescriptorType, MetadataHashValue,
};

use super::file_systems::Device;

/// Metadata of a file, a directory, or another object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stat {
    pub(crate) device: Device,
    pub(crate) kind: FileType,
    inode: u64,
    links: u64,
    size: u64,
    accessed: Instant,
    modified: Instant,
    changed: Instant,
    born: Option<Instant>,
    /// Whether its times are known.
    is_dated: bool,
}

/// Whether the file system is asked, or the kernel returns the values that it has. For a
/// local disk both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    Queried,
    Cached,
}

impl Freshness {
    fn flag(self) -> AtFlags {
        match self {
            Self::Queried => AtFlags::empty(),
            Self::Cached => AtFlags::STATX_DONT_SYNC,
        }
    }
}

impl Stat {
    /// Returns the metadata of an open file.
    pub(crate) fn of(file: impl AsFd, how: Freshness) -> Result<Self, Errno> {
        let flags = AtFlags::EMPTY_PATH | how.flag();
        match statx(&file, c"", flags, fields()) {
            Ok(stat) => Ok(stat.into()),
            Err(error) if is_missing(error) => fstat(file)?.try_into(),
            Err(error) => Err(error),
        }
    }

    /// Returns the metadata of a name in a directory. A symbolic link is not followed, so
    /// that the name leads nowhere else.
    pub(crate) fn of_name(
        directory: impl AsFd,
        name: impl Arg + Copy,
        how: Freshness,
    ) -> Result<Self, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | how.flag();
        match statx(&directory, name, flags, fields()) {
            Ok(stat) => Ok(stat.into()),
            Err(error) if is_missing(error) => {
                statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?.try_into()
            }
            Err(error) => Err(error),
        }
    }

    /// Returns what the kernel knows of a file that no one may ever have asked about: then
    /// its times are 0.
    pub(crate) fn as_known(self) -> Self {
        Self {
            is_dated: self.modified.seconds != 0,
            ..self
        }
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.kind == FileType::Directory
    }

    /// Whether it may be opened. Opening a FIFO waits for a writer, and opening a device
    /// may have side effects.
    pub(crate) fn may_be_opened(&self) -> bool {
        matches!(self.kind, FileType::RegularFile | FileType::Directory)
    }

    pub(crate) fn is_same_object(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Returns a number for the object that does not change when it is written to. A
    /// removed file may leave its inode to another file, which has a later time of birth.
    pub(crate) fn identity(&self) -> MetadataHashValue {
        let mut hasher = DefaultHasher::new();
        let born = self.born.map(|born| (born.seconds, born.nanoseconds));
        (self.device, self.inode, born).hash(&mut hasher);
        let lower = hasher.finish();
        self.inode.hash(&mut hasher);
        MetadataHashValue {
            lower,
            upper: hasher.finish(),
        }
    }
}

fn fields() -> StatxFlags {
    StatxFlags::BASIC_STATS | StatxFlags::BTIME
}

/// The call is missing before Linux 4.11, and behind filters that do not know it.
fn is_missing(error: Errno) -> bool {
    matches!(error, Errno::NOSYS | Errno::PERM)
}

impl From<rustix::fs::Statx> for Stat {
    fn from(stat: rustix::fs::Statx) -> Self {
        let instant = |time: rustix::fs::StatxTimestamp| Instant {
            seconds: time.tv_sec,
            nanoseconds: time.tv_nsec,
        };
        let is_born = stat.stx_mask & StatxFlags::BTIME.bits() != 0;
        Self {
            device: (stat.stx_dev_major, stat.stx_dev_minor),
            kind: FileType::from_raw_mode(stat.stx_mode.into()),
            inode: stat.stx_ino,
            links: stat.stx_nlink.into(),
            size: stat.stx_size,
            accessed: instant(stat.stx_atime),
            modified: instant(stat.stx_mtime),
            changed: instant(stat.stx_ctime),
            born: is_born.then(|| instant(stat.stx_btime)),
            is_dated: true,
        }
    }
}

impl TryFrom<rustix::fs::Stat> for Stat {
    type Error = Errno;

    // The types are not the same on every processor.
    #[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
    fn try_from(stat: rustix::fs::Stat) -> Result<Self, Errno> {
        let overflow = |_| Errno::OVERFLOW;
        let instant = |seconds: i64, nanoseconds: u64| Instant {
            seconds,
            nanoseconds: u32::try_from(nanoseconds).unwrap_or(0),
        };
        Ok(Self {
            device: (
                rustix::fs::major(stat.st_dev),
                rustix::fs::minor(stat.st_dev),
            ),
            kind: FileType::from_raw_mode(stat.st_mode),
            inode: stat.st_ino.into(),
            links: stat.st_nlink.into(),
            size: u64::try_from(stat.st_size).map_err(overflow)?,
            accessed: instant(stat.st_atime.into(), stat.st_atime_nsec.into()),
            modified: instant(stat.st_mtime.into(), stat.st_mtime_nsec.into()),
            changed: instant(stat.st_ctime.into(), stat.st_ctime_nsec.into()),
            born: None,
            is_dated: true,
        })
    }
}

/// Returns the type of a directory entry or of an object.
pub(crate) fn descriptor_type(kind: FileType) -> DescriptorType {
    match kind {
        FileType::RegularFile => DescriptorType::RegularFile,
        FileType::Directory => DescriptorType::Directory,
        FileType::Symlink => DescriptorType::SymbolicLink,
        FileType::Fifo => DescriptorType::Fifo,
        FileType::Socket => DescriptorType::Socket,
        FileType::CharacterDevice => DescriptorType::CharacterDevice,
        FileType::BlockDevice => DescriptorType::BlockDevice,
        FileType::Unknown => DescriptorType::Other(None),
    }
}

impl From<Stat> for DescriptorStat {
    fn from(stat: Stat) -> Self {
        let time = |time| stat.is_dated.then_some(time);
        Self {
            type_: descriptor_type(stat.kind),
            link_count: stat.links,
            size: stat.size,
            data_access_timestamp: time(stat.accessed),
            data_modification_timestamp: time(stat.modified),
            status_change_timestamp: time(stat.changed),
        }
    }
}
