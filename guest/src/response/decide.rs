//! Decides the response to a request. [`crate::response::write`] sends it.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use h1::connection::Request;
use h1::representation::Representation;
use h1::representation::coding::{self, Coding};
use h1::representation::disposition::Disposition;
use h1::representation::etag::EntityTag;
use h1::request::address;
use h1::request::fields::Fields;
use h1::request::forwarded::Forwarded;
use h1::request::head::Version;
use h1::request::method::Method;
use h1::request::target::{Resource, Target};
use h1::response::Caching;
use h1::selection::condition::{self, Outcome, Validators};
use h1::selection::{Selection, select};
use h1::status::Status;
use pages::assets::Asset;
use pages::message::{Detail, Message};
use pages::view::{Form, View};

use super::Response;
use super::built_in::{BuiltIn, reserved_name};
use super::error::{explained, gets_page, message};
use crate::files::file::{Content, File};
use crate::files::{self, Files, Found, join};
use crate::options::Options;
use crate::reason::Reason;
use crate::render::{ListStream, Listings, Made, Subject};

/// The operator's own page for a path that does not exist.
const MISSING_PAGE: &str = "404.html";

/// A handler of a request, without the file that it is about.
struct Handler<'r> {
    files: &'r Files,
    listings: &'r Listings,
    options: &'r Options,
    method: Method,
    version: Version,
    fields: Fields<'r>,
    forwarded: Forwarded<'r>,
    /// Unix time in seconds.
    now: i64,
    disposition: Disposition,
    /// Levels between the root and the address of the request.
    depth: usize,
}

