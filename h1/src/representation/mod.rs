//! A file as it may be sent, and how its content is named (RFC 9110 §8).

pub mod coding;
pub mod disposition;
pub mod etag;
pub mod media_type;

use crate::representation::coding::Coding;
use crate::representation::disposition::Disposition;
use crate::representation::etag::EntityTag;
use crate::syntax::date::Timestamp;

/// A file as it may be sent: what an answer says of it.
#[derive(Clone, Copy, Debug)]
pub struct Representation<'a> {
    /// Bytes; of the compressed file where that is what is sent.
    pub size: u64,
    /// When the file was last written to, as far as the file system knows.
    pub modified: Option<Timestamp>,
    /// From the size, the time and the coding: see [`EntityTag::of`].
    pub etag: EntityTag,
    /// Of the content once decoded.
    pub media_type: &'a str,
    /// What the file is compressed with, to be undone by the client.
    pub coding: Option<Coding>,
    /// Whether another `Accept-Encoding` might have chosen another file.
    pub varies: bool,
    /// How to present the content, and under which name.
    pub disposition: Option<(Disposition, &'a str)>,
}

impl Representation<'_> {
    /// `Last-Modified`, in seconds since 1970. A time in the future is replaced by
    /// `now`, the time of the answer (RFC 9110 §8.8.2.1).
    pub fn last_modified(&self, now: i64) -> Option<i64> {
        self.modified.map(|time| time.seconds.min(now))
    }
}
