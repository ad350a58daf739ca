//! A playlist of a folder, or of the tree below it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use h1::representation::etag::{EntityTag, Strength};
use pages::assets::VERSION;
use pages::entries::Entry;
use pages::entries::file_kind::FileKind;
use pages::fnv::Fnv;
use pages::playlist::{Format, Formatted, Item, Part};
use pages::subtitles::{order, siblings};

use super::directory::{hash_entries, media_type};
use super::page::{Source, Written};
use super::pieces::Pieces;
use super::subject::Subject;
use super::tree::{Folder, Tree};
use crate::files::directory::passes;
use crate::files::quota::Reservation;
use crate::limits::{ENTRY_WORK, WHOLE_ENTRIES};
use crate::reason::Reason;
use crate::runtime::executor::Executor;
use crate::runtime::sort::Sorter;

/// A playlist, before it is written in a format.
pub(super) struct Playlist<'p> {
    pub subject: &'p Subject,
    pub tree: &'p Tree,
    pub format: Format,
    pub executor: &'p Executor,
}

impl Source for Playlist<'_> {
    async fn tag(&self) -> EntityTag {
        let mut hash = Fnv::EMPTY;
        hash.add(&VERSION.to_le_bytes());
        // Writing to a hash can't fail.
        let _ = write!(hash, "{:?}", self.subject);
        for folder in &self.tree.0 {
            hash.add(folder.path.as_bytes());
            hash.add(&[0]);
            hash_entries(&folder.listed.entries, &mut hash, self.executor).await;
        }
        EntityTag::of_hash(hash.value(), Strength::Weak)
    }

    async fn write(&self, reservation: &mut Reservation) -> Result<Written, Reason> {
        let mut pieces = Pieces::default();
        let mut number = 0_u32;
        let title = self.subject.title();
        pieces.append(&Formatted(self.format, Part::Start(title)), reservation)?;
        for (place, folder) in self.tree.0.iter().enumerate() {
            if folder.is_listed {
                let rest = self.tree.0.get(place..).unwrap_or_default();
                self.write_folder(folder, rest, &mut number, &mut pieces, reservation)
                    .await?;
            }
        }
        pieces.append(&Formatted(self.format, Part::End), reservation)?;
        let ending = match self.format {
            Format::M3u => ".m3u",
            Format::Xspf => ".xspf",
        };
        Ok(Written {
            pieces: pieces.finish(reservation),
            media_type: media_type(self.subject.view.form),
            file_name: Some(self.subject.file_name(ending)),
            next: None,
        })
    }
}

impl Playlist<'_> {
    /// Appends what a folder plays. `rest` are the folders from this one on.
    async fn write_folder(
        &self,
        folder: &Folder,
        rest: &[Folder],
        number: &mut u32,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let entries = &folder.listed.entries;
        let is_film = |entry: &&Entry| FileKind::of(entry) == FileKind::Video;
        let films = entries.iter().filter(is_film).take(2).count();
        let mut for_names = reservation.another();
        let below = match films {
            0 => Vec::new(),
            _ => self.subtitles_below(folder, rest, &mut for_names).await?,
        };
        let names = match films {
            0 => Vec::new(),
            _ => self.ordered(entries, &below, &mut for_names).await?,
        };
        for entry in entries {
            self.executor.work(ENTRY_WORK).await;
            let kind = FileKind::of(entry);
            if !kind.plays() || !passes(&entry.name, &self.subject.view.filter) {
                continue;
            }
            let candidates = match kind {
                // Whatever their names, subtitles of the only film are its own.
                FileKind::Video if films == 1 => &*names,
                FileKind::Video => order::of_film(&names, &entry.name),
                _ => &[],
            };
            let work = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
            self.executor.work(work.saturating_mul(ENTRY_WORK)).await;
            let candidates = candidates.iter().copied();
            let mut subtitles = siblings::find(&entry.name, films == 1, candidates);
            subtitles.retain(|subtitle| !subtitle.are_chapters);
            *number = number.saturating_add(1);
            let item = Item {
                base: &self.subject.base,
                folder: &folder.path,
                name: &entry.name,
                subtitles: &subtitles,
                number: *number,
            };
            pieces.append(&Formatted(self.format, Part::Item(item)), reservation)?;
        }
        Ok(())
    }

    /// Returns the paths of files in the folders for subtitles of a folder, from that folder.
    async fn subtitles_below(
        &self,
        folder: &Folder,
        rest: &[Folder],
        reservation: &mut Reservation,
    ) -> Result<Vec<String>, Reason> {
        let mut paths = Vec::new();
        for other in rest {
            self.executor.work(ENTRY_WORK).await;
            let Some(path) = other.path.strip_prefix(&*folder.path) else {
                // Those below a folder come right after it.
                break;
            };
            let mut names = path.split_terminator('/');
            let is_for_subtitles = names.next().is_some_and(siblings::is_folder);
            if !is_for_subtitles || names.count() > 1 {
                continue;
            }
            for entry in &other.listed.entries {
                if siblings::is_subtitle(&entry.name) && !entry.is_directory() {
                    let path = [path, &entry.name].concat();
                    reservation.reserve(path.len().saturating_add(size_of::<String>()))?;
                    paths.push(path);
                }
                self.executor.work(ENTRY_WORK).await;
            }
        }
        Ok(paths)
    }

    /// Returns all names that may matter for the subtitles of a folder's films, in the order
    /// in which they are found. There are none if no name is that of subtitles, or if there
    /// are so many that a list of them would be sent while it is made.
    async fn ordered<'n>(
        &self,
        entries: &'n [Entry],
        below: &'n [String],
        reservation: &mut Reservation,
    ) -> Result<Vec<&'n str>, Reason> {
        let is_subtitle = |entry: &Entry| siblings::is_subtitle(&entry.name);
        let count = entries.len().saturating_add(below.len());
        let none = below.is_empty() && !entries.iter().any(is_subtitle);
        if none || count > WHOLE_ENTRIES {
            return Ok(Vec::new());
        }
        // Two lists, while they are sorted.
        reservation.reserve(count.saturating_mul(size_of::<[&str; 2]>()))?;
        let mut sorter = Sorter::new(|a: &&str, b: &&str| order::compare(a, b));
        let names = entries.iter().map(|entry| &*entry.name);
        for name in names.chain(below.iter().map(|path| &**path)) {
            sorter.push(name, self.executor).await;
        }
        Ok(sorter.finish(self.executor).await)
    }
}
