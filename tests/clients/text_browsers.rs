//! w3m and lynx: the same pages as in other browsers, as text on a terminal.

use std::collections::BTreeSet;

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::support::{Folder, Porthole, Program, each, trials};

const W3M: Program = Program::new("w3m", "w3m");
const LYNX: Program = Program::new("lynx", "lynx");

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&W3M] => w3m_shows_every_page;
        needs [&LYNX] => lynx_shows_every_page, lynx_reaches_every_file_by_links
    ]
}

/// Targets, and text that must be on the page, whatever the indent of its lines.
const PAGES: [(&str, &[&str]); 6] = [
    (
        "/",
        &[
            "2 folders, 6 files",
            "<b>bold<b>.txt",
            "a&amp;b.txt",
            "it's \"quoted\" 100%.txt",
            "grüße 水.txt",
            "film.mp4",
            "1.5 KiB",
            "2001-09-09 01:46",
            "deep/",
        ],
    ),
    ("/deep/", &["Start folder", "deep", "inside.txt"]),
    ("/?q=gr", &["grüße 水.txt"]),
    ("/?open=film.mp4", &["film.mp4", "Download", "1.5 KiB"]),
    (
        "/?open=notes.txt",
        &["notes.txt", "first <b>line</b>\n\nsecond\n", "Raw"],
    ),
    ("/missing", &["Nothing at this address"]),
];

fn w3m_shows_every_page() {
    show_every_page(&W3M, &["-dump", "-cols", "160"]);
}

fn lynx_shows_every_page() {
    let own = ["-dump", "-nolist", "-width=160", "-display_charset=utf-8"];
    show_every_page(&LYNX, &own);
}

fn show_every_page(browser: &Program, arguments: &[&str]) {
    let folder = Folder::new();
    for name in [
        "<b>bold<b>.txt",
        "a&amp;b.txt",
        "it's \"quoted\" 100%.txt",
        "grüße 水.txt",
        "deep/inside.txt",
        "other/inside.txt",
    ] {
        folder.file(name, name);
    }
    folder.file("notes.txt", "first <b>line</b>\n\nsecond\n");
    let film = folder.sparse("film.mp4", 1_536);
    let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let film = std::fs::File::open(film).unwrap();
    film.set_modified(then).unwrap();
    let porthole = Porthole::serving(&folder);
    each(&PAGES, |(target, texts)| {
        let url = porthole.url(target);
        let shown = run(browser, &folder, &[arguments, &[&url]].concat());
        // Lynx shows a page of an error, and ends with 1.
        let page = String::from_utf8(shown.stdout).unwrap();
        let page: String = page.lines().flat_map(|line| [line.trim(), "\n"]).collect();
        for text in *texts {
            assert!(page.contains(text), "{text:?} is missing:\n{page}");
        }
    });
}

/// A list of several pages: each file is a link, and each page links to the next.
fn lynx_reaches_every_file_by_links() {
    let folder = Folder::new();
    let names: BTreeSet<String> = (1..=1_200).map(|n| format!("{n}.txt")).collect();
    for name in &names {
        folder.file(name, "");
    }
    let porthole = Porthole::serving(&folder);
    let own = ["-dump", "-listonly", "-nonumbers"];
    let mut found = BTreeSet::new();
    let mut next = Some(porthole.url("/"));
    let mut pages = 0;
    while let Some(url) = next.take() {
        pages += 1;
        let page = run(&LYNX, &folder, &[&own[..], &[&url]].concat()).success();
        for link in page.lines() {
            let name = link.strip_prefix(&porthole.url("/"));
            found.extend(name.filter(|name| names.contains(*name)).map(str::to_owned));
            if name == Some(&format!("?page={}", pages + 1)) {
                next = Some(link.to_owned());
            }
        }
    }
    assert_eq!(pages, 3);
    assert!(found == names, "{} files", found.len());
}
