//! Decides what to say to a request. Saying it is [`crate::reply`]'s.

use alloc::string::String;

use h1::coding::{self, Coding};
use h1::connection::Request;
use h1::disposition::Disposition;
use h1::etag::EntityTag;
use h1::fields::Fields;
use h1::media_type;
use h1::method::Method;
use h1::selection::{Representation, Selection, select};
use h1::status::Status;
use h1::target::{Resource, Target};

use crate::files::{Content, Files};
use crate::listing;
use crate::options::Options;
use crate::root::{Found, Metadata};

/// What to say: a value, nothing of it sent yet.
pub enum Reply<'r> {
    /// About a file; `content` is open when bytes of it are to be sent.
    File {
        representation: Representation<'r>,
        selection: Selection,
        content: Option<Content>,
    },
    /// 404, with the operator's own page.
    Missing {
        representation: Representation<'r>,
        content: Content,
    },
    /// A page that is made here.
    Page(String),
    /// The folder has a slash at its end.
    Moved(String),
    /// What is allowed.
    Options,
    /// A status and its words.
    Plain(Status),
}

/// The operator's own page for what is not there.
const MISSING_PAGE: &str = "404.html";

const MISSING: Reply<'_> = Reply::Plain(Status::NotFound);

/// A question about a file: all but the file.
struct Question<'r> {
    files: &'r Files,
    options: &'r Options,
    method: Method,
    fields: Fields<'r>,
    /// Unix time in seconds.
    now: i64,
    disposition: Disposition,
}

/// Decides on a request whose target is in order.
pub async fn answer<'r>(
    files: &'r Files,
    options: &'r Options,
    request: &'r Request<'_>,
    target: &'r Target<'_>,
    now: i64,
) -> Reply<'r> {
    let Target::Resource(resource) = target else {
        return Reply::Options;
    };
    let Request { head, .. } = request;
    if head.method == Method::Options {
        return Reply::Options;
    }
    let attached = files.only_file().is_some() || resource.has_query_key("download");
    let disposition = if attached {
        Disposition::Attachment
    } else {
        Disposition::Inline
    };
    let question = Question {
        files,
        options,
        method: head.method,
        fields: head.fields,
        now,
        disposition,
    };
    match files.only_file() {
        Some(name) => question.single(name).await,
        None => question.below(resource).await,
    }
}

impl<'r> Question<'r> {
    /// The one granted file, for whatever path.
    async fn single(&self, name: &'r str) -> Reply<'r> {
        match self.files.look_up(name, self.now).await {
            Found::File(metadata) => self.file(name, metadata).await,
            Found::Folder | Found::Missing => MISSING,
            Found::Failed => Reply::Plain(Status::InternalServerError),
        }
    }

    async fn below(&self, resource: &'r Resource<'_>) -> Reply<'r> {
        let path = &*resource.path;
        if resource.hidden() && !self.options.hidden {
            return self.missing().await;
        }
        match self.files.look_up(path, self.now).await {
            // `/film.mp4/` is not the name of a file.
            Found::File(_) if resource.folder => self.missing().await,
            Found::File(metadata) => self.file(path, metadata).await,
            Found::Folder if !resource.folder => Reply::Moved(resource.folder_location()),
            Found::Folder => self.folder(path).await,
            Found::Missing => self.missing().await,
            Found::Failed => Reply::Plain(Status::InternalServerError),
        }
    }

    async fn folder(&self, path: &str) -> Reply<'r> {
        let index = join(path, &self.options.index);
        if let Found::File(metadata) = self.files.look_beside(&index, self.now).await {
            return self.file_named(index, &self.options.index, metadata).await;
        }
        match self.files.list(path, self.options.hidden).await {
            Some(entries) => Reply::Page(listing::page(path, entries)),
            None => Reply::Plain(Status::InternalServerError),
        }
    }

    /// The root's index for a single-page application, its `404.html`, or a line.
    async fn missing(&self) -> Reply<'r> {
        let options = self.options;
        if options.spa
            && let Found::File(metadata) = self.files.look_beside(&options.index, self.now).await
        {
            return self.file(&options.index, metadata).await;
        }
        let Found::File(_) = self.files.look_beside(MISSING_PAGE, self.now).await else {
            return MISSING;
        };
        match self.files.open(MISSING_PAGE, self.now).await {
            Some((content, metadata)) => Reply::Missing {
                representation: self.represent(MISSING_PAGE, metadata, None),
                content,
            },
            None => MISSING,
        }
    }

    async fn file(&self, path: &'r str, metadata: Metadata) -> Reply<'r> {
        self.file_named(path.into(), file_name(path), metadata)
            .await
    }

    async fn file_named(&self, path: String, name: &'r str, metadata: Metadata) -> Reply<'r> {
        let sibling = match media_type::compressible(media_type::of(name)) {
            true => self.sibling(&path).await,
            false => None,
        };
        let (path, metadata, coding) = match sibling {
            Some((path, metadata, coding)) => (path, metadata, Some(coding)),
            None => (path, metadata, None),
        };
        let decide = |metadata| {
            let representation = self.represent(name, metadata, coding);
            let selection = select(self.method, &self.fields, &representation, self.now);
            (representation, selection)
        };
        let (representation, selection) = decide(metadata);
        if self.method == Method::Head || !sends_content(&selection) {
            return Reply::File {
                representation,
                selection,
                content: None,
            };
        }
        match self.files.open(&path, self.now).await {
            // Decided on what is open, not on what had this name a moment ago.
            Some((file, opened)) => {
                let (representation, selection) = match opened == metadata {
                    true => (representation, selection),
                    false => decide(opened),
                };
                Reply::File {
                    representation,
                    selection,
                    content: Some(file),
                }
            }
            None => MISSING,
        }
    }

    fn represent(
        &self,
        name: &'r str,
        metadata: Metadata,
        coding: Option<Coding>,
    ) -> Representation<'r> {
        let Metadata { size, modified, .. } = metadata;
        let media_type = media_type::of(name);
        Representation {
            size,
            modified,
            etag: EntityTag::of(size, modified, coding),
            media_type,
            coding,
            varies: media_type::compressible(media_type),
            disposition: Some((self.disposition, name)),
        }
    }

    /// The best precompressed sibling that the client accepts (RFC 9110 §12.5.3).
    async fn sibling(&self, path: &str) -> Option<(String, Metadata, Coding)> {
        for coding in coding::preferences(&self.fields) {
            let sibling = [path, coding.suffix()].concat();
            if let Found::File(metadata) = self.files.look_beside(&sibling, self.now).await {
                return Some((sibling, metadata, coding));
            }
        }
        None
    }
}

fn sends_content(selection: &Selection) -> bool {
    matches!(
        selection,
        Selection::Whole | Selection::One(_) | Selection::Several(_)
    )
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.into()
    } else {
        [folder, "/", name].concat()
    }
}
