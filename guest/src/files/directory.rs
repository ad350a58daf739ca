//! Entries of a directory.

use alloc::boxed::Box;
use alloc::vec::Vec;

use h1::representation::etag::Strength;
use h1::syntax::date::Timestamp;
use h1::syntax::name;
use pages::assets::PREFIX;
use pages::entries::file_kind::FileKind;
use pages::entries::picture;
use pages::entries::sort::Sort;
use pages::entries::{Entry, Kind, Modified};
use wit_bindgen::rt::async_support::StreamResult;

use super::join;
use super::late_entries::LateEntries;
use super::quota::Reservation;
use super::root::{Metadata, Root, metadata, or_dot};
use super::visible::Visible;
use super::visible_entries::VisibleEntries;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, DirectoryEntry, ErrorCode, OpenFlags, PathFlags,
};
use crate::limits::{ENTRY_WORK, LISTING_BATCH, STAT_WORK};
use crate::reason::Reason;
use crate::runtime::deadlines::Watch;
use crate::runtime::executor::Executor;
use crate::runtime::sort::{self, sort};

/// Bytes of an entry besides its name: the name as it was read, the entry, its places while
/// it is sorted, what the allocator adds to the name, and the index of pictures.
const ENTRY_WEIGHT: usize =
    size_of::<Named>() + size_of::<Entry>() + sort::WEIGHT + 16 + picture::WEIGHT;

/// The choice of a directory's entries, and their order.
#[derive(Clone, Copy)]
pub struct Query<'q> {
    /// Whether hidden names are listed.
    pub hidden: bool,
    /// Text in lower case that names must contain; may be empty.
    pub filter: &'q str,
    /// A name that is listed whatever the filter; may be empty.
    pub named: &'q str,
    /// Whether images that are not listed are read, because they may stand for files that are.
    pub pictures: bool,
    pub sort: Sort,
    /// Most entries that may be read: [`LISTING_ENTRIES`](crate::limits::LISTING_ENTRIES), or
    /// less.
    pub most: usize,
    /// Most entries that are listed with sizes and times, which have to be asked for.
    pub described: usize,
}

impl Query<'_> {
    /// Whether an entry is listed, unless it is not shown at all.
    fn lists(&self, name: &str) -> bool {
        passes(name, self.filter) || name == self.named
    }

    /// Whether an entry that is not listed is read all the same.
    fn reads(&self, name: &str) -> bool {
        self.pictures && FileKind::of_name(name) == FileKind::Image
    }

    /// Whether a list without a filter has an entry with this name.
    pub(super) fn shows(hidden: bool, path: &str, name: &str) -> bool {
        let is_reserved = path.is_empty() && name == PREFIX;
        let is_shown = hidden || !name::is_hidden(path, name);
        is_shown && !is_reserved && !matches!(name, "." | "..")
    }
}

/// Whether a name contains a text in lower case, in any case.
pub fn passes(name: &str, filter: &str) -> bool {
    filter.is_empty() || name.to_lowercase().contains(filter)
}

/// Entries of a directory, in the order that was asked for.
pub struct Entries {
    pub shown: Vec<Entry>,
    /// Images that are read beside them, in no order.
    pub pictures: Vec<Entry>,
    /// Entries that exist and are not shown.
    pub left_out: Concerned,
    /// Entries that are shown without size and date, because the file system does not say
    /// them.
    pub unknown: Concerned,
    /// Whether the entries have neither sizes nor times, because they are many.
    pub is_long: bool,
    /// Number of entries that were read, shown or not.
    pub read: usize,
    /// Whether the next change of each file that was asked about is sure to show in what is
    /// known of it.
    pub strength: Strength,
}

/// Some entries of a listing, for the log.
#[derive(Default)]
pub struct Concerned {
    pub count: usize,
    /// The first of them, and the reason.
    pub first: Option<(Box<str>, Reason)>,
}

impl Visible<'_> {
    /// Returns the entries of a directory. Their memory is taken from `reservation`.
    pub async fn list(
        self,
        path: &str,
        query: Query<'_>,
        now: i64,
        reservation: &mut Reservation,
    ) -> Result<Entries, Reason> {
        let entries = VisibleEntries::of(self, path, now).await?;
        self.files.list(&entries, query, now, reservation).await
    }
}

