//! Paths below the root.

use alloc::string::String;

/// Returns the last name of a path.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Returns the path of the directory that an entry is in.
pub fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Returns the path of an entry of a directory.
pub fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.into()
    } else {
        [directory, "/", name].concat()
    }
}
