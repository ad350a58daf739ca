//! Responses about files: which variant is sent, and which part of it.

use alloc::rc::Rc;

use h1::representation::Representation;
use h1::representation::coding::{self, Coding};
use h1::representation::disposition::Disposition;
use h1::request::method::Method;
use h1::selection::{Selection, select};
use h1::status::Status;
use pages::message::{Detail, Message};

use super::Response;
use super::decide::Handler;
use super::error::{gets_page, message};
use crate::authorization::Credential;
use crate::files::Found;
use crate::files::file::{Content, File};
use crate::host::Cache;
use crate::reason::Reason;

/// Variant of a file that is sent.
#[derive(Clone, Copy)]
enum Variant<'r> {
    /// The file itself, under this name.
    Original(&'r str),
    /// A sibling that holds the original in compressed form.
    Encoded(Coding, Representation<'r>),
}

impl<'r> Handler<'r> {
    /// Returns the response about a file at `path`, under a name that the response can
    /// keep.
    pub(super) async fn file(
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
        let (content, cache) = content.filter(|_| sends(&selection)).unzip();
        Ok(Response::File {
            head: prepared
                .then(|| opened.head(&representation, self.now, policy))
                .flatten(),
            content,
            start: 0,
            cache,
            representation,
            selection,
        })
    }

    /// Returns the page about a range that a file of this size does not have, for clients that
    /// accept one.
    pub(super) fn unsatisfied(&self, selection: &Selection, size: u64) -> Option<Response<'r>> {
        let is_error = matches!(selection, Selection::Unsatisfiable);
        if !is_error || !gets_page(self.files.only_file(), &self.fields) {
            return None;
        }
        let page = self.listings.message(&Message {
            detail: Detail::Size(size),
            has_start: self.options.listing && self.files.rights().include_start(),
            ..message(Status::RangeNotSatisfiable, &self.fields, self.depth)
        });
        page.map(Response::Page)
    }

    /// Whether every request for the file that leads to this variant gets the same
    /// representation, so that its part of the head can be kept.
    fn is_same_for_all(&self, variant: &Variant<'_>) -> bool {
        let usual = self.files.only_file().is_some() || self.disposition == Disposition::Inline;
        // Other responses have other fields for caches.
        let is_open = self.authorization.credential == Credential::None;
        usual && is_open && matches!(variant, Variant::Original(_))
    }

    /// Returns the file with its content, and how that was found, if it is to be sent. Otherwise it opens the file
    /// only so far that the response is the same as with content.
    async fn open_or_inspect(
        &self,
        path: &str,
        file: &Rc<File>,
        content: bool,
    ) -> Result<(Rc<File>, Option<(Content, Cache)>), Reason> {
        if content {
            let (file, content, cache) = self.files.open(path, file, self.now).await?;
            Ok((file, Some((content, cache))))
        } else {
            Ok((self.files.inspect(path, file, self.now).await?, None))
        }
    }
}

pub(super) fn has_content(selection: &Selection) -> bool {
    matches!(
        selection,
        Selection::Whole | Selection::One(_) | Selection::Several(_)
    )
}