impl Root {
    /// Returns the entries of a directory. Their memory is taken from `reservation`.
    pub(super) async fn list(
        &self,
        entries: &VisibleEntries<'_>,
        query: Query<'_>,
        reservation: &mut Reservation,
        executor: &Executor,
        watch: Watch<'_>,
    ) -> Result<Entries, Reason> {
        let Self::Directory(root, _) = self else {
            return Err(Reason::NoEntry);
        };
        let directory = OpenDirectory::open(root, entries.path).await?;
        let (names, read) = directory.read_names(query, reservation, executor).await?;
        let names = visible(names, entries).await;
        let count = names.iter().map(Vec::len).sum();
        let is_long = count > query.described;
        let mut asking = Asking {
            directory,
            executor,
            late: LateEntries::new(watch),
            left_out: Concerned::default(),
            unknown: Concerned::default(),
            strength: Strength::Strong,
            now: entries.now,
        };
        let (mut shown, mut pictures) = (Vec::with_capacity(count), Vec::new());
        for Named { name, kind } in names.into_iter().flatten() {
            let is_listed = query.lists(&name);
            let entry = match kind.filter(|_| is_long) {
                Some(kind) => Some(Entry {
                    name,
                    kind,
                    modified: None,
                }),
                None => asking.entry(name, kind).await?,
            };
            match entry {
                Some(entry) if is_listed => shown.push(entry),
                // A long list has no pictures.
                Some(entry) if !is_long => pictures.push(entry),
                _ => {}
            }
            executor.work(ENTRY_WORK).await;
        }
        sort(&mut shown, |a, b| query.sort.compare(a, b), executor).await;
        Ok(Entries {
            shown,
            pictures,
            left_out: asking.left_out,
            unknown: asking.unknown,
            is_long,
            read,
            strength: asking.strength,
        })
    }

    /// Asks for the sizes and times of entries of a directory. Returns which of them are
    /// gone. An entry that the file system says nothing about stays as it is.
    pub async fn describe(
        &self,
        path: &str,
        entries: &mut [Entry],
        executor: &Executor,
        watch: Watch<'_>,
    ) -> Result<Vec<bool>, Reason> {
        let Self::Directory(root, _) = self else {
            return Err(Reason::NoEntry);
        };
        let directory = OpenDirectory::open(root, path).await?;
        let mut late = LateEntries::new(watch);
        let mut gone = Vec::with_capacity(entries.len());
        for entry in entries {
            let is_described = entry.modified.is_some() || entry.size().is_some();
            let asked = directory.stat_entry(&entry.name, is_described);
            let stat = late.wait(asked).await;
            gone.push(matches!(stat, Ok(None)));
            if let Ok(Some(stat)) = stat {
                (entry.kind, entry.modified) = (stat.kind, stat.modified());
            }
            executor.work(STAT_WORK).await;
        }
        Ok(gone)
    }
}

/// A listing that asks about its entries.
struct Asking<'d> {
    directory: OpenDirectory<'d>,
    executor: &'d Executor,
    late: LateEntries<'d>,
    left_out: Concerned,
    unknown: Concerned,
    strength: Strength,
    now: i64,
}

impl Asking<'_> {
    /// Returns an entry with its size and time, unless it is not to be shown.
    async fn entry(&mut self, name: Box<str>, kind: Option<Kind>) -> Result<Option<Entry>, Reason> {
        let asked = self.directory.stat_entry(&name, kind.is_none());
        let stat = self.late.wait(asked).await;
        self.executor.work(STAT_WORK).await;
        let (kind, modified) = match (stat, kind) {
            (Ok(Some(stat)), _) => {
                if stat.strength(self.now) == Strength::Weak {
                    self.strength = Strength::Weak;
                }
                (stat.kind, stat.modified())
            }
            (Ok(None), _) => return Ok(None),
            (Err(reason), _) if is_its_own(reason) => {
                self.left_out.add(&name, reason);
                return Ok(None);
            }
            (Err(reason), Some(kind)) if is_of_the_disk(reason) => {
                self.unknown.add(&name, reason);
                (kind, None)
            }
            (Err(reason), _) => return Err(reason),
        };
        Ok(Some(Entry {
            name,
            kind,
            modified,
        }))
    }
}

impl Concerned {
    fn add(&mut self, name: &str, reason: Reason) {
        self.count = self.count.saturating_add(1);
        self.first.get_or_insert_with(|| (name.into(), reason));
    }
}

/// A name that was read, and its kind, unless it may be that of a link.
struct Named {
    name: Box<str>,
    kind: Option<Kind>,
}

/// What the file system says of an entry.
struct EntryStat {
    kind: Kind,
    modified: Option<Timestamp>,
    changed: Option<Timestamp>,
}

impl EntryStat {
    fn modified(&self) -> Option<Modified> {
        let new = |time: Timestamp| Modified::new(time.seconds, time.nanoseconds);
        self.modified.map(new)
    }

    /// Returns the strength of a tag from it. What is in a directory has a tag of its own.
    fn strength(&self, now: i64) -> Strength {
        match self.kind {
            Kind::Directory => Strength::Strong,
            Kind::File(_) => Strength::of(self.modified, self.changed, now),
        }
    }
}

