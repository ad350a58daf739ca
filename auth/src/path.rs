//! Paths in the one form in which rules and links compare and sign them.
//!
//! A path in that form is relative to the root, which is the empty path. It never begins or
//! ends with a slash, and no name is empty, `.` or `..`. It is decoded: nothing in it stands for
//! something else, but for the private characters of bytes that are not UTF-8 (U+10FF80 to
//! U+10FFFF).

use alloc::string::String;
use core::fmt;

use crate::limits::PATH_BYTES;

/// Reasons why a text is not a path from the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// It does not begin with a slash.
    Relative,
    /// A name is `..`.
    Up,
    /// It has a NUL, or another control character.
    Control,
    /// It has more than [`PATH_BYTES`].
    TooLong,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relative => f.write_str("a path begins with a slash"),
            Self::Up => f.write_str("a path has no .. in it"),
            Self::Control => f.write_str("a path has no control characters in it"),
            Self::TooLong => write!(f, "a path has at most {PATH_BYTES} bytes"),
        }
    }
}

impl core::error::Error for PathError {}

/// Returns a path that a person has typed in its one form, and whether it can only be that of
/// a folder. Percent signs mean themselves.
///
/// # Errors
/// A text that is no path from the root.
pub fn normal(typed: &str) -> Result<(String, bool), PathError> {
    if typed.len() > PATH_BYTES {
        return Err(PathError::TooLong);
    }
    if typed.chars().any(char::is_control) {
        return Err(PathError::Control);
    }
    let relative = typed.strip_prefix('/').ok_or(PathError::Relative)?;
    let mut path = String::with_capacity(relative.len());
    let mut folder = true;
    for name in relative.split('/') {
        folder = matches!(name, "" | ".");
        match name {
            "" | "." => {}
            ".." => return Err(PathError::Up),
            name => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(name);
            }
        }
    }
    Ok((path, folder))
}

/// Whether `path` is `folder` itself or below it. Both are in their one form.
pub fn contains(folder: &str, path: &str) -> bool {
    match path.strip_prefix(folder) {
        Some(rest) => folder.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// Returns the names of a path in its one form.
pub fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

/// Appends a path for an address (RFC 3986 §2.1): all but unreserved characters and slashes is
/// encoded. A private character becomes the byte that it stands for.
pub fn encode(path: &str, out: &mut String) {
    for letter in path.chars() {
        match u32::from(letter).checked_sub(0x10_ff00) {
            Some(byte @ 0x80..=0xff) => encode_byte(byte, out),
            _ if letter.is_ascii_alphanumeric() || "-._~/".contains(letter) => out.push(letter),
            _ => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    encode_byte(byte.into(), out);
                }
            }
        }
    }
}

fn encode_byte(byte: u32, out: &mut String) {
    out.push('%');
    for digit in [byte >> 4 & 0xf, byte & 0xf] {
        let digit = char::from_digit(digit, 16).unwrap_or_default();
        out.push(digit.to_ascii_uppercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn typed_paths() {
        let rows = [
            ("/", "", true),
            ("/films", "films", false),
            ("/films/", "films", true),
            ("//films//new/", "films/new", true),
            ("/./films/.", "films", true),
            ("/100%/%2e%2e", "100%/%2e%2e", false),
            ("/a=b/..c", "a=b/..c", false),
            ("/Über/\u{10fff6}", "Über/\u{10fff6}", false),
        ];
        for (typed, path, folder) in rows {
            assert_eq!(normal(typed), Ok((path.into(), folder)), "{typed}");
        }
    }

    #[test]
    fn paths_that_are_refused() {
        let long = ["/", &"a".repeat(PATH_BYTES)].concat();
        let rows = [
            ("", PathError::Relative),
            ("films", PathError::Relative),
            ("*", PathError::Relative),
            ("/a/../b", PathError::Up),
            ("/..", PathError::Up),
            ("/a\0", PathError::Control),
            ("/a\nb", PathError::Control),
            (&long, PathError::TooLong),
        ];
        for (typed, error) in rows {
            assert_eq!(normal(typed), Err(error), "{typed:?}");
        }
        assert!(normal(long.split_at(PATH_BYTES).0).is_ok());
    }

    #[test]
    fn folders_contain_what_is_below_them() {
        let rows = [
            ("", "", true),
            ("", "a", true),
            ("a", "a", true),
            ("a", "a/b", true),
            ("a/b", "a/b/c", true),
            ("a", "ab", false),
            ("a", "", false),
            ("a/b", "a", false),
            ("a", "A", false),
            ("b", "a/b", false),
        ];
        for (folder, path, expected) in rows {
            assert_eq!(contains(folder, path), expected, "{folder} {path}");
        }
    }

    #[test]
    fn encoded_paths() {
        let rows = [
            ("", ""),
            ("films/a-b_c.~1", "films/a-b_c.~1"),
            ("a b%/é?#", "a%20b%25/%C3%A9%3F%23"),
            ("a:&'+;", "a%3A%26%27%2B%3B"),
            ("\u{10fff6}\u{10ff7f}", "%F6%F4%8F%BD%BF"),
        ];
        for (path, encoded) in rows {
            let mut out = String::new();
            encode(path, &mut out);
            assert_eq!(out, encoded);
        }
    }

    proptest! {
        #[test]
        fn a_path_in_its_one_form_stays_as_it_is(typed in "/([a./%=é]|\\.\\.){0,12}") {
            if let Ok((path, _)) = normal(&typed) {
                let again = ["/", &path].concat();
                prop_assert_eq!(normal(&again).map(|(path, _)| path), Ok(path.clone()));
                let plain = |name: &&str| !matches!(*name, "." | "..");
                prop_assert!(names(&path).all(|name| plain(&name)));
                prop_assert_eq!(names(&path).collect::<Vec<_>>().join("/"), path);
            }
        }
    }
}
