//! The page of an error: what happened, and what to do. It says nothing about the reason
//! that only the operator should know.

use alloc::string::String;
use core::fmt::Write as _;

use askama::Template;
use h1::status::Status;

use crate::Part;
use crate::markup::frame::Frame;
use crate::markup::html::ESCAPED_BYTES;
use crate::markup::link::LEVEL_BYTES;

/// The page of an error.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "message.html")]
pub struct Message<'m> {
    /// The status of the response.
    pub status: Status,
    /// What to do about it, if the status does not say it.
    pub advice: Option<&'m str>,
    /// Levels between the root and the address of the request.
    pub depth: usize,
    /// Whether the client is a television.
    pub is_tv: bool,
}

/// An error as a line of text, with advice.
#[derive(Clone, Copy, Debug)]
pub struct MessageLine<'m> {
    /// The status of the response.
    pub status: Status,
    /// What to do about it.
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
            is_tv: self.is_tv,
            plays: false,
        }
    }

    fn picture(&self) -> Picture {
        match self.status {
            Status::Forbidden => Picture::Deadlight,
            Status::NotFound => Picture::Fog,
            _ => Picture::Full,
        }
    }

    fn title(&self) -> &'static str {
        match self.status {
            Status::NotFound => "Nothing at this address",
            Status::Forbidden if self.advice.is_some() => "Too much for one list",
            Status::Forbidden => "This is not shared",
            Status::TooManyRequests => "Too many requests",
            Status::ServiceUnavailable => "Not at this moment",
            Status::UriTooLong => "The address is too long",
            Status::BadRequest => "The address asks for nothing",
            _ => "The server could not do this",
        }
    }

    fn words(&self) -> &str {
        if let Some(advice) = self.advice {
            return advice;
        }
        match self.status {
            Status::NotFound => "It may have been moved or renamed.",
            Status::Forbidden => "The server is not allowed to show what is at this address.",
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
            Status::TooManyRequests | Status::ServiceUnavailable | Status::InternalServerError
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
        let levels = self.depth.saturating_mul(8 * LEVEL_BYTES);
        let advice = self.advice.map_or(0, str::len);
        MARKUP_BYTES
            .saturating_add(levels)
            .saturating_add(advice.saturating_mul(ESCAPED_BYTES))
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.render_into(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_words_of_its_own_and_a_way_out() {
        for status in Status::ALL.iter().copied() {
            for depth in [0, 1, 4_000] {
                let message = Message {
                    status,
                    advice: None,
                    depth,
                    is_tv: depth == 1,
                };
                let mut page = String::new();
                message.write(&mut page);
                assert!(
                    page.len() <= message.bound(),
                    "{} of {}",
                    page.len(),
                    message.bound()
                );
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
        let message = Message {
            status,
            advice: Some(advice),
            depth: 0,
            is_tv: false,
        };
        let mut page = String::new();
        crate::append(&message, &mut page);
        assert!(page.contains("<p>&lt;b&gt; &amp; &lt;b&gt;"));
        let mut line = String::new();
        crate::append(&MessageLine { status, advice }, &mut line);
        assert_eq!(line, ["400 Bad Request: ", advice, "\n"].concat());
    }
}
