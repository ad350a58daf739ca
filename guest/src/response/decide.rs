//! Decides the response to a request. [`crate::response::write`] sends it.

use h1::connection::Request;
use h1::representation::caching::Caching;
use h1::representation::disposition::Disposition;
use h1::representation::etag::EntityTag;
use h1::request::fields::Fields;
use h1::request::forwarded::Forwarded;
use h1::request::head::Version;
use h1::request::method::Method;
use h1::request::target::{Resource, Target};
use h1::selection::condition::{self, Outcome, Validators};
use h1::status::Status;
use pages::assets::Asset;
use pages::entries::thumb::ThumbAddress;
use pages::view::Form;

use super::Response;
use super::built_in::{BuiltIn, reserved_name};
use super::error::explained;
use crate::authorization::{Authorization, Denied};
use crate::files::{self, Files, Found, Visible};
use crate::options::Options;
use crate::reason::Reason;
use crate::render::{Listings, Subject};

/// The operator's own page for a path that does not exist.
const MISSING_PAGE: &str = "404.html";

/// A handler of a request, without the file that it is about.
pub(super) struct Handler<'r> {
    pub(super) files: Visible<'r>,
    pub(super) listings: &'r Listings,
    pub(super) options: &'r Options,
    pub(super) method: Method,
    pub(super) version: Version,
    pub(super) fields: Fields<'r>,
    pub(super) forwarded: Forwarded<'r>,
    pub(super) authorization: &'r Authorization<'r>,
    /// The whole address: with the token, if it is that of a link.
    pub(super) whole: &'r Resource<'r>,
    /// Unix time in seconds.
    pub(super) now: i64,
    pub(super) disposition: Disposition,
    /// Levels between the root and the address of the request.
    pub(super) depth: usize,
}

/// Decides the response to a request whose target is valid. If the response is an error,
/// its reason is returned for the log.
pub async fn decide<'r>(
    (files, listings, options): (&'r Files, &'r Listings, &'r Options),
    (request, forwarded, authorization): (&'r Request<'_>, Forwarded<'r>, &'r Authorization<'r>),
    target: &'r Target<'r>,
    now: i64,
) -> (Response<'r>, Option<Reason>) {
    let Target::Resource(whole) = target else {
        return (Response::Options, None);
    };
    let Request { head, .. } = request;
    if head.method == Method::Options {
        return (Response::Options, None);
    }
    let files = Visible::new(files, &authorization.rights);
    let resource = authorization.resource(whole);
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
        authorization,
        whole,
        now,
        disposition,
        depth: resource.depth,
    };
    let found = match (authorization.denied, files.only_file()) {
        (Some(Denied::Later(status, seconds)), _) => Ok(Response::Later(status, seconds)),
        (Some(Denied::For(reason)), _) => Err(reason),
        (None, Some(name)) => handler.single(name).await,
        (None, None) => handler.below(resource).await,
    };
    match found {
        Ok(response) => (response, None),
        // The next second will do, and the connection is as good as before.
        Err(Reason::ReadsSpent) => (Response::Later(Status::ServiceUnavailable, 1), None),
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
        if let Some(asset) = reserved_name(path).and_then(Asset::named) {
            return Ok(self.built_in(BuiltIn::of_asset(asset, &self.fields)));
        }
        if let Some(address) = ThumbAddress::of(path) {
            return self.thumb(address, resource).await;
        }
        // Below a closed folder nobody learns what exists.
        self.files.name(path)?;
        if reserved_name(path).is_some() {
            return Err(Reason::NoEntry);
        }
        if resource.hidden() && !self.options.hidden {
            return Err(Reason::Hidden);
        }
        if let Some(signed) = &self.authorization.signed
            && signed.is_page
        {
            return self.file_page(signed, path, resource).await;
        }
        match self.files.look_up(path, self.now).await? {
            // `/film.mp4/` is not the name of a file.
            Found::File(_) if resource.is_directory => Err(Reason::NotDirectory),
            Found::File(file) => match Form::of_file(resource.query) {
                Ok(None) => self.file(path, files::name(path), &file).await,
                Ok(Some(form)) => {
                    self.made(Subject::file(path, form, self.files.rights()))
                        .await
                }
                Err(_) => Err(Reason::NoForm),
            },
            Found::Directory if !resource.is_directory => Ok(Response::Moved {
                status: Status::MovedPermanently,
                location: self.whole.directory_location(),
            }),
            Found::Directory => self.directory(path, resource).await,
        }
    }

    /// Evaluates the request's conditions for content that has a tag and is no file.
    pub(super) fn condition(&self, etag: &EntityTag) -> Outcome {
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
        // Browsers ask for it before they ask for a password, and so does each visit to a link.
        if reason == Reason::Closed
            && self.files.only_file().is_none()
            && let Some(icon) = BuiltIn::icon(&resource.path)
        {
            return self.built_in(icon);
        }
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
            Ok((page, content, cache)) => Response::Missing {
                representation: page.represent(self.disposition, MISSING_PAGE),
                content,
                cache,
            },
            Err(_) => error().await,
        }
    }
}

pub(super) fn unchanged<'r>(etag: EntityTag, vary: &'static str, caching: Caching) -> Response<'r> {
    Response::Unchanged {
        etag,
        vary,
        caching,
    }
}
