//! The rules about what a path really leads to.
//!
//! A rule is about a folder and not about its spelling. So each folder that a path really goes
//! through, without symbolic links, is compared with those of the rules: by its path, and by
//! its identity, which is the same in another case or another normal form.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use auth::path::{contains, names};
use auth::rights::{About, Rights};
use auth::rules::Rules;

use super::Files;
use super::root::{Identity, Root, Stat};
use crate::host::Host;
use crate::limits::{RULED_FOLDERS, STAT_WORK};
use crate::reason::Reason;

/// The rules for folders, and what they are about.
pub(super) struct Guard {
    pub rules: Rules,
    host: Rc<dyn Host>,
    known: RefCell<Known>,
    /// Whether somebody asks about the folders of the rules.
    asking: Cell<bool>,
}

/// The answers of the file system in one second.
#[derive(Default)]
struct Known {
    second: Option<i64>,
    ruled: Rc<[Ruled]>,
    /// The rules about folders themselves, and not about those that they are in.
    folders: BTreeMap<Box<str>, About>,
}

/// A folder that a rule is about.
#[derive(Clone)]
struct Ruled {
    identity: Identity,
    /// That of the folder it is really in.
    parent: Identity,
    /// Its real path.
    real: Option<String>,
    is_file: bool,
}

/// Somebody who asks, until it is dropped.
struct AskingNow<'g>(&'g Cell<bool>);

impl Drop for AskingNow<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Guard {
    pub fn new(rules: Rules, host: Rc<dyn Host>) -> Self {
        Self {
            rules,
            host,
            known: RefCell::default(),
            asking: Cell::new(false),
        }
    }

    /// Whether there are rules.
    pub fn has_rules(&self) -> bool {
        self.rules.folders().next().is_some()
    }

    /// Returns the rules about a path by its names alone.
    pub fn by_name(&self, path: &str) -> About {
        About::from(self.rules.rule_of(path))
    }

    /// Returns the rules about just this folder, by its path and its identity.
    fn about_itself(&self, real: &str, identity: Identity, ruled: &[Ruled]) -> About {
        let folders = self.rules.folders().zip(ruled).zip(0..);
        let is_it =
            |folder: &str, ruled: &Ruled| folder == real || ruled.identity.is_known_as(identity);
        folders
            .filter(|((folder, ruled), _)| is_it(folder, ruled))
            .fold(About::NONE, |about, (_, number)| about.and(number))
    }
}

impl Files {
    /// Returns a path without its symbolic links.
    pub(super) async fn real(&self, path: &str) -> Result<String, Reason> {
        self.executor.spend(STAT_WORK);
        match &self.root {
            Root::Directory(root, _) => {
                let real = self.guard.host.real_path(root, path).await;
                real.map_err(|error| Reason::from(&error))
            }
            Root::File(_, name) => Ok(name.clone()),
        }
    }

    /// Returns the real path of the last folder on a path that has one. If a folder exists, so
    /// do those above it: each question halves the number of those that are in question.
    pub(super) async fn last_real(&self, path: &str) -> String {
        let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
        let (mut known, mut possible) = (0_usize, ends.len());
        let mut last = String::new();
        while known < possible {
            let middle = known.saturating_add(possible).div_ceil(2);
            let end = middle.checked_sub(1).and_then(|at| ends.get(at));
            let folder = path.get(..end.copied().unwrap_or(0)).unwrap_or_default();
            match self.real(folder).await {
                Ok(real) => (last, known) = (real, middle),
                Err(_) => possible = middle.saturating_sub(1),
            }
        }
        last
    }

    /// Returns what was found at a path with the rules about it, if there are any. What was found
    /// by a way that nobody knows is not to be seen. For what does not exist, the rules are those
    /// about the last folder that does.
    pub(super) async fn about<T>(
        &self,
        path: &str,
        found: Result<T, Reason>,
        now: i64,
    ) -> (Result<T, Reason>, About) {
        if !self.guard.has_rules() {
            return (found, About::NONE);
        }
        match (&found, self.real(path).await) {
            (_, Ok(real)) => {
                let about = self.about_real(&real, now).await;
                (found, about)
            }
            (Ok(_), Err(reason)) => (Err(reason), About::NONE),
            (Err(_), Err(_)) => {
                let last = self.last_real(path).await;
                let about = self.about_real(&last, now).await;
                (found, about)
            }
        }
    }

