//! Responses with pictures that stand for files.

use h1::representation::caching::Caching;
use h1::representation::disposition::Disposition;
use h1::request::method::Method;
use h1::request::target::Resource;
use h1::selection::select;
use h1::syntax::name::has_hidden;
use pages::entries::thumb::ThumbAddress;
use pages::view::Form;

use super::Response;
use super::decide::Handler;
use super::file::has_content;
use crate::files::Found;
use crate::reason::Reason;
use crate::render::{Made, Picture, Subject};

impl<'r> Handler<'r> {
    /// Returns the response about the thumbnail of a file, if the file still has the tag in the
    /// address. A picture inside of the file is then the same for ever. One beside it may change
    /// while the file stays, and so may what has a weak tag.
    pub(super) async fn thumb(
        &self,
        address: ThumbAddress<'_>,
        resource: &Resource<'_>,
    ) -> Result<Response<'r>, Reason> {
        let path = address.path;
        self.files.name(path)?;
        if has_hidden(path) && !self.options.hidden {
            return Err(Reason::Hidden);
        }
        if resource.is_directory {
            return Err(Reason::NotDirectory);
        }
        let Found::File(file) = self.files.look_up(path, self.now).await? else {
            return Err(Reason::NoPicture);
        };
        let is_named = |tag: &[u8]| tag == address.tag.as_bytes();
        if !is_named(file.represent(Disposition::Inline, "").etag.opaque()) {
            return Err(Reason::OtherVersion);
        }
        let subject = Subject::file(path, Form::Thumb, self.files.rights());
        let made = (self.listings).page(self.files, subject, |_| false, self.now);
        let Made::Picture(picture) = made.await? else {
            return Err(Reason::NoForm);
        };
        let caching = match picture.inside_of {
            None => Caching::Revalidate,
            Some(etag) if !is_named(etag.opaque()) => return Err(Reason::OtherVersion),
            Some(etag) if etag.is_strong() => Caching::Immutable,
            Some(_) => Caching::Revalidate,
        };
        Ok(self.picture(&picture, caching))
    }

    /// Returns the response about a picture that was found in a file.
    pub(super) fn picture(&self, picture: &Picture, caching: Caching) -> Response<'r> {
        let representation = picture.represent(caching);
        let selection = select(self.method, &self.fields, &representation, self.now);
        if let Some(page) = self.unsatisfied(&selection, representation.size) {
            return page;
        }
        let is_sent = self.method != Method::Head && has_content(&selection);
        Response::File {
            head: None,
            content: is_sent.then(|| picture.content.clone()),
            start: picture.span.start,
            cache: is_sent.then_some(picture.cache),
            representation,
            selection,
        }
    }
}
