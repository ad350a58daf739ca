//! A file as it may be sent, and the description of its content (RFC 9110 §8).

pub mod caching;
pub mod coding;
pub mod disposition;
pub mod etag;
pub mod media_type;

use crate::representation::caching::Caching;
use crate::representation::coding::Coding;
use crate::representation::disposition::Disposition;
use crate::representation::etag::EntityTag;
use crate::syntax::date::Timestamp;

/// A file as it may be sent: what a response says of it.
#[derive(Clone, Copy, Debug)]
pub struct Representation<'a> {
    /// Size in bytes; that of the compressed file if that is sent.
    pub size: u64,
    /// Time of the last write to the file, as far as the file system knows it.
    pub modified: Option<Timestamp>,
    /// Tag from the size, the time and the coding: see [`EntityTag::of`].
    pub etag: EntityTag,
    /// Media type of the decoded content.
    pub media_type: &'a str,
    /// Coding of a compressed file, which the client has to decode.
    pub coding: Option<Coding>,
    /// Whether another `Accept-Encoding` might have chosen another file.
    pub varies: bool,
    /// The time for which caches may use it.
    pub caching: Caching,
    /// Presentation of the content, and its file name.
    pub disposition: Option<(Disposition, &'a str)>,
}

impl Representation<'_> {
    /// Returns `Last-Modified`, in seconds since 1970. A time in the future is replaced by
    /// `now`, the time of the response (RFC 9110 §8.8.2.1).
    pub fn last_modified(&self, now: i64) -> Option<i64> {
        self.modified.map(|time| time.seconds.min(now))
    }
}

#[cfg(test)]
impl Representation<'static> {
    /// Returns a film for tests, of this size in bytes, and modified at this time.
    pub(crate) fn sample(size: u64, modified: Timestamp) -> Self {
        let modified = Some(modified);
        Self {
            size,
            modified,
            etag: EntityTag::of(size, modified, etag::Strength::Strong, None),
            media_type: "video/mp4",
            coding: None,
            varies: false,
            caching: Caching::Revalidate,
            disposition: Some((Disposition::Inline, "story.mp4")),
        }
    }
}
