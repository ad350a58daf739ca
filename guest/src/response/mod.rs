//! Responses to requests: [`decide`] chooses, [`write`] sends.

pub mod decide;
pub mod write;

use alloc::rc::Rc;
use alloc::string::String;

use h1::limits::TARGET_BYTES;
use h1::representation::Representation;
use h1::response::Head;
use h1::selection::Selection;
use h1::status::Status;

use crate::files::file::Content;
use crate::render::Page;

/// Media type of generated pages.
const HTML: &str = "text/html; charset=utf-8";

/// A response that has been decided, and of which nothing has been sent yet.
pub enum Response<'r> {
    /// A response about a file; `content` is open if bytes of it are to be sent.
    File {
        representation: Representation<'r>,
        selection: Selection,
        content: Option<Content>,
        /// Part of the head that describes the file, if an earlier response had it written.
        head: Option<Rc<[u8]>>,
    },
    /// 404, with the operator's own page.
    Missing {
        representation: Representation<'r>,
        content: Content,
    },
    /// A generated page.
    Page(Rc<Page>),
    /// A redirect to the target with a slash at its end, because it is a directory.
    Moved(String),
    /// The methods that are allowed.
    Options,
    /// A status and its reason phrase.
    Plain(Status),
}

impl Response<'_> {
    /// Returns the head in the form that [`h1`] writes.
    pub fn head(&self) -> Head<'_> {
        match self {
            Self::File {
                representation,
                selection,
                head,
                ..
            } => Head::File {
                representation,
                selection,
                prepared: head.as_deref(),
            },
            Self::Missing { representation, .. } => Head::Missing { representation },
            Self::Page(page) => Head::Page {
                status: Status::Ok,
                media_type: HTML,
                content_length: page.len(),
            },
            // No client could request this location, and no buffer needs space for it.
            Self::Moved(location) if location.len() > TARGET_BYTES => Head::Refused {
                status: Status::UriTooLong,
            },
            Self::Moved(location) => Head::Moved { location },
            Self::Options => Head::Options,
            Self::Plain(status) => Head::Refused { status: *status },
        }
    }
}
