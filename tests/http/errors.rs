//! Responses and log lines for files that can't be served.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        unreadable_files_are_403,
        a_sibling_that_may_not_be_read_is_passed_over,
        a_film_is_shown_without_subtitles_that_may_not_be_read,
        short_of_descriptors_is_503,
        a_404_has_its_reason_in_the_verbose_log,
    ]
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs the server as a user without special rights, because root may read every file.
/// That user can execute what is in `programs`.
fn by_nobody(folder: &Folder, programs: &Folder, flags: &[&str]) -> Porthole {
    const NOBODY: u32 = 65_534;
    let mut command = Porthole::command();
    if rustix::process::geteuid().is_root() {
        let program: PathBuf = programs.join("porthole");
        fs::copy(command.get_program(), &program).unwrap();
        for path in [folder.path(), programs.path(), &program] {
            allow(path, 0o755);
        }
        command = Porthole::command_of(program);
        command.gid(NOBODY).uid(NOBODY);
    }
    command.arg(folder.path()).args(["--port", "0"]).args(flags);
    Porthole::start(command)
}

/// This holds for every method and condition, because a 200 to HEAD is a promise for GET.
fn unreadable_files_are_403() {
    let (folder, programs) = (Folder::new(), Folder::new());
    for name in [
        "file",
        "text.txt",
        "large",
        "shut/inside",
        "index/index.html",
    ] {
        folder.file(name, name.repeat(20_000));
    }
    for (name, mode) in [
        ("file", 0o000),
        ("text.txt", 0o000),
        ("large", 0o222),
        ("shut", 0o000),
        ("index/index.html", 0o000),
    ] {
        allow(&folder.join(name), mode);
    }
    let porthole = by_nobody(&folder, &programs, &["-v"]);
    let targets = [
        "/file",
        "/text.txt",
        "/large",
        "/shut/",
        "/shut/inside",
        "/index/",
    ];
    each(&targets, |target| {
        for (method, fields) in [
            ("GET", ""),
            ("HEAD", ""),
            ("GET", "If-None-Match: *\r\n"),
            ("GET", "If-Match: \"other\"\r\n"),
            ("GET", "Range: bytes=0-1\r\n"),
            ("GET", "Range: bytes=99999999-\r\n"),
            ("GET", "Accept-Encoding: gzip, br\r\n"),
        ] {
            let response = porthole.client().ask(method, target, fields);
            assert_eq!(response.line, "HTTP/1.1 403 Forbidden", "{method} {fields}");
            if method == "GET" {
                assert_eq!(response.words(), "403 Forbidden");
            }
        }
        let words = "403 because the server has no permission to read it: GET";
        porthole
            .log()
            .wait_for(&format!("{words} {target} HTTP/1.1"));
    });
    allow(&folder.join("file"), 0o644);
    assert_eq!(porthole.get("/file").status, 200);
    allow(&folder.join("shut"), 0o755);
}

fn a_sibling_that_may_not_be_read_is_passed_over() {
    let (folder, programs) = (Folder::new(), Folder::new());
    for name in ["a.js", "a.js.br", "a.js.gz", "b.js", "b.js.gz"] {
        folder.file(name, name);
    }
    allow(&folder.join("a.js.br"), 0o000);
    allow(&folder.join("b.js.gz"), 0o000);
    let porthole = by_nobody(&folder, &programs, &[]);
    let rows = [("/a.js", "a.js.gz", Some("gzip")), ("/b.js", "b.js", None)];
    each(&rows, |(target, content, coding)| {
        for method in ["HEAD", "GET"] {
            let fields = "Accept-Encoding: br, gzip\r\n";
            let response = porthole.client().ask(method, target, fields);
            assert_eq!(response.status, 200);
            assert_eq!(response.field("Content-Encoding"), *coding);
            if method == "GET" {
                assert_eq!(response.text(), *content);
            }
        }
    });
}

