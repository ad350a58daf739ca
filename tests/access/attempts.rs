//! Attempts to get at a closed file by every address that names it.

use libtest_mimic::Trial;

use super::{ALICE, BOB, BROWSER, CLOSED, NAMES, NOBODY, Secrets, WRONG};
use crate::support::{Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        no_address_of_a_closed_file_gives_it_away,
        nothing_made_of_open_folders_names_a_closed_one,
        a_missing_file_in_a_closed_folder_is_401_too,
        pages_that_stand_for_others_are_as_closed,
        a_closed_single_file_is_closed_at_every_address,
        built_in_files_need_no_password
    ]
}

const SUBTITLES: &str = "1\n00:00:01,000 --> 00:00:02,000\nSECRET\n";

/// A folder of which `closed` is closed, with links that lead there from outside.
fn folder() -> Folder {
    let folder = Folder::new();
    // Older than what stands for it in compressed form.
    folder.file("open/plain.txt", "open");
    folder.file("closed/secret.txt", "SECRET");
    folder.file("closed/secret.srt", SUBTITLES);
    folder.file("closed/film.mp4", "SECRET");
    folder.file("closed/deep/secret.mp3", "SECRET");
    folder.file("closed/README.md", "SECRET");
    folder.file("open/film.mkv", "open");
    folder.link("open/in", "../closed");
    folder.link("open/deeper", "in/deep");
    folder.link("open/name.txt", "../closed/secret.txt");
    // Whoever sees the film would have these with it.
    folder.link("open/film.srt", "../closed/secret.srt");
    folder.link("open/film.jpg", "../closed/secret.txt");
    folder.link("open/plain.txt.gz", "../closed/secret.txt");
    folder.link("open/README.md", "../closed/README.md");
    folder.link("open/Subs", "../closed");
    folder.link("indexed/index.html", "../closed/secret.txt");
    let absolute = folder.path().join("closed/secret.txt");
    folder.link("open/absolute.txt", absolute);
    folder
}

/// (method, target, fields, status with the password)
const ATTEMPTS: [(&str, &str, &str, u16); 52] = [
    ("GET", "/closed", "", 301),
    ("GET", "/closed/", "", 200),
    ("GET", "/closed/", BROWSER, 200),
    ("HEAD", "/closed/", "", 200),
    ("GET", "/closed/secret.txt", "", 200),
    ("HEAD", "/closed/secret.txt", "", 200),
    ("GET", "/closed/deep/", "", 200),
    ("GET", "/closed/deep/secret.mp3", "", 200),
    // Spellings of the same address.
    ("GET", "//closed//secret.txt", "", 200),
    ("GET", "/./closed/./secret.txt", "", 200),
    ("GET", "/open/../closed/secret.txt", "", 200),
    ("GET", "/open/%2e%2e/closed/secret.txt", "", 200),
    ("GET", "/%63losed/secret.txt", "", 200),
    ("GET", "/%63%6c%6f%73%65%64/%73ecret.txt", "", 200),
    ("GET", "/closed/deep/../secret.txt", "", 200),
    ("GET", "/closed/deep/..", "", 200),
    ("GET", "http://porthole/closed/secret.txt", "", 200),
    ("GET", "http://other.example/closed/secret.txt", "", 200),
    // Links that lead there.
    ("GET", "/open/in/secret.txt", "", 200),
    ("GET", "/open/in/", "", 200),
    ("GET", "/open/in", "", 301),
    ("GET", "/open/deeper/secret.mp3", "", 200),
    ("GET", "/open/in/deep/secret.mp3", "", 200),
    ("GET", "/open/name.txt", "", 200),
    ("GET", "/open/absolute.txt", "", 200),
    ("GET", "/open/film.srt", "", 200),
    // Parts, and what a client has already.
    ("GET", "/closed/secret.txt", "Range: bytes=0-0\r\n", 206),
    ("GET", "/closed/secret.txt", "Range: bytes=0-0,2-2\r\n", 206),
    ("GET", "/closed/secret.txt", "Range: bytes=9-\r\n", 416),
    ("GET", "/closed/secret.txt", "If-None-Match: *\r\n", 304),
    ("GET", "/closed/secret.txt", "If-Match: \"x\"\r\n", 412),
    ("GET", "/closed/", "If-None-Match: *\r\n", 304),
    // Forms.
    ("GET", "/closed/secret.txt?download", "", 200),
    ("GET", "/closed/secret.txt?x=y", "", 200),
    ("GET", "/closed/secret.srt?get=vtt", "", 200),
    ("GET", "/open/film.srt?get=vtt", "", 200),
    ("GET", "/closed/?get=json", "", 200),
    ("GET", "/closed/", NAMES, 200),
    ("GET", "/closed/?get=m3u", "", 200),
    ("GET", "/closed/?get=xspf", "", 200),
    ("GET", "/closed/?get=m3u&tree=1", "", 200),
    ("GET", "/closed/?open=film.mp4", BROWSER, 200),
    ("GET", "/closed/?open=secret.txt", BROWSER, 200),
    ("GET", "/closed/?as=grid", BROWSER, 200),
    ("GET", "/closed/?q=secret", BROWSER, 200),
    ("GET", "/closed/?get=json&limit=1", "", 200),
    ("GET", "/closed/?get=nonsense", "", 404),
    ("GET", "/open/in/?get=json", "", 200),
    ("GET", "/open/in/?open=film.mp4", BROWSER, 200),
    ("GET", "/closed/secret.txt/", "", 404),
    ("GET", "/closed/missing", "", 404),
    ("GET", "/open/in/missing", "", 404),
];

