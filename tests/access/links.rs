//! Links that expire.

use std::time::Duration;

use libtest_mimic::Trial;

use super::references::references;
use super::{ALICE, BOB, BROWSER, NAMES, Secrets, link, signed, token};
use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_link_opens_its_path_and_nothing_else,
        links_that_do_not_hold,
        pages_below_a_link_stay_below_it,
        no_reference_leads_out_of_a_link,
        symbolic_links_do_not_lead_out_of_a_link,
        ranges_and_forms_below_a_link,
        a_link_opens_a_single_file,
        playlists_of_closed_folders_carry_links,
        playlists_sign_no_more_than_the_user_sees,
        without_a_key_there_are_no_links,
        tokens_are_not_logged
    ]
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("films/a.mkv", "a film");
    folder.file(
        "films/a.en.srt",
        "1\n00:00:01,000 --> 00:00:02,000\nwords\n",
    );
    folder.file("films/deep/b.mkv", "b");
    folder.file("private/c.txt", "SECRET");
    folder.link("films/out", "../private");
    folder.link("films/c.txt", "../private/c.txt");
    folder.link("films/in", "deep");
    folder
}

fn statuses(porthole: &Porthole, addresses: &[String]) -> Vec<u16> {
    let mut client = porthole.client();
    addresses
        .iter()
        .map(|address| client.get(address, "").status)
        .collect()
}

fn a_link_opens_its_path_and_nothing_else() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let films = token(&link("/films/"));
    let (file, root) = (token(&link("/films/a.mkv")), token(&link("/")));
    // (token, path, status)
    let rows = [
        (&films, "/films/", 200),
        (&films, "/films", 301),
        (&films, "/films/a.mkv", 200),
        (&films, "/films/deep/b.mkv", 200),
        (&films, "/films/deep/../a.mkv", 200),
        (&films, "//films//a.mkv", 200),
        (&films, "/%66ilms/a.mkv", 200),
        (&films, "/films/none", 404),
        (&films, "/", 403),
        (&films, "", 403),
        (&films, "/private/c.txt", 403),
        (&films, "/films/../private/c.txt", 403),
        (&films, "/films/%2e%2e/private/c.txt", 403),
        (&films, "/Films/a.mkv", 403),
        (&file, "/films/a.mkv", 200),
        (&file, "/films/a.mkv/", 404),
        (&file, "/films/", 403),
        (&file, "/films/a.en.srt", 403),
        (&file, "/films/a.mkv/x", 403),
        (&root, "/", 200),
        (&root, "", 301),
        (&root, "/private/c.txt", 200),
    ];
    let mut client = porthole.client();
    for (token, path, status) in rows {
        let response = client.get(&format!("{token}{path}"), "");
        assert_eq!(response.status, status, "{path}");
        let policy = response.field("Referrer-Policy");
        assert_eq!(policy, Some("no-referrer"), "{path}");
        let kept = response.field("Cache-Control").unwrap();
        assert!(
            kept.contains("private") || kept == "no-store",
            "{path}: {kept}"
        );
        // Who has a link is not asked for a password.
        assert_eq!(response.field("WWW-Authenticate"), None);
    }
    assert_eq!(client.get("/films/a.mkv", "").status, 401);
    let moved = client.get(&format!("{films}/films"), "");
    assert_eq!(moved.field("Location"), Some("films/"));
}

fn links_that_do_not_hold() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let hour = Duration::from_secs(3_600);
    let right = link("/films/");
    let (start, _) = right.split_at("/.porthole/link/".len() + 50);
    let rows = [
        (
            signed("/films/", Duration::ZERO, None),
            "This link has expired.",
        ),
        (
            right.replace("/films/", "/private/"),
            "This link was made for something else, or has been withdrawn.",
        ),
        (
            signed("/films/", hour, Some("192.0.2.1")),
            "This link was made for something else, or has been withdrawn.",
        ),
        (
            format!("{start}/films/"),
            "This is not a link that was made here.",
        ),
        (
            "/.porthole/link/x/films/".into(),
            "This is not a link that was made here.",
        ),
        (
            "/.porthole/link/".into(),
            "This is not a link that was made here.",
        ),
        (
            "/.porthole/link".into(),
            "This is not a link that was made here.",
        ),
        (
            link("/films/a.mkv").replace("a.mkv", "a.mkv/b"),
            "This link is for something else.",
        ),
    ];
    let mut client = porthole.client();
    for (address, words) in rows {
        for fields in ["", ALICE] {
            let response = client.get(&address, fields);
            assert_eq!(response.status, 403, "{address}");
            assert_eq!(response.text(), format!("403 Forbidden: {words}\n"));
            let page = client.get(&address, &[BROWSER, fields].concat());
            assert_eq!(page.status, 403);
            assert!(page.text().contains(words), "{}", page.text());
            assert!(!page.text().contains("Start folder"));
        }
    }
    let own = signed("/films/", hour, Some("127.0.0.1"));
    assert_eq!(client.get(&own, "").status, 200);
}

