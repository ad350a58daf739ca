//! The notice about an entry of the folder that nobody reaches, because its name is reserved.

use std::io;
use std::path::{Path, PathBuf};

use porthole::{Kind, Root};

use super::messages::Messages;

/// The name under which the built-in component has what its pages load.
const NAME: &str = ".porthole";

/// The path of such an entry, which may exist.
pub(crate) struct Reserved(Option<PathBuf>);

impl Reserved {
    /// Returns the path below a root. A single file has none, and a component from elsewhere has
    /// names of its own.
    pub(crate) fn below(root: &Root, component: Option<&Path>) -> Self {
        let is_kept = root.kind() == Kind::Directory && component.is_none();
        Self(is_kept.then(|| root.path().join(NAME)))
    }

    /// Prints the notice if the entry exists. Another thread looks, because a disk may take its
    /// time.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn look(self, messages: &Messages) -> io::Result<()> {
        let (Some(path), messages) = (self.0, messages.clone()) else {
            return Ok(());
        };
        let look = move || {
            if path.symlink_metadata().is_ok() {
                messages.report(format_args!(
                    "{NAME} in the served folder cannot be reached: its name is that of what pages load"
                ));
            }
        };
        let thread = std::thread::Builder::new().name("look".to_owned());
        thread.spawn(look).map(drop)
    }
}
