//! The response to who has a link to a file, and asks for the page about it.

use alloc::boxed::Box;
use alloc::string::String;

use auth::link::Refused;
use h1::request::target::Resource;
use h1::syntax::name::is_hidden;
use pages::entries::{Entry, Kind, Modified};

use super::Response;
use super::decide::Handler;
use crate::authorization::Signed;
use crate::files::{self, Found};
use crate::reason::Reason;
use crate::render::{LinkedFile, Subject};

impl<'r> Handler<'r> {
    /// Returns the page about a file that a link was made for, in the directory at `path`.
    pub(super) async fn file_page(
        &self,
        signed: &Signed,
        path: &str,
        resource: &Resource<'_>,
    ) -> Result<Response<'r>, Reason> {
        let name = files::name(&signed.path);
        if is_hidden(path, name) && !self.options.hidden {
            return Err(Reason::Hidden);
        }
        if !self.options.listing {
            return Err(Reason::NoListing);
        }
        let view = self.view(resource)?;
        if view.open.as_deref() != Some(name) {
            // A list, or another form of one.
            return Err(Reason::Link(Refused::OtherPath));
        }
        let Found::File(file) = self.files.look_up(&signed.path, self.now).await? else {
            return Err(Reason::NoForm);
        };
        let modified = file.metadata.modified;
        let entry = Entry {
            name: Box::from(name),
            kind: Kind::File(Some(file.metadata.size)),
            modified: modified.map(|time| Modified::new(time.seconds, time.nanoseconds)),
        };
        self.made(Subject {
            path: path.into(),
            view,
            base: String::new(),
            index: String::new(),
            hidden: self.options.hidden,
            takes_chunks: false,
            rights: self.files.rights().clone(),
            asks: false,
            has_archive: false,
            linked_file: Some(LinkedFile {
                entry,
                beside: self.files.rights_beside(path, self.now).await?,
                expires: signed.expires,
                client: signed.client,
            }),
        })
        .await
    }
}
