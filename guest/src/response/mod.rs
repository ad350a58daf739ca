//! What is sent in response to a request: [`decide`] chooses, [`write`] sends.

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

/// The media type of pages that are made here.
const HTML: &str = "text/html; charset=utf-8";

/// What to say: a value, nothing of it sent yet.
pub enum Response<'r> {
    /// About a file; `content` is open when bytes of it are to be sent.
    File {
        representation: Representation<'r>,
        selection: Selection,
        content: Option<Content>,
        /// What its head says of the file, if it was written for an earlier one.
        head: Option<Rc<[u8]>>,
    },
    /// 404, with the operator's own page.
    Missing {
        representation: Representation<'r>,
        content: Content,
    },
    /// A page that is made here.
    Page(Rc<Page>),
    /// The folder has a slash at its end.
    Moved(String),
    /// What is allowed.
    Options,
    /// A status and its words.
    Plain(Status),
}

impl Response<'_> {
    /// The same as [`h1`] knows it.
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
            // Nobody could ask for it, and no buffer need have room for it.
            Self::Moved(location) if location.len() > TARGET_BYTES => Head::Refused {
                status: Status::UriTooLong,
            },
            Self::Moved(location) => Head::Moved { location },
            Self::Options => Head::Options,
            Self::Plain(status) => Head::Refused { status: *status },
        }
    }
}
