//! Decides what to say to a request. Saying it is [`crate::response::write`]'s.

use alloc::rc::Rc;

use h1::connection::Request;
use h1::representation::Representation;
use h1::representation::coding::{self, Coding};
use h1::representation::disposition::Disposition;
use h1::request::fields::Fields;
use h1::request::method::Method;
use h1::request::target::{Resource, Target};
use h1::selection::{Selection, select};

use super::Response;
use crate::files::file::{Content, File};
use crate::files::{self, Files, Found, join};
use crate::options::Options;
use crate::reason::Reason;
use crate::render::Listings;

/// The operator's own page for what is not there.
const MISSING_PAGE: &str = "404.html";

/// A handler about a file: all but the file.
struct Handler<'r> {
    files: &'r Files,
    listings: &'r Listings,
    options: &'r Options,
    method: Method,
    fields: Fields<'r>,
    /// Unix time in seconds.
    now: i64,
    disposition: Disposition,
}

/// What is sent of a file.
#[derive(Clone, Copy)]
enum Variant<'r> {
    /// The file itself, under this name.
    Original(&'r str),
    /// A sibling that holds the original in compressed form.
    Encoded(Coding, Representation<'r>),
}

/// Decides on a request whose target is in order. Where that comes to an error, the log
/// can say why.
pub async fn decide<'r>(
    files: &'r Files,
    listings: &'r Listings,
    options: &'r Options,
    request: &'r Request<'_>,
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
        fields: head.fields,
        now,
        disposition,
    };
    let found = match files.only_file() {
        Some(name) => handler.single(name).await,
        None => handler.below(resource).await,
    };
    match found {
        Ok(response) => (response, None),
        Err(reason) => (handler.instead(reason).await, Some(reason)),
    }
}

impl<'r> Handler<'r> {
    /// The one granted file, for whatever path.
    async fn single(&self, name: &'r str) -> Result<Response<'r>, Reason> {
        match self.files.look_up(name, self.now).await? {
            Found::File(file) => self.file(name, name, &file).await,
            Found::Folder => Err(Reason::NotRegular),
        }
    }

    async fn below(&self, resource: &'r Resource<'_>) -> Result<Response<'r>, Reason> {
        let path = &*resource.path;
        if resource.hidden() && !self.options.hidden {
            return Err(Reason::Hidden);
        }
        match self.files.look_up(path, self.now).await? {
            // `/film.mp4/` is not the name of a file.
            Found::File(_) if resource.folder => Err(Reason::NotDirectory),
            Found::File(file) => self.file(path, files::name(path), &file).await,
            Found::Folder if !resource.folder => Ok(Response::Moved(resource.folder_location())),
            Found::Folder => self.folder(path).await,
        }
    }

    async fn folder(&self, path: &str) -> Result<Response<'r>, Reason> {
        let index = join(path, &self.options.index);
        match self.files.look_up_derived(&index, self.now).await {
            Ok(Found::File(file)) => return self.file(&index, &self.options.index, &file).await,
            Err(reason) if !reason.is_missing() => return Err(reason),
            Ok(Found::Folder) | Err(_) => {}
        }
        let page = self
            .listings
            .page(self.files, path, self.options.hidden, self.now);
        page.await.map(Response::Page)
    }

    /// What to say where something can't be served. For what is not there: the root's
    /// index for a single-page application, its `404.html`, or a line.
    async fn instead(&self, reason: Reason) -> Response<'r> {
        let plain = Response::Plain(reason.status());
        if !reason.is_missing() || self.files.only_file().is_some() {
            return plain;
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
            return plain;
        };
        match self.files.open(MISSING_PAGE, &page, self.now).await {
            Ok((page, content)) => Response::Missing {
                representation: page.represent(self.disposition, MISSING_PAGE),
                content,
            },
            Err(_) => plain,
        }
    }

    /// The answer about a file at `path`, under a name that the answer can keep.
    async fn file(
        &self,
        path: &str,
        name: &'r str,
        file: &Rc<File>,
    ) -> Result<Response<'r>, Reason> {
        if file.compressible {
            for coding in coding::preferences(&self.fields) {
                // The best that there is (RFC 9110 §12.5.3).
                if let Some(response) = self.sibling(path, name, file, coding).await? {
                    return Ok(response);
                }
            }
        }
        self.represented(path, file, Variant::Original(name)).await
    }

    /// The same by a sibling that holds it in compressed form, if there is one that can
    /// be read and is not older.
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
        // What a compressed file holds, only the original can tell.
        let file = self.files.inspect(path, file, self.now).await?;
        if sibling.is_older_than(&file) {
            return Ok(None);
        }
        let original = file.represent(self.disposition, name);
        let variant = Variant::Encoded(coding, original);
        let response = self.represented(&beside, &sibling, variant).await;
        Ok(response.ok())
    }

    /// The response about a file, as this variant of what was asked for.
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
        let (mut opened, mut content) = self.allocate(path, file, sends(&selection)).await?;
        // Decided on what is open, not on what had this name a moment ago.
        if !inspected || !Rc::ptr_eq(&opened, file) {
            (representation, selection) = decide(&opened);
            if sends(&selection) && content.is_none() {
                (opened, content) = self.allocate(path, &opened, true).await?;
                (representation, selection) = decide(&opened);
            }
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

    /// Whether every request for the file that gets as far as a variant gets the same
    /// representation, so that its part of the head can be kept.
    fn is_same_for_all(&self, variant: &Variant<'_>) -> bool {
        let usual = self.files.only_file().is_some() || self.disposition == Disposition::Inline;
        usual && matches!(variant, Variant::Original(_))
    }

    /// The file with its content where that is to be sent, and otherwise just so far that
    /// the answer is the one that would come with it.
    async fn allocate(
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

fn has_content(selection: &Selection) -> bool {
    matches!(
        selection,
        Selection::Whole | Selection::One(_) | Selection::Several(_)
    )
}
