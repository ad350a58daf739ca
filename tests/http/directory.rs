//! Directories: index, redirect, listing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_large_folder_is_shown_whole_and_in_order,
        a_folder_with_too_many_entries_has_no_listing,
        the_index_stands_for_its_folder,
        redirects_to_the_slash,
        a_redirect_never_names_another_host,
        a_listing_links_to_everything,
        names_in_a_listing_cannot_become_markup,
        hidden_names,
        names_of_any_bytes,
        links_that_stay_inside,
        an_empty_folder,
    ]
}

fn the_index_stands_for_its_folder() {
    let folder = Folder::new();
    folder.file("index.html", "root");
    folder.file("sub/index.html", "sub");
    folder.file("sub/start.htm", "start");
    folder.folder("odd/index.html");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/", "root"),
        ("/sub/", "sub"),
        ("/sub/?a=b", "sub"),
        ("/sub/x/../", "sub"),
    ];
    each(&rows, |(target, text)| {
        let response = porthole.get(target);
        assert_eq!((response.status, response.text()), (200, *text));
        assert_eq!(
            response.field("Content-Type"),
            Some("text/html; charset=utf-8")
        );
        let disposition = response.field("Content-Disposition");
        assert_eq!(disposition, Some("inline; filename=\"index.html\""));
    });
    // A directory of that name is not an index.
    assert!(porthole.get("/odd/").text().contains("index.html/"));
    let porthole = Porthole::with(&folder, &["--index", "start.htm"]);
    assert_eq!(porthole.get("/sub/").text(), "start");
    assert!(porthole.get("/").text().contains("<table>"));
}

fn redirects_to_the_slash() {
    let folder = Folder::new();
    folder.folder("sub/a b%");
    folder.folder("é");
    folder.folder("a:b\\c\r\nd");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/sub", "sub/"),
        ("/sub?a=b&c", "sub/?a=b&c"),
        ("/sub/a%20b%25", "a%20b%25/"),
        ("/sub/./../sub", "sub/"),
        ("/%C3%A9", "%C3%A9/"),
        ("/a:b\\c%0d%0ad", "a%3Ab%5Cc%0D%0Ad/"),
    ];
    each(&rows, |(target, location)| {
        let response = porthole.get(target);
        assert_eq!(
            (response.status, response.field("Location")),
            (301, Some(*location))
        );
        let path = target.split('?').next().unwrap();
        let (before, _) = path.rsplit_once('/').unwrap();
        assert_eq!(porthole.get(&format!("{before}/{location}")).status, 200);
    });
}

/// CVE-2021-28861 and similar: `//host/..` must not become a Location.
fn a_redirect_never_names_another_host() {
    let folder = Folder::new();
    folder.folder("sub");
    folder.folder("evil.example");
    let porthole = Porthole::serving(&folder);
    let rows = [
        "//sub",
        "///sub",
        "//evil.example/../sub",
        "//evil.example",
        "/%2e/evil.example",
        "/.//evil.example",
        "http://porthole//sub",
        "/sub/..//evil.example",
    ];
    each(&rows, |target| {
        let response = porthole.get(target);
        assert_eq!(response.status, 301);
        let location = response.field("Location").unwrap();
        assert!(matches!(location, "sub/" | "evil.example/"), "{location}");
    });
}

fn a_listing_links_to_everything() {
    let folder = Folder::new();
    let names = [
        "a b.mp4",
        "100%.txt",
        "a#b?c.txt",
        "é.srt",
        "javascript:alert(1)",
        "z&z",
        "q\"q",
        "it's",
        "1+1;2",
        "back\\slash",
        "tab\tline\r\nbreak",
        "...And Justice",
    ];
    for name in names {
        folder.file(format!("sub/{name}"), name);
    }
    folder.folder("sub/folder");
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/sub/");
    assert_eq!(page.field("Content-Type"), Some("text/html; charset=utf-8"));
    let links: Vec<&str> = page
        .text()
        .split("<a href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(
        links.contains(&"../") && links.contains(&"folder/"),
        "{links:?}"
    );
    // Every link leads to its file when it is resolved as a browser would.
    let files: Vec<&&str> = links.iter().filter(|link| !link.ends_with('/')).collect();
    let mut found: Vec<String> = files
        .iter()
        .map(|link| {
            assert!(!link.contains([':', '?', '#', '\'', '+']), "{link}");
            let response = porthole.get(&format!("/sub/{link}"));
            assert_eq!(response.status, 200, "{link}");
            response.text().to_owned()
        })
        .collect();
    found.sort();
    let mut expected = names.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);
}