fn pages_below_a_link_stay_below_it() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let address = link("/films/");
    let mut client = porthole.client();
    let page = client.get(&address, BROWSER);
    let text = page.text();
    let (_, rest) = text.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = rest.split_once('"').unwrap().0;
    assert!(style.starts_with("../.porthole/"), "{style}");
    let token = token(&address);
    let style = client.get(&format!("{token}/{}", &style[3..]), "");
    assert_eq!(
        (style.status, style.field("Content-Type")),
        (200, Some("text/css; charset=utf-8"))
    );
    assert!(
        text.contains("href=\"a.mkv\"") || text.contains("a.mkv"),
        "{text}"
    );
    // A playlist has the token in each address, too.
    let list = client.get(&format!("{address}?get=m3u"), "");
    let film = format!("http://porthole{address}a.mkv");
    assert!(list.text().contains(&film), "{}", list.text());
    assert!(
        list.text().contains(&format!("{address}a.en.srt")),
        "{}",
        list.text()
    );
    assert!(!list.text().contains("private"));
}

/// Neither by the steps above a page nor by any other reference.
fn no_reference_leads_out_of_a_link() {
    let folder = folder();
    folder.file("films/deep/notes.txt", "text");
    folder.file("films/deep/er/empty/.hidden", "");
    let porthole = Secrets::new().with_key(&folder, &[]);
    let mut client = porthole.client();
    // (signed path, what is below it, words of the steps to it)
    let rows: [(&str, &[&str], &str); 4] = [
        ("/", &["", "films/", "films/deep/", "none"], "Start folder"),
        (
            "/films/",
            &[
                "",
                "deep/",
                "deep/er/empty/",
                "?open=a.mkv",
                "none",
                "deep/none",
            ],
            "films",
        ),
        (
            "/films/deep/",
            &[
                "",
                "?open=notes.txt",
                "?open=b.mkv",
                "er/",
                "er/empty/",
                "none",
                "er/none",
            ],
            "deep",
        ),
        ("/films/in/", &["", "er/", "?open=b.mkv"], "in"),
    ];
    for (signed, below, first) in rows {
        let address = link(signed);
        for rest in below {
            let target = format!("{address}{rest}");
            for fields in ["", BROWSER] {
                all_references_open(&mut client, &target, fields);
            }
            let page = client.get(&target, BROWSER);
            if page.status == 200 {
                let step = first_step(page.text());
                assert!(step.ends_with(&format!(">{first}")), "{target}: {step}");
            }
        }
        // What does not exist any more leads nowhere.
        let gone = link(&format!("{signed}gone"));
        let page = client.get(&gone, BROWSER);
        assert_eq!(page.status, 404);
        assert!(!page.text().contains("Start folder"), "{}", page.text());
        // Without a link, all steps are there.
        let page = client.get(signed, &[BROWSER, ALICE].concat());
        assert!(page.text().contains("Start folder"));
    }
}

fn all_references_open(client: &mut Client, target: &str, fields: &str) {
    let page = client.get(target, fields);
    for reference in references(target, page.text()) {
        let response = client.ask("HEAD", &reference, fields);
        assert_eq!(response.status, 200, "{target}: {reference}");
    }
}

/// Returns the markup of the first step of the path that a page shows.
fn first_step(page: &str) -> &str {
    let (_, steps) = page.split_once("aria-label=\"Path\"").unwrap();
    let (_, step) = steps.split_once("<li").unwrap();
    step.split_once("</").unwrap().0
}

fn symbolic_links_do_not_lead_out_of_a_link() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let films = link("/films/");
    let rows = [
        ("in/b.mkv", 200),
        ("out/c.txt", 403),
        ("out/", 403),
        ("out/none", 403),
        ("c.txt", 403),
        ("?open=c.txt", 404),
    ];
    let mut client = porthole.client();
    for (path, status) in rows {
        let fields = if path.starts_with('?') { BROWSER } else { "" };
        let response = client.get(&format!("{films}{path}"), fields);
        assert_eq!(response.status, status, "{path}");
        assert!(!response.text().contains("SECRET"));
    }
    let names = client.get(&films, NAMES);
    assert_eq!(names.text(), "deep/\nin/\na.en.srt\na.mkv\n");
    // A link to a symbolic link opens what it leads to.
    let out = link("/films/out/");
    assert_eq!(client.get(&format!("{out}c.txt"), "").text(), "SECRET");
}

