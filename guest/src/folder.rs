//! The entries of a folder.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::wasi::filesystem::types::{
    DescriptorFlags, DescriptorType, DirectoryEntry, OpenFlags, PathFlags,
};
use crate::executor::Executor;
use crate::limits::{LISTING_ENTRIES, LISTING_TURN};
use crate::reason::Reason;
use crate::root::{Metadata, Root, metadata, or_dot};

/// One line of a folder's listing.
pub struct Entry {
    pub name: String,
    pub folder: bool,
    pub metadata: Metadata,
}

/// A folder's entries, in no order.
#[derive(Default)]
pub struct Entries {
    pub entries: Vec<Entry>,
    /// There are more than [`LISTING_ENTRIES`], or names that WASI cannot say.
    pub cut: bool,
}

impl Root {
    /// The entries of a folder, those that begin with a dot only on request.
    pub async fn list(
        &self,
        path: &str,
        hidden: bool,
        executor: &Executor,
    ) -> Result<Entries, Reason> {
        let Self::Directory(root, _) = self else {
            return Err(Reason::NoEntry);
        };
        let (flags, read) = (OpenFlags::DIRECTORY, DescriptorFlags::READ);
        let folder = root
            .open_at(PathFlags::SYMLINK_FOLLOW, or_dot(path), flags, read)
            .await
            .map_err(|error| Reason::from(&error))?;
        let (mut stream, outcome) = folder.read_directory();
        let mut found = Entries::default();
        while let Some(DirectoryEntry { name, .. }) = stream.next().await {
            if is_unreachable(&name) || (!hidden && name.starts_with('.')) {
                continue;
            }
            if found.entries.len() >= LISTING_ENTRIES {
                found.cut = true;
                return Ok(found);
            }
            // By `stat-at` and not by the entry's own type, so that links show
            // what they lead to, and those that lead nowhere do not show.
            let stat = folder
                .stat_at(PathFlags::SYMLINK_FOLLOW, name.clone())
                .await;
            let Ok(stat) = stat else { continue };
            let folder = matches!(stat.type_, DescriptorType::Directory);
            if folder || matches!(stat.type_, DescriptorType::RegularFile) {
                let metadata = metadata(&stat);
                found.entries.push(Entry {
                    name,
                    folder,
                    metadata,
                });
            }
            if found.entries.len() % LISTING_TURN == 0 {
                executor.give_way().await;
            }
        }
        // A name that is not UTF-8 ends the stream: show what came before it.
        found.cut = outcome.await.is_err();
        Ok(found)
    }
}

/// Names that a target can't say: its path refuses backslashes and control
/// characters (see [`h1::target`]).
fn is_unreachable(name: &str) -> bool {
    matches!(name, "." | "..") || name.contains(|c: char| c == '\\' || c.is_ascii_control())
}
