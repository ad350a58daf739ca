//! The page of an error: what happened, and what to do. It says nothing about the reason
//! that only the operator should know.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write as _;

use askama::Template;
use h1::status::Status;
use h1::syntax::percent::{ENCODED_BYTES, encode_path};

use crate::Part;
use crate::markup::frame::Frame;
use crate::markup::html::{ESCAPED_BYTES, SHOWN_BYTES, Shown};
use crate::markup::link::{LEVEL_BYTES, Link, Up};
use crate::markup::size::{Grouped, Size};

/// The page of an error.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "message.html")]
pub struct Message<'m> {
    /// The status of the response.
    pub status: Status,
    /// Further knowledge of the error, for the reader.
    pub detail: Detail<'m>,
    /// The folder to go to, by its path, if there is one beside the start folder.
    pub folder: Option<&'m str>,
    /// Whether the start folder shows anything.
    pub has_start: bool,
    /// Levels between the root and the address of the request.
    pub depth: usize,
    /// Whether the client is a television.
    pub is_tv: bool,
}

/// Knowledge of an error beside its status.
#[derive(Clone, Copy, Debug)]
pub enum Detail<'m> {
    /// Nothing.
    None,
    /// Advice against it.
    Advice(&'m str),
    /// Reason why a link that expires does not open what was asked for.
    Link(&'m str),
    /// The size in bytes of a file that has no such range.
    Size(u64),
    /// A name in the last folder that exists, which is close to the one that does not.
    Near {
        /// The path of that folder; may be empty.
        folder: &'m str,
        /// The close name.
        name: &'m str,
        /// Whether it is a directory.
        is_directory: bool,
    },
}

/// An error as a line of text, with advice.
#[derive(Clone, Copy, Debug)]
pub struct MessageLine<'m> {
    /// The status of the response.
    pub status: Status,
    /// Advice against it.
    pub advice: &'m str,
}

/// Pictures of messages.
enum Picture {
    Fog,
    Deadlight,
    Full,
}

/// Most bytes beside references.
const MARKUP_BYTES: usize = 10 * 1024;

impl Message<'_> {
    fn frame(&self) -> Frame<'static> {
        Frame {
            title: self.title(),
            depth: self.depth,
            home: Some(""),
            is_tv: self.is_tv,
            kept: "",
            plays: false,
        }
    }

    fn start(&self) -> Up {
        Up(self.depth)
    }

    /// Returns the size of a file, with its unit and in bytes.
    fn size(&self) -> Option<(Size, Grouped)> {
        match self.detail {
            Detail::Size(bytes) => Some((Size(bytes), Grouped(bytes))),
            _ => None,
        }
    }

    /// Returns the reference to a close name, and the name as people see it.
    fn near(&self) -> Option<(String, String)> {
        match self.detail {
            Detail::Near {
                folder,
                name,
                is_directory,
            } => {
                let slash = if is_directory { "/" } else { "" };
                let link = [&*self.below(folder), Link::to(name, is_directory).as_str()].concat();
                Some((link, format!("{}{slash}", Shown(name))))
            }
            _ => None,
        }
    }

    /// Returns the reference to the folder to go to.
    fn folder(&self) -> Option<String> {
        self.folder.map(|folder| self.below(folder))
    }

    /// Returns the reference to a folder, by way of the root. The address of the request may
    /// have slashes and dots that a path does not have.
    fn below(&self, folder: &str) -> String {
        let mut link = Up(self.depth).to_string();
        if !folder.is_empty() {
            encode_path(folder, &mut link);
            link.push('/');
        }
        link
    }

    fn picture(&self) -> Picture {
        match self.status {
            Status::Unauthorized | Status::Forbidden => Picture::Deadlight,
            Status::NotFound => Picture::Fog,
            _ => Picture::Full,
        }
    }

    fn title(&self) -> &'static str {
        match self.status {
            Status::RangeNotSatisfiable => "Past the end of the file",
            Status::NotFound => "Nothing at this address",
            Status::Forbidden if matches!(self.detail, Detail::Link(_)) => {
                "The link does not open this"
            }
            Status::Forbidden if matches!(self.detail, Detail::Advice(_)) => {
                "Too much for one list"
            }
            Status::Forbidden => "This is not shared",
            Status::Unauthorized => "A password is needed",
            Status::TooManyRequests => "Too many requests",
            Status::ServiceUnavailable => "Not at this moment",
            Status::UriTooLong => "The address is too long",
            Status::BadRequest => "The address asks for nothing",
            _ => "The server could not do this",
        }
    }

    fn words(&self) -> &str {
        if let Detail::Advice(advice) | Detail::Link(advice) = self.detail {
            return advice;
        }
        match self.status {
            Status::RangeNotSatisfiable => {
                "What was asked for begins after its last byte. It has probably become shorter \
                 since: open it again."
            }
            Status::NotFound => "It may have been moved or renamed.",
            Status::Forbidden => "The server is not allowed to show what is at this address.",
            Status::Unauthorized => {
                "Who has a name and a password here can try again: the browser then asks for them."
            }
            Status::TooManyRequests => {
                "More was asked for than one visitor may ask in a second. Wait a moment, and try \
                 again."
            }
            Status::ServiceUnavailable => {
                "The server is too busy, the folder has too many entries, or its disk does not \
                 respond. Nothing is lost."
            }
            Status::UriTooLong => "No file here has so long a name.",
            Status::BadRequest => "Its query has a value that means nothing here.",
            _ => "It is the server’s fault. Its log has the reason.",
        }
    }

    /// Whether the same request may have another response soon.
    fn may_try_again(&self) -> bool {
        matches!(
            self.status,
            Status::Unauthorized
                | Status::TooManyRequests
                | Status::ServiceUnavailable
                | Status::InternalServerError
        )
    }
}

