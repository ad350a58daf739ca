//! The names of a directory as plain text, one on each line.

use alloc::string::String;

use h1::syntax::name;

use crate::Part;
use crate::entries::{Entry, Kind};

/// The line of an entry. A directory's name ends in a slash. A line break in a name becomes
/// U+FFFD, so that each line is one name.
#[derive(Clone, Copy, Debug)]
pub struct Line<'e>(pub &'e Entry);

impl Part for Line<'_> {
    fn bound(&self) -> usize {
        // A control character becomes three bytes.
        self.0.name.len().saturating_mul(3).saturating_add(2)
    }

    fn write(&self, out: &mut String) {
        let shown = name::shown(&self.0.name);
        out.extend(shown.map(|letter| match letter.is_control() {
            true => char::REPLACEMENT_CHARACTER,
            false => letter,
        }));
        if self.0.kind == Kind::Directory {
            out.push('/');
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_one_name() {
        let cases = [
            ("a b", Kind::File(Some(1)), "a b\n"),
            ("c", Kind::Directory, "c/\n"),
            (
                "a\nb\u{10ffe9}",
                Kind::File(Some(1)),
                "a\u{fffd}b\u{fffd}\n",
            ),
        ];
        for (name, kind, expected) in cases {
            let entry = Entry {
                name: name.into(),
                kind,
                modified: None,
            };
            let mut line = String::new();
            Line(&entry).write(&mut line);
            assert_eq!(line, expected);
            assert!(line.len() <= Line(&entry).bound());
        }
    }
}
