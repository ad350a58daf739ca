//! Texts on pages: a README below a list, and a text on a page of its own.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use pages::charset::{self, DECODED_BYTES};
use pages::entries::Entry;
use pages::file_page::FilePage;
use pages::limits::MARKDOWN_BYTES;
use pages::markdown;
use pages::source::Rows;
use pages::viewer::{End, Extent, Lines, Markdown, Start, Viewer, is_markdown, portions};

use super::Subject;
use super::pieces::Pieces;
use crate::files::file::Content;
use crate::files::quota::Reservation;
use crate::files::root::read_at;
use crate::files::{Found, Visible, join};
use crate::limits::TEXT_BYTES_PER_WORK;
use crate::reason::Reason;

/// Name of the file that is shown below the list of its directory.
const README: &str = "README.md";

/// The source of the bytes of texts.
#[derive(Clone, Copy)]
pub(super) struct Texts<'t> {
    pub files: Visible<'t>,
    pub subject: &'t Subject,
    pub now: i64,
}

impl Texts<'_> {
    /// Returns the README among the entries in HTML, unless it is too long to be shown.
    pub async fn readme(
        &self,
        entries: &[Entry],
        reservation: &mut Reservation,
    ) -> Result<Option<String>, Reason> {
        let mut entries = entries.iter();
        let Some(entry) = entries.find(|entry| is_readme(&entry.name)) else {
            return Ok(None);
        };
        let Some(size) = entry.size() else {
            return Ok(None);
        };
        if size > MARKDOWN_BYTES as u64 {
            return Ok(None);
        }
        let bytes = self.read(entry, Extent::of(0, size), reservation).await?;
        let text = charset::decode(&bytes);
        reservation.reserve(markdown::memory(text.len()))?;
        reservation.reserve(markdown::bound(text.len()))?;
        let mut html = String::new();
        markdown::write(&text, &mut html);
        self.count(text.len()).await;
        Ok(Some(html))
    }

    /// Writes the page about a text.
    pub async fn write(
        &self,
        entry: &Entry,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let size = entry.size().ok_or(Reason::NoForm)?;
        let extent = Extent::of(self.subject.view.from, size);
        let viewer = Viewer {
            file: FilePage {
                path: &self.subject.path,
                view: &self.subject.view,
                entry,
            },
            extent,
        };
        let bytes = self.read(entry, extent, reservation).await?;
        let text = charset::decode(&bytes);
        pieces.append(&Start(viewer), reservation)?;
        if is_markdown(&entry.name) && extent.end == size && extent.start == 0 {
            reservation.reserve(markdown::memory(text.len()))?;
            pieces.append(&Markdown(&text), reservation)?;
            self.count(text.len()).await;
        } else {
            let rows = RefCell::new(Rows::new(&entry.name, 1));
            for portion in portions(&text) {
                let text = text.get(portion).unwrap_or_default();
                pieces.append(&Lines { text, rows: &rows }, reservation)?;
                self.count(text.len()).await;
            }
        }
        pieces.append(&End(viewer), reservation)
    }

    /// Reads a part of a file. The memory for it, and for its text, is taken from
    /// `reservation`.
    async fn read(
        &self,
        entry: &Entry,
        extent: Extent,
        reservation: &mut Reservation,
    ) -> Result<Vec<u8>, Reason> {
        let length = extent.end.saturating_sub(extent.start);
        let length = usize::try_from(length).map_err(|_| Reason::NoForm)?;
        reservation.reserve(length.saturating_mul(1 + DECODED_BYTES))?;
        let path = join(&self.subject.path, &entry.name);
        let Found::File(file) = self.files.look_up(&path, self.now).await? else {
            return Err(Reason::NotRegular);
        };
        match self.files.open(&path, &file, self.now).await? {
            (_, Content::Open(file), _) => read_at(&file, extent.start, length).await,
            (_, Content::Cached(bytes), _) => {
                let start = usize::try_from(extent.start).unwrap_or(usize::MAX);
                let rest = bytes.get(start..).unwrap_or_default();
                Ok(rest.get(..length).unwrap_or(rest).into())
            }
        }
    }

    async fn count(&self, bytes: usize) {
        let work = u32::try_from(bytes).unwrap_or(u32::MAX) / TEXT_BYTES_PER_WORK;
        self.files.executor().work(work).await;
    }
}

/// Whether a file is shown below the list of its directory.
pub(super) fn is_readme(name: &str) -> bool {
    name.eq_ignore_ascii_case(README)
}
