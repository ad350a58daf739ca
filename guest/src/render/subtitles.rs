//! Subtitles in the form that browsers read.

use alloc::rc::Rc;
use alloc::vec::Vec;

use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength};
use pages::assets::VERSION;
use pages::fnv::Fnv;
use pages::limits::SUBTITLES_BYTES;
use pages::subtitles::webvtt;

use super::page::{Source, Written};
use crate::files::file::{Content, File};
use crate::files::quota::Reservation;
use crate::files::root::read_start;
use crate::files::{self, Found, Visible};
use crate::limits::SUBTITLE_BYTES_PER_WORK;
use crate::reason::Reason;

/// A file of subtitles that can be converted.
pub(super) struct Subtitles<'s> {
    files: Visible<'s>,
    path: &'s str,
    file: Rc<File>,
    size: usize,
    now: i64,
}

impl<'s> Subtitles<'s> {
    /// Returns the file at a path, if it is one of subtitles.
    pub async fn find(files: Visible<'s>, path: &'s str, now: i64) -> Result<Self, Reason> {
        let Found::File(file) = files.look_up(path, now).await? else {
            return Err(Reason::NoForm);
        };
        let size = usize::try_from(file.metadata.size).unwrap_or(usize::MAX);
        let name = files::name(path);
        if !pages::subtitles::siblings::is_subtitle(name) || size > SUBTITLES_BYTES {
            return Err(Reason::NoForm);
        }
        Ok(Self {
            files,
            path,
            file,
            size,
            now,
        })
    }
}

impl Source for Subtitles<'_> {
    async fn tag(&self) -> EntityTag {
        let original = self.file.represent(Disposition::Inline, "").etag;
        let mut hash = Fnv::EMPTY;
        hash.add(&VERSION.to_le_bytes());
        hash.add(original.as_bytes());
        EntityTag::of_hash(hash.value(), Strength::Weak)
    }

    async fn write(&self, reservation: &mut Reservation) -> Result<Written, Reason> {
        let decoded = self.size.saturating_mul(3);
        let used = webvtt::bound(self.size).saturating_add(decoded);
        reservation.reserve(used.saturating_add(self.size))?;
        let (_, content, _) = self.files.open(self.path, &self.file, self.now).await?;
        let read;
        let bytes: &[u8] = match &content {
            Content::Cached(bytes) => bytes,
            Content::Open(file) => {
                read = read_start(file, self.size).await?;
                &read
            }
        };
        let work = u32::try_from(bytes.len()).unwrap_or(u32::MAX) / SUBTITLE_BYTES_PER_WORK;
        let mut text = webvtt::convert(bytes).map_err(|_| Reason::NoForm)?;
        self.files.executor().work(work).await;
        text.shrink_to_fit();
        reservation.clear();
        reservation.add(text.capacity());
        Ok(Written {
            pieces: Vec::from([text]),
            media_type: "text/vtt; charset=utf-8",
            file_name: None,
            next: None,
        })
    }
}
