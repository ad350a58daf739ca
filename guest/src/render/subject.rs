//! The subject of a page, as far as the request decides it.

use alloc::string::String;

use pages::entries::sort::Key;
use pages::view::{Form, Number, View};

/// The subject of a page, as far as the request decides it.
#[derive(Debug, PartialEq, Eq)]
pub struct Subject {
    /// Path of the directory, relative, `""` for the root.
    pub path: String,
    pub view: View,
    /// Address of the directory for programs that read a page from a file. It is empty if
    /// the request does not say, or if the form does not need it.
    pub base: String,
    /// Whether hidden names are listed.
    pub hidden: bool,
    /// Whether the client understands content in chunks.
    pub takes_chunks: bool,
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
    pub fn file(path: &str, form: Form) -> Self {
        Self {
            path: path.into(),
            view: View::plain(form),
            base: String::new(),
            hidden: false,
            takes_chunks: false,
        }
    }

    /// Returns the way in which the directory is shown if it is long.
    pub(super) fn manner(&self) -> Manner {
        let View {
            form,
            sort,
            page,
            open,
            is_browser,
            ..
        } = &self.view;
        if !matches!(sort.key, Key::Name | Key::Kind) || open.is_some() {
            return Manner::Whole;
        }
        match form {
            Form::Html if *is_browser && *page != Number::All => Manner::OneOfSeveral,
            Form::Html | Form::Json if self.takes_chunks => Manner::Streamed,
            Form::Html | Form::Json | Form::WebVtt => Manner::Whole,
            Form::Text | Form::M3u | Form::Xspf => Manner::NamesOnly,
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
            ("page=all", true, true, Manner::Streamed),
            ("sort=size", true, true, Manner::Whole),
            ("open=a.mp4", true, true, Manner::Whole),
            ("get=json", false, true, Manner::Streamed),
            ("get=json", false, false, Manner::Whole),
            ("get=m3u", false, false, Manner::NamesOnly),
        ];
        for (query, is_browser, takes_chunks, expected) in cases {
            let view = View::of(Some(query.as_bytes()), &Fields::EMPTY, 0).unwrap();
            let subject = Subject {
                path: String::new(),
                view: View { is_browser, ..view },
                base: String::new(),
                hidden: false,
                takes_chunks,
            };
            assert!(subject.manner() == expected, "{query} {is_browser}");
        }
    }
}
