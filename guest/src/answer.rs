//! Decides what to say to a request. Saying it is [`crate::reply`]'s.

use alloc::rc::Rc;
use alloc::string::String;

use h1::coding;
use h1::connection::Request;
use h1::disposition::Disposition;
use h1::fields::Fields;
use h1::method::Method;
use h1::selection::{Representation, Selection, select};
use h1::status::Status;
use h1::target::{Resource, Target};

use crate::file::{self, Content, File};
use crate::files::{Files, Found};
use crate::listings::{Listings, Page};
use crate::options::Options;

/// What to say: a value, nothing of it sent yet.
pub enum Reply<'r> {
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

/// The operator's own page for what is not there.
const MISSING_PAGE: &str = "404.html";

const MISSING: Reply<'_> = Reply::Plain(Status::NotFound);

/// A question about a file: all but the file.
struct Question<'r> {
    files: &'r Files,
    listings: &'r Listings,
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
    listings: &'r Listings,
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
        listings,
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
            Found::File(file) => self.file(name, name, &file).await,
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
            Found::File(file) => self.file(path, file::name(path), &file).await,
            Found::Folder if !resource.folder => Reply::Moved(resource.folder_location()),
            Found::Folder => self.folder(path).await,
            Found::Missing => self.missing().await,
            Found::Failed => Reply::Plain(Status::InternalServerError),
        }
    }

    async fn folder(&self, path: &str) -> Reply<'r> {
        let index = join(path, &self.options.index);
        if let Found::File(file) = self.files.look_beside(&index, self.now).await {
            return self.file(&index, &self.options.index, &file).await;
        }
        let hidden = self.options.hidden;
        match self.listings.page(self.files, path, hidden).await {
            Ok(page) => Reply::Page(page),
            Err(status) => Reply::Plain(status),
        }
    }

    /// The root's index for a single-page application, its `404.html`, or a line.
    async fn missing(&self) -> Reply<'r> {
        let options = self.options;
        if options.spa
            && let Found::File(file) = self.files.look_beside(&options.index, self.now).await
        {
            return self.file(&options.index, &options.index, &file).await;
        }
        let Found::File(page) = self.files.look_beside(MISSING_PAGE, self.now).await else {
            return MISSING;
        };
        match self.files.open(MISSING_PAGE, &page, self.now).await {
            Some((page, content)) => Reply::Missing {
                representation: page.represent(self.disposition, MISSING_PAGE),
                content,
            },
            None => MISSING,
        }
    }

    /// The answer about a file at `path`, under a name that the answer can keep.
    async fn file(&self, path: &str, name: &'r str, file: &Rc<File>) -> Reply<'r> {
        let original = file.represent(self.disposition, name);
        if file.compressible {
            for coding in coding::preferences(&self.fields) {
                // The best that there is (RFC 9110 §12.5.3).
                let path = [path, coding.suffix()].concat();
                if let Found::File(file) = self.files.look_beside(&path, self.now).await {
                    let represent = |file: &File| file.stand_in(coding, original);
                    return self.represented(&path, &file, represent, false).await;
                }
            }
        }
        let usual = self.files.only_file().is_some() || self.disposition == Disposition::Inline;
        let represent = |file: &File| file.represent(self.disposition, name);
        self.represented(path, file, represent, usual).await
    }

    /// `usual` if the representation is the same for every request that gets this far.
    async fn represented(
        &self,
        path: &str,
        file: &Rc<File>,
        represent: impl Fn(&File) -> Representation<'r>,
        usual: bool,
    ) -> Reply<'r> {
        let decide = |file: &File| {
            let representation = represent(file);
            let selection = select(self.method, &self.fields, &representation, self.now);
            (representation, selection)
        };
        let (mut representation, mut selection) = decide(file);
        let (mut opened, mut content) = (Rc::clone(file), None);
        if self.method != Method::Head && sends_content(&selection) {
            let Some(open) = self.files.open(path, file, self.now).await else {
                return MISSING;
            };
            // Decided on what is open, not on what had this name a moment ago.
            if !Rc::ptr_eq(&open.0, file) {
                (representation, selection) = decide(&open.0);
            }
            (opened, content) = (open.0, Some(open.1));
        }
        let prepared = usual && matches!(selection, Selection::Whole | Selection::One(_));
        let policy = &self.options.policy;
        Reply::File {
            head: prepared
                .then(|| opened.head(&representation, self.now, policy))
                .flatten(),
            representation,
            selection,
            content,
        }
    }
}

fn sends_content(selection: &Selection) -> bool {
    matches!(
        selection,
        Selection::Whole | Selection::One(_) | Selection::Several(_)
    )
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.into()
    } else {
        [folder, "/", name].concat()
    }
}
