//! Facts of media, read once and remembered with the metadata of their file.

use alloc::rc::Rc;
use alloc::vec::Vec;

use media::{Facts, Span, Step};

use super::file::{Content, File};
use super::root::read_at;
use super::{Files, Visible, path};
use crate::limits::{CALL_WORK, MEDIA_BYTES_PER_WORK};
use crate::reason::Reason;

impl Visible<'_> {
    /// Returns what a file that [`Visible::look_up`] has just found says of itself: nothing if it
    /// is of a kind that does not. Returns another file if the first was replaced in between.
    /// The caller has reserved [`MEMORY_BYTES`](media::limits::MEMORY_BYTES) for it.
    pub async fn facts(
        self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Option<Rc<Facts>>), Reason> {
        self.files.facts(path, file, now).await
    }
}

impl Files {
    async fn facts(
        &self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Option<Rc<Facts>>), Reason> {
        if let Some(facts) = file.facts() {
            return Ok((Rc::clone(file), facts));
        }
        let reads = self.media_reads.begin(path::directory_of(path), now)?;
        let (file, content, _) = self.open_briefly(path, file, now).await?;
        let mut step = media::read(file.metadata.size);
        let facts = loop {
            step = match step {
                Step::Need(need) => {
                    reads.set(reads.get().saturating_add(1));
                    let bytes = part(&content, need.span()).await?;
                    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                    let work = CALL_WORK.saturating_add(length / MEDIA_BYTES_PER_WORK);
                    self.executor.work(work).await;
                    need.supply(&bytes)
                }
                Step::Done(facts) => break facts.ok().map(Rc::from),
            };
        };
        if file.settled {
            file.remember_facts(facts.clone());
            self.lookups.keep(path, &file, now, file.weight());
        }
        Ok((file, facts))
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
