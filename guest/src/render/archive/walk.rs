//! A walk through a folder and all folders below it, in the order of an archive.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice;

use archive::limits::ENTRIES;
use archive::{Kind as EntryKind, Manifest};
use h1::representation::disposition::Disposition;
use h1::representation::etag::Strength;
use h1::syntax::date::Timestamp;
use pages::entries::{Entry, Kind, Modified};

use crate::files::directory::{Entries, Query};
use crate::files::quota::Reservation;
use crate::files::root::Identity;
use crate::files::{Found, Visible, join};
use crate::limits::ENTRY_WORK;
use crate::reason::Reason;
use crate::render::listed::Listed;
use crate::render::subject::Subject;
use crate::render::{Lacking, Listings};
use crate::runtime::sort::sort;

/// What a walk has found.
pub(super) struct Walked {
    pub manifest: Manifest,
    /// The memory of the manifest.
    pub reservation: Reservation,
    /// Whether the next change of each file is sure to show in its size or its time.
    pub strength: Strength,
}

/// A walk through folders.
pub(super) struct Walk<'w> {
    listings: &'w Listings,
    files: Visible<'w>,
    subject: &'w Subject,
    now: i64,
    walked: Walked,
    /// Number of entries that were read, whether they are in the archive or not.
    read: usize,
    /// The folders on the way to the one that is read. A link may lead to one of them again.
    entered: Vec<Identity>,
    /// Folders that are still to be read, the next one last.
    waiting: Vec<Waiting>,
}

/// A folder that is still to be read.
struct Waiting {
    /// The number of the folder that it is in.
    parent: usize,
    /// The number of folders on the way to it.
    level: usize,
    name: Box<str>,
    modified: Option<Timestamp>,
}

impl<'w> Walk<'w> {
    /// Reads a folder and those below it. What is in no listing is not in it.
    pub async fn through(
        listings: &'w Listings,
        files: Visible<'w>,
        subject: &'w Subject,
        now: i64,
    ) -> Result<Walked, Reason> {
        let mut top = Entry {
            // It stands for the folder itself.
            name: ".".into(),
            kind: Kind::Directory,
            modified: None,
        };
        files
            .describe(&subject.path, slice::from_mut(&mut top))
            .await?;
        let manifest = Manifest::new(subject.title(), timestamp(top.modified))?;
        let mut walk = Self {
            listings,
            files,
            subject,
            now,
            walked: Walked {
                manifest,
                reservation: listings.quota.reservation(),
                strength: Strength::Strong,
            },
            read: 0,
            entered: Vec::from([files.identify(&subject.path).await]),
            waiting: Vec::new(),
        };
        let mut for_entries = listings.quota.reservation();
        let entries = walk.list(&subject.path, &mut for_entries).await?;
        walk.add_all(Manifest::TOP, entries, for_entries).await?;
        while let Some(next) = walk.waiting.pop() {
            let taken = next.weight();
            walk.enter(next).await?;
            walk.walked.reservation.give_back(taken);
        }
        Ok(walk.walked)
    }

    /// Reads a folder and adds what it has, unless it is left out: it cannot be read, or a link
    /// leads back to where the walk came from.
    async fn enter(&mut self, next: Waiting) -> Result<(), Reason> {
        let below = self.walked.manifest.path_below(next.parent);
        let below = join(&below, &next.name);
        let path = join(&self.subject.path, &below);
        let identity = self.files.identify(&path).await;
        self.entered.truncate(next.level);
        if self.entered.iter().any(|it| identity.is_known_as(*it)) {
            return Ok(());
        }
        let mut for_entries = self.listings.quota.reservation();
        let entries = match self.index_of(&path).await {
            Some(index) => Vec::from([index]),
            None => match self.list(&path, &mut for_entries).await {
                Ok(entries) => entries,
                Err(reason) if reason.is_missing() || reason == Reason::NoPermission => {
                    let parent = &self.subject.path;
                    self.listings
                        .lack(parent, Lacking::Entry, 1, &below, reason);
                    return Ok(());
                }
                Err(reason) => return Err(reason),
            },
        };
        self.entered.push(identity);
        let kind = EntryKind::Directory;
        let number = self.add(next.parent, &next.name, kind, next.modified)?;
        self.add_all(number, entries, for_entries).await
    }

