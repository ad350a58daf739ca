//! A page that was made.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use h1::representation::etag::EntityTag;
use h1::status::Status;

use super::archive::Archive;
use super::picture::Picture;
use super::stream::LongList;
use super::subject::Subject;
use super::{Listings, Outcome};
use crate::files::quota::Reservation;
use crate::reason::Reason;

/// The result of making a page.
#[derive(Clone)]
pub enum Made {
    Page(Rc<Page>),
    /// The client has the page with this tag already, so it was not written.
    Unchanged(EntityTag),
    /// A list that is too long for a page.
    Long(Rc<LongList>),
    /// A directory as one file.
    Archive(Rc<Archive>),
    /// A picture that was found in a file.
    Picture(Rc<Picture>),
}

/// A generated page.
pub struct Page {
    pub status: Status,
    pub media_type: &'static str,
    pub etag: Option<EntityTag>,
    /// The request fields that it depends on.
    pub vary: &'static str,
    /// The name under which clients save it.
    pub file_name: Option<String>,
    /// The reference to the next part of the list.
    pub next: Option<String>,
    /// The size of the file of which the requested range does not exist.
    pub range_of: Option<u64>,
    pub(super) pieces: Vec<String>,
    pub(super) _reservation: Reservation,
}

/// Everything that a page is written from.
pub(super) trait Source {
    /// Returns the tag of the page: it differs if anything does that shapes it.
    async fn tag(&self) -> EntityTag;

    /// Writes the page. Its memory is taken from `reservation`.
    async fn write(&self, reservation: &mut Reservation) -> Result<Written, Reason>;
}

/// The content of a page, and what its head says of it.
pub(super) struct Written {
    pub pieces: Vec<String>,
    pub media_type: &'static str,
    pub file_name: Option<String>,
    /// The reference to the next part of the list.
    pub next: Option<String>,
}

impl Listings {
    /// Writes a page, unless `is_current` holds for its tag.
    pub(super) async fn write(
        &self,
        source: &impl Source,
        subject: &Subject,
        is_current: impl Fn(&EntityTag) -> bool,
    ) -> Outcome {
        let tag = source.tag().await;
        if is_current(&tag) {
            return Ok(Made::Unchanged(tag));
        }
        let mut reservation = self.quota.reservation();
        let written = source.write(&mut reservation).await?;
        Ok(page(written, tag, subject, reservation))
    }
}

/// Returns a page that was written.
fn page(written: Written, tag: EntityTag, subject: &Subject, reservation: Reservation) -> Made {
    Made::Page(Rc::new(Page {
        status: Status::Ok,
        media_type: written.media_type,
        etag: Some(tag),
        vary: subject.view.fields(),
        file_name: written.file_name,
        next: written.next,
        range_of: None,
        pieces: written.pieces,
        _reservation: reservation,
    }))
}

impl Page {
    /// Returns the bytes of all pieces.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }

    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(String::as_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::HTML;
    use super::*;
    use crate::files::quota::Quota;
    use crate::limits::LISTING_BYTES;

    #[test]
    fn pages_count_while_someone_holds_them() {
        let quota = Quota::new(LISTING_BYTES);
        let page = |bytes| {
            let mut reservation = quota.reservation();
            reservation.reserve(bytes).unwrap();
            Rc::new(Page {
                status: Status::Ok,
                media_type: HTML,
                etag: None,
                vary: "",
                file_name: None,
                next: None,
                range_of: None,
                pieces: Vec::from(["x".repeat(bytes)]),
                _reservation: reservation,
            })
        };
        let (one, other) = (page(1_000), page(500));
        let reader = Rc::clone(&one);
        assert_eq!(one.len(), 1_000);
        drop(one);
        assert_eq!(quota.bytes(), 1_500);
        drop((reader, other));
        assert_eq!(quota.bytes(), 0);
    }
}
