//! wget and wget2: resuming, time stamps, and copies of whole trees by the listings.

use std::fs;
use std::time::Duration;

use libtest_mimic::Trial;

use super::support::tree;
use super::{ARCHIVE, age, archive, films, replace, serving};
use crate::clients::support::run::{Finished, run_within};
use crate::support::{Folder, Porthole, Program, each, noise, trials};

const WGET: Program = Program::new("wget", "wget");
const WGET2: Program = Program::new("wget2", "wget2");

/// Longest copy of thousands of files on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&WGET] =>
            resumes,
            continues_an_archive_cut_at_ten_places,
            fetches_only_what_is_newer,
            copies_a_tree,
            copies_the_pages_of_browsers;
        needs [&WGET2] => wget2_copies_a_tree, wget2_copies_a_long_folder
    ]
}

fn wget(folder: &Folder, arguments: &[&str]) -> Finished {
    let own = [
        "--no-config",
        "--no-hsts",
        "--no-verbose",
        "--tries=1",
        "--timeout=20",
    ];
    run_within(LIMIT, &WGET, folder, &[&own, arguments].concat())
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

fn continues_an_archive_cut_at_ten_places() {
    let (_folder, porthole) = films();
    let whole = archive(&porthole);
    let length = whole.len();
    let places: Vec<usize> = (0..10)
        .map(|tenth| length / 10 * tenth + tenth * 97)
        .collect();
    each(&places, |&have| {
        let out = Folder::new();
        let part = out.file("films.tar", &whole[..have]);
        let url = porthole.url(ARCHIVE);
        wget(&out, &["-c", "-O", "films.tar", &url]).success();
        assert!(fs::read(part).unwrap() == whole);
    });
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

/// Copies a folder and all below it, and returns the server. Every name can be reached by its
/// link in the listing.
fn copy(folder: &Folder, arguments: &[&str]) -> Porthole {
    let porthole = Porthole::serving(folder);
    let out = Folder::new();
    let names = ["--restrict-file-names=nocontrol", "--default-page=.listing"];
    let tree = ["-r", "-l", "inf", "-nH", "-np", "-e", "robots=off"];
    let url = porthole.url("/");
    wget(&out, &[&names[..], &tree, arguments, &[&url]].concat()).success();
    assert_eq!(tree::tree_of(out.path()), tree::tree_of(folder.path()));
    porthole
}

fn copies_a_tree() {
    copy(&tree::make(), &[]);
}

/// Asked for HTML by name, the server sends a long folder in pages, each with a link to the
/// next.
fn copies_the_pages_of_browsers() {
    let browser = "--header=Accept: text/html, */*;q=0.8";
    copy(&tree::make(), &[browser]);
    let folder = tree::long(2_000);
    let paged = copy(&folder, &[browser]);
    paged.log().wait_for("\"GET /?page=4 HTTP/1.1\" 200 ");
}

/// Copies like [`copy`]. wget2 asks like a browser, so it gets the pages of browsers.
fn copy2(folder: &Folder) -> Porthole {
    let porthole = Porthole::serving(folder);
    let out = Folder::new();
    let own = [
        "--no-config",
        "--no-hsts",
        "--no-verbose",
        "--tries=1",
        "--timeout=20",
        "--restrict-file-names=none",
        "--default-page=.listing",
    ];
    let tree = ["-r", "-l", "inf", "-nH", "-np", "--no-robots"];
    let url = porthole.url("/");
    let finished = run_within(LIMIT, &WGET2, &out, &[&own[..], &tree, &[&url]].concat());
    finished.success();
    assert_eq!(tree::tree_of(out.path()), tree::tree_of(folder.path()));
    porthole
}

fn wget2_copies_a_tree() {
    let folder = tree::make();
    // wget2 1.99 takes a name that begins with two dots for a way out, and a folder with a
    // question mark for a query, before it asks the server.
    fs::remove_dir_all(folder.join("...And Justice")).unwrap();
    fs::remove_dir_all(folder.join("a?b")).unwrap();
    copy2(&folder);
}

fn wget2_copies_a_long_folder() {
    let porthole = copy2(&tree::long(2_000));
    porthole.log().wait_for("\"GET /?page=4 HTTP/1.1\" 200 ");
}
