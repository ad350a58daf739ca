//! What a film, a track or a picture says of itself.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;

use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength};
use media::limits::MEMORY_BYTES;
use media::{Facts, Span, Step};
use pages::assets::VERSION;
use pages::fnv::Fnv;
use pages::json::FactsObject;
use pages::view::Form;

use super::directory::media_type;
use super::page::{Source, Written};
use super::pieces::Pieces;
use crate::files::file::{Content, File};
use crate::files::quota::Reservation;
use crate::files::root::read_at;
use crate::files::{Found, Visible};
use crate::limits::{CALL_WORK, MEDIA_BYTES_PER_WORK};
use crate::reason::Reason;

/// A file that may have facts.
pub(super) struct MediaFile<'m> {
    files: Visible<'m>,
    path: &'m str,
    file: Rc<File>,
    now: i64,
}

impl<'m> MediaFile<'m> {
    /// Returns the file at a path.
    pub async fn find(files: Visible<'m>, path: &'m str, now: i64) -> Result<Self, Reason> {
        match files.look_up(path, now).await? {
            Found::File(file) => Ok(Self {
                files,
                path,
                file,
                now,
            }),
            Found::Directory => Err(Reason::NoForm),
        }
    }
}

impl Source for MediaFile<'_> {
    /// Returns a tag that is as strong as that of the file, because the same file has the same
    /// facts.
    async fn tag(&self) -> EntityTag {
        let original = self.file.represent(Disposition::Inline, "").etag;
        let mut hash = Fnv::EMPTY;
        hash.add(&VERSION.to_le_bytes());
        hash.add(b"facts");
        hash.add(original.as_bytes());
        let strength = match original.as_bytes().starts_with(b"W/") {
            true => Strength::Weak,
            false => Strength::Strong,
        };
        EntityTag::of_hash(hash.value(), strength)
    }

    async fn write(&self, reservation: &mut Reservation) -> Result<Written, Reason> {
        reservation.reserve(MEMORY_BYTES)?;
        let (file, content, _) = self.files.open(self.path, &self.file, self.now).await?;
        let facts = read(self.files, &content, file.metadata.size).await?;
        let mut pieces = Pieces::default();
        pieces.append(&FactsObject(&facts), reservation)?;
        drop(facts);
        reservation.give_back(MEMORY_BYTES);
        Ok(Written {
            pieces: pieces.finish(reservation),
            media_type: media_type(Form::Facts),
            file_name: None,
            next: None,
        })
    }
}

/// Reads the facts of an open file: one read after the other, with other tasks in between.
async fn read(files: Visible<'_>, content: &Content, size: u64) -> Result<Box<Facts>, Reason> {
    let mut step = media::read(size);
    loop {
        step = match step {
            Step::Need(need) => {
                let bytes = part(content, need.span()).await?;
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                let work = CALL_WORK.saturating_add(length / MEDIA_BYTES_PER_WORK);
                files.executor().work(work).await;
                need.supply(&bytes)
            }
            // A file of another kind has no such form.
            Step::Done(facts) => return facts.map_err(|_| Reason::NoForm),
        };
    }
}

/// Returns a part of a file, or what it has of it.
async fn part(content: &Content, span: Span) -> Result<Vec<u8>, Reason> {
    let length = usize::try_from(span.length).unwrap_or(usize::MAX);
    match content {
        Content::Open(file) => read_at(file, span.start, length).await,
        Content::Cached(bytes) => {
            let start = usize::try_from(span.start).unwrap_or(usize::MAX);
            let rest = bytes.get(start..).unwrap_or_default();
            Ok(rest.get(..length).unwrap_or(rest).into())
        }
    }
}
