//! Attempts to get at a closed file by addresses that name it in an odd way, or by way of what
//! is open.

use libtest_mimic::Trial;

use super::{ALICE, BOB, BROWSER, CLOSED, Secrets, link, token};
use crate::support::{Folder, Fuse, Porthole, privileged, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![
        no_spelling_gets_past_a_rule,
        links_do_not_stand_in_each_other,
        a_base_path_changes_nothing
    ];
    let needing: [(&str, fn()); 2] = [
        (
            "a_rule_holds_where_another_case_leads_to_its_folder",
            a_rule_holds_where_another_case_leads_to_its_folder,
        ),
        (
            "rules_are_refused_where_nothing_tells_that_spellings_are_the_same",
            rules_are_refused_where_nothing_tells_that_spellings_are_the_same,
        ),
    ];
    let mounts = Fuse::may_be_mounted();
    trials.extend(needing.map(|(name, test)| {
        let path = format!("{}::{name}", module_path!());
        privileged(&path, mounts, "mount FUSE", test)
    }));
    trials
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("closed/secret.txt", "SECRET");
    folder.file("closed/film.mp4", "SECRET");
    folder.file("open/film.mkv", "open");
    folder.link("open/in", "../closed");
    folder.link("open/name.txt", "../closed/secret.txt");
    folder.link("self", ".");
    folder.link("open/up", "..");
    folder
}

/// (method, target, fields, status for anyone, status for Alice)
const ATTEMPTS: [(&str, &str, &str, u16, u16); 38] = [
    // An encoded slash, a backslash and a NUL are no other way to write a slash.
    ("GET", "/closed%2fsecret.txt", "", 400, 400),
    ("GET", "/closed%2Fsecret.txt", "", 400, 400),
    ("GET", "/closed\\secret.txt", "", 404, 404),
    ("GET", "/closed%5csecret.txt", "", 404, 404),
    ("GET", "/closed%00/secret.txt", "", 400, 400),
    ("GET", "/closed/secret.txt%00", "", 400, 400),
    ("GET", "/closed;x/secret.txt", "", 404, 404),
    ("GET", "/closed./secret.txt", "", 404, 404),
    ("GET", "/closed%20/secret.txt", "", 404, 404),
    ("GET", "/CLOSED/secret.txt", "", 404, 404),
    ("GET", "/%2563losed/secret.txt", "", 404, 404),
    ("GET", "/closed/secret.txt;x", "", 401, 404),
    ("GET", "/closed/secret.txt.", "", 401, 404),
    ("GET", "/closed/%2e%2e%2fopen", "", 400, 400),
    ("GET", "/closed/...", "", 401, 404),
    // Dots lead back from where they stand, and not from where a link leads.
    ("GET", "/open/in/../closed/secret.txt", "", 404, 404),
    ("GET", "/open/in/../../closed/secret.txt", "", 401, 200),
    ("GET", "/none/../closed/secret.txt", "", 401, 200),
    ("GET", "/../../closed/secret.txt", "", 401, 200),
    ("GET", "/favicon.ico/../closed/secret.txt", "", 401, 200),
    ("GET", "/.porthole/../closed/secret.txt", "", 401, 200),
    (
        "GET",
        "/.porthole/page.css/../../closed/secret.txt",
        "",
        401,
        200,
    ),
    // Links in circles.
    ("GET", "/self/closed/secret.txt", "", 401, 200),
    ("GET", "/self/self/self/closed/secret.txt", "", 401, 200),
    ("GET", "/open/up/closed/secret.txt", "", 401, 200),
    ("GET", "/open/up/self/open/in/secret.txt", "", 401, 200),
    // Pages of the open folder about what is closed.
    ("GET", "/open/?open=name.txt", BROWSER, 404, 200),
    ("GET", "/open/?open=in/secret.txt", BROWSER, 404, 404),
    (
        "GET",
        "/open/?open=..%2Fclosed%2Fsecret.txt",
        BROWSER,
        404,
        404,
    ),
    ("GET", "/?open=closed%2Ffilm.mp4", BROWSER, 404, 404),
    ("GET", "/open/?get=json&after=f/name", "", 200, 200),
    // Other methods and versions.
    (
        "POST",
        "/closed/secret.txt",
        "Content-Length: 0\r\n",
        405,
        405,
    ),
    ("DELETE", "/closed/secret.txt", "", 405, 405),
    ("HEAD", "/open/name.txt", "", 401, 200),
    (
        "GET",
        "/open/name.txt",
        "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n",
        401,
        200,
    ),
    (
        "GET",
        "/open/name.txt",
        "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        401,
        412,
    ),
    (
        "GET",
        "/closed/secret.txt",
        "X-Original-URL: /open/film.mkv\r\n",
        401,
        200,
    ),
    (
        "GET",
        "/open/film.mkv",
        "X-Rewrite-URL: /closed/secret.txt\r\n",
        200,
        200,
    ),
];

