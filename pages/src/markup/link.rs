//! References from one page to another. All are relative, because a proxy may have put
//! everything below a prefix.

use alloc::string::{String, ToString as _};
use core::fmt;

use h1::syntax::percent::encode_path;

use super::writes::{Writes, written};
use crate::assets::{Asset, PREFIX};

/// A reference to a name in the same directory, safe in an attribute. It has no colon, so
/// its start is never taken for a scheme.
#[derive(Clone, Debug)]
pub struct Link(String);

impl Link {
    /// Returns the reference to a name. A directory's ends in a slash.
    #[must_use]
    pub fn to(name: &str, is_directory: bool) -> Self {
        let mut link = String::with_capacity(name.len().saturating_add(8));
        encode_path(name, &mut link);
        if is_directory {
            link.push('/');
        }
        Self(link)
    }

    /// Returns the reference to a path that has a token of its own, from a page below another
    /// token that is this many levels below that.
    #[must_use]
    pub fn signed(depth: usize, token: &str, path: &str) -> Self {
        let mut link = Up(depth.saturating_add(1)).to_string();
        encode_path(token, &mut link);
        link.push('/');
        encode_path(path, &mut link);
        Self(link)
    }

    /// Returns the reference as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Writes for Link {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(&self.0)
    }
}

written!(Link);

/// A reference to a directory that is this many levels up: `./`, `../`, `../../`.
#[derive(Clone, Copy, Debug)]
pub struct Up(pub usize);

impl fmt::Display for Up {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("./");
        }
        (0..self.0).try_for_each(|_| f.write_str("../"))
    }
}

/// A reference to a directory by its path from the root, which is this many levels up.
#[derive(Clone, Copy, Debug)]
pub struct FromRoot<'p> {
    /// The levels.
    pub depth: usize,
    /// The path; may be empty.
    pub path: &'p str,
}

impl fmt::Display for FromRoot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Up(self.depth).fmt(f)?;
        if self.path.is_empty() {
            return Ok(());
        }
        f.write_str(Link::to(self.path, true).as_str())
    }
}

/// Bytes of one level.
pub const LEVEL_BYTES: usize = "../".len();

/// A reference to a built-in file from a page that is this many levels below the root.
#[derive(Clone, Copy, Debug)]
pub struct AssetLink {
    asset: &'static Asset,
    depth: usize,
}

impl AssetLink {
    /// Returns the reference.
    #[must_use]
    pub fn to(asset: &'static Asset, depth: usize) -> Self {
        Self { asset, depth }
    }
}

impl fmt::Display for AssetLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PREFIX}/{}", Up(self.depth), self.asset.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn references_are_relative() {
        let cases = [
            ("a film.mp4", false, "a%20film.mp4"),
            ("a:b", false, "a%3Ab"),
            ("it's", false, "it%27s"),
            ("1+1;2", false, "1%2B1%3B2"),
            ("Season 1", true, "Season%201/"),
            ("javascript:alert(1)", false, "javascript%3Aalert(1)"),
            ("\"><script>", true, "%22%3E%3Cscript%3E/"),
        ];
        for (name, is_directory, link) in cases {
            assert_eq!(Link::to(name, is_directory).to_string(), link);
        }
        let from_root = |depth, path| FromRoot { depth, path }.to_string();
        assert_eq!(from_root(0, ""), "./");
        assert_eq!(from_root(2, "a b/c"), "../../a%20b/c/");
        assert_eq!(Link::signed(1, "T", "a b/c").to_string(), "../../T/a%20b/c");
        let ups = [(0, "./"), (1, "../"), (3, "../../../")];
        for (levels, link) in ups {
            assert_eq!(Up(levels).to_string(), link);
        }
    }
}
