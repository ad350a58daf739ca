//! The response with a directory and all that is below it, as one file.

use h1::selection::{Selection, select};

use super::Response;
use super::decide::Handler;
use crate::reason::Reason;
use crate::render::{Archive, Made, Subject};

impl<'r> Handler<'r> {
    /// Returns the response with the archive of a directory, or a part of it. A range is one of
    /// an archive that was laid out before, if there is one: a client that continues, or that
    /// fetches several parts at once, costs no walk through the directory.
    pub(super) async fn archive(&self, path: &str) -> Result<Response<'r>, Reason> {
        if !self.options.archives {
            return Err(Reason::NoArchive);
        }
        let rights = self.files.rights().clone();
        let subject = Subject::archive(path, rights, self.options);
        let is_range =
            |selection: &Selection| matches!(selection, Selection::One(_) | Selection::Several(_));
        let kept = self.listings.kept_archive(&subject, self.now);
        let kept = kept.filter(|archive| is_range(&self.selected(archive)));
        let archive = match kept {
            Some(archive) => archive,
            None => {
                let made = self.listings.page(self.files, subject, |_| false, self.now);
                match made.await? {
                    Made::Archive(archive) => archive,
                    _ => return Err(Reason::NoForm),
                }
            }
        };
        let selection = self.selected(&archive);
        if let Some(page) = self.unsatisfied(&selection, archive.length()) {
            return Ok(page);
        }
        Ok(Response::Archive {
            archive,
            selection,
            files: self.files,
        })
    }

    /// Returns the part that is sent. Without a tag it is the whole, whatever is asked for.
    fn selected(&self, archive: &Archive) -> Selection {
        archive.represent().map_or(Selection::Whole, |it| {
            select(self.method, &self.fields, &it, self.now)
        })
    }
}
