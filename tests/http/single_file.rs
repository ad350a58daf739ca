//! One file instead of a directory.

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Folder, Porthole, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_single_file_answers_every_path,
        ranges_and_conditions_too,
        errors_are_one_line_for_browsers_too,
        no_other_file,
        a_link_to_a_file
    ]
}

fn a_single_file_answers_every_path() {
    let folder = Folder::new();
    folder.file("my \"story\".mp4", "story");
    let porthole = Porthole::serving(folder.join("my \"story\".mp4"));
    for target in [
        "/",
        "/story.mp4",
        "/a/b/",
        "/.hidden",
        "/x?download",
        "/../x",
    ] {
        let response = porthole.get(target);
        assert_eq!(
            (response.status, response.text()),
            (200, "story"),
            "{target}"
        );
        let disposition = "attachment; filename=\"my _story_.mp4\"; \
                           filename*=UTF-8''my%20%22story%22.mp4";
        assert_eq!(response.field("Content-Disposition"), Some(disposition));
    }
    assert_eq!(porthole.get("/%00").status, 400);
    assert_eq!(porthole.client().ask("POST", "/", "").status, 405);
}

fn ranges_and_conditions_too() {
    let folder = Folder::new();
    let content = noise(3_000_000);
    let path = folder.file("story.mp4", &content);
    let porthole = Porthole::serving(path);
    let mut client = porthole.client();
    let part = client.get("/", "Range: bytes=1000000-1999999\r\n");
    assert_eq!(
        part.field("Content-Range"),
        Some("bytes 1000000-1999999/3000000")
    );
    assert!(part.body == content[1_000_000..2_000_000]);
    let tag = part.field("ETag").unwrap();
    assert_eq!(
        client.get("/", &format!("If-None-Match: {tag}\r\n")).status,
        304
    );
    assert!(client.get("/", "").body == content);
}

/// The style of a page would be the file.
fn errors_are_one_line_for_browsers_too() {
    let folder = Folder::new();
    let path = folder.file("story.mp4", "story");
    let porthole = Porthole::with(&path, &["--rate", "1"]);
    let browser = "Accept: text/html,*/*;q=0.8\r\n";
    let mut client = porthole.client();
    let mut responses = (0..10).map(|_| client.get("/x/y", browser));
    let refused = responses.find(|response| response.status == 429).unwrap();
    assert_eq!(refused.text(), "429 Too Many Requests\r\n");
    // No other client gets anything else.
    assert_eq!(refused.field("Vary"), None);
}

/// The grant is that file only, without its neighbours and without a file that replaces
/// it.
fn no_other_file() {
    let folder = Folder::new();
    let path = folder.file("story.mp4", "story");
    folder.file("secret", "secret");
    let mut porthole = Porthole::serving(&path);
    assert_eq!(porthole.get("/secret").text(), "story");
    std::fs::rename(folder.join("secret"), &path).unwrap();
    assert_eq!(porthole.get("/story.mp4").text(), "story");
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
    let granted = format!(
        "reading the one file {}",
        path.canonicalize().unwrap().display()
    );
    assert!(
        porthole
            .errors()
            .to_end()
            .iter()
            .any(|line| line.contains(&granted))
    );
}

/// The link is followed once, at start, as a user of a shell expects.
fn a_link_to_a_file() {
    let folder = Folder::new();
    folder.file("real.mp4", "real");
    folder.link("link.webm", "real.mp4");
    let porthole = Porthole::serving(folder.join("link.webm"));
    let response = porthole.get("/");
    assert_eq!(
        (response.text(), response.field("Content-Type")),
        ("real", Some("video/mp4"))
    );
}
