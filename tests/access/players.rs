//! Programs with a name and a password in the address, and with links that expire.

use std::fs;

use libtest_mimic::Trial;

use super::{Secrets, link};
use crate::clients::pages::{MODULES, NODE, passes_at};
use crate::clients::support::browser::{CHROMIUM, dump};
use crate::clients::support::film::{self, FFMPEG};
use crate::clients::support::run::run;
use crate::clients::support::site::site;
use crate::support::{Folder, Porthole, Program, noise, trials};

const CURL: Program = Program::new("curl", "curl");
const WGET: Program = Program::new("wget", "wget");
const MPV: Program = Program::new("mpv", "mpv");
const RCLONE: Program = Program::new("rclone", "rclone");

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&CURL] => curl_sends_what_the_address_has;
        needs [&WGET] => wget_answers_the_challenge_and_resumes_under_a_link;
        needs [&RCLONE] => rclone_lists_with_a_password;
        needs [&MPV, &FFMPEG] => mpv_plays_with_a_password_and_by_a_link;
        needs [&CHROMIUM] => chromium_shows_what_the_password_opens;
        needs [&CHROMIUM, &NODE, &MODULES, &FFMPEG] => chromium_plays_a_film_by_its_link
    ]
}

fn folder(content: &[u8]) -> Folder {
    let folder = Folder::new();
    folder.file("films/a.mp4", content);
    folder.file("films/b.txt", "b");
    folder
}

/// Returns an address with a name and a password.
fn with_password(porthole: &Porthole, target: &str) -> String {
    let url = porthole.url(target);
    url.replace("http://", "http://alice:correct%20horse@")
}

fn curl_sends_what_the_address_has() {
    let content = noise(100_000);
    let folder = folder(&content);
    let porthole = Secrets::new().with_key(&folder, &[]);
    let curl = |url: &str| {
        let out = Folder::new();
        let arguments = ["-q", "-sS", "-w", "%{stderr}%{http_code}", url];
        let got = run(&CURL, &out, &arguments);
        (got.stderr.clone(), got.stdout.clone())
    };
    assert_eq!(curl(&porthole.url("/films/a.mp4")).0, "401");
    let (status, got) = curl(&with_password(&porthole, "/films/a.mp4"));
    assert!(status == "200" && got == content);
    let (status, got) = curl(&porthole.url(&link("/films/a.mp4")));
    assert!(status == "200" && got == content);
}

fn wget_answers_the_challenge_and_resumes_under_a_link() {
    let content = noise(500_000);
    let folder = folder(&content);
    let porthole = Secrets::new().with_key(&folder, &[]);
    for url in [
        with_password(&porthole, "/films/a.mp4"),
        porthole.url(&link("/films/a.mp4")),
    ] {
        let out = Folder::new();
        let part = out.file("a.mp4", &content[..200_000]);
        let own = [
            "--no-config",
            "--no-hsts",
            "--no-verbose",
            "--tries=1",
            "-c",
        ];
        run(&WGET, &out, &[&own[..], &[&url]].concat()).success();
        assert!(fs::read(part).unwrap() == content);
    }
    // A tree below a link is copied by its relative links.
    let out = Folder::new();
    let url = porthole.url(&link("/films/"));
    let own = [
        "--no-config",
        "--no-hsts",
        "--no-verbose",
        "--tries=1",
        "-r",
        "-np",
        "-nH",
    ];
    let cut = ["--cut-dirs=3", "-e", "robots=off", &url];
    run(&WGET, &out, &[&own[..], &cut].concat()).success();
    assert!(fs::read(out.join("films/a.mp4")).unwrap() == content);
}

fn rclone_lists_with_a_password() {
    let folder = folder(b"a");
    let porthole = Secrets::new().with_key(&folder, &[]);
    for url in [with_password(&porthole, "/"), porthole.url(&link("/"))] {
        let out = Folder::new();
        let arguments = [
            "--config",
            "/dev/null",
            "--http-url",
            &url,
            "lsf",
            "-R",
            ":http:",
        ];
        let listed = run(&RCLONE, &out, &arguments).success();
        assert_eq!(listed, "films/\nfilms/a.mp4\nfilms/b.txt\n", "{url}");
    }
}

/// The playlist of a closed folder has links, so that mpv needs the password for the list alone.
fn mpv_plays_with_a_password_and_by_a_link() {
    let folder = Folder::new();
    film::put(&folder, film::MP4);
    let porthole = Secrets::new().with_key(&folder, &[]);
    let mpv = |url: &str| {
        let own = [
            "--no-config",
            "--vo=null",
            "--ao=null",
            "--frames=10",
            "--start=40",
            url,
        ];
        run(&MPV, &folder, &own).status.code()
    };
    assert_eq!(mpv(&porthole.url("/film.mp4")), Some(2));
    for url in [
        with_password(&porthole, "/film.mp4"),
        with_password(&porthole, "/?get=m3u"),
        porthole.url(&link("/film.mp4")),
        porthole.url(&format!("{}?get=m3u", link("/"))),
    ] {
        assert_eq!(mpv(&url), Some(0), "{url}");
    }
}

fn chromium_shows_what_the_password_opens() {
    let folder = folder(b"a");
    let porthole = Secrets::new().with_key(&folder, &[]);
    for url in [
        with_password(&porthole, "/films/"),
        porthole.url(&link("/films/")),
    ] {
        let page = dump(&url);
        assert!(
            page.contains("a.mp4") && page.contains("Playlist"),
            "{page}"
        );
    }
}

fn chromium_plays_a_film_by_its_link() {
    let porthole = Secrets::new().with_key(site(), &[]);
    let season = "/Northern Watch/Season 2/";
    let film = link(&format!("{season}Northern Watch S02E04 Skarv.mkv"));
    let (folder, name) = film.rsplit_once('/').unwrap();
    let page = porthole.url(&format!("{folder}/?open={name}"));
    passes_at(&page, "links", "");
}
