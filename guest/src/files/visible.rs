//! Files as far as somebody may see them: the only way to them for whoever answers requests.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use auth::link::Refused;
use auth::path::contains;
use auth::rights::{self, About};
use pages::entries::Entry;

use super::file::{Content, File};
use super::root::{Identity, Opened};
use super::{Files, Found};
use crate::host::Cache;
use crate::reason::Reason;
use crate::rights::Rights;
use crate::runtime::executor::Executor;

/// The granted files, and the rights of who asks for them.
#[derive(Clone, Copy)]
pub struct Visible<'f> {
    pub(super) files: &'f Files,
    pub(super) rights: &'f Rights,
}

impl<'f> Visible<'f> {
    pub fn new(files: &'f Files, rights: &'f Rights) -> Self {
        Self { files, rights }
    }

    pub fn rights(self) -> &'f Rights {
        self.rights
    }

    /// See [`Files::only_file`].
    pub fn only_file(self) -> Option<&'f str> {
        self.files.only_file()
    }

    /// Looks up what a path leads to. `now` is Unix time in seconds.
    pub async fn look_up(self, path: &str, now: i64) -> Result<Found, Reason> {
        self.name(path)?;
        let (found, about) = self.files.look_up(path, now).await;
        self.permit(path, found, about).await
    }

    /// Looks up a name that only the server asks for (an index, a compressed sibling). What may
    /// not be seen does not exist.
    pub async fn look_up_derived(self, path: &str, now: i64) -> Result<Found, Reason> {
        let closed = |reason: Reason| match reason.is_closed() {
            true => Reason::NoEntry,
            false => reason,
        };
        self.name(path).map_err(closed)?;
        let (found, about) = self.files.look_up_derived(path, now).await;
        self.permit(path, found, about).await.map_err(closed)
    }

    /// Whether a path may be seen by its names alone, whatever exists. The file system is not
    /// asked.
    pub fn name(self, path: &str) -> Result<(), Reason> {
        match self.rights.folders.sees(self.files.guard.by_name(path)) {
            true => Ok(()),
            false => Err(Reason::Closed),
        }
    }

    /// Returns what was found if it may be seen, by the way that leads there.
    async fn permit<T>(
        self,
        path: &str,
        found: Result<T, Reason>,
        about: About,
    ) -> Result<T, Reason> {
        // Without rules, the names have decided.
        if self.files.guard.has_rules() && !self.rights.folders.sees(about) {
            return Err(Reason::Closed);
        }
        if let Some(scope) = &self.rights.scope {
            let real = match &found {
                Ok(_) => self.files.real(path).await?,
                Err(_) => self.files.last_real(path).await,
            };
            if !contains(scope, &real) {
                return Err(Reason::Link(Refused::OtherPath));
            }
        }
        found
    }

    /// Whether some entries of folders may have to be left out.
    pub(super) fn is_bounded(self) -> bool {
        self.rights.scope.is_some() || self.files.guard.has_rules()
    }

    /// Whether an entry of a folder may be seen, of which nothing is known but its path.
    pub(super) async fn sees_link(self, path: &str, now: i64) -> bool {
        let Ok(real) = self.files.real(path).await else {
            return false;
        };
        let in_scope = (self.rights.scope.as_ref()).is_none_or(|scope| contains(scope, &real));
        let has_rules = self.files.guard.has_rules();
        in_scope
            && (!has_rules || {
                let about = self.files.about_real(&real, now).await;
                self.rights.folders.sees(about)
            })
    }

    /// Opens what [`Visible::look_up`] has just found, and returns it with its content and how
    /// that was found. Returns another file if the first was replaced in between.
    pub async fn open(
        self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Content, Cache), Reason> {
        self.files.open(path, file, now).await
    }

    /// Opens a file that is sent once, and kept neither open nor in memory.
    pub async fn open_once(self, path: &str, now: i64) -> Result<Opened, Reason> {
        self.name(path)?;
        let opened = self.files.open_once(path, now).await;
        let (opened, about) = self.files.about(path, opened, now).await;
        self.permit(path, opened, about).await
    }

    /// Opens what [`Visible::look_up`] has just found as [`Visible::open`] does, for one response.
    pub async fn open_briefly(
        self,
        path: &str,
        file: &Rc<File>,
        now: i64,
    ) -> Result<(Rc<File>, Content, Cache), Reason> {
        self.files.open_briefly(path, file, now).await
    }

    /// Opens a file to find out whether it can be opened and what it is, without its
    /// content. This is done once for each file.
    pub async fn inspect(self, path: &str, file: &Rc<File>, now: i64) -> Result<Rc<File>, Reason> {
        self.files.inspect(path, file, now).await
    }

    /// Asks for the sizes and times of entries of a directory. Returns which of them are
    /// gone.
    pub async fn describe(self, path: &str, entries: &mut [Entry]) -> Result<Vec<bool>, Reason> {
        self.files.describe(path, entries).await
    }

    /// Returns the identity of what a path leads to.
    pub async fn identify(self, path: &str) -> Identity {
        self.files.identify(path).await
    }

    /// Waits for what the response can do without, but not for long.
    pub async fn briefly<T>(self, wanted: impl Future<Output = T>) -> Option<T> {
        self.files.briefly(wanted).await
    }

    pub fn executor(self) -> &'f Rc<Executor> {
        self.files.executor()
    }

    /// Whether a directory is closed to somebody with these rights, who may see less.
    pub async fn is_closed_to(self, path: &str, rights: rights::Rights, now: i64) -> bool {
        let rights = Rights {
            folders: rights,
            scope: None,
        };
        let theirs = Visible::new(self.files, &rights);
        matches!(theirs.look_up(path, now).await, Err(reason) if reason.is_closed())
    }

    /// Whether these rights see everything below a directory, so that a link to it opens no
    /// more.
    pub async fn sees_all_below(self, path: &str, now: i64) -> bool {
        let guard = &self.files.guard;
        !guard.has_rules() || !self.files.hides(path, self.rights.folders, now).await
    }

    /// Returns the same files as far as others may see them.
    pub fn with<'r>(self, rights: &'r Rights) -> Visible<'r>
    where
        'f: 'r,
    {
        Visible::new(self.files, rights)
    }

    /// Returns the rights to a folder for who may see a file in it: to what is in that folder
    /// by the rules about itself. It is for what belongs to the file, such as subtitles.
    pub async fn rights_beside(self, folder: &str, now: i64) -> Result<Rights, Reason> {
        let real = self.files.real(folder).await?;
        let guard = &self.files.guard;
        let folders = match guard.has_rules() {
            true => {
                let about = self.files.about_real(&real, now).await;
                rights::Rights::to(&[guard.by_name(folder), about])
            }
            false => rights::Rights::ALL,
        };
        Ok(Rights {
            folders,
            scope: Some(real.as_str().into()),
        })
    }

    /// Returns a path without its symbolic links.
    pub async fn real(self, path: &str) -> Result<String, Reason> {
        self.files.real(path).await
    }
}
