//! What a film, a track or a picture says of itself.

use alloc::rc::Rc;

use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength};
use media::limits::MEMORY_BYTES;
use pages::assets::VERSION;
use pages::fnv::Fnv;
use pages::json::FactsObject;
use pages::view::Form;

use super::directory::media_type;
use super::page::{Source, Written};
use super::pieces::Pieces;
use crate::files::file::File;
use crate::files::quota::Reservation;
use crate::files::{Found, Visible};
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
        let facts = self.files.facts(self.path, &self.file, self.now).await?;
        // A file of another kind has no such form.
        let facts = facts.1.ok_or(Reason::NoForm)?;
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