fn names_in_a_listing_cannot_become_markup() {
    let names = [
        "<img src=x onerror=alert(1)>",
        "\"><script>alert(1)<",
        "' onmouseover='alert(1)",
        "&lt;b&gt;",
        "line\nbreak",
        "escape\u{1b}[2J",
        "\u{202e}4pm.exe",
    ];
    let folder = Folder::new();
    for name in names {
        folder.folder(format!("{}/inner", name.replace('/', "")));
    }
    let porthole = Porthole::serving(&folder);
    let mut pages = vec![porthole.get("/")];
    for name in &names {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
        pages.push(porthole.get(&format!("/{encoded}/")));
    }
    for page in pages {
        let text = page.text();
        assert_eq!(page.status, 200);
        for markup in [
            "<img",
            "<script",
            "<b>",
            "' onmouse",
            "\u{1b}",
            "line\nbreak",
        ] {
            assert!(!text.contains(markup), "{markup} in {text}");
        }
        let policy = page.field("Content-Security-Policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
}

fn hidden_names() {
    let folder = Folder::new();
    for name in [".hidden", ".git/config", "sub/.env", "sub/shown"] {
        folder.file(name, name);
    }
    folder.file("..data", "..data");
    folder.file("sub/.well-known/x", "well-known");
    folder.file(".well-known/.x", "hidden");
    folder.file(".well-known/acme-challenge/token", "token");
    folder.file("...And Justice/One.mp3", "One");
    let hidden = [
        "/.hidden",
        "/.git/config",
        "/.git/",
        "/sub/.env",
        "/%2ehidden",
        "/..data",
        "/sub/../.hidden",
        "/sub/.well-known/x",
        "/.well-known/.x",
    ];
    let porthole = Porthole::serving(&folder);
    // Well-known URIs (RFC 8615), and a name that only looks hidden.
    let shown = [
        ("/.well-known/acme-challenge/token", "token"),
        ("/...And%20Justice/One.mp3", "One"),
    ];
    each(&shown, |(target, text)| {
        assert_eq!(porthole.get(target).text(), *text)
    });
    for name in ["...And Justice/", ".well-known/"] {
        assert!(porthole.get("/").text().contains(name), "{name}");
    }
    each(&hidden, |target| {
        let response = porthole.get(target);
        assert_eq!((response.status, response.words()), (404, "404 Not Found"));
    });
    for page in ["/", "/sub/"] {
        let text = porthole.get(page).text().to_owned();
        assert!(
            !text.contains("hidden") && !text.contains("git") && !text.contains("env"),
            "{text}"
        );
    }
    let porthole = Porthole::with(&folder, &["--hidden"]);
    each(&hidden, |target| {
        assert_eq!(porthole.get(target).status, 200)
    });
    assert!(porthole.get("/").text().contains(".hidden"));
}

/// A name on Unix is bytes. A name that is not UTF-8 is listed with its bytes in the
/// link, is served under that link, and hides none of its neighbours.
fn names_of_any_bytes() {
    let names: [&[u8]; 6] = [
        b"Bj\xf6rk.mp3",
        b"\xff\xfe",
        b"caf\xc3\xa9 caf\xe9",
        b"\xc3",
        b"tab\t and \\",
        b"plain.txt",
    ];
    let folder = Folder::new();
    for name in names {
        folder.file(Path::new("music").join(OsStr::from_bytes(name)), name);
    }
    folder.folder(OsStr::from_bytes(b"M\xfcsik/inner"));
    // This name would get the same link as a name with the byte 0xF6.
    folder.file("music/Bj\u{10fff6}rk.mp3", "another");
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/music/");
    assert_eq!(page.status, 200);
    let links: Vec<&str> = page
        .text()
        .split("<tr><td><a href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(links.len(), names.len() + 1, "{links:?}");
    assert!(links.contains(&"Bj%F6rk.mp3"), "{links:?}");
    assert!(page.text().contains(">Bj\u{fffd}rk.mp3</a>"));
    let mut found: Vec<Vec<u8>> = links[1..]
        .iter()
        .map(|link| porthole.get(&format!("/music/{link}")).body)
        .collect();
    found.sort();
    let mut expected = names.map(<[u8]>::to_vec);
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(porthole.get("/music/Bj%F4%8F%BF%B6rk.mp3").status, 400);
    let moved = porthole.get("/M%FCsik");
    assert_eq!(
        (moved.status, moved.field("Location")),
        (301, Some("M%FCsik/"))
    );
    assert!(porthole.get("/M%FCsik/").text().contains("\"inner/\""));
    let saved = porthole.get("/music/Bj%F6rk.mp3?download");
    assert_eq!(
        saved.field("Content-Disposition"),
        Some("attachment; filename=\"Bj_rk.mp3\"; filename*=UTF-8''Bj%EF%BF%BDrk.mp3")
    );
}

/// A directory of links is listed like the files that they lead to. A link that leads out
/// of the root is not listed, and the log reports it.
fn links_that_stay_inside() {
    let folder = Folder::new();
    folder.file("root/films/a.mp4", "a");
    folder.file("outside/b.mp4", "b");
    folder.link("root/best/one.mp4", "../films/a.mp4");
    folder.link("root/best/all", "../films");
    folder.link("root/best/chain", "all/a.mp4");
    folder.link("root/best/absolute.mp4", folder.join("root/films/a.mp4"));
    folder.link("root/best/whole", folder.join("root/films"));
    folder.link("root/best/out.mp4", "../../outside/b.mp4");
    folder.link("root/best/far.mp4", folder.join("outside/b.mp4"));
    folder.link("root/best/nowhere", "gone");
    folder.link("root/best/loop", "loop");
    let porthole = Porthole::with(folder.join("root"), &["-v"]);
    let page = porthole.get("/best/");
    let inside = [
        ("one.mp4", "1 B"),
        ("chain", "1 B"),
        ("absolute.mp4", "1 B"),
        ("all/", "-"),
        ("whole/", "-"),
    ];
    each(&inside, |(name, size)| {
        let row = format!("<a href=\"{name}\">{name}</a>");
        let row = page
            .text()
            .lines()
            .find(|line| line.contains(&row))
            .unwrap();
        assert!(row.ends_with(&format!("<td>{size}</td></tr>")), "{row}");
        let target = format!(
            "/best/{name}{}",
            if name.ends_with('/') { "a.mp4" } else { "" }
        );
        assert_eq!(porthole.get(&target).text(), "a");
    });
    assert_eq!(page.text().matches("<tr>").count(), inside.len() + 1);
    let line = porthole
        .log()
        .wait_for("Left out of the listing of /best: ");
    assert!(line.contains("3 entries"), "{line}");
    for name in ["out.mp4", "far.mp4", "nowhere", "loop"] {
        assert_eq!(porthole.get(&format!("/best/{name}")).status, 404, "{name}");
    }
}

fn an_empty_folder() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/");
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("This folder is empty."),
        "{}",
        page.text()
    );
}

/// A cut listing would look complete to a mirror, which deletes the files that are
/// missing from it.
fn a_large_folder_is_shown_whole_and_in_order() {
    const COUNT: usize = 12_000;
    let folder = Folder::new();
    for number in (0..COUNT).rev() {
        empty_file(&folder, &format!("{number}.txt"));
    }
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/");
    assert_eq!(page.status, 200);
    let shown = page.text().split(".txt</a>").filter_map(|before| {
        let (_, number) = before.rsplit_once('>')?;
        number.parse::<usize>().ok()
    });
    assert!(shown.eq(0..COUNT), "{}", page.text().len());
}

fn a_folder_with_too_many_entries_has_no_listing() {
    const MOST: usize = 250_000;
    let folder = Folder::new();
    folder.file("one/a", "");
    // Hard links to one file are created faster than files.
    let target = folder.file("target", "");
    for number in 0..=MOST {
        let name = folder.path().join(format!("one/.{number}"));
        if std::fs::hard_link(&target, &name).is_err() {
            std::fs::write(&name, "").unwrap();
        }
    }
    let porthole = Porthole::serving(&folder);
    let response = porthole.get("/one/");
    assert_eq!((response.status, response.closes()), (503, true));
    assert!(response.field("Retry-After").is_some());
    porthole
        .log()
        .wait_for("503 because the folder has more than 250000 entries: GET /one/ ");
    // With two entries less the limit is met. Hidden entries count.
    for number in [0, 1] {
        std::fs::remove_file(folder.path().join(format!("one/.{number}"))).unwrap();
    }
    let page = porthole.get("/one/");
    assert_eq!((page.status, page.text().matches("<tr>").count()), (200, 2));
}

/// Creates a file without `Folder::file`, which creates directories first.
fn empty_file(folder: &Folder, name: &str) {
    std::fs::write(folder.path().join(name), "").unwrap();
}