/// Without a free descriptor no file can be opened. The client learns only that it is not
/// at fault, and when to retry.
fn a_film_is_shown_without_subtitles_that_may_not_be_read() {
    let (folder, programs) = (Folder::new(), Folder::new());
    for name in [
        "film.mkv",
        "film.de.srt",
        "Subs/film.en.srt",
        "Subs/film/2_French.srt",
    ] {
        folder.file(name, "x");
    }
    // (mode of `Subs`, of `Subs/film`, the subtitles, and what the log says is left out)
    let rows = [
        (
            0o755,
            0o755,
            "Subs/film.en.srt film.de.srt Subs/film/2_French.srt",
            "",
        ),
        (0o755, 0o000, "Subs/film.en.srt film.de.srt", "Subs/film"),
        (0o000, 0o755, "film.de.srt", "Subs"),
    ];
    let porthole = by_nobody(&folder, &programs, &["-v"]);
    each(&rows, |(outer, inner, subtitles, left_out)| {
        allow(&folder.join("Subs/film"), *inner);
        allow(&folder.join("Subs"), *outer);
        let page = porthole
            .client()
            .get("/?open=film.mkv", "Accept: text/html\r\n");
        assert_eq!(page.status, 200);
        let tracks = page.text().split("<track ").skip(1);
        let sources = tracks.map(|track| track.split("src=\"").nth(1).unwrap());
        let mut sources: Vec<_> = sources.map(|it| it.split('?').next().unwrap()).collect();
        sources.sort_unstable();
        let mut expected: Vec<_> = subtitles.split(' ').collect();
        expected.sort_unstable();
        assert_eq!(sources, expected);
        if !left_out.is_empty() {
            let words = "Left out of the subtitles in /: 1 entries, the first is";
            let reason = "the server has no permission to read it";
            porthole
                .log()
                .wait_for(&format!("{words} {left_out}: {reason}"));
        }
    });
    // So that it can be removed.
    allow(&folder.join("Subs"), 0o755);
}

fn short_of_descriptors_is_503() {
    let folder = Folder::new();
    folder.file("file", "file");
    folder.file("folder/inside", "inside");
    let porthole = Porthole::serving(&folder);
    each(&["/file", "/folder/", "/folder/inside"], |target| {
        for method in ["GET", "HEAD"] {
            let mut client = porthole.client();
            assert_eq!(client.get("/missing", "").status, 404);
            let usual = porthole.limit_descriptors(None);
            let response = client.ask(method, target, "");
            porthole.limit_descriptors(Some(usual));
            assert_eq!(response.line, "HTTP/1.1 503 Service Unavailable");
            assert_eq!(response.field("Retry-After"), Some("1"));
            assert!(response.closes());
        }
        let words = "503 because the process is short of descriptors or memory: GET";
        porthole
            .log()
            .wait_for(&format!("{words} {target} HTTP/1.1"));
        assert_eq!(porthole.get(target).status, 200);
    });
}

fn a_404_has_its_reason_in_the_verbose_log() {
    let folder = Folder::new();
    folder.file("file", "file");
    folder.file(".hidden", "hidden");
    folder.fifo("fifo");
    folder.link("out", "/etc/passwd");
    folder.link("loop", "loop");
    let long = format!("/{}", "a".repeat(300));
    let porthole = Porthole::with(&folder, &["-v"]);
    let quiet = Porthole::serving(&folder);
    let rows = [
        ("/missing", "there is no such file"),
        ("/file/", "it is a file, and the target ends in a slash"),
        ("/file/below", "there is no such file"),
        ("/.hidden", "a name in its path begins with a dot"),
        ("/fifo", "it is no regular file"),
        ("/out", "it leads out of what is served"),
        ("/loop", "its links lead in a circle, or are too many"),
        (&*long, "a name in its path is too long"),
    ];
    each(&rows, |(target, reason)| {
        assert_eq!(porthole.get(target).status, 404);
        let line = format!("404 because {reason}: GET {target} HTTP/1.1");
        porthole.log().wait_for(&line);
        assert_eq!(quiet.get(target).status, 404);
        quiet
            .log()
            .wait_for(&format!("GET {target} HTTP/1.1\" 404 "));
    });
    let lines = quiet.log().so_far();
    assert!(
        !lines.iter().any(|line| line.contains("because")),
        "{lines:#?}"
    );
}