/// Variant of a file that is sent.
#[derive(Clone, Copy)]
enum Variant<'r> {
    /// The file itself, under this name.
    Original(&'r str),
    /// A sibling that holds the original in compressed form.
    Encoded(Coding, Representation<'r>),
}

/// Decides the response to a request whose target is valid. If the response is an error,
/// its reason is returned for the log.
pub async fn decide<'r>(
    files: &'r Files,
    listings: &'r Listings,
    options: &'r Options,
    (request, forwarded): (&'r Request<'_>, Forwarded<'r>),
    target: &'r Target<'_>,
    now: i64,
) -> (Response<'r>, Option<Reason>) {
    let Target::Resource(resource) = target else {
        return (Response::Options, None);
    };
    let Request { head, .. } = request;
    if head.method == Method::Options {
        return (Response::Options, None);
    }
    let attached = files.only_file().is_some() || resource.has_query_key("download");
    let disposition = if attached {
        Disposition::Attachment
    } else {
        Disposition::Inline
    };
    let handler = Handler {
        files,
        listings,
        options,
        method: head.method,
        version: head.version,
        fields: head.fields,
        forwarded,
        now,
        disposition,
        depth: resource.depth,
    };
    let found = match files.only_file() {
        Some(name) => handler.single(name).await,
        None => handler.below(resource).await,
    };
    match found {
        Ok(response) => (response, None),
        Err(reason) => (handler.instead(reason, resource).await, Some(reason)),
    }
}

impl<'r> Handler<'r> {
    /// Responds with the one granted file, whatever the path.
    async fn single(&self, name: &'r str) -> Result<Response<'r>, Reason> {
        match self.files.look_up(name, self.now).await? {
            Found::File(file) => self.file(name, name, &file).await,
            Found::Directory => Err(Reason::NotRegular),
        }
    }

    async fn below(&self, resource: &'r Resource<'_>) -> Result<Response<'r>, Reason> {
        let path = &*resource.path;
        if let Some(name) = reserved_name(path) {
            let asset = Asset::named(name).ok_or(Reason::NoEntry)?;
            return Ok(self.built_in(BuiltIn::of_asset(asset, &self.fields)));
        }
        if resource.hidden() && !self.options.hidden {
            return Err(Reason::Hidden);
        }
        match self.files.look_up(path, self.now).await? {
            // `/film.mp4/` is not the name of a file.
            Found::File(_) if resource.is_directory => Err(Reason::NotDirectory),
            Found::File(file) => match Form::of_file(resource.query) {
                Ok(None) => self.file(path, files::name(path), &file).await,
                Ok(Some(form)) => self.made(Subject::file(path, form)).await,
                Err(_) => Err(Reason::NoForm),
            },
            Found::Directory if !resource.is_directory => Ok(Response::Moved {
                status: Status::MovedPermanently,
                location: resource.directory_location(),
            }),
            Found::Directory => self.directory(path, resource).await,
        }
    }

    async fn directory(&self, path: &str, resource: &Resource<'_>) -> Result<Response<'r>, Reason> {
        let index = join(path, &self.options.index);
        match self.files.look_up_derived(&index, self.now).await {
            Ok(Found::File(file)) => return self.file(&index, &self.options.index, &file).await,
            Err(reason) if !reason.is_missing() => return Err(reason),
            Ok(Found::Directory) | Err(_) => {}
        }
        if !self.options.listing {
            return Err(Reason::NoListing);
        }
        let view = View::of(resource.query, &self.fields, resource.depth)?;
        let base = match view.form.has_addresses() {
            true => {
                let url = self.options.public_url.as_ref();
                address::of_directory(resource, &self.fields, url, &self.forwarded)
            }
            false => None,
        };
        let index = match view.tree {
            true => self.options.index.clone(),
            false => String::new(),
        };
        let subject = Subject {
            path: path.into(),
            view,
            index,
            base: base.unwrap_or_default(),
            hidden: self.options.hidden,
            takes_chunks: self.version == Version::Http11,
        };
        self.made(subject).await
    }

    /// Returns the response with what is made for a subject.
    async fn made(&self, subject: Subject) -> Result<Response<'r>, Reason> {
        let is_current = |tag: &EntityTag| self.condition(tag) == Outcome::NotModified;
        let vary = subject.view.fields();
        let made = self
            .listings
            .page(self.files, subject, is_current, self.now);
        match made.await? {
            Made::Long(list) => {
                let stream = ListStream::new(Rc::clone(&list), self.files)?;
                let stream = Cell::new(Some(stream));
                Ok(Response::List { list, stream })
            }
            Made::Unchanged(etag) => Ok(unchanged(etag, vary, Caching::Revalidate)),
            Made::Page(page) => match page.etag.map(|etag| (etag, self.condition(&etag))) {
                Some((etag, Outcome::NotModified)) => {
                    Ok(unchanged(etag, page.vary, Caching::Revalidate))
                }
                Some((_, Outcome::PreconditionFailed)) => {
                    Ok(Response::Plain(Status::PreconditionFailed))
                }
                _ => Ok(Response::Page(page)),
            },
        }
    }

    /// Evaluates the request's conditions for content that has a tag and is no file.
    fn condition(&self, etag: &EntityTag) -> Outcome {
        let validators = Validators {
            etag,
            last_modified: None,
        };
        condition::evaluate(self.method, &self.fields, &validators, self.now)
    }

    fn built_in(&self, content: BuiltIn) -> Response<'r> {
        match self.condition(&content.etag) {
            Outcome::Proceed => Response::BuiltIn(content),
            Outcome::NotModified => unchanged(content.etag, content.vary, content.caching),
            Outcome::PreconditionFailed => Response::Plain(Status::PreconditionFailed),
        }
    }

    /// Returns the response when something can't be served. For a path that does not exist,
    /// it is the root's index (for a single-page application), its `404.html`, or a line of
    /// text.
    async fn instead(&self, reason: Reason, resource: &Resource<'_>) -> Response<'r> {
        let parts = (self.files, self.listings, self.options);
        let error = || explained(parts, &self.fields, resource, reason, self.now);
        let is_reserved = reserved_name(&resource.path).is_some();
        if !reason.is_missing() || self.files.only_file().is_some() || is_reserved {
            return error().await;
        }
        if let Some(usual) = BuiltIn::usual(&resource.path) {
            return self.built_in(usual);
        }
        let options = self.options;
        if options.spa
            && let Ok(Found::File(file)) =
                self.files.look_up_derived(&options.index, self.now).await
            && let Ok(response) = self.file(&options.index, &options.index, &file).await
        {
            return response;
        }
        let Ok(Found::File(page)) = self.files.look_up_derived(MISSING_PAGE, self.now).await else {
            return error().await;
        };
        match self.files.open(MISSING_PAGE, &page, self.now).await {
            Ok((page, content)) => Response::Missing {
                representation: page.represent(self.disposition, MISSING_PAGE),
                content,
            },
            Err(_) => error().await,
        }
    }

    /// Returns the response about a file at `path`, under a name that the response can
    /// keep.
    async fn file(
        &self,
        path: &str,
        name: &'r str,
        file: &Rc<File>,
    ) -> Result<Response<'r>, Reason> {
        if file.compressible {
            for coding in coding::preferences(&self.fields) {
                // The best one that exists (RFC 9110 §12.5.3).
                if let Some(response) = self.sibling(path, name, file, coding).await? {
                    return Ok(response);
                }
            }
        }
        self.represented(path, file, Variant::Original(name)).await
    }

    /// Returns the response with a sibling that holds the file in compressed form, if there
    /// is one that can be read and is not older.
    async fn sibling(
        &self,
        path: &str,
        name: &'r str,
        file: &Rc<File>,
        coding: Coding,
    ) -> Result<Option<Response<'r>>, Reason> {
        let beside = [path, coding.suffix()].concat();
        let Ok(Found::File(sibling)) = self.files.look_up_derived(&beside, self.now).await else {
            return Ok(None);
        };
        // Only the original can tell what a compressed file contains.
        let file = self.files.inspect(path, file, self.now).await?;
        if sibling.is_older_than(&file) {
            return Ok(None);
        }
        let original = file.represent(self.disposition, name);
        let variant = Variant::Encoded(coding, original);
        let response = self.represented(&beside, &sibling, variant).await;
        Ok(response.ok())
    }

    /// Returns the response about a file, as this variant of the requested file.
    async fn represented(
        &self,
        path: &str,
        file: &Rc<File>,
        variant: Variant<'r>,
    ) -> Result<Response<'r>, Reason> {
        let decide = |file: &File| {
            let representation = match variant {
                Variant::Original(name) => file.represent(self.disposition, name),
                Variant::Encoded(coding, original) => file.represent_encoded(coding, original),
            };
            let selection = select(self.method, &self.fields, &representation, self.now);
            (representation, selection)
        };
        let sends = |selection: &Selection| self.method != Method::Head && has_content(selection);
        let inspected = file.is_inspected();
        let (mut representation, mut selection) = decide(file);
        let (mut opened, mut content) = self.open_or_inspect(path, file, sends(&selection)).await?;
        // The decision must be about the file that is open, not about the one that had this
        // name a moment ago.
        if !inspected || !Rc::ptr_eq(&opened, file) {
            (representation, selection) = decide(&opened);
            if sends(&selection) && content.is_none() {
                (opened, content) = self.open_or_inspect(path, &opened, true).await?;
                (representation, selection) = decide(&opened);
            }
        }
        if let Some(page) = self.unsatisfied(&selection, representation.size) {
            return Ok(page);
        }
        let prepared = self.is_same_for_all(&variant)
            && matches!(selection, Selection::Whole | Selection::One(_));
        let policy = &self.options.policy;
        Ok(Response::File {
            head: prepared
                .then(|| opened.head(&representation, self.now, policy))
                .flatten(),
            content: content.filter(|_| sends(&selection)),
            representation,
            selection,
        })
    }

    /// Returns the page about a range that a file of this size does not have, for clients that
    /// accept one.
    fn unsatisfied(&self, selection: &Selection, size: u64) -> Option<Response<'r>> {
        let is_error = matches!(selection, Selection::Unsatisfiable);
        if !is_error || !gets_page(self.files, &self.fields) {
            return None;
        }
        let page = self.listings.message(&Message {
            detail: Detail::Size(size),
            has_start: self.options.listing,
            ..message(Status::RangeNotSatisfiable, &self.fields, self.depth)
        });
        page.map(Response::Page)
    }

    /// Whether every request for the file that leads to this variant gets the same
    /// representation, so that its part of the head can be kept.
    fn is_same_for_all(&self, variant: &Variant<'_>) -> bool {
        let usual = self.files.only_file().is_some() || self.disposition == Disposition::Inline;
        usual && matches!(variant, Variant::Original(_))
    }

    /// Returns the file with its content if that is to be sent. Otherwise it opens the file
    /// only so far that the response is the same as with content.
    async fn open_or_inspect(
        &self,
        path: &str,
        file: &Rc<File>,
        content: bool,
    ) -> Result<(Rc<File>, Option<Content>), Reason> {
        if content {
            let (file, content) = self.files.open(path, file, self.now).await?;
            Ok((file, Some(content)))
        } else {
            Ok((self.files.inspect(path, file, self.now).await?, None))
        }
    }
}

fn unchanged<'r>(etag: EntityTag, vary: &'static str, caching: Caching) -> Response<'r> {
    Response::Unchanged {
        etag,
        vary,
        caching,
    }
}

fn has_content(selection: &Selection) -> bool {
    matches!(
        selection,
        Selection::Whole | Selection::One(_) | Selection::Several(_)
    )
}
