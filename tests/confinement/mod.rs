//! Attempts to reach something beyond the root: by requests, and by native code in the
//! process.

pub mod native_code;
mod process;
mod traversal;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        native_code::trials(),
        process::trials(),
        traversal::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
