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
use crate::files::Files;
use crate::files::quota::Reservation;
use crate::limits::{ENTRY_WORK, LISTING_PIECE, STREAM_ENTRIES};
use crate::reason::Reason;

/// The entries of a long list, shared by all clients that are sent it.
pub struct LongList {
    pub path: String,
    pub form: Form,
    /// Entries without sizes and times.
    pub(super) listed: Listed,
    /// The request fields that the response depends on.
    pub vary: &'static str,
}

/// A long list on its way to one client.
pub struct ListStream<'f> {
    list: Rc<LongList>,
    files: &'f Files,
    /// Number of entries that have been written.
    written: usize,
    has_started: bool,
    has_ended: bool,
    /// The memory of a piece.
    _reservation: Reservation,
}

impl LongList {
    /// Whether a list in this form can be sent while it is made.
    pub fn can_be(form: Form) -> bool {
        matches!(form, Form::Html | Form::Json)
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
    pub fn new(list: Rc<LongList>, files: &'f Files) -> Result<Self, Reason> {
        let mut reservation = list.listed.reservation.another();
        reservation.reserve(LISTING_PIECE)?;
        Ok(Self {
            list,
            files,
            written: 0,
            has_started: false,
            has_ended: false,
            _reservation: reservation,
        })
    }

    /// Returns the next piece of the content, or `None` at its end. It is never empty.
    pub async fn next(&mut self) -> Result<Option<String>, Reason> {
        if self.has_ended {
            return Ok(None);
        }
        let mut piece = String::with_capacity(LISTING_PIECE);
        if !self.has_started {
            self.has_started = true;
            self.write_start(&mut piece);
        }
        let batch = self.next_batch(piece.capacity().saturating_sub(piece.len()));
        if batch.is_empty() {
            self.has_ended = true;
            self.write_end(&mut piece);
            return Ok(Some(piece));
        }
        let mut batch = batch.to_vec();
        let is_first = self.written == 0;
        self.written = self.written.saturating_add(batch.len());
        let path = &self.list.path;
        let gone = self.files.describe(path, &mut batch).await?;
        let shown = batch.iter().zip(gone).filter(|(_, gone)| !gone);
        for (at, (entry, _)) in shown.enumerate() {
            self.write_entry(entry, is_first && at == 0, &mut piece);
            self.files.executor().work(ENTRY_WORK).await;
        }
        Ok(Some(piece))
    }

    /// Returns the next entries, as many as are sure to fit into `space`.
    fn next_batch(&self, space: usize) -> &[Entry] {
        let rest = self
            .list
            .listed
            .entries
            .get(self.written..)
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
            _ => plain::Start {
                path: &self.list.path,
            }
            .write(piece),
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
        modified: entry.modified,
        kind: FileKind::of(entry).word(),
        media_type: (!is_directory).then(|| media_type::of(&entry.name)),
        cover: None,
    }
}