fn ranges_and_forms_below_a_link() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let (film, films) = (link("/films/a.mkv"), link("/films/"));
    let mut client = porthole.client();
    let part = client.get(&film, "Range: bytes=2-\r\n");
    assert_eq!((part.status, part.text()), (206, "film"));
    assert_eq!(client.ask("HEAD", &film, "").status, 200);
    let words = client.get(&format!("{films}a.en.srt?get=vtt"), "");
    assert!(words.text().starts_with("WEBVTT"), "{}", words.text());
    let own = format!("{}?get=vtt", link("/films/a.en.srt"));
    assert_eq!(client.get(&own, "").status, 200);
    let page = client.get(&format!("{films}?open=a.mkv"), BROWSER);
    assert!(
        page.text().contains("src=\"a.en.srt?get=vtt\""),
        "{}",
        page.text()
    );
}

fn a_link_opens_a_single_file() {
    let folder = folder();
    let secrets = Secrets::new();
    let (users, key) = (secrets.0.join("users"), secrets.0.join("key"));
    let flags = [
        "--auth-file",
        users.to_str().unwrap(),
        "--link-key",
        key.to_str().unwrap(),
    ];
    let porthole = Porthole::with(folder.join("films/a.mkv"), &flags);
    let addresses = [
        link("/a.mkv"),
        link("/"),
        link("/films/a.mkv"),
        link("/b.mkv"),
    ];
    assert_eq!(statuses(&porthole, &addresses), [200, 200, 403, 403]);
}

/// Returns the lines of a playlist that are addresses.
fn addresses(porthole: &Porthole, target: &str, user: &str) -> Vec<String> {
    let list = porthole.client().get(target, user);
    assert_eq!(list.status, 200, "{target}");
    let lines = list.text().lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.replace("http://porthole", ""))
        .collect()
}

fn playlists_of_closed_folders_carry_links() {
    let folder = folder();
    let flags = ["--auth-for=/=*", "--auth-for=/films=alice"];
    let porthole = Secrets::new().with_key(&folder, &flags);
    for target in ["/films/?get=m3u", "/films/?get=m3u&tree=1"] {
        let addresses = addresses(&porthole, target, ALICE);
        assert!(
            addresses
                .iter()
                .all(|line| line.starts_with("/.porthole/link/")),
            "{addresses:?}"
        );
        let statuses = statuses(&porthole, &addresses);
        assert!(
            statuses.iter().all(|status| *status == 200),
            "{target}: {statuses:?}"
        );
    }
    // Asked for again, it is the same list, but for the turn of an hour.
    let twice = || addresses(&porthole, "/films/?get=m3u", ALICE);
    assert!((0..3).any(|_| twice() == twice()));
    // An open folder needs none.
    assert_eq!(
        addresses(&porthole, "/?get=m3u&tree=1", ""),
        Vec::<String>::new()
    );
}

/// The link would open more than the user may see.
fn playlists_sign_no_more_than_the_user_sees() {
    let folder = folder();
    folder.file("films/bob/d.mkv", "d");
    folder.link("bobs", "films/bob");
    let secrets = Secrets::new();
    for rule in [
        "--auth-for=/films/bob=bob",
        "--auth-for=/bobs=bob",
        "--auth-for=/films/x=bob",
    ] {
        let flags = ["--auth-for=/=*", "--auth-for=/films=alice,bob", rule];
        let porthole = secrets.with_key(&folder, &flags);
        let plain = addresses(&porthole, "/films/?get=m3u", ALICE);
        assert_eq!(plain, ["/films/a.mkv"], "{rule}");
        let signed = addresses(&porthole, "/films/?get=m3u", BOB);
        assert!(signed[0].starts_with("/.porthole/link/"), "{rule}");
    }
}

fn without_a_key_there_are_no_links() {
    let folder = folder();
    let porthole = Secrets::new().serving(&folder, &[]);
    let mut client = porthole.client();
    assert_eq!(client.get(&link("/films/"), "").status, 401);
    assert_eq!(client.get(&link("/films/"), ALICE).status, 404);
    assert_eq!(
        addresses(&porthole, "/films/?get=m3u", ALICE),
        ["/films/a.mkv"]
    );
    let page = client.get("/films/", &[BROWSER, ALICE].concat());
    assert!(
        page.text().contains("asks for the password"),
        "{}",
        page.text()
    );
    let with_key = Secrets::new().with_key(&folder, &[]);
    let page = with_key.client().get("/films/", &[BROWSER, ALICE].concat());
    assert!(!page.text().contains("asks for the password"));
}

fn tokens_are_not_logged() {
    let folder = folder();
    let secrets = Secrets::new();
    let porthole = secrets.with_key(&folder, &["--verbose"]);
    let address = link("/films/a.mkv");
    let referer = format!("Referer: http://porthole{address}\r\n");
    porthole.client().get(&address, &referer);
    porthole.client().get(&address.replace("a.mkv", "x"), "");
    porthole.client().get(&token(&address), "");
    porthole
        .log()
        .wait_for_several(3, |line| line.contains("HTTP/1.1\" "), "lines");
    let text = porthole.log().so_far().join("\n");
    let secret = &address["/.porthole/link/".len() + 8..][..20];
    assert!(
        text.contains("/.porthole/link/AQ") && !text.contains(secret),
        "{text}"
    );
}
