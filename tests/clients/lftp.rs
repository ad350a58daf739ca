//! lftp: copies by the names, times and sizes that it parses from the listings.

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::clients::support::tree;
use crate::support::{Folder, Porthole, Program, trials};

const LFTP: Program = Program::new("lftp", "lftp");

pub fn trials() -> Vec<Trial> {
    trials![; needs [&LFTP] => a_mirror_is_whole_and_settles, reads_sizes_and_dates]
}

/// Runs the commands, and returns the output of lftp.
fn lftp(folder: &Folder, porthole: &Porthole, commands: &str) -> String {
    let own = "set net:max-retries 1; set cmd:fail-exit yes; set net:timeout 20";
    let script = format!("{own}; open {}; {commands}", porthole.url("/"));
    run(&LFTP, folder, &["--norc", "-c", &script]).success()
}

fn a_mirror_is_whole_and_settles() {
    let folder = tree::make();
    let porthole = Porthole::serving(&folder);
    let out = Folder::new();
    lftp(&out, &porthole, "mirror . .");
    assert_eq!(tree::tree_of(out.path()), tree::tree_of(folder.path()));
    // A size that lftp had parsed wrongly would make it fetch the file again.
    let again = lftp(&out, &porthole, "mirror --dry-run . .");
    assert_eq!(again, "");
}

fn reads_sizes_and_dates() {
    let folder = Folder::new();
    let file = folder.sparse("a", 1_000);
    super::age(&file, std::time::Duration::from_secs(86_400 * 400));
    folder.sparse("b", 3 << 20);
    folder.folder("c");
    let porthole = Porthole::serving(&folder);
    let listing = lftp(&folder, &porthole, "cls -l --time-style=%Y --sort=name");
    // The listing has the exact size of `a`, the size of `b` that lftp has requested, and
    // any year.
    let columns: Vec<Vec<&str>> = listing
        .lines()
        .map(|line| line.split_whitespace().skip(1).collect())
        .collect();
    let seen = |name| columns.iter().find(|row| row.last() == Some(&name));
    assert_eq!(seen("a").map(|row| row[0]), Some("1000"), "{listing}");
    assert_eq!(seen("b").map(|row| row[0]), Some("3145728"), "{listing}");
    assert!(seen("c/").is_some(), "{listing}");
    assert_ne!(seen("a").unwrap()[1], seen("b").unwrap()[1], "{listing}");
}
