//! The folders that a path really goes through: the path without its symbolic links.
//!
//! The walk asks nobody. It names a path, is told whether there is a link, and goes on. The file
//! system may have changed when the path is opened afterwards. That only matters to those who
//! can change it.
//!
//! A link to an absolute path is an end: whoever knows only what is below a root cannot say
//! where it leads.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::limits::{WALK_LINKS, WALK_NAMES};

/// A walk along a path in its one form ([`crate::path`]).
#[derive(Clone, Debug)]
pub struct Walk {
    /// The path up to here. There is no link in it, but for the last name that was asked about.
    at: String,
    /// Names that are left to walk, the next one last.
    rest: Vec<String>,
    links: usize,
    names: usize,
}

/// Reasons why a walk has no end below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkError {
    /// A link leads to an absolute path.
    Absolute,
    /// A link leads above the root.
    Outside,
    /// There are more than [`WALK_LINKS`], or their names are more than [`WALK_NAMES`].
    TooLong,
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "a link leads to an absolute path",
            Self::Outside => "a link leads above the root",
            Self::TooLong => "there are too many links",
        })
    }
}

impl core::error::Error for WalkError {}

impl Walk {
    /// Begins at the root.
    pub fn new(path: &str) -> Self {
        let names = crate::path::names(path).map(ToOwned::to_owned);
        let mut rest: Vec<String> = names.collect();
        rest.reverse();
        Self {
            at: String::new(),
            names: rest.len(),
            links: 0,
            rest,
        }
    }

    /// Goes on by one name, and returns the path to ask the file system about: is there a
    /// symbolic link? Returns `None` at the end.
    ///
    /// # Errors
    /// A path that leads above the root.
    pub fn step(&mut self) -> Result<Option<&str>, WalkError> {
        while let Some(name) = self.rest.pop() {
            match &*name {
                "" | "." => {}
                ".." => self.up().ok_or(WalkError::Outside)?,
                name => {
                    if !self.at.is_empty() {
                        self.at.push('/');
                    }
                    self.at.push_str(name);
                    return Ok(Some(&self.at));
                }
            }
        }
        Ok(None)
    }

    /// Takes the target of the link at the path that [`Walk::step`] has returned.
    ///
    /// # Errors
    /// A target that leads where nobody can say, and one link too many.
    pub fn link(&mut self, target: &str) -> Result<(), WalkError> {
        if target.starts_with('/') {
            return Err(WalkError::Absolute);
        }
        self.links = self.links.saturating_add(1);
        let names = target.split('/').count();
        self.names = self.names.saturating_add(names);
        if self.links > WALK_LINKS || self.names > WALK_NAMES {
            return Err(WalkError::TooLong);
        }
        // A link is relative to the folder that it is in.
        self.up().ok_or(WalkError::Outside)?;
        let names = target.rsplit('/').map(ToOwned::to_owned);
        self.rest.extend(names);
        Ok(())
    }

    /// Returns the path without links, as far as the walk has come.
    pub fn path(&self) -> &str {
        &self.at
    }

    /// Goes back by one name, if there is one.
    fn up(&mut self) -> Option<()> {
        if self.at.is_empty() {
            return None;
        }
        let end = self.at.rfind('/').unwrap_or(0);
        self.at.truncate(end);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use proptest::prelude::*;

    fn real(path: &str, links: &[(&str, &str)]) -> Result<String, WalkError> {
        let links: BTreeMap<_, _> = links.iter().copied().collect();
        let mut walk = Walk::new(path);
        while let Some(at) = walk.step()? {
            if let Some(target) = links.get(at) {
                walk.link(target)?;
            }
        }
        Ok(walk.path().into())
    }

    #[test]
    fn real_paths() {
        let links = [
            ("in", "closed"),
            ("open/in", "../closed/deep"),
            ("open/here", "."),
            ("open/dots", "./../closed//deep/"),
            ("closed/deep/back", "../../open/in/x"),
            ("twice", "open/in"),
            ("up", "open/.."),
            ("out", ".."),
            ("open/out", "../../closed"),
            ("absolute", "/srv/closed"),
            ("self", "self"),
            ("open/empty", ""),
        ];
        let rows = [
            ("", Ok("")),
            ("a/b", Ok("a/b")),
            ("in", Ok("closed")),
            ("in/a", Ok("closed/a")),
            ("open/in/a", Ok("closed/deep/a")),
            ("open/here/here/in", Ok("closed/deep")),
            ("open/dots/a", Ok("closed/deep/a")),
            ("open/in/back/y", Ok("closed/deep/x/y")),
            ("twice/a", Ok("closed/deep/a")),
            ("up/in/a", Ok("closed/a")),
            ("open/empty/a", Ok("open/a")),
            ("out", Err(WalkError::Outside)),
            ("open/out/a", Err(WalkError::Outside)),
            ("absolute/a", Err(WalkError::Absolute)),
            ("self", Err(WalkError::TooLong)),
        ];
        for (path, expected) in rows {
            let found = real(path, &links);
            assert_eq!(found.as_deref().map_err(|error| *error), expected, "{path}");
        }
    }

    #[test]
    fn walks_have_an_end() {
        let chain = |links: usize| {
            let links = (0..links).map(|at| (format!("{at}"), format!("{}", at.wrapping_add(1))));
            let links: Vec<_> = links.collect();
            let lent: Vec<_> = links.iter().map(|(at, to)| (&**at, &**to)).collect();
            real("0", &lent)
        };
        assert_eq!(chain(WALK_LINKS), Ok(format!("{WALK_LINKS}")));
        assert_eq!(chain(WALK_LINKS + 1), Err(WalkError::TooLong));
        let long = "a/".repeat(WALK_NAMES);
        assert_eq!(real("a", &[("a", &long)]), Err(WalkError::TooLong));
    }

    proptest! {
        #[test]
        fn a_real_path_has_no_dots(target in "([ab.]{0,2}/?){0,5}", path in "[ab](/[ab]){0,3}") {
            if let Ok(path) = real(&path, &[("a", &target), ("b/a", &target)]) {
                let plain = |name: &str| !matches!(name, "" | "." | "..");
                prop_assert!(path.is_empty() || path.split('/').all(plain), "{}", path);
            }
        }
    }
}
