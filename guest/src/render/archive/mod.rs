//! A folder with all that is below it, as one file: laid out here, and sent part by part.

mod kept;
mod walk;

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;
use core::ops::Range;

use archive::{Kind, Manifest, Parts};
use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength};
use pages::fnv::Fnv;

use super::Listings;
use super::subject::Subject;
use crate::files::quota::Reservation;
use crate::files::root::{Metadata, Opened};
use crate::files::{Visible, join};
use crate::limits::ENTRY_WORK;
use crate::reason::Reason;
use crate::runtime::executor::Executor;
use walk::Walk;

pub(super) use kept::KeptArchives;

/// The media type of archives.
pub const MEDIA_TYPE: &str = "application/x-tar";

/// A folder laid out as one file. Nothing of the content of its files is in memory.
pub struct Archive {
    manifest: Manifest,
    /// The path of the folder.
    path: String,
    /// The name under which clients save it.
    pub file_name: String,
    /// `None` if the times of a file do not tell whether it was changed. Then no two responses
    /// may be joined.
    etag: Option<EntityTag>,
    /// Whether a file was found to have changed since.
    is_outdated: Cell<bool>,
    _reservation: Reservation,
}

impl Archive {
    /// Returns the length in bytes.
    pub fn length(&self) -> u64 {
        self.manifest.length()
    }

    /// Returns the parts between two offsets.
    pub fn parts(&self, range: Range<u64>) -> Parts<'_> {
        self.manifest.parts(range)
    }

    /// Returns what requests may select from, if there is a tag.
    pub fn represent(&self) -> Option<Representation<'_>> {
        Some(Representation {
            size: self.length(),
            modified: None,
            etag: self.etag?,
            media_type: MEDIA_TYPE,
            coding: None,
            varies: false,
            caching: Caching::Revalidate,
            disposition: Some((Disposition::Attachment, &self.file_name)),
        })
    }

    /// Opens one of its files, if that is still what it was.
    pub async fn open(&self, files: Visible<'_>, entry: usize, now: i64) -> Result<Opened, Reason> {
        let path = join(&self.path, &self.manifest.path_below(entry));
        let opened = match files.open_once(&path, now).await {
            Err(reason) if reason.is_missing() => Err(Reason::Changed),
            opened => opened,
        };
        let opened = opened?;
        match self.describes(entry, opened.metadata) {
            true => Ok(opened),
            false => Err(Reason::Changed),
        }
    }

    fn describes(&self, entry: usize, metadata: Metadata) -> bool {
        self.manifest.get(entry).is_some_and(|entry| {
            entry.kind == Kind::File(metadata.size) && entry.modified == metadata.modified
        })
    }

    /// Records that it is no longer what is in the folder, so that the next request gets another.
    pub fn outdate(&self) {
        self.is_outdated.set(true);
    }
}

impl Listings {
    /// Lays out an archive of a directory, and keeps it for a while.
    pub(super) async fn archive(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        now: i64,
    ) -> Result<Rc<Archive>, Reason> {
        let walked = Walk::through(self, files, subject, now).await?;
        let etag = match walked.strength {
            Strength::Strong => Some(tag(&walked.manifest, files.executor()).await),
            Strength::Weak => None,
        };
        Ok(self.archives.keep(
            subject,
            Archive {
                manifest: walked.manifest,
                path: subject.path.clone(),
                file_name: subject.file_name(".tar"),
                etag,
                is_outdated: Cell::new(false),
                _reservation: walked.reservation,
            },
            now,
        ))
    }
}

/// Returns the tag of an archive: a hash of all that its bytes depend on, as far as the times of
/// files tell it.
async fn tag(manifest: &Manifest, executor: &Executor) -> EntityTag {
    let mut hash = Fnv::EMPTY;
    for entry in 0..manifest.count() {
        manifest.describe(entry, |bytes| hash.add(bytes));
        executor.work(ENTRY_WORK).await;
    }
    EntityTag::of_hash(hash.value(), Strength::Strong)
}

#[cfg(test)]
mod tests;