    /// Returns the rules about the deepest folder of a real path that has any.
    pub(super) async fn about_real(&self, real: &str, now: i64) -> About {
        if let Root::File(_, name) = &self.root {
            return self.guard.by_name(name);
        }
        let ruled = self.ruled(now).await;
        let ends = real.match_indices('/').map(|(at, _)| at);
        let ends = [0].into_iter().chain(ends).chain([real.len()]);
        let mut about = About::NONE;
        for end in ends {
            let folder = real.get(..end).unwrap_or_default();
            let here = self.about_folder(folder, &ruled).await;
            if !here.is_none() {
                about = here;
            }
        }
        about
    }

    /// Returns the rules about just this folder. They are remembered for a second.
    async fn about_folder(&self, real: &str, ruled: &[Ruled]) -> About {
        if let Some(about) = self.guard.known.borrow().folders.get(real) {
            return *about;
        }
        let identity = self.identify(real).await;
        let about = self.guard.about_itself(real, identity, ruled);
        let mut known = self.guard.known.borrow_mut();
        if known.folders.len() < RULED_FOLDERS {
            known.folders.insert(real.into(), about);
        }
        about
    }

    /// Returns the rules about just this entry of a folder, which is no link.
    pub(super) async fn about_entry(&self, path: &str, now: i64) -> About {
        let ruled = self.ruled(now).await;
        let identity = self.identify(path).await;
        self.guard.about_itself(path, identity, &ruled)
    }

    /// Whether entries of a folder may have rules of their own: folders, and files.
    pub(super) async fn has_ruled(&self, path: &str, now: i64) -> (bool, bool) {
        let ruled = self.ruled(now).await;
        let identity = self.identify(path).await;
        let inside = || {
            ruled
                .iter()
                .filter(|ruled| ruled.parent.is_known_as(identity))
        };
        let is_file = inside().any(|ruled| ruled.is_file);
        (inside().next().is_some(), is_file)
    }

    /// Whether something below a folder is not for these rights, as far as rules say.
    pub(super) async fn hides(&self, path: &str, rights: Rights, now: i64) -> bool {
        let Ok(real) = self.real(path).await else {
            return true;
        };
        let ruled = self.ruled(now).await;
        let identity = self.identify(path).await;
        let folders = self.guard.rules.folders();
        for ((number, folder), ruled) in (0..).zip(folders).zip(ruled.iter()) {
            if rights.sees(About::from(Some(number))) {
                continue;
            }
            // It may be made later.
            if contains(&real, folder) || contains(path, folder) {
                return true;
            }
            let Some(below) = &ruled.real else {
                continue;
            };
            if contains(&real, below) {
                return true;
            }
            let mut above = String::new();
            for name in names(below) {
                if self.identify(&above).await.is_known_as(identity) {
                    return true;
                }
                if !above.is_empty() {
                    above.push('/');
                }
                above.push_str(name);
            }
        }
        false
    }

    /// Returns what the rules are about, in the order of their numbers. The file system is asked
    /// once a second, by one of those who want to know: the others take what was known before.
    async fn ruled(&self, now: i64) -> Rc<[Ruled]> {
        let guard = &self.guard;
        {
            let known = guard.known.borrow();
            let is_old = known.second.is_some() && guard.asking.get();
            if known.second == Some(now) || is_old {
                return Rc::clone(&known.ruled);
            }
        }
        guard.asking.set(true);
        let _asking = AskingNow(&guard.asking);
        let mut ruled = Vec::new();
        let before = Rc::clone(&guard.known.borrow().ruled);
        for (number, folder) in guard.rules.folders().enumerate() {
            ruled.push(self.ask_ruled(folder, before.get(number)).await);
        }
        let ruled: Rc<[Ruled]> = ruled.into();
        *guard.known.borrow_mut() = Known {
            second: Some(now),
            ruled: Rc::clone(&ruled),
            folders: BTreeMap::new(),
        };
        ruled
    }

    /// Returns what a rule is about. If the file system fails, it is what it was before.
    async fn ask_ruled(&self, folder: &str, before: Option<&Ruled>) -> Ruled {
        let real = match (self.real(folder).await, before) {
            (Err(reason), Some(before)) if !reason.is_missing() => return before.clone(),
            (real, _) => real.ok(),
        };
        let parent = match real.as_deref() {
            None | Some("") => Identity::UNKNOWN,
            Some(real) => {
                let parent = real.rsplit_once('/').map_or("", |(parent, _)| parent);
                self.identify(parent).await
            }
        };
        Ruled {
            identity: self.identify(folder).await,
            parent,
            real,
            is_file: matches!(self.root.look_up(folder).await, Ok(Stat::File(_))),
        }
    }
}