fn no_spelling_gets_past_a_rule() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    for (method, target, fields, anyone, alice) in ATTEMPTS {
        for (user, status) in [("", anyone), (BOB, anyone), (ALICE, alice)] {
            // Some of them close the connection.
            let mut client = porthole.client();
            let response = client.ask(method, target, &[fields, user].concat());
            assert_eq!(response.status, status, "{method} {target} {user}");
            let text = response.text();
            let gives_away = text.contains("SECRET") || text.contains("name.txt");
            assert!(user == ALICE || !gives_away, "{method} {target}: {text}");
        }
    }
}

/// The token of one link does not open the address of another.
fn links_do_not_stand_in_each_other() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &CLOSED);
    let (open, root) = (token(&link("/open/")), token(&link("/")));
    let closed = link("/closed/secret.txt");
    let rows = [
        (closed.clone(), 200),
        (format!("{open}{closed}"), 403),
        (format!("{root}{closed}"), 404),
        (format!("{open}/open/..{closed}"), 403),
        (format!("{open}/../../../..{closed}"), 200),
        (format!("/self{closed}"), 404),
        (format!("{closed}/../../../../open/film.mkv"), 404),
        (closed.replace("/link/", "/link//"), 200),
        (closed.replace("/link/", "/Link/"), 404),
        (closed.replace("/link/", "/link/x/"), 403),
        (closed.replace("closed", "CLOSED"), 403),
        (closed.replace("/closed", "/self/closed"), 403),
        (closed.replace("/closed/secret", "/open/name"), 403),
    ];
    for (target, status) in rows {
        let response = porthole.client().get(&target, "");
        assert_eq!(response.status, status, "{target}");
        assert_eq!(response.text() == "SECRET", status == 200, "{target}");
    }
}

fn a_base_path_changes_nothing() {
    let folder = folder();
    let flags = [&CLOSED[..], &["--base-path", "/media"]].concat();
    let porthole = Secrets::new().with_key(&folder, &flags);
    let closed = link("/closed/secret.txt");
    let rows = [
        ("/media/closed/secret.txt".to_owned(), 401),
        ("/media/open/in/secret.txt".into(), 401),
        ("/media//closed/secret.txt".into(), 401),
        ("/media/x/../closed/secret.txt".into(), 401),
        ("/media/open/film.mkv".into(), 200),
        (format!("/media{closed}"), 200),
        (closed, 404),
        ("/closed/secret.txt".into(), 404),
        ("/x/../media/closed/secret.txt".into(), 404),
    ];
    let status = |porthole: &Porthole, target: &str| {
        let response = porthole.client().get(target, "");
        response.status
    };
    for (target, expected) in rows {
        assert_eq!(status(&porthole, &target), expected, "{target}");
    }
}

fn a_rule_holds_where_another_case_leads_to_its_folder() {
    let folder = Folder::new();
    let _fuse = Fuse::mount(folder.path());
    let porthole = Secrets::new().serving(folder.path().join("same"), &CLOSED);
    for name in ["closed", "CLOSED", "cLOSED"] {
        for (below, found) in [("inside", 200), ("", 200), ("none", 404)] {
            let target = format!("/{name}/{below}");
            for (user, status) in [("", 401), (BOB, 401), (ALICE, found)] {
                let response = porthole.client().get(&target, user);
                assert_eq!(response.status, status, "{target} {user}");
            }
        }
    }
}

fn rules_are_refused_where_nothing_tells_that_spellings_are_the_same() {
    let folder = Folder::new();
    let _fuse = Fuse::mount(folder.path());
    let served = folder.path().join("untold");
    let secrets = Secrets::new();
    let users = secrets.0.join("users");
    for rule in ["/closed=alice", "/none/yet=alice"] {
        let mut command = Porthole::command();
        command
            .arg(&served)
            .args(["--port", "0", "--auth-for", rule]);
        let output = command.arg("--auth-file").arg(&users).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let words = format!("'--auth-for' does not hold in {}, ", served.display());
        assert!(said.contains(&words) && said.lines().count() == 1, "{said}");
    }
    let porthole = secrets.serving(&served, &[]);
    assert_eq!(porthole.client().get("/CLOSED/inside", "").status, 401);
}
