//! The subject of a page, as far as the request decides it.

use alloc::string::String;
use core::net::IpAddr;
use core::ops::Range;

use auth::link::{self, Link};
use h1::limits::TARGET_BYTES;
use pages::entries::Entry;
use pages::entries::file_kind::FileKind;
use pages::entries::sort::Key;
use pages::folder::Numbers;
use pages::view::{Form, View};

use crate::files;
use crate::files::directory::Query;
use crate::limits::{LISTING_ENTRIES, WHOLE_ENTRIES};
use crate::options::Options;
use crate::reason::Reason;
use crate::rights::Rights;

/// The subject of a page, as far as the request decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Path of the directory, relative, `""` for the root.
    pub path: String,
    pub view: View,
    /// Address of the directory for programs that read a page from a file. It is empty if
    /// the request does not say, or if the form does not need it.
    pub base: String,
    /// The name of the file that stands for its directory, for a playlist of a tree and for an
    /// archive.
    pub index: String,
    /// Whether hidden names are listed.
    pub hidden: bool,
    /// Whether the client understands content in chunks.
    pub takes_chunks: bool,
    /// The rights of who asks: others may see less.
    pub rights: Rights,
    /// Whether a player that is handed an address will ask for a password.
    pub asks: bool,
    /// Whether the directory is offered as an archive.
    pub has_archive: bool,
    /// The file that the page is about, if it has a link of its own.
    pub linked_file: Option<LinkedFile>,
}

/// A file that has a link of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedFile {
    pub entry: Entry,
    /// The rights to what belongs to it.
    pub beside: Rights,
    /// The time from which on the link does not hold, in seconds since 1970.
    pub expires: u64,
    /// The only client that the link is for.
    pub client: Option<IpAddr>,
}

impl LinkedFile {
    /// Returns a token for another file, which holds as long as that of this one.
    pub(super) fn token(&self, key: &link::Key, path: &str) -> Option<String> {
        let signed = Link {
            path,
            folder: false,
            expires: self.expires,
            client: self.client,
        };
        signed.token(key).ok()
    }
}

/// The way in which a long directory is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// All sizes and times are needed before the first entry is written.
    Whole,
    /// The page is one of several, and needs those of its own entries.
    OneOfSeveral,
    /// Each is asked for when its row is written.
    Streamed,
    /// None is shown.
    NamesOnly,
}

impl Subject {
    /// Returns the subject of a form of a file.
    pub fn file(path: &str, form: Form, rights: &Rights) -> Self {
        Self {
            path: path.into(),
            view: View::plain(form),
            base: String::new(),
            index: String::new(),
            hidden: false,
            takes_chunks: false,
            rights: rights.clone(),
            asks: false,
            has_archive: false,
            linked_file: None,
        }
    }

    /// Returns the subject of an archive of a directory. Nothing else of the request matters.
    pub fn archive(path: &str, rights: Rights, options: &Options) -> Self {
        Self {
            index: options.index.clone(),
            hidden: options.hidden,
            ..Self::file(path, Form::Tar, &rights)
        }
    }

    /// Returns the entries that are shown, of all in the order that the subject asks for.
    pub(super) fn range(&self, entries: &[Entry]) -> Range<usize> {
        let view = &self.view;
        match &view.cut {
            Some(cut) => cut.range(entries, view.sort),
            None if view.form == Form::Html && view.is_browser => {
                Numbers::of(view.page, entries.len()).1
            }
            None => 0..entries.len(),
        }
    }

    /// Returns the reference to the entries after those in `range`, if the response names it
    /// in a field.
    pub(super) fn next(
        &self,
        entries: &[Entry],
        range: &Range<usize>,
    ) -> Result<Option<String>, Reason> {
        let View {
            cut, sort, filter, ..
        } = &self.view;
        let next = cut
            .as_ref()
            .and_then(|cut| cut.next(entries, range, *sort, filter));
        match next.as_ref().is_some_and(|next| next.len() > TARGET_BYTES) {
            true => Err(Reason::NameTooLong),
            false => Ok(next),
        }
    }

    /// Returns the choice of a directory's entries. The filter is for lists: what a page about
    /// a file has of other files, such as subtitles, may have any name.
    pub(super) fn query(&self) -> Query<'_> {
        let View {
            form,
            open,
            filter,
            is_browser,
            ..
        } = &self.view;
        let opened = open.as_deref().unwrap_or_default();
        // A picture is shown above the list.
        let is_list = open.is_none() || FileKind::of_name(opened) == FileKind::Image;
        Query {
            hidden: self.hidden,
            filter: if is_list { filter } else { "" },
            named: opened,
            pictures: match form {
                Form::Html => *is_browser,
                Form::Json => true,
                _ => false,
            },
            sort: self.view.sort,
            most: LISTING_ENTRIES,
            described: match self.manner() {
                Manner::Whole => usize::MAX,
                _ => WHOLE_ENTRIES,
            },
        }
    }

    /// Returns the name under which clients save the response: that of the directory, with
    /// this ending.
    pub(super) fn file_name(&self, ending: &str) -> String {
        [self.title(), ending].concat()
    }

    /// Returns the name of the directory.
    pub(super) fn title(&self) -> &str {
        match files::name(&self.path) {
            "" => "porthole",
            name => name,
        }
    }

    /// Returns the way in which the directory is shown if it is long.
    pub(super) fn manner(&self) -> Manner {
        let View {
            form,
            sort,
            open,
            cut,
            is_browser,
            ..
        } = &self.view;
        if !matches!(sort.key, Key::Name | Key::Kind) || open.is_some() {
            return Manner::Whole;
        }
        match form {
            Form::Html if *is_browser => Manner::OneOfSeveral,
            Form::Json if cut.is_some() => Manner::OneOfSeveral,
            Form::Html | Form::Json if self.takes_chunks => Manner::Streamed,
            Form::Text | Form::M3u | Form::Xspf => Manner::NamesOnly,
            _ => Manner::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use h1::request::fields::Fields;

    #[test]
    fn long_directories_are_shown_in_the_cheapest_way() {
        // (query, browser, chunks)
        let cases = [
            ("", false, true, Manner::Streamed),
            ("", false, false, Manner::Whole),
            ("", true, false, Manner::OneOfSeveral),
            ("page=2&sort=-kind", true, true, Manner::OneOfSeveral),
            ("page=all", true, true, Manner::OneOfSeveral),
            ("sort=size", true, true, Manner::Whole),
            ("open=a.mp4", true, true, Manner::Whole),
            ("get=json", false, true, Manner::Streamed),
            ("get=json", false, false, Manner::Whole),
            ("get=json&limit=5", false, true, Manner::OneOfSeveral),
            ("get=json&after=f/a", false, false, Manner::OneOfSeveral),
            ("get=json&limit=5&sort=date", false, true, Manner::Whole),
            ("get=m3u", false, false, Manner::NamesOnly),
        ];
        for (query, is_browser, takes_chunks, expected) in cases {
            let view = View::of(Some(query.as_bytes()), &Fields::EMPTY, 0).unwrap();
            let subject = Subject {
                path: String::new(),
                view: View { is_browser, ..view },
                base: String::new(),
                index: String::new(),
                hidden: false,
                takes_chunks,
                rights: Rights::ALL,
                asks: false,
                has_archive: false,
                linked_file: None,
            };
            assert!(subject.manner() == expected, "{query} {is_browser}");
        }
    }
}
