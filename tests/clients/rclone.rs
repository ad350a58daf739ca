//! rclone: its `http` remote, which reads listings and requests the head of each file.

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::clients::support::tree;
use crate::support::{Folder, Porthole, Program, trials};

const RCLONE: Program = Program::new("rclone", "rclone");

pub fn trials() -> Vec<Trial> {
    trials![; needs [&RCLONE] => copies_a_tree]
}

fn copies_a_tree() {
    let folder = tree::make();
    let porthole = Porthole::serving(&folder);
    let out = Folder::new();
    let url = porthole.url("/");
    let remote = ["--config", "/dev/null", "--http-url", &url];
    let copy = ["copy", "--retries", "1", ":http:", "."];
    run(&RCLONE, &out, &[&remote[..], &copy].concat()).success();
    assert_eq!(tree::tree_of(out.path()), tree::tree_of(folder.path()));
}