    /// Returns the entries of a folder.
    async fn list(
        &mut self,
        path: &str,
        reservation: &mut Reservation,
    ) -> Result<Vec<Entry>, Reason> {
        let query = Query {
            most: ENTRIES.saturating_sub(self.read),
            described: usize::MAX,
            ..self.subject.query()
        };
        let list = self
            .listings
            .list(self.files, path, query, self.now, reservation);
        let Entries {
            shown,
            read,
            strength,
            ..
        } = match list.await {
            Err(Reason::TooManyEntries) => return Err(Reason::ArchiveTooLarge),
            listed => listed?,
        };
        self.read = self.read.saturating_add(read);
        self.note(strength);
        Ok(shown)
    }

    fn note(&mut self, strength: Strength) {
        if strength == Strength::Weak {
            self.walked.strength = Strength::Weak;
        }
    }

    /// Returns the file that stands for a folder, if it has one: then nothing else of the folder
    /// is listed.
    async fn index_of(&mut self, path: &str) -> Option<Entry> {
        let index = &*self.subject.index;
        let index_path = join(path, index);
        let found = self.files.look_up_derived(&index_path, self.now).await;
        let Ok(Found::File(file)) = found else {
            return None;
        };
        if !file.represent(Disposition::Inline, "").etag.is_strong() {
            self.note(Strength::Weak);
        }
        let modified = file.metadata.modified;
        Some(Entry {
            name: index.into(),
            kind: Kind::File(Some(file.metadata.size)),
            modified: modified.map(|time| Modified::new(time.seconds, time.nanoseconds)),
        })
    }

    /// Adds the files of a folder, and remembers the folders in it.
    async fn add_all(
        &mut self,
        number: usize,
        mut entries: Vec<Entry>,
        for_entries: Reservation,
    ) -> Result<(), Reason> {
        let executor = self.files.executor();
        let place = |entry: &Entry| entry.is_directory();
        sort(
            &mut entries,
            |a, b| (place(a), &a.name).cmp(&(place(b), &b.name)),
            executor,
        )
        .await;
        let listed = Listed::new(entries, for_entries, executor);
        let first = self.waiting.len();
        for entry in &listed.entries {
            let modified = timestamp(entry.modified);
            match entry.kind {
                Kind::File(Some(size)) => {
                    self.add(number, &entry.name, EntryKind::File(size), modified)?;
                }
                // The file system does not say its size, and there is no archive without it.
                Kind::File(None) => return Err(Reason::Busy),
                Kind::Directory => {
                    let waiting = Waiting {
                        parent: number,
                        level: self.entered.len(),
                        name: entry.name.clone(),
                        modified,
                    };
                    self.walked.reservation.reserve(waiting.weight())?;
                    self.waiting.push(waiting);
                }
            }
            executor.work(ENTRY_WORK).await;
        }
        if let Some(added) = self.waiting.get_mut(first..) {
            added.reverse();
        }
        Ok(())
    }

    /// Adds an entry to the archive.
    fn add(
        &mut self,
        parent: usize,
        name: &str,
        kind: EntryKind,
        modified: Option<Timestamp>,
    ) -> Result<usize, Reason> {
        let Walked {
            manifest,
            reservation,
            ..
        } = &mut self.walked;
        reservation.reserve(manifest.growth(name))?;
        Ok(manifest.add(parent, name, kind, modified)?)
    }
}

impl Waiting {
    /// Returns the bytes that it takes.
    fn weight(&self) -> usize {
        self.name.len().saturating_add(size_of::<Self>())
    }
}

fn timestamp(modified: Option<Modified>) -> Option<Timestamp> {
    modified.map(|modified| Timestamp {
        seconds: modified.seconds,
        nanoseconds: modified.nanoseconds(),
    })
}
