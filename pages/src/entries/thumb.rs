//! Addresses of thumbnails: `/.porthole/thumb/TAG/PATH`, where the tag is that of the file at
//! the path. A file that has changed has another address, so browsers keep what they got for
//! ever.

/// The path before the tag.
pub const PREFIX: &str = ".porthole/thumb";

/// The address of a thumbnail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThumbAddress<'p> {
    /// The tag of the file, as it was received but decoded. It may be any text.
    pub tag: &'p str,
    /// The path of the file.
    pub path: &'p str,
}

impl<'p> ThumbAddress<'p> {
    /// Returns the tag and the file's path, if a path is such an address.
    #[must_use]
    pub fn of(path: &'p str) -> Option<Self> {
        let rest = path.strip_prefix(PREFIX)?.strip_prefix('/')?;
        let (tag, path) = rest.split_once('/')?;
        Some(Self { tag, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_tag_and_a_path() {
        let address = |tag, path| Some(ThumbAddress { tag, path });
        let cases = [
            (".porthole/thumb/5a0-1-2/a.jpg", address("5a0-1-2", "a.jpg")),
            (".porthole/thumb/x/a/b/c.jpg", address("x", "a/b/c.jpg")),
            (
                ".porthole/thumb/x/.porthole/thumb/y/z",
                address("x", ".porthole/thumb/y/z"),
            ),
            (".porthole/thumb/x", None),
            (".porthole/thumb", None),
            (".porthole/thumbs/x/a", None),
            ("a/.porthole/thumb/x/a", None),
        ];
        for (path, expected) in cases {
            assert_eq!(ThumbAddress::of(path), expected, "{path}");
        }
    }
}
