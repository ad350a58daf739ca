//! Entries of a directory.

use alloc::boxed::Box;
use alloc::vec::Vec;

use h1::syntax::name;
use pages::entry::{Entry, Kind};
use wit_bindgen::rt::async_support::StreamResult;

use super::join;
use super::quota::Reservation;
use super::root::{Root, or_dot};
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, DirectoryEntry, ErrorCode, OpenFlags, PathFlags,
};
use crate::limits::{ENTRY_WORK, LISTING_BATCH, LISTING_ENTRIES, STAT_WORK};
use crate::reason::Reason;
use crate::runtime::executor::Executor;
use crate::runtime::sort::Sorter;

/// Bytes of an entry besides its name: two values while it is sorted, and what the
/// allocator adds to the name.
const ENTRY_WEIGHT: usize = 2 * size_of::<Entry>() + 16;

/// Entries of a directory: directories first, then by name.
pub struct Entries {
    pub shown: Vec<Entry>,
    pub left_out: LeftOut,
}

/// Entries that exist and are not shown, for the log.
#[derive(Default)]
pub struct LeftOut {
    pub count: usize,
    /// The first of them, and the reason.
    pub first: Option<(Box<str>, Reason)>,
}

impl Root {
    /// Returns all entries of a directory, without hidden ones unless `hidden` is true.
    /// Their memory is taken from `reservation`.
    pub async fn list(
        &self,
        path: &str,
        hidden: bool,
        reservation: &mut Reservation,
        executor: &Executor,
    ) -> Result<Entries, Reason> {
        let Self::Directory(root, _) = self else {
            return Err(Reason::NoEntry);
        };
        let (flags, read) = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
        let directory = root
            .open_at(PathFlags::SYMLINK_FOLLOW, or_dot(path), flags, read)
            .await
            .map_err(|error| Reason::from(&error))?;
        let directory = OpenDirectory {
            root,
            directory,
            path,
        };
        let names = directory.read_names(hidden, reservation, executor).await?;
        let mut left_out = LeftOut::default();
        let mut sorter = Sorter::new(Entry::compare);
        for Named { name, link } in names {
            match directory.stat_entry(&name, link).await {
                Ok(Some((kind, modified))) => {
                    let entry = Entry {
                        name,
                        kind,
                        modified,
                    };
                    sorter.push(entry, executor).await;
                }
                Ok(None) => {}
                Err(reason) if is_its_own(reason) => left_out.add(name, reason),
                Err(reason) => return Err(reason),
            }
            executor.work(STAT_WORK).await;
        }
        Ok(Entries {
            shown: sorter.finish(executor).await,
            left_out,
        })
    }
}

impl LeftOut {
    fn add(&mut self, name: Box<str>, reason: Reason) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert((name, reason));
    }
}

/// A name that was read, and whether it may be that of a link.
struct Named {
    name: Box<str>,
    link: bool,
}

/// An open directory, and its path below the root.
struct OpenDirectory<'f> {
    root: &'f Descriptor,
    directory: Descriptor,
    path: &'f str,
}

impl OpenDirectory<'_> {
    /// Reads every name before the file system is asked about the first, so that a
    /// directory with too many entries costs no more than reading it.
    async fn read_names(
        &self,
        hidden: bool,
        reservation: &mut Reservation,
        executor: &Executor,
    ) -> Result<Vec<Named>, Reason> {
        let (mut stream, outcome) = self.directory.read_directory();
        let (mut names, mut count) = (Vec::new(), 0_usize);
        loop {
            let (result, batch) = stream.read(Vec::with_capacity(LISTING_BATCH)).await;
            // An entry counts because it was read, whether it is shown or not.
            let read = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            executor.work(read.saturating_mul(ENTRY_WORK)).await;
            count = count.saturating_add(batch.len());
            if count > LISTING_ENTRIES {
                return Err(Reason::TooManyEntries);
            }
            for DirectoryEntry { type_, name } in batch {
                let shown = hidden || !name::is_hidden(self.path, &name);
                if !shown || matches!(&*name, "." | "..") || is_special(&type_) {
                    continue;
                }
                reservation.reserve(name.len().saturating_add(ENTRY_WEIGHT))?;
                names.push(Named {
                    name: name.into_boxed_str(),
                    link: may_be_link(&type_),
                });
            }
            if !matches!(result, StreamResult::Complete(_)) {
                break;
            }
        }
        match outcome.await.map_err(|error| Reason::from(&error)) {
            // The directory exists, but WASI can't express a name in it.
            Err(reason) if reason.is_missing() => Err(Reason::ReadFailed),
            Err(reason) => Err(reason),
            Ok(()) => Ok(names),
        }
    }

    /// Asks `stat-at` instead of using the entry's own type, so that links show what they
    /// lead to. Returns `None` for an entry that is neither file nor directory, leads
    /// nowhere, or has just been removed.
    ///
    /// A link may lead anywhere below the root, so it is looked up from the root. Any other
    /// entry is looked up in the directory that was opened, because that may be moved
    /// meanwhile.
    async fn stat_entry(
        &self,
        name: &str,
        link: bool,
    ) -> Result<Option<(Kind, Option<i64>)>, Reason> {
        let follow = PathFlags::SYMLINK_FOLLOW;
        let stat = match link {
            true => self.root.stat_at(follow, join(self.path, name)).await,
            false => self.directory.stat_at(follow, name.into()).await,
        };
        let stat = match stat {
            Ok(stat) => stat,
            Err(ErrorCode::NoEntry) => return Ok(None),
            Err(error) => return Err(Reason::from(&error)),
        };
        let kind = match stat.type_ {
            DescriptorType::Directory => Kind::Directory,
            DescriptorType::RegularFile => Kind::File(stat.size),
            _ => return Ok(None),
        };
        let modified = stat.data_modification_timestamp;
        Ok(Some((kind, modified.map(|time| time.seconds))))
    }
}

fn may_be_link(kind: &DescriptorType) -> bool {
    !matches!(
        kind,
        DescriptorType::Directory | DescriptorType::RegularFile
    )
}

/// Whether an entry has a type that is never served, whatever its name.
fn is_special(kind: &DescriptorType) -> bool {
    matches!(
        kind,
        DescriptorType::BlockDevice
            | DescriptorType::CharacterDevice
            | DescriptorType::Fifo
            | DescriptorType::Socket
    )
}

/// Whether an error concerns one entry only, most often a link that leads out of the root
/// or in circles. After any other error, nothing is known about the entry.
fn is_its_own(reason: Reason) -> bool {
    reason.is_missing() || reason == Reason::NoPermission
}
