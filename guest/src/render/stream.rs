//! A list that is written as it is sent, because it is too long to be held as a page. Its
//! names and kinds are read and sorted before; sizes and times are asked for row by row.

use alloc::rc::Rc;
use alloc::string::String;

use h1::representation::media_type;
use pages::Part;
use pages::entries::Entry;
use pages::entries::file_kind::FileKind;
use pages::json;
use pages::plain;
use pages::view::Form;

use super::HTML;
use super::listed::Listed;
use crate::files::Visible;
use crate::files::quota::Reservation;
use crate::limits::{ENTRY_WORK, LISTING_PIECE, STREAM_ENTRIES};
use crate::reason::Reason;

/// The entries of a long list, shared by all clients that are sent it.
pub struct LongList {
    pub path: String,
    /// Whether the directory above it may be seen.
    pub(super) has_parent: bool,
    pub form: Form,
    /// Entries without sizes and times.
    pub(super) listed: Listed,
    /// The request fields that the response depends on.
    pub vary: &'static str,
}

/// A long list on its way to one client.
pub struct ListStream<'f> {
    list: Rc<LongList>,
    files: Visible<'f>,
    /// Number of entries that were taken from the list, written or gone.
    taken: usize,
    stage: Stage,
    /// The memory of a piece.
    _reservation: Reservation,
}

/// The part that comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Start,
    FirstRow,
    Rows,
    Done,
}

impl LongList {
    fn start(&self) -> plain::Start<'_> {
        plain::Start {
            path: &self.path,
            has_parent: self.has_parent,
        }
    }

    pub fn media_type(&self) -> &'static str {
        match self.form {
            Form::Json => "application/json",
            _ => HTML,
        }
    }
}

impl<'f> ListStream<'f> {
    /// Creates the stream, and reserves memory for its pieces.
    pub fn new(list: Rc<LongList>, files: Visible<'f>) -> Result<Self, Reason> {
        let mut reservation = list.listed.reservation.another();
        let start = list.start().bound();
        reservation.reserve(LISTING_PIECE.max(start))?;
        Ok(Self {
            list,
            files,
            taken: 0,
            stage: Stage::Start,
            _reservation: reservation,
        })
    }

    /// Returns the next piece of the content, or `None` at its end. It is never empty, not
    /// even if all entries of a batch are gone: a chunk without bytes would end the content.
    pub async fn next(&mut self) -> Result<Option<String>, Reason> {
        let mut piece = String::with_capacity(LISTING_PIECE);
        match self.stage {
            Stage::Done => return Ok(None),
            Stage::Start => {
                self.write_start(&mut piece);
                self.stage = Stage::FirstRow;
            }
            Stage::FirstRow | Stage::Rows => {
                let count = self.list.listed.entries.len();
                while piece.is_empty() && self.taken < count {
                    self.write_batch(&mut piece).await?;
                }
                if piece.is_empty() {
                    self.write_end(&mut piece);
                    self.stage = Stage::Done;
                }
            }
        }
        Ok(Some(piece))
    }

    /// Appends the rows of the next entries, without those that are gone.
    async fn write_batch(&mut self, piece: &mut String) -> Result<(), Reason> {
        let mut batch = self.next_batch(LISTING_PIECE).to_vec();
        if batch.is_empty() {
            return Err(Reason::ListingTooLarge);
        }
        self.taken = self.taken.saturating_add(batch.len());
        let gone = self.files.describe(&self.list.path, &mut batch).await?;
        for (entry, _) in batch.iter().zip(gone).filter(|(_, gone)| !gone) {
            self.write_entry(entry, self.stage == Stage::FirstRow, piece);
            self.stage = Stage::Rows;
            self.files.executor().work(ENTRY_WORK).await;
        }
        Ok(())
    }

    /// Returns the next entries, as many as are sure to fit into `space`.
    fn next_batch(&self, space: usize) -> &[Entry] {
        let rest = self
            .list
            .listed
            .entries
            .get(self.taken..)
            .unwrap_or_default();
        let mut left = space;
        let fits = |entry: &&Entry| match left.checked_sub(self.bound(entry)) {
            Some(less) => {
                left = less;
                true
            }
            None => false,
        };
        let count = rest.iter().take(STREAM_ENTRIES).take_while(fits).count();
        rest.get(..count).unwrap_or_default()
    }

    fn bound(&self, entry: &Entry) -> usize {
        match self.list.form {
            Form::Json => json::Part::Item {
                item: item(entry),
                is_first: false,
            }
            .bound(),
            _ => plain::Row(entry).bound(),
        }
    }

    fn write_start(&self, piece: &mut String) {
        match self.list.form {
            Form::Json => json::Part::Start.write(piece),
            _ => self.list.start().write(piece),
        }
    }

    fn write_entry(&self, entry: &Entry, is_first: bool, piece: &mut String) {
        match self.list.form {
            Form::Json => json::Part::Item {
                item: item(entry),
                is_first,
            }
            .write(piece),
            _ => plain::Row(entry).write(piece),
        }
    }

    fn write_end(&self, piece: &mut String) {
        match self.list.form {
            Form::Json => json::Part::End.write(piece),
            _ => plain::End { is_empty: false }.write(piece),
        }
    }
}

/// Returns what is known of an entry without its neighbours.
pub(super) fn item(entry: &Entry) -> json::Item<'_> {
    let is_directory = entry.is_directory();
    json::Item {
        name: &entry.name,
        is_directory,
        size: entry.size(),
        modified: entry.modified.map(|time| time.seconds),
        kind: FileKind::of(entry).word(),
        media_type: (!is_directory).then(|| media_type::of(&entry.name)),
        cover: None,
    }
}
