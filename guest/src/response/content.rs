//! Content that a response sends whole or in parts: of a file, or of an archive of many.

use alloc::boxed::Box;
use alloc::vec::Vec;

use archive::Part;

use super::send_error::SendError;
use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::files::Visible;
use crate::files::file::Content;
use crate::files::root::Bytes;
use crate::limits::{ARCHIVE_TAIL_BYTES, ENTRY_WORK, STAT_WORK, STREAMED_BYTES};
use crate::net::buffered::Buffered;
use crate::reason::Reason;
use crate::render::Archive;
use crate::runtime::clock::Clock;

/// Where the bytes of a response come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'s> {
    /// A file from this position on.
    File(&'s Content, u64),
    Archive(ArchiveSource<'s>),
}

/// An archive, and the files that it is made of.
#[derive(Clone, Copy)]
pub(super) struct ArchiveSource<'s> {
    pub archive: &'s Archive,
    pub files: Visible<'s>,
    pub clock: &'s Clock,
}

impl Source<'_> {
    /// Sends `length` bytes from `offset` on.
    pub async fn send(
        self,
        buffered: &mut Buffered<'_>,
        offset: u64,
        length: u64,
    ) -> Result<(), SendError> {
        match self {
            Self::File(file, start) => {
                send_file(buffered, file, start.saturating_add(offset), length).await
            }
            // In a box, so that other connections need no memory for it.
            Self::Archive(source) => Box::pin(source.send(buffered, offset, length)).await,
        }
    }
}

impl ArchiveSource<'_> {
    async fn send(
        self,
        buffered: &mut Buffered<'_>,
        offset: u64,
        length: u64,
    ) -> Result<(), SendError> {
        let mut left = length;
        for part in self.archive.parts(offset..offset.saturating_add(length)) {
            left = left.saturating_sub(part.length());
            match part {
                Part::Bytes(bytes) => {
                    let write = |out: &mut Vec<u8>| out.extend_from_slice(&bytes);
                    buffered.append(bytes.len(), left, write).await?;
                }
                Part::Zeros(count) => {
                    let write = |out: &mut Vec<u8>| {
                        out.resize(out.len().saturating_add(count), 0);
                    };
                    buffered.append(count, left, write).await?;
                }
                Part::File {
                    entry,
                    offset,
                    length,
                } => {
                    let sent = self.send_entry(buffered, entry, offset, length).await;
                    if let Err(SendError::File(_)) = sent {
                        self.archive.outdate();
                    }
                    sent?;
                }
            }
            self.files.executor().work(ENTRY_WORK).await;
        }
        Ok(())
    }

    /// Sends bytes of a file, if it is still the one that was laid out, and has not been changed
    /// when all of them have been read.
    async fn send_entry(
        self,
        buffered: &mut Buffered<'_>,
        entry: usize,
        offset: u64,
        length: u64,
    ) -> Result<(), SendError> {
        let (now, _) = self.clock.now();
        let opened = self.archive.open(self.files, entry, now).await;
        let opened = opened.map_err(SendError::File)?;
        // Many small files go together, and what is read can be taken back.
        let tail = length.min(ARCHIVE_TAIL_BYTES);
        let before = length.saturating_sub(tail);
        let file = &*opened.descriptor;
        send_open(buffered, file, offset, before).await?;
        send_stream(buffered, file, offset.saturating_add(before), tail).await?;
        self.files.executor().spend(STAT_WORK);
        let content = Content::Open(opened.descriptor);
        if content.is_still(opened.metadata).await {
            return Ok(());
        }
        // Even if nothing else follows, the client sees that the response is not whole.
        buffered.take_back(buffered.queued().saturating_sub(1));
        Err(SendError::File(Reason::Changed))
    }
}

/// Sends `length` bytes of a file, from `offset` on.
async fn send_file(
    buffered: &mut Buffered<'_>,
    file: &Content,
    offset: u64,
    length: u64,
) -> Result<(), SendError> {
    match file {
        Content::Cached(bytes) => Ok(buffered.bytes(slice(bytes, offset, length)).await?),
        Content::Open(file) => send_open(buffered, file, offset, length).await,
    }
}

/// Does the same for an open file: the host sends it as far as it has it at hand.
async fn send_open(
    buffered: &mut Buffered<'_>,
    file: &Descriptor,
    mut offset: u64,
    length: u64,
) -> Result<(), SendError> {
    let mut left = length;
    while left > 0 {
        let sent = match buffered.send_range(file, offset, left).await? {
            Some(sent) => sent,
            None => {
                let part = match buffered.sends_files() {
                    true => left.min(STREAMED_BYTES),
                    false => left,
                };
                send_stream(buffered, file, offset, part).await?;
                part
            }
        };
        offset = offset.saturating_add(sent);
        left = left.saturating_sub(sent);
    }
    Ok(())
}

/// Reads `length` bytes of a file, and sends them.
async fn send_stream(
    buffered: &mut Buffered<'_>,
    file: &Descriptor,
    offset: u64,
    length: u64,
) -> Result<(), SendError> {
    let mut bytes = Bytes::new(file, offset);
    let mut left = length;
    while left > 0 {
        // Bytes of the file beyond the announced length are not sent.
        let read = buffered
            .fill(left, async |buffer| bytes.read(buffer).await)
            .await?;
        if read == 0 {
            let reason = bytes.end().await.err();
            return Err(SendError::File(reason.unwrap_or(Reason::EndedEarly)));
        }
        left = left.saturating_sub(read);
    }
    Ok(())
}

/// Returns the selected part, which lies within the content that it was selected from.
fn slice(bytes: &[u8], offset: u64, length: u64) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    bytes.get(start..end).unwrap_or_default()
}
