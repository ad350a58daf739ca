//! Responses to requests: [`decide`] chooses, [`write`] sends.

mod archive;
pub mod built_in;
mod content;
pub mod decide;
pub mod elsewhere;
pub mod error;
mod file;
mod file_page;
mod folder;
mod picture;
pub mod send_error;
pub mod write;

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use h1::limits::TARGET_BYTES;
use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::disposition::Disposition;
use h1::representation::etag::EntityTag;
use h1::response::{self, Head, Length};
use h1::selection::Selection;
use h1::status::Status;
use pages::view::FORM_FIELDS;

use crate::files::Visible;
use crate::files::file::Content;
use crate::host::Cache;
use crate::render::{ARCHIVE_TYPE, Archive, ListStream, LongList, Page};
use built_in::BuiltIn;

/// A response that has been decided, and of which nothing has been sent yet.
pub enum Response<'r> {
    /// A response about a file, or about a part of it; `content` is open if bytes of it are to
    /// be sent.
    File {
        representation: Representation<'r>,
        selection: Selection,
        content: Option<Content>,
        /// The byte of the content at which the representation begins.
        start: u64,
        /// The result of looking for the content, if there is some.
        cache: Option<Cache>,
        /// Part of the head that describes the file, if an earlier response had it written.
        head: Option<Rc<[u8]>>,
    },
    /// 404, with the operator's own page.
    Missing {
        representation: Representation<'r>,
        content: Content,
        cache: Cache,
    },
    /// A generated page.
    Page(Rc<Page>),
    /// A list that is written while it is sent.
    List {
        list: Rc<LongList>,
        /// Taken when the content is sent.
        stream: Cell<Option<ListStream<'r>>>,
    },
    /// A directory as one file, or a part of it.
    Archive {
        archive: Rc<Archive>,
        selection: Selection,
        files: Visible<'r>,
    },
    /// 304 about content that is not a file.
    Unchanged {
        etag: EntityTag,
        vary: &'static str,
        caching: Caching,
    },
    /// Content that is built in.
    BuiltIn(BuiltIn),
    /// A redirect: to the target with a slash at its end, because it is a directory, or to
    /// `https`.
    Moved { status: Status, location: String },
    /// The methods that are allowed.
    Options,
    /// A status and its reason phrase.
    Plain(Status),
    /// The same for clients that accept no page.
    Line(Status),
    /// 429 or 503 about this request alone, and the seconds to wait.
    Later(Status, u32),
}

impl Response<'_> {
    /// Whether its content is that of a file that is open, and not in memory.
    pub fn is_open_file(&self) -> bool {
        matches!(
            self,
            Self::File {
                content: Some(Content::Open(_)),
                ..
            } | Self::Missing {
                content: Content::Open(_),
                ..
            }
        )
    }

    /// Returns how the content of a file was found, if some of it is sent.
    pub fn cache(&self) -> Option<Cache> {
        match self {
            Self::File { cache, .. } => *cache,
            Self::Missing { cache, .. } => Some(*cache),
            _ => None,
        }
    }

    /// Returns the head in the form that [`h1`] writes.
    pub fn head(&self) -> Head<'_> {
        match self {
            Self::File {
                representation,
                selection,
                head,
                ..
            } => Head::File {
                representation: *representation,
                selection,
                prepared: head.as_deref(),
            },
            Self::Missing { representation, .. } => Head::Missing {
                representation: *representation,
            },
            Self::Archive {
                archive, selection, ..
            } => archive_head(archive, selection),
            Self::Page(page) => Head::Page(response::Page {
                status: page.status,
                media_type: page.media_type,
                length: Length::Known(page.len()),
                etag: page.etag.as_ref(),
                coding: None,
                vary: page.vary,
                caching: Caching::Revalidate,
                disposition: page
                    .file_name
                    .as_deref()
                    .map(|name| (Disposition::Inline, name)),
                next: page.next.as_deref(),
                range_of: page.range_of,
            }),
            Self::List { list, .. } => Head::Page(response::Page {
                status: Status::Ok,
                media_type: list.media_type(),
                length: Length::Chunked,
                etag: None,
                coding: None,
                vary: list.vary,
                caching: Caching::Revalidate,
                disposition: None,
                next: None,
                range_of: None,
            }),
            Self::Unchanged {
                etag,
                vary,
                caching,
            } => Head::Page(response::Page {
                status: Status::NotModified,
                media_type: "",
                length: Length::Known(0),
                etag: Some(etag),
                coding: None,
                vary,
                caching: *caching,
                disposition: None,
                next: None,
                range_of: None,
            }),
            Self::BuiltIn(built_in) => Head::Page(built_in.head()),
            // No client could request this location, and no buffer needs space for it.
            Self::Moved { location, .. } if location.len() > TARGET_BYTES => {
                refused(Status::UriTooLong, "")
            }
            Self::Moved { status, location } => Head::Moved {
                status: *status,
                location,
            },
            Self::Options => Head::Options,
            Self::Plain(status) => refused(*status, ""),
            Self::Line(status) => refused(*status, FORM_FIELDS),
            Self::Later(status, seconds) => Head::Later {
                status: *status,
                seconds: *seconds,
            },
        }
    }
}

fn archive_head<'a>(archive: &'a Archive, selection: &'a Selection) -> Head<'a> {
    match archive.represent() {
        Some(representation) => Head::File {
            representation,
            selection,
            prepared: None,
        },
        None => Head::Page(response::Page {
            status: Status::Ok,
            media_type: ARCHIVE_TYPE,
            length: Length::Known(archive.length()),
            etag: None,
            coding: None,
            vary: "",
            caching: Caching::Revalidate,
            disposition: Some((Disposition::Attachment, &archive.file_name)),
            next: None,
            range_of: None,
        }),
    }
}

fn refused(status: Status, vary: &'static str) -> Head<'static> {
    Head::Refused { status, vary }
}
