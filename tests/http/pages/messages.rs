//! Pages of errors: what they name, and where they lead.

use std::os::unix::fs::symlink;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Response, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_404_names_the_closest_name_of_the_folder_above,
        a_close_name_is_looked_for_among_the_first_thousand,
        no_page_names_what_no_list_shows,
        links_lead_only_to_what_exists,
        a_range_past_the_end_has_a_page,
        messages_say_what_they_depend_on,
    ]
}

const BROWSER: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

/// Returns the addresses that the main part of a page leads to.
fn links(page: &Response) -> Vec<&str> {
    let (_, main) = page.text().split_once("<main ").unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    let links = main.split("href=\"").skip(1);
    let links = links.map(|rest| rest.split('"').next().unwrap());
    // Pictures of buttons are within the page.
    links.filter(|link| !link.starts_with('#')).collect()
}

/// Returns the reference to a close name and its text, if the page of a 404 has one. The
/// server has just started: under load it looks for none.
fn close_name(folder: &Folder, flags: &[&str], target: &str) -> Option<(String, String)> {
    let porthole = Porthole::with(folder, flags);
    let page = porthole.client().get(target, BROWSER);
    assert_eq!(page.status, 404, "{target}");
    let head = porthole.client().ask("HEAD", target, BROWSER);
    assert_eq!(head.field("Content-Length"), page.field("Content-Length"));
    // Programs get one line, as always.
    assert_eq!(porthole.get(target).text(), "404 Not Found\r\n");
    let (_, rest) = page
        .text()
        .split_once("there is a close name: <a href=\"")?;
    let (link, rest) = rest.split_once("\">").unwrap();
    let (name, _) = rest.split_once("</a>").unwrap();
    Some((link.to_owned(), name.to_owned()))
}

fn a_404_names_the_closest_name_of_the_folder_above() {
    let folder = Folder::new();
    for name in [
        "Films/The Long Swell.mkv",
        "Films/The Long Swells.mkv",
        "Films/a <b>&'\".mkv",
        "Films/Season 1/e1.mkv",
        "song.mp3",
    ] {
        folder.file(name, name);
    }
    let rows = [
        (
            "/Films/the long swel.mkv".replace(' ', "%20"),
            Some(("../Films/The%20Long%20Swell.mkv", "The Long Swell.mkv")),
        ),
        (
            "/Filsm/Season%201/e1.mkv".into(),
            Some(("../../Films/", "Films/")),
        ),
        ("/films/".into(), Some(("../Films/", "Films/"))),
        (
            "/Films/Saeson%201".into(),
            Some(("../Films/Season%201/", "Season 1/")),
        ),
        ("/Films/x/y/z.mkv".into(), None),
        (
            "/Films/a%20%3Cb%3E&'.mkv".into(),
            Some((
                "../Films/a%20%3Cb%3E%26%27%22.mkv",
                "a &lt;b&gt;&amp;&#39;&quot;.mkv",
            )),
        ),
        ("/song.mp4".into(), Some(("./song.mp3", "song.mp3"))),
        ("/song.mp3/".into(), Some(("../song.mp3", "song.mp3"))),
        ("//Films/./x/..//song.mp3".into(), None),
        ("/nothing".into(), None),
    ];
    each(&rows, |(target, expected)| {
        let found = close_name(&folder, &[], target);
        let found = found.as_ref().map(|(link, name)| (&**link, &**name));
        assert_eq!(found, *expected);
    });
}

fn a_close_name_is_looked_for_among_the_first_thousand() {
    let folder = Folder::new();
    for number in 0..999 {
        folder.file(format!("few/{number}"), "");
    }
    folder.file("few/film.mkv", "");
    let found = close_name(&folder, &[], "/few/fiml.mkv");
    assert_eq!(found.unwrap().0, "../few/film.mkv");
    // A folder of any size takes no more than that.
    for number in 0..50_000 {
        folder.file(format!("many/{number}"), "");
    }
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let before = porthole.cpu();
    for _ in 0..10 {
        let page = porthole.client().get("/many/fiml.mkv", BROWSER);
        assert_eq!(
            (page.status, page.text().contains("a close name")),
            (404, false)
        );
    }
    let missing = porthole.cpu() - before;
    porthole.client().get("/many/?page=2", BROWSER);
    let listed = porthole.cpu() - before - missing;
    assert!(missing < 10 * listed, "{missing:?} {listed:?}");
}

