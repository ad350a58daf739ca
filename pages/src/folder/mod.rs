//! The page of a directory for people.
//!
//! Rows keep to what programs can read ([`crate::plain`]), because some send what browsers
//! send. Everything that changes the view is a button of a form, because programs that fetch
//! whole sites follow links. Looks differ by the class of the table only.

mod letter;
mod letters;
mod numbers;
mod row;
mod summary;
pub(crate) mod trail;

pub use letters::Letters;
pub use numbers::Numbers;
pub use row::Row;
pub use summary::Summary;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use askama::Template;
use h1::syntax::percent::{ENCODED_BYTES, encode_path};

use crate::Part;
use crate::entries::sort::{Key, Sort};
use crate::entries::thumb;
use crate::limits::ALL_ENTRIES;
use crate::markup::frame::Frame;
use crate::markup::html::{ESCAPED_BYTES, SHOWN_BYTES, Shown, Value};
use crate::markup::link::{LEVEL_BYTES, Link, Up};
use crate::markup::size::{Grouped, Size};
use crate::view::{Content, Look, View};
use numbers::Place;
use trail::Step;

/// A directory, and what a request asks to see of it.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'p> {
    /// Its path below the root, which is `""`.
    pub path: &'p str,
    /// The wishes of the request.
    pub view: &'p View,
    /// The counts of its entries.
    pub summary: &'p Summary,
    /// The number of this page among several.
    pub numbers: Numbers,
    /// The letters that lead to other pages.
    pub letters: &'p Letters,
    /// Name of the image that stands for it.
    pub picture: Option<&'p str>,
    /// Name of the first entry that plays.
    pub first_playable: Option<&'p str>,
    /// Whether a player that reads a playlist will ask for a password.
    pub asks: bool,
    /// Whether it is served with all that is below it as one file.
    pub has_archive: bool,
}

/// The button for a look.
struct LookButton {
    word: &'static str,
    name: &'static str,
    is_pressed: bool,
}

/// The header of a column that a list can be sorted by.
struct Column {
    class: &'static str,
    name: &'static str,
    /// `aria-sort`, if the list is sorted by it.
    order: Option<&'static str>,
    /// The order that a press leads to.
    pressed: Sort,
}