fn no_address_of_a_closed_file_gives_it_away() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    let mut client = porthole.client();
    for (method, target, fields, status) in ATTEMPTS {
        for of in ["", BOB, NOBODY] {
            let fields = [fields, of].concat();
            // A wrong password counts, and this many would be too many.
            let response = match of {
                NOBODY if target != "/closed/secret.txt" => continue,
                _ => client.ask(method, target, &fields),
            };
            assert_eq!(response.status, 401, "{method} {target} {fields}");
            let asked = response.field("WWW-Authenticate");
            assert_eq!(asked, Some("Basic realm=\"porthole\", charset=\"UTF-8\""));
            assert_eq!(response.field("Cache-Control"), Some("no-store"));
            assert_eq!(response.field("ETag"), None);
            let text = response.text().to_lowercase();
            assert!(!text.contains("secret"), "{method} {target}: {text}");
        }
        let response = client.ask(method, target, &[fields, ALICE].concat());
        assert_eq!(response.status, status, "{method} {target} {fields}");
        let kept = response.field("Cache-Control").unwrap_or("private");
        assert!(
            kept.contains("private") || kept == "no-store",
            "{target}: {kept}"
        );
    }
    let known = client.get("/closed/secret.txt", ALICE);
    let tag = known.field("ETag").unwrap();
    let fields = format!("If-None-Match: {tag}\r\n");
    assert_eq!(client.get("/closed/secret.txt", &fields).status, 401);
    let fields = [&fields, ALICE].concat();
    assert_eq!(client.get("/closed/secret.txt", &fields).status, 304);
    assert_eq!(client.get("/closed/secret.txt", WRONG).status, 401);
}

/// Whether a response gives away that there is something closed. The closed folder has a name
/// that nothing else has, and so do those that lead there.
fn gives_away(porthole: &Porthole, target: &str, fields: &str) -> bool {
    let response = porthole.client().get(target, fields);
    assert_eq!(response.status, 200, "{target}");
    let text = String::from_utf8_lossy(&response.body).to_lowercase();
    let names = [
        "secret", "closed", "deeper", "name.txt", "absolute", "film.srt", "film.jpg", "readme",
        "subs", "in/",
    ];
    // The words of the page itself.
    let text = text.replace("min/", "").replace("main/", "");
    names.iter().any(|name| text.contains(name))
}

fn nothing_made_of_open_folders_names_a_closed_one() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    let rows = [
        ("/", ""),
        ("/?get=json", ""),
        ("/", NAMES),
        ("/?get=m3u&tree=1", ""),
        ("/?get=xspf&tree=1", ""),
        ("/open/", ""),
        ("/open/?get=json", ""),
        ("/open/", NAMES),
        ("/open/?get=m3u", ""),
        ("/open/?get=m3u&tree=1", ""),
        ("/open/?get=xspf", ""),
        ("/open/?get=json&limit=5", ""),
        ("/open/plain.txt", "Accept-Encoding: gzip\r\n"),
        ("/indexed/", ""),
    ];
    for (target, fields) in rows {
        assert!(!gives_away(&porthole, target, fields), "{target}");
    }
    let names = ["closed", "secret", "deeper", "film.srt", "film.jpg", "Subs"];
    for target in [
        "/",
        "/?q=closed",
        "/open/",
        "/open/?open=film.mkv",
        "/open/?as=grid",
    ] {
        let page = porthole.client().get(target, BROWSER);
        assert_eq!(page.status, 200, "{target}");
        // What was searched for is on the page.
        let text = page
            .text()
            .replace("value=\"closed\"", "")
            .replace("q=closed", "");
        let text = text.replace("“closed”", "");
        for name in names {
            assert!(!text.contains(name), "{target}: {name} in {text}");
        }
    }
    // With the password they are there.
    for (target, name) in [
        ("/", "closed"),
        ("/open/", "name.txt"),
        ("/open/?get=json", "absolute.txt"),
        ("/?get=m3u&tree=1", "secret.mp3"),
        ("/open/?get=m3u", "film.srt"),
        ("/indexed/", "SECRET"),
    ] {
        let page = porthole.client().get(target, ALICE);
        assert!(page.text().contains(name), "{target}: {}", page.text());
    }
    let zipped = ["Accept-Encoding: gzip\r\n", ALICE].concat();
    let zipped = porthole.client().get("/open/plain.txt", &zipped);
    assert_eq!(zipped.field("Content-Encoding"), Some("gzip"));
}

