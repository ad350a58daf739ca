//! Addresses of links that expire: `/.porthole/link/TOKEN/` stands before a path, as if it were
//! part of the site's own. So what is relative to such an address has the token, too.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::string::String;

use super::Resource;

/// Names before the path: two that are always the same, and the token.
const NAMES: usize = 3;

/// The path before a token, and before that of the resource.
pub const PREFIX: &str = ".porthole/link";

/// The address of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked<'b> {
    /// The token, as it was received but decoded. It may be any text.
    pub token: String,
    /// The resource below it.
    pub resource: Resource<'b>,
}

impl<'b> Resource<'b> {
    /// Returns the token and what is below it, if this is the address of a link.
    pub fn linked(&self) -> Option<Linked<'b>> {
        let rest = self.path.strip_prefix(PREFIX)?;
        let rest = match rest {
            "" => "",
            rest => rest.strip_prefix('/')?,
        };
        let (token, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut resource = self.clone();
        resource.path = Cow::Owned(path.to_owned());
        // An address with more slashes than it needs before the token leads astray, and no more.
        resource.depth = self.depth.saturating_sub(NAMES);
        let token = token.to_owned();
        Some(Linked { token, resource })
    }

    /// Returns the same resource by the address of a link.
    #[must_use]
    pub fn by_link(&self, token: &str) -> Resource<'b> {
        let mut resource = self.clone();
        let path = [PREFIX, "/", token, "/", &self.path].concat();
        resource.path = Cow::Owned(path.trim_end_matches('/').to_owned());
        resource.depth = self.depth.saturating_add(NAMES);
        resource
    }
}

#[cfg(test)]
mod tests {
    use super::super::scheme::Scheme;
    use super::super::site::Site;
    use super::super::{Target, resolve};
    use super::*;
    use crate::request::method::Method;

    fn get(target: &str) -> Resource<'_> {
        let site = Site {
            scheme: Scheme::Http,
            base_path: "",
        };
        match resolve(Method::Get, target.as_bytes(), site) {
            Ok(Target::Resource(resource)) => resource,
            other => panic!("{target}: {other:?}"),
        }
    }

    #[test]
    fn links_and_what_is_below_them() {
        // (target, (token, path, depth))
        let rows = [
            (
                "/.porthole/link/T/films/a.mkv",
                Some(("T", "films/a.mkv", 1)),
            ),
            ("/.porthole/link/T/films/", Some(("T", "films", 1))),
            ("/.porthole/link/T/", Some(("T", "", 0))),
            ("/.porthole/link/T", Some(("T", "", 0))),
            ("/.porthole/link/", Some(("", "", 0))),
            ("/.porthole/link", Some(("", "", 0))),
            ("/%2eporthole/lin%6b/%54/a", Some(("T", "a", 0))),
            ("/.porthole/link/T/a/../b", Some(("T", "b", 2))),
            ("/.porthole/link/T/../b", Some(("b", "", 1))),
            ("/.porthole/linked/T/a", None),
            ("/.porthole/player.js", None),
            ("/films/.porthole/link/T/a", None),
            ("/link/T/a", None),
        ];
        for (target, expected) in rows {
            let linked = get(target).linked();
            let found = linked.as_ref().map(|linked| {
                let Resource { path, depth, .. } = &linked.resource;
                (&*linked.token, &**path, *depth)
            });
            assert_eq!(found, expected, "{target}");
        }
    }

    #[test]
    fn an_address_by_a_link_is_read_again() {
        for path in ["/films/a.mkv", "/films/", "/"] {
            let resource = get(path);
            let by_link = resource.by_link("T");
            let linked = by_link.linked().unwrap();
            assert_eq!(linked.token, "T");
            assert_eq!(linked.resource.path, resource.path);
            assert_eq!(linked.resource.depth, resource.depth);
        }
    }
}