impl Folder<'_> {
    /// Whether a page may have all entries.
    fn may_show_all(&self) -> bool {
        let Summary { folders, files, .. } = self.summary;
        folders.saturating_add(*files) <= ALL_ENTRIES
    }

    /// Returns about the size of its archive, unless a directory in it has more, or the list does
    /// not have all.
    fn archive_size(&self) -> Option<Size> {
        let is_all = self.summary.folders == 0 && self.view.filter.is_empty();
        self.summary.bytes.filter(|_| is_all).map(Size)
    }

    /// Returns the reference to thumbnails, up to the tag of a file.
    fn thumbs(&self) -> String {
        format!("{}{}/", Up(self.view.depth), thumb::PREFIX)
    }

    /// Returns the path for a reference, with a slash at its end unless it is empty.
    fn encoded_path(&self) -> String {
        let mut path = String::new();
        encode_path(self.path, &mut path);
        if !path.is_empty() {
            path.push('/');
        }
        path
    }

    fn title(&self) -> Shown<'_> {
        trail::title(self.path)
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            title: self.title().0,
            depth: self.view.depth,
            home: self.view.home(self.path),
            is_tv: self.view.is_tv,
            kept: self.view.kept(),
            plays: self.is_album(),
        }
    }

    fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        Step::to(self.path, self.view.top)
    }

    /// Whether nothing above it may be seen.
    fn is_top(&self) -> bool {
        self.view.is_top(self.path)
    }

    /// Whether the page is a player for the tracks of the directory.
    fn is_album(&self) -> bool {
        self.summary.content() == Content::Tracks && self.look() == Look::List
    }

    /// Whether the page is wider than a text.
    fn is_wide(&self) -> bool {
        let content = self.summary.content();
        self.look() == Look::Grid && matches!(content, Content::Pictures | Content::Films)
    }

    /// Returns the order, unless it is the usual one.
    fn sort(&self) -> Option<Sort> {
        let sort = self.view.sort;
        (sort != Sort::default()).then_some(sort)
    }

    /// Returns the counts in words.
    fn counts(&self) -> String {
        let Summary { folders, files, .. } = self.summary;
        let of = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{} {many}", Grouped(count as u64))),
        };
        let (one, many) = match self.summary.content() {
            Content::Pictures if self.summary.is_uniform() => ("picture", "pictures"),
            Content::Tracks if self.summary.is_uniform() => ("track", "tracks"),
            _ => ("file", "files"),
        };
        let counts = [of(*folders, "folder", "folders"), of(*files, one, many)];
        counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn total(&self) -> Option<(Grouped, Size)> {
        let bytes = self.summary.bytes?;
        Some((Grouped(bytes), Size(bytes)))
    }

    fn caption(&self) -> &'static str {
        match (self.view.sort.key, self.view.sort.descending) {
            (Key::Name, false) => "Folders first, then files, in natural order",
            (Key::Name, true) => "Folders first, then files, in reverse natural order",
            (Key::Date, false) => "Folders first, then files, oldest first",
            (Key::Date, true) => "Folders first, then files, newest first",
            (Key::Size, false) => "Folders first, then files, smallest first",
            (Key::Size, true) => "Folders first, then files, largest first",
            (Key::Kind, false) => "Folders first, then files by kind",
            (Key::Kind, true) => "Folders first, then files by kind, in reverse",
        }
    }

    fn looks(&self) -> [LookButton; 2] {
        [(Look::List, "List"), (Look::Grid, "Grid")].map(|(look, name)| LookButton {
            word: look.word(),
            name,
            is_pressed: look == self.look(),
        })
    }

    fn columns(&self) -> [Column; 4] {
        let sort = self.view.sort;
        let order = match sort.descending {
            true => "descending",
            false => "ascending",
        };
        let columns = [
            ("n", Key::Name, "Name"),
            ("d", Key::Date, "Date"),
            ("z", Key::Size, "Size"),
            ("k", Key::Kind, "Kind"),
        ];
        columns.map(|(class, key, name)| Column {
            class,
            name,
            order: (sort.key == key).then_some(order),
            pressed: sort.pressed(key),
        })
    }

    fn is_grid(&self) -> bool {
        self.look() == Look::Grid
    }

    fn look(&self) -> Look {
        let content = self.summary.content();
        let usual = match content {
            // A scene says less than a poster: episodes are told apart by their names.
            Content::Films if self.summary.has_stills() => Look::List,
            Content::Pictures | Content::Films => Look::Grid,
            Content::Tracks | Content::Others => Look::List,
        };
        self.view.look(content, usual)
    }

    /// Returns the class of the table for its content. The look is another class.
    fn content_class(&self) -> &'static str {
        match self.summary.content() {
            Content::Pictures => " photos",
            Content::Films if self.summary.has_stills() => " stills",
            Content::Films => " posters",
            Content::Tracks => " tracks",
            Content::Others => "",
        }
    }

    /// Returns the word for the content in the cookie that keeps the look.
    fn remembered_as(&self) -> Option<&'static str> {
        match self.summary.content() {
            Content::Pictures => Some("photos"),
            Content::Films => Some("films"),
            Content::Tracks | Content::Others => None,
        }
    }
}

/// The start of the page, up to the first row.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "folder/start.html")]
pub struct Start<'p>(pub Folder<'p>);

/// The end of the page, after the last row.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "folder/end.html")]
pub struct End<'p> {
    /// The directory.
    pub folder: Folder<'p>,
    /// Its README in HTML.
    pub readme: Option<&'p str>,
}

/// Most bytes of the start and of the end beside names: the templates, the values in them,
/// and the numbers of pages.
const MARKUP_BYTES: usize = 20 * 1024;

/// Most forms of the start, and references to other pages, that keep the filter.
const FORMS: usize = 8;

impl Part for Start<'_> {
    fn bound(&self) -> usize {
        let Folder {
            path,
            view,
            picture,
            first_playable,
            letters,
            ..
        } = self.0;
        let picture = picture.unwrap_or_default().len();
        let playable = first_playable.unwrap_or_default().len();
        let filter = view.filter.len().saturating_mul(FORMS);
        let names = picture.saturating_add(playable).saturating_add(filter);
        MARKUP_BYTES
            .saturating_add(trail::bound(path, view.depth))
            .saturating_add(path.len().saturating_mul(ENCODED_BYTES))
            .saturating_add(letters.bound())
            .saturating_add(names.saturating_mul(ESCAPED_BYTES))
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.render_into(out);
        out.push('\n');
    }
}

impl Part for End<'_> {
    fn bound(&self) -> usize {
        let readme = self.readme.unwrap_or_default();
        let view = self.folder.view;
        MARKUP_BYTES
            .saturating_add(readme.len())
            .saturating_add(view.filter.len().saturating_mul(ESCAPED_BYTES))
            .saturating_add(view.depth.saturating_mul(LEVEL_BYTES))
            .saturating_add(self.folder.path.len().saturating_mul(SHOWN_BYTES))
    }

    fn write(&self, out: &mut String) {
        let _ = self.render_into(out);
    }
}

#[cfg(test)]
mod tests;
