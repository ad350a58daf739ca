//! The entries of a directory that somebody may see.

use pages::entries::Kind;

use super::join;
use super::visible::Visible;
use crate::reason::Reason;

/// A directory, and what is needed to decide on its entries.
pub(super) struct VisibleEntries<'v> {
    pub path: &'v str,
    visible: Visible<'v>,
    pub now: i64,
    /// Whether directories in it, and files, may have rules of their own.
    directories: bool,
    files: bool,
}

impl<'v> VisibleEntries<'v> {
    /// Looks at a directory that may be seen itself.
    pub async fn of(visible: Visible<'v>, path: &'v str, now: i64) -> Result<Self, Reason> {
        let (mut directories, mut files) = (false, false);
        if visible.is_bounded() {
            visible.look_up(path, now).await?;
            if visible.files.guard.has_rules() {
                (directories, files) = visible.files.has_ruled(path, now).await;
            }
        }
        Ok(Self {
            path,
            visible,
            now,
            directories,
            files,
        })
    }

    /// Whether all entries are to be seen, so that none needs a question.
    pub fn shows_all(&self) -> bool {
        !self.visible.is_bounded()
    }

    /// Whether an entry may be seen. Without a kind, it may be a link. What is no link and has no
    /// rule of its own is seen as its directory is.
    pub async fn shows(&self, name: &str, kind: Option<Kind>) -> bool {
        if self.shows_all() {
            return true;
        }
        let path = join(self.path, name);
        if self.visible.name(&path).is_err() {
            return false;
        }
        let may_have_rule = match kind {
            None => return self.visible.sees_link(&path, self.now).await,
            Some(Kind::Directory) => self.directories,
            Some(Kind::File(_)) => self.files,
        };
        if !may_have_rule {
            return true;
        }
        let about = self.visible.files.about_entry(&path, self.now).await;
        about.is_none() || self.visible.rights.folders.sees(about)
    }
}