/// An open directory, and its path below the root.
struct OpenDirectory<'f> {
    root: &'f Descriptor,
    directory: Descriptor,
    path: &'f str,
}

impl<'f> OpenDirectory<'f> {
    async fn open(root: &'f Descriptor, path: &'f str) -> Result<Self, Reason> {
        let (flags, read) = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
        let directory = root
            .open_at(PathFlags::SYMLINK_FOLLOW, or_dot(path), flags, read)
            .await
            .map_err(|error| Reason::from(&error))?;
        Ok(Self {
            root,
            directory,
            path,
        })
    }

    /// Reads every name before the file system is asked about the first, so that a
    /// directory with too many entries costs no more than reading it. The names are in
    /// batches, so that the memory of each can be used again as soon as it is sorted.
    async fn read_names(
        &self,
        query: Query<'_>,
        reservation: &mut Reservation,
        executor: &Executor,
    ) -> Result<(Vec<Vec<Named>>, usize), Reason> {
        let (mut stream, outcome) = self.directory.read_directory();
        let (mut names, mut count) = (Vec::new(), 0_usize);
        loop {
            let (result, batch) = stream.read(Vec::with_capacity(LISTING_BATCH)).await;
            // An entry counts because it was read, whether it is shown or not.
            let read = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            executor.work(read.saturating_mul(ENTRY_WORK)).await;
            count = count.saturating_add(batch.len());
            if count > query.most {
                return Err(Reason::TooManyEntries);
            }
            let mut named = Vec::new();
            for DirectoryEntry { type_, name } in batch {
                let is_read = query.lists(&name) || query.reads(&name);
                let is_shown = Query::shows(query.hidden, self.path, &name);
                if !is_read || !is_shown || is_special(&type_) {
                    continue;
                }
                reservation.reserve(name.len().saturating_add(ENTRY_WEIGHT))?;
                named.push(Named {
                    name: name.into_boxed_str(),
                    kind: kind(&type_),
                });
            }
            named.shrink_to_fit();
            names.push(named);
            if !matches!(result, StreamResult::Complete(_)) {
                break;
            }
        }
        match outcome.await.map_err(|error| Reason::from(&error)) {
            // The directory exists, but WASI can't express a name in it.
            Err(reason) if reason.is_missing() => Err(Reason::ReadFailed),
            Err(reason) => Err(reason),
            Ok(()) => Ok((names, count)),
        }
    }

    /// Asks `stat-at` instead of using the entry's own type, so that links show what they
    /// lead to. Returns `None` for an entry that is neither file nor directory, leads
    /// nowhere, or has just been removed.
    ///
    /// A link may lead anywhere below the root, so it is looked up from the root. Any other
    /// entry is looked up in the directory that was opened, because that may be moved
    /// meanwhile.
    async fn stat_entry(&self, name: &str, link: bool) -> Result<Option<EntryStat>, Reason> {
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
            DescriptorType::RegularFile => Kind::File(Some(stat.size)),
            _ => return Ok(None),
        };
        let Metadata {
            modified, changed, ..
        } = metadata(&stat);
        Ok(Some(EntryStat {
            kind,
            modified,
            changed,
        }))
    }
}

/// Returns the names that may be seen.
async fn visible(mut names: Vec<Vec<Named>>, entries: &VisibleEntries<'_>) -> Vec<Vec<Named>> {
    if entries.shows_all() {
        return names;
    }
    for batch in &mut names {
        let mut seen = Vec::new();
        for named in batch.drain(..) {
            if entries.shows(&named.name, named.kind).await {
                seen.push(named);
            }
        }
        seen.shrink_to_fit();
        *batch = seen;
    }
    names
}

/// Returns the kind of an entry, as far as it is known without its size. A link may lead to
/// either kind, and must not be shown as the other: a mirror would replace a folder by a file.
pub(super) fn kind(type_: &DescriptorType) -> Option<Kind> {
    match type_ {
        DescriptorType::Directory => Some(Kind::Directory),
        DescriptorType::RegularFile => Some(Kind::File(None)),
        _ => None,
    }
}

/// Whether an entry has a type that is never served, whatever its name.
pub(super) fn is_special(kind: &DescriptorType) -> bool {
    matches!(
        kind,
        DescriptorType::BlockDevice
            | DescriptorType::CharacterDevice
            | DescriptorType::Fifo
            | DescriptorType::Socket
    )
}

/// Whether an error concerns one entry only, most often a link that leads out of the root
/// or in circles.
fn is_its_own(reason: Reason) -> bool {
    reason.is_missing() || reason == Reason::NoPermission
}

/// Whether a file system hangs or fails. The directory has the name all the same, and a
/// listing without it would be wrong.
fn is_of_the_disk(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Busy | Reason::ReadFailed | Reason::Unexplained
    )
}
