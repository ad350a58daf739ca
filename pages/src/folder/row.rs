//! The row of an entry.

use alloc::string::String;

use askama::Template;
use h1::syntax::percent::ENCODED_BYTES;

use super::letter::{ANCHOR_BYTES, Anchor, Letter};
use crate::Part;
use crate::entries::file_kind::FileKind;
use crate::entries::{Entry, Tag};
use crate::markup::html::{ESCAPED_BYTES, SHOWN_BYTES, Shown, Value};
use crate::markup::link::Link;
use crate::markup::size::{Grouped, Moment, Size};

/// The row of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Row<'e> {
    /// The entry.
    pub entry: &'e Entry,
    /// Its kind.
    pub kind: FileKind,
    /// The name of the image that stands for it.
    pub picture: Option<&'e str>,
    /// Whether it only belongs to another entry.
    pub is_side_file: bool,
    /// The letter that leads to it.
    pub letter: Option<Letter>,
    /// The query of a link to a directory: [`View::kept`](crate::view::View::kept).
    pub kept: &'static str,
}

#[derive(Template)]
#[template(path = "folder/row.html")]
struct Markup<'e> {
    kind: FileKind,
    icon: &'static str,
    is_directory: bool,
    kept: &'static str,
    size: Option<(Grouped, Size)>,
    modified: Option<Moment>,
    name: Shown<'e>,
    value: Option<Value<'e>>,
    link: Link,
    picture: Option<Link>,
    is_side_file: bool,
    anchor: Option<Anchor>,
    /// The tag that scripts compare if they remember a position in the file, and that is in the
    /// address of its thumbnail.
    tag: Option<Tag>,
}

/// Most bytes of a row beside names.
const MARKUP_BYTES: usize = 936 + ANCHOR_BYTES;

impl Row<'_> {
    fn markup(&self) -> Markup<'_> {
        let name = &*self.entry.name;
        let kind = self.kind;
        let modified = self.entry.modified.map(|time| time.seconds);
        let has_page = kind.plays() || kind == FileKind::Text;
        // A form can't send a line break as it is.
        let value = (has_page && !name.contains(char::is_control)).then_some(Value(name));
        Markup {
            kind,
            icon: kind.icon(name),
            is_directory: self.entry.is_directory(),
            kept: self.kept,
            size: self.entry.size().map(|size| (Grouped(size), Size(size))),
            modified: modified.map(Moment::at),
            name: Shown(name),
            value,
            link: Link::to(name, kind == FileKind::Directory),
            picture: self.picture.map(|picture| Link::to(picture, false)),
            is_side_file: self.is_side_file,
            anchor: self.letter.map(Letter::anchor),
            tag: (kind.plays() || kind == FileKind::Image).then(|| self.entry.tag()),
        }
    }
}

impl Part for Row<'_> {
    fn bound(&self) -> usize {
        const PER_BYTE: usize = 2 * ENCODED_BYTES + ESCAPED_BYTES + SHOWN_BYTES;
        let picture = self.picture.map_or(0, str::len);
        MARKUP_BYTES
            .saturating_add(self.entry.name.len().saturating_mul(PER_BYTE))
            .saturating_add(picture.saturating_mul(ENCODED_BYTES))
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.markup().render_into(out);
        out.push('\n');
    }
}
