//! The folders of a playlist: the one that is asked for, and those below it that matter to it.

use alloc::string::String;
use alloc::vec::Vec;

use pages::entries::sort::Key;
use pages::entries::{Entry, Kind};
use pages::subtitles::siblings;

use super::listed::Listed;
use super::subject::Subject;
use super::{Lacking, Listings};
use crate::files::directory::Query;
use crate::files::quota::Reservation;
use crate::files::root::Identity;
use crate::files::{Found, Visible, join};
use crate::limits::{LISTING_ENTRIES, SUBTITLE_FOLDERS, TREE_DEPTH, TREE_ENTRIES, TREE_FOLDERS};
use crate::reason::Reason;

/// The folders of a playlist. Each comes before those below it.
pub(super) struct Tree(pub Vec<Folder>);

/// A folder with its entries.
pub(super) struct Folder {
    /// The path from the one that is asked for, with a slash at its end, or nothing.
    pub path: String,
    /// Whether what it plays is in the list. Else it matters only for subtitles.
    pub is_listed: bool,
    pub listed: Listed,
}

/// A folder that is still to be read: its path from the one that is asked for, and its level
/// below it.
type Waiting = (String, usize);

/// A walk through folders.
struct Walk<'w> {
    listings: &'w Listings,
    files: Visible<'w>,
    subject: &'w Subject,
    now: i64,
    /// Number of entries that were read.
    read: usize,
    /// Folders that were entered. A link may lead to one of them again.
    seen: Vec<Identity>,
}

impl Tree {
    /// Reads the folders. Their memory is taken from `reservation`.
    pub async fn read(
        listings: &Listings,
        files: Visible<'_>,
        subject: &Subject,
        now: i64,
        mut reservation: Reservation,
    ) -> Result<Self, Reason> {
        let mut walk = Walk {
            listings,
            files,
            subject,
            now,
            read: 0,
            seen: Vec::new(),
        };
        let mut folders: Vec<(String, usize, Vec<Entry>)> = Vec::new();
        let mut waiting: Vec<Waiting> = Vec::from([(String::new(), 0)]);
        while let Some((path, level)) = waiting.pop() {
            let Some(entries) = walk.enter(&path, level, &mut reservation).await? else {
                continue;
            };
            let known = folders.len().saturating_add(waiting.len());
            walk.add_below(&path, level, &entries, known, &mut waiting)?;
            reservation.reserve(path.len().saturating_add(size_of::<Folder>()))?;
            folders.push((path, level, entries));
        }
        let mut reservation = Some(reservation);
        let none = listings.quota.reservation();
        let folder = |(path, level, entries): (String, usize, Vec<Entry>)| Folder {
            path: match path.is_empty() {
                true => path,
                false => [&*path, "/"].concat(),
            },
            is_listed: subject.view.tree || level == 0,
            // All memory is given back with the first one.
            listed: Listed::new(
                entries,
                reservation.take().unwrap_or_else(|| none.another()),
                files.executor(),
            ),
        };
        Ok(Self(folders.into_iter().map(folder).collect()))
    }
}

impl Walk<'_> {
    fn is_tree(&self) -> bool {
        self.subject.view.tree
    }

    /// Returns the entries of a folder. `None` if it is left out: it was entered already, or
    /// it is below the one that is asked for and can't be read.
    async fn enter(
        &mut self,
        path: &str,
        level: usize,
        reservation: &mut Reservation,
    ) -> Result<Option<Vec<Entry>>, Reason> {
        let whole = match path.is_empty() {
            true => self.subject.path.clone(),
            false => join(&self.subject.path, path),
        };
        if self.is_tree() {
            let identity = self.files.identify(&whole).await;
            if self.seen.iter().any(|seen| identity.is_known_as(*seen)) {
                return Ok(None);
            }
            self.seen.push(identity);
            if level > 0
                && let Some(index) = self.index_of(&whole).await
            {
                return Ok(Some(Vec::from([index])));
            }
        }
        let query = self.query();
        let list = self
            .listings
            .list(self.files, &whole, query, self.now, reservation);
        match list.await {
            Ok(entries) => {
                self.read = self.read.saturating_add(entries.read);
                Ok(Some(entries.shown))
            }
            Err(Reason::TooManyEntries) if self.is_tree() => Err(Reason::TreeTooLarge),
            Err(reason) if level > 0 && is_left_out(reason) => {
                let parent = &self.subject.path;
                self.listings.lack(parent, Lacking::Entry, 1, path, reason);
                Ok(None)
            }
            Err(reason) => Err(reason),
        }
    }

    /// Returns the file that stands for a directory, if it has one.
    async fn index_of(&self, path: &str) -> Option<Entry> {
        let index = &*self.subject.index;
        let found = self
            .files
            .look_up_derived(&join(path, index), self.now)
            .await;
        matches!(found, Ok(Found::File(_))).then(|| Entry {
            name: index.into(),
            kind: Kind::File(None),
            modified: None,
        })
    }

    /// Returns the choice of a folder's entries. All names matter, whatever the filter:
    /// those of folders, and of subtitles.
    fn query(&self) -> Query<'_> {
        let needs_stat = !matches!(self.subject.view.sort.key, Key::Name | Key::Kind);
        Query {
            filter: "",
            most: match self.is_tree() {
                true => TREE_ENTRIES.saturating_sub(self.read),
                false => LISTING_ENTRIES,
            },
            described: if needs_stat { usize::MAX } else { 0 },
            ..self.subject.query()
        }
    }

    /// Adds the folders of a folder that are to be read, the first of them last. `known` is the
    /// number of those that were added before.
    fn add_below(
        &self,
        path: &str,
        level: usize,
        entries: &[Entry],
        known: usize,
        waiting: &mut Vec<Waiting>,
    ) -> Result<(), Reason> {
        let folders = entries.iter().filter(|entry| entry.is_directory());
        let below = |entry: &Entry| match path.is_empty() {
            true => entry.name.clone().into_string(),
            false => join(path, &entry.name),
        };
        let next = level.saturating_add(1);
        let start = waiting.len();
        if self.is_tree() {
            for folder in folders {
                let count = known.saturating_add(waiting.len().saturating_sub(start));
                if next > TREE_DEPTH || count.saturating_add(1) >= TREE_FOLDERS {
                    return Err(Reason::TreeTooLarge);
                }
                waiting.push((below(folder), next));
            }
        } else {
            // `Subs`, and `Subs/film` for each film.
            let matters = |entry: &&Entry| level == 1 || siblings::is_folder(&entry.name);
            let most = match level {
                0 => 1,
                1 => SUBTITLE_FOLDERS,
                _ => 0,
            };
            let folders = folders.filter(matters).take(most);
            waiting.extend(folders.map(|folder| (below(folder), next)));
        }
        if let Some(added) = waiting.get_mut(start..) {
            added.reverse();
        }
        Ok(())
    }
}

/// Whether the list goes on without a folder that has this error: it concerns that folder only.
fn is_left_out(reason: Reason) -> bool {
    reason.is_missing() || matches!(reason, Reason::NoPermission | Reason::TooManyEntries)
}
