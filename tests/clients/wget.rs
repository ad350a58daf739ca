//! wget: resuming, time stamps, and copies of whole trees by the listings.

use std::fs;
use std::time::Duration;

use libtest_mimic::Trial;

use super::support::tree;
use super::{age, replace, serving};
use crate::clients::support::run::{Finished, run};
use crate::support::{Folder, Porthole, Program, each, noise, trials};

const WGET: Program = Program::new("wget", "wget");

pub fn trials() -> Vec<Trial> {
    trials![; needs [&WGET] => resumes, fetches_only_what_is_newer, copies_a_tree]
}

fn wget(folder: &Folder, arguments: &[&str]) -> Finished {
    let own = [
        "--no-config",
        "--no-hsts",
        "--no-verbose",
        "--tries=1",
        "--timeout=20",
    ];
    run(&WGET, folder, &[&own, arguments].concat())
}

fn resumes() {
    let content = noise(1_000_000);
    let (_folder, porthole) = serving("a.mp4", &content);
    each(&[0, 1, 400_000, 999_999, 1_000_000], |&have| {
        let out = Folder::new();
        let part = out.file("a.mp4", &content[..have]);
        wget(&out, &["-c", &porthole.url("/a.mp4")]).success();
        assert!(fs::read(part).unwrap() == content);
    });
    // Only the missing bytes have been sent, and nothing of the complete file.
    for sent in ["206 999999 ", "206 600000 ", "206 1 ", "416 "] {
        porthole
            .log()
            .wait_for(&format!("\"GET /a.mp4 HTTP/1.1\" {sent}"));
    }
}

fn fetches_only_what_is_newer() {
    let (folder, porthole) = serving("a.txt", b"old");
    let (out, url) = (Folder::new(), porthole.url("/a.txt"));
    age(&folder.join("a.txt"), Duration::from_secs(7_200));
    for status in ["200 3", "304 0"] {
        wget(&out, &["-N", &url]).success();
        porthole
            .log()
            .wait_for(&format!("\"GET /a.txt HTTP/1.1\" {status} "));
    }
    replace(&folder, "a.txt", b"new");
    wget(&out, &["-N", &url]).success();
    assert_eq!(fs::read(out.join("a.txt")).unwrap(), b"new");
}

/// Every name can be reached by its link in the listing.
fn copies_a_tree() {
    let folder = tree::make();
    let porthole = Porthole::serving(&folder);
    let out = Folder::new();
    let names = ["--restrict-file-names=nocontrol", "--default-page=.listing"];
    let tree = ["-r", "-l", "inf", "-nH", "-np", "-e", "robots=off"];
    wget(&out, &[&names[..], &tree, &[&porthole.url("/")]].concat()).success();
    assert_eq!(tree::tree_of(out.path()), tree::tree_of(folder.path()));
}
