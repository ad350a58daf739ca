//! Responses about directories, and what is made for them.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use h1::representation::caching::Caching;
use h1::representation::etag::EntityTag;
use h1::request::address;
use h1::request::head::Version;
use h1::request::target::Resource;
use h1::selection::condition::{self, Outcome};
use h1::status::Status;
use pages::view::{Form, View};

use super::Response;
use super::decide::{Handler, unchanged};
use crate::files::{Found, join};
use crate::reason::Reason;
use crate::render::{ListStream, Made, Subject};

/// The token that opens a directory to who has no password.
enum Signed {
    /// None is needed.
    Open,
    By(String),
    /// There is none.
    Closed,
}

impl Signed {
    fn token(&self) -> Option<&str> {
        match self {
            Self::By(token) => Some(token),
            Self::Open | Self::Closed => None,
        }
    }
}

impl<'r> Handler<'r> {
    /// Returns the response about a directory: its index file, or a page.
    pub(super) async fn directory(
        &self,
        path: &str,
        resource: &Resource<'_>,
    ) -> Result<Response<'r>, Reason> {
        let index = join(path, &self.options.index);
        match self.files.look_up_derived(&index, self.now).await {
            Ok(Found::File(file)) => return self.file(&index, &self.options.index, &file).await,
            Err(reason) if !reason.is_missing() => return Err(reason),
            Ok(Found::Directory) | Err(_) => {}
        }
        if !self.options.listing {
            return Err(Reason::NoListing);
        }
        let view = self.view(resource)?;
        if view.form == Form::Tar {
            // In a box, so that other connections need no memory for it.
            return Box::pin(self.archive(path)).await;
        }
        let signed = self.signed(path).await;
        let base = match view.form.has_addresses() {
            true => {
                let url = self.options.public_url.as_ref();
                let signed = signed.token();
                let signed = signed.map(|token| resource.by_link(token));
                let resource = signed.as_ref().unwrap_or(self.whole);
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
            rights: self.files.rights().clone(),
            asks: matches!(signed, Signed::Closed),
            has_archive: self.options.archives,
            linked_file: None,
        };
        self.made(subject).await
    }

    /// Returns what a request asks to see of a directory.
    pub(super) fn view(&self, resource: &Resource<'_>) -> Result<View, Reason> {
        Ok(View {
            top: self.authorization.top(),
            ..View::of(resource.query, &self.fields, resource.depth)?
        })
    }

    /// Returns what a player needs to see what a directory has: nothing, if it is open or has
    /// the token of a link. A link opens all that is below it, so it is only made for who sees
    /// all that.
    async fn signed(&self, path: &str) -> Signed {
        let Some(anyone) = self.authorization.anyone() else {
            return Signed::Open;
        };
        if !self.files.is_closed_to(path, anyone, self.now).await {
            return Signed::Open;
        }
        let token = match self.files.sees_all_below(path, self.now).await {
            true => self.authorization.sign(path, self.now),
            false => None,
        };
        token.map_or(Signed::Closed, Signed::By)
    }

    /// Returns the response with what is made for a subject.
    pub(super) async fn made(&self, subject: Subject) -> Result<Response<'r>, Reason> {
        // `*` is for what exists, which is only known when it has been made.
        let has_tags = !condition::asks_for_any(&self.fields);
        let is_current = |tag: &EntityTag| has_tags && self.condition(tag) == Outcome::NotModified;
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
            // It is asked for by a way of its own.
            Made::Archive(_) => Err(Reason::NoForm),
            Made::Picture(picture) => Ok(self.picture(&picture, Caching::Revalidate)),
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
}