impl Part for MessageLine<'_> {
    fn bound(&self) -> usize {
        MARKUP_BYTES.saturating_add(self.advice.len())
    }

    fn write(&self, out: &mut String) {
        let Self { status, advice } = self;
        let _ = writeln!(out, "{} {}: {advice}", status.code(), status.reason());
    }
}

impl Part for Message<'_> {
    fn bound(&self) -> usize {
        let levels = self.depth.saturating_mul(10 * LEVEL_BYTES);
        let (path, text, name) = match self.detail {
            Detail::None | Detail::Size(_) => ("", "", ""),
            Detail::Advice(text) | Detail::Link(text) => ("", text, ""),
            Detail::Near { folder, name, .. } => (folder, "", name),
        };
        let path = path.len().saturating_add(self.folder.map_or(0, str::len));
        let links = path
            .saturating_add(name.len())
            .saturating_mul(ENCODED_BYTES);
        MARKUP_BYTES
            .saturating_add(levels)
            .saturating_add(links)
            .saturating_add(text.len().saturating_mul(ESCAPED_BYTES))
            .saturating_add(name.len().saturating_mul(SHOWN_BYTES))
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.render_into(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(status: Status) -> Message<'static> {
        Message {
            status,
            detail: Detail::None,
            folder: None,
            has_start: true,
            depth: 0,
            is_tv: false,
        }
    }

    fn page(message: &Message<'_>) -> String {
        let mut page = String::new();
        crate::append(message, &mut page);
        page
    }

    #[test]
    fn every_error_has_words_of_its_own_and_a_way_out() {
        for status in Status::ALL.iter().copied() {
            for depth in [0, 1, 4_000] {
                let message = Message {
                    depth,
                    is_tv: depth == 1,
                    ..message(status)
                };
                let page = page(&message);
                for words in [message.title(), message.words()] {
                    assert!(page.contains(words), "{words}");
                }
                assert_eq!(page.contains("class=\"tv\""), depth == 1);
                assert!(page.starts_with("<!doctype html>\n"));
                assert!(page.ends_with("</html>\n"));
            }
        }
    }

    #[test]
    fn advice_takes_the_place_of_the_usual_words() {
        let advice = "<b> & ".repeat(1_000);
        let (status, advice) = (Status::BadRequest, &*advice);
        let page = page(&Message {
            detail: Detail::Advice(advice),
            ..message(status)
        });
        assert!(page.contains("<p>&lt;b&gt; &amp; &lt;b&gt;"));
        let mut line = String::new();
        crate::append(&MessageLine { status, advice }, &mut line);
        assert_eq!(line, ["400 Bad Request: ", advice, "\n"].concat());
    }

    #[test]
    fn a_link_that_does_not_open_something_says_why() {
        let page = page(&Message {
            detail: Detail::Link("This link has expired."),
            ..message(Status::Forbidden)
        });
        assert!(page.contains("<h1>The link does not open this</h1>"));
        assert!(page.contains("<p>This link has expired.</p>"));
    }

    #[test]
    fn links_lead_only_to_what_exists() {
        let missing = message(Status::NotFound);
        let links = |message: &Message<'_>| {
            let page = page(message);
            let body = page.split_once("<main ").unwrap().1;
            body.split("href=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                // Pictures of buttons are within the page.
                .filter(|link| !link.starts_with('#'))
                .map(String::from)
                .collect::<alloc::vec::Vec<_>>()
        };
        assert_eq!(links(&missing), ["./"]);
        let none = Message {
            has_start: false,
            ..missing
        };
        assert_eq!(links(&none), [""; 0]);
        assert!(!page(&none).contains("href=\"./\""));
        let deep = Message {
            folder: Some("a b/c"),
            depth: 4,
            ..missing
        };
        assert_eq!(links(&deep), ["../../../../a%20b/c/", "../../../../"]);
        let again = message(Status::ServiceUnavailable);
        assert_eq!(links(&again), ["", "./"]);
    }

    #[test]
    fn a_close_name_is_a_link_and_text() {
        let near = Message {
            detail: Detail::Near {
                folder: "x & y",
                name: "<b>\u{202e}'\"",
                is_directory: true,
            },
            depth: 2,
            ..message(Status::NotFound)
        };
        let text = page(&near);
        let expected = "there is a close name: <a href=\"../../x%20%26%20y/%3Cb%3E%E2%80%AE%27%22/\">\
                        &lt;b&gt;<i class=\"esc\">U+202E</i>&#39;&quot;/</a>";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_page_about_a_range_names_the_size() {
        let range = Message {
            detail: Detail::Size(4_509_626_102),
            ..message(Status::RangeNotSatisfiable)
        };
        let text = page(&range);
        assert!(text.contains("<h1>Past the end of the file</h1>"));
        assert!(
            text.contains("The file has 4.1 GiB (4,509,626,102 bytes)."),
            "{text}"
        );
        assert!(text.contains("<a class=\"b go\" href=\"\">Open it again</a>"));
    }

    proptest! {
        #[test]
        fn no_message_is_longer_than_its_bound(folder: String, name: String, depth in 0_usize..99) {
            let message = Message {
                detail: Detail::Near { folder: &folder, name: &name, is_directory: true },
                folder: Some(&folder),
                depth,
                ..message(Status::NotFound)
            };
            // Appending asserts the bound.
            prop_assert!(!page(&message).contains("<script>"));
        }
    }
}