fn no_page_names_what_no_list_shows() {
    let folder = Folder::new();
    let outside = Folder::new();
    outside.file("private.txt", "x");
    folder.file(".secrets", "x");
    folder.file(".private/notes.txt", "x");
    folder.file("site/index.html", "x");
    folder.file("site/drafts.html", "x");
    symlink(outside.path(), folder.join("outside")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    let rows: [(&str, &[&str]); 9] = [
        ("/secrets", &[]),
        ("/.secret", &[]),
        ("/.private/note.txt", &[]),
        ("/.privat/notes.txt", &[]),
        ("/site/draft.html", &[]),
        ("/outsid", &[]),
        ("/outside/privat.txt", &[]),
        ("/danglin", &[]),
        ("/sit/drafts.html", &["--no-listing"]),
    ];
    each(&rows, |(target, flags)| {
        assert_eq!(close_name(&folder, flags, target), None);
    });
    let found = close_name(&folder, &["--hidden"], "/.secret");
    assert_eq!(found.unwrap().0, "./.secrets");
}

fn links_lead_only_to_what_exists() {
    let folder = Folder::new();
    folder.file("a b/c/film.mkv", "film");
    folder.file("site/index.html", "x");
    let rows: [(&str, &[&str], &[&str]); 9] = [
        ("/a%20b/c/none", &[], &["../../a%20b/c/", "../../"]),
        ("/a%20b/x/y/none", &[], &["../../../a%20b/", "../../../"]),
        ("/x/y/none", &[], &["../../"]),
        ("/none", &[], &["./"]),
        ("/a%20b/?get=zip", &[], &["../a%20b/", "../"]),
        (
            "/a%20b/c/film.mkv?get=zip",
            &[],
            &["../../a%20b/c/", "../../"],
        ),
        ("/a%20b/.x/none", &[], &["../../a%20b/", "../../"]),
        ("/site/none", &["--no-listing"], &["../site/"]),
        ("/a%20b/none", &["--no-listing"], &[]),
    ];
    each(&rows, |(target, flags, expected)| {
        let porthole = Porthole::with(&folder, flags);
        let page = porthole.client().get(target, BROWSER);
        assert_eq!((page.status, links(&page)), (404, expected.to_vec()));
        let depth = target.split('?').next().unwrap().matches('/').count() - 1;
        for link in links(&page) {
            let rest = link.strip_prefix(&*"../".repeat(depth)).unwrap();
            let path = format!("/{}", rest.trim_start_matches("./"));
            assert_eq!(porthole.get(&path).status, 200, "{link}");
        }
    });
}

/// A television gets other pages, and a program none.
fn messages_say_what_they_depend_on() {
    let folder = Folder::new();
    folder.file("film.mkv", "film");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/none", ""),
        ("/?get=zip", ""),
        ("/?get=json&limit=0", ""),
        ("/film.mkv", "Range: bytes=99-\r\n"),
    ];
    each(&rows, |(target, fields)| {
        let get = |more: &str| {
            let fields = format!("{fields}{more}");
            porthole.client().get(target, &fields)
        };
        let page = get(BROWSER);
        assert_eq!(page.field("Vary"), Some("Accept, Cookie, User-Agent"));
        for more in ["User-Agent: Tizen\r\n", "Cookie: porthole_tv=1\r\n"] {
            let others = get(&format!("{BROWSER}{more}"));
            assert!(others.text().contains("class=\"tv\""));
            let line = get(more);
            assert_eq!(line.text(), get("").text());
            assert_eq!(line.field("Vary"), Some("Accept"));
        }
    });
}

fn a_range_past_the_end_has_a_page() {
    let folder = Folder::new();
    folder.file("films/film.mkv", vec![b'x'; 1_500]);
    let porthole = Porthole::serving(&folder);
    let range = "Range: bytes=1500-\r\n";
    let get = |fields: &str| porthole.client().get("/films/film.mkv", fields);
    let page = get(&format!("{BROWSER}{range}"));
    assert_eq!(page.status, 416);
    assert_eq!(page.field("Content-Range"), Some("bytes */1500"));
    for words in [
        "<h1>Past the end of the file</h1>",
        "The file has 1.4 KiB (1,500 bytes). ",
        "<small>416 Range Not Satisfiable</small>",
    ] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert_eq!(links(&page), ["", "../"]);
    let line = get(range);
    assert_eq!(line.field("Content-Range"), Some("bytes */1500"));
    assert_eq!(
        (line.status, line.text()),
        (416, "416 Range Not Satisfiable\r\n")
    );
    let film = Porthole::serving(folder.join("films/film.mkv"));
    let alone = film.client().get("/", &format!("{BROWSER}{range}"));
    assert_eq!(alone.text(), "416 Range Not Satisfiable\r\n");
}
