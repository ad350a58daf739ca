//! The steps from the root to a directory.

use h1::syntax::percent::ENCODED_BYTES;

use crate::markup::html::{SHOWN_BYTES, Shown};
use crate::markup::link::{LEVEL_BYTES, Up};

/// Title of the root, whose own name is not known here.
const ROOT_TITLE: &str = "Start folder";

/// A directory on the way from the root, and the way back to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<'p> {
    /// Its name.
    pub name: Shown<'p>,
    /// The reference to it; `None` for the last one, which is the page itself.
    pub up: Option<Up>,
}

/// Most bytes of the markup of a step.
const STEP_BYTES: usize = 72;

/// Returns the most bytes of the bar of a page: the steps to `path`, and the references of
/// the frame from an address of this depth.
pub(crate) fn bound(path: &str, depth: usize) -> usize {
    let steps = path.split('/').count().saturating_add(1);
    // A reference climbs as many levels as its step is high.
    let climbs = steps
        .saturating_mul(steps)
        .saturating_add(depth.saturating_mul(8));
    // The path is in the steps, and in the reference to the highest directory.
    path.len()
        .saturating_mul(3 * SHOWN_BYTES + ENCODED_BYTES)
        .saturating_add(steps.saturating_mul(STEP_BYTES))
        .saturating_add(climbs.saturating_mul(LEVEL_BYTES))
}

/// Returns the name of a directory as people see it.
pub(crate) fn title(path: &str) -> Shown<'_> {
    match path.rsplit('/').next() {
        None | Some("") => Shown(ROOT_TITLE),
        Some(name) => Shown(name),
    }
}

impl Step<'_> {
    /// Returns the steps to the directory at `path`, the highest first: the root, or below a
    /// link the directory with the first `top` names.
    pub(crate) fn to(path: &str, top: usize) -> impl Iterator<Item = Step<'_>> {
        let names = path.split('/').filter(|name| !name.is_empty());
        let count = names.clone().count();
        let names = core::iter::once(ROOT_TITLE).chain(names);
        names.zip(0_usize..).skip(top).map(move |(name, at)| Step {
            name: Shown(name),
            up: count.checked_sub(at).filter(|up| *up > 0).map(Up),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    #[test]
    fn steps_lead_back_by_relative_references() {
        let steps = |path| -> Vec<(String, Option<String>)> {
            let steps = Step::to(path, 0);
            steps
                .map(|step| (step.name.to_string(), step.up.map(|up| up.to_string())))
                .collect()
        };
        let step = |name: &str, up: Option<&str>| (name.to_string(), up.map(String::from));
        assert_eq!(steps(""), [step(ROOT_TITLE, None)]);
        assert_eq!(
            steps("a/<b>"),
            [
                step(ROOT_TITLE, Some("../../")),
                step("a", Some("../")),
                step("&lt;b&gt;", None)
            ]
        );
    }

    #[test]
    fn below_a_link_steps_begin_at_what_it_opens() {
        let rows: [(&str, usize, &[&str]); 5] = [
            ("a/b", 1, &["a", "b"]),
            ("a/b/c", 2, &["b", "c"]),
            ("a/b", 2, &["b"]),
            // A link to a file.
            ("a", 2, &[]),
            ("", 1, &[]),
        ];
        for (path, top, expected) in rows {
            let steps: Vec<_> = Step::to(path, top).map(|step| step.name.0).collect();
            assert_eq!(steps, expected, "{path} {top}");
        }
    }
}
