//! The page of an error: what happened, and what to do. It says nothing about the reason
//! that only the operator should know.

use alloc::string::String;

use askama::Template;
use h1::status::Status;

use crate::Part;
use crate::markup::frame::Frame;
use crate::markup::link::LEVEL_BYTES;

/// The page of an error.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "message.html")]
pub struct Message {
    /// The status of the response.
    pub status: Status,
    /// Levels between the root and the address of the request.
    pub depth: usize,
    /// Whether the client is a television.
    pub is_tv: bool,
}

/// Pictures of messages.
enum Picture {
    Fog,
    Deadlight,
    Full,
}

/// Most bytes beside references.
const MARKUP_BYTES: usize = 10 * 1024;

impl Message {
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
            Status::Forbidden => "This is not shared",
            Status::TooManyRequests => "Too many requests",
            Status::ServiceUnavailable => "Not at this moment",
            Status::UriTooLong => "The address is too long",
            _ => "The server could not do this",
        }
    }

    fn words(&self) -> &'static str {
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

impl Part for Message {
    fn bound(&self) -> usize {
        let levels = self.depth.saturating_mul(8 * LEVEL_BYTES);
        MARKUP_BYTES.saturating_add(levels)
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
}