fn a_missing_file_in_a_closed_folder_is_401_too() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    for fields in ["", BROWSER] {
        let there = porthole.client().get("/closed/secret.txt", fields);
        for target in ["/closed/none.txt", "/closed/.hidden", "/closed/a:b"] {
            let missing = porthole.client().get(target, fields);
            assert_eq!(missing.status, 401, "{target}");
            assert_eq!(missing.text().len(), there.text().len(), "{target}");
        }
    }
    // No page of a 404 leads to a name that is closed.
    for target in [
        "/close",
        "/closet",
        "/open/name.tx",
        "/open/i",
        "/open/in.txt",
    ] {
        let page = porthole.client().get(target, BROWSER);
        assert_eq!(page.status, 404, "{target}");
        assert!(!page.text().contains("close name"), "{target}");
    }
    let fields = [BROWSER, ALICE].concat();
    let page = porthole.client().get("/close", &fields);
    assert!(page.text().contains("close name"), "{}", page.text());
}

fn pages_that_stand_for_others_are_as_closed() {
    let folder = Folder::new();
    folder.file("closed/index.html", "SECRET");
    folder.link("404.html", "closed/index.html");
    folder.link("index.html", "closed/index.html");
    let secrets = Secrets::new();
    for flags in [&CLOSED[..], &[&CLOSED[..], &["--spa"]].concat()] {
        let porthole = secrets.serving(&folder, flags);
        for target in ["/", "/none", "/a/b/"] {
            let response = porthole.client().get(target, "");
            assert!(!response.text().contains("SECRET"), "{target} {flags:?}");
            let response = porthole.client().get(target, ALICE);
            assert!(response.text().contains("SECRET"), "{target} {flags:?}");
        }
    }
}

fn a_closed_single_file_is_closed_at_every_address() {
    let folder = Folder::new();
    let path = folder.file("film.mp4", "SECRET");
    let secrets = Secrets::new();
    let users = secrets.0.join("users");
    let porthole = Porthole::with(path, &["--auth-file", users.to_str().unwrap()]);
    let css = style();
    for target in ["/", "/film.mp4", "/x", "/favicon.ico", "/robots.txt", &css] {
        let response = porthole.client().get(target, "");
        assert_eq!(response.status, 401, "{target}");
        let response = porthole.client().get(target, ALICE);
        assert_eq!(
            (response.status, response.text()),
            (200, "SECRET"),
            "{target}"
        );
    }
}

/// Returns the address of a file that is built in.
fn style() -> String {
    let folder = Folder::new();
    let open = Porthole::serving(&folder);
    let page = open.client().get("/", BROWSER);
    let (_, rest) = page.text().split_once("/page.").unwrap();
    let name = rest.split_once('"').unwrap().0;
    format!("/.porthole/page.{name}")
}

fn built_in_files_need_no_password() {
    let folder = Folder::new();
    folder.file("robots.txt", "SECRET");
    folder.file("a.txt", "SECRET");
    let secrets = Secrets::new();
    let porthole = secrets.serving(&folder, &["--cors"]);
    let style = style();
    let mut client = porthole.client();
    assert_eq!(client.get(&style, "").status, 200);
    // Not even a wrong password is compared.
    assert_eq!(client.get(&style, WRONG).status, 200);
    let icon = client.get("/favicon.ico", "");
    assert_eq!(
        (icon.status, icon.field("Content-Type")),
        (200, Some("image/svg+xml"))
    );
    assert_eq!(client.get("/robots.txt", "").status, 401);
    assert_eq!(client.get("/.porthole/none.css", "").status, 401);
    let preflight = "Origin: http://a.example\r\nAccess-Control-Request-Method: GET\r\n\
                     Access-Control-Request-Headers: authorization\r\n";
    let response = client.ask("OPTIONS", "/a.txt", preflight);
    assert_eq!(response.status, 204);
    let allowed = response.field("Access-Control-Allow-Headers").unwrap();
    assert!(
        allowed.to_lowercase().contains("authorization"),
        "{allowed}"
    );
    assert_eq!(response.field("Access-Control-Allow-Credentials"), None);
    // An icon of the operator's is a file.
    folder.file("favicon.ico", "SECRET");
    let icon = client.get("/favicon.ico", "");
    assert!(icon.status == 200 && !icon.text().contains("SECRET"));
    assert_eq!(client.get("/favicon.ico", ALICE).text(), "SECRET");
}
