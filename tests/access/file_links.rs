//! Links to one file: its page, and the subtitles on it.

use std::collections::BTreeSet;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use libtest_mimic::Trial;

use super::references::references;
use super::{BROWSER, CLOSED, Secrets, link, signed, token};
use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_link_to_a_film_opens_its_page_and_its_subtitles,
        a_link_to_a_file_opens_nothing_beside_it,
        links_to_subtitles_hold_as_long_as_that_to_the_film,
        subtitles_that_are_closed_or_elsewhere_have_no_link,
        pages_of_other_files_have_no_neighbours
    ]
}

const SUBTITLES: &str = "1\n00:00:01,000 --> 00:00:02,000\nwords\n";

/// Names that only the folder around the film has.
const NEIGHBOURS: [&str; 6] = ["b.mkv", "b.srt", "part 2", "poster", "notes", "SECRET"];

fn folder() -> Folder {
    let folder = Folder::new();
    for name in [
        "a.mkv",
        "b.mkv",
        "a.part 2.mkv",
        "a-poster.jpg",
        "picture.jpg",
    ] {
        folder.file(format!("films/{name}"), "content");
    }
    let subtitles = [
        "a.en.srt",
        "a.srt",
        "b.srt",
        "a.part 2.srt",
        "Subs/a/2_English.srt",
        // With another film beside, nobody knows whose they are.
        "Subs/English.srt",
    ];
    for name in subtitles {
        folder.file(format!("films/{name}"), SUBTITLES);
    }
    folder.file("films/notes.txt", "some text");
    folder.file("films/README.md", "SECRET");
    folder.file("closed/c.srt", SUBTITLES);
    folder.file("closed/d.mkv", "SECRET");
    folder.file("closed/d.en.srt", SUBTITLES);
    folder.link("films/a.de.srt", "../closed/c.srt");
    folder
}

/// Returns the path of the page about the film, with the token of a link to the film.
fn page_of(film: &str) -> String {
    let address = link(film);
    let (folder, name) = address.rsplit_once('/').unwrap();
    format!("{folder}/?open={name}")
}

/// Returns the addresses of the subtitles on a page.
fn tracks(client: &mut Client, page: &str) -> BTreeSet<String> {
    let response = client.get(page, BROWSER);
    assert_eq!(response.status, 200, "{page}");
    let found = references(page, response.text()).into_iter();
    found
        .filter(|target| target.ends_with("?get=vtt"))
        .collect()
}

/// Returns the path below the token of a link.
fn below(address: &str) -> &str {
    address.splitn(5, '/').last().unwrap()
}

fn a_link_to_a_film_opens_its_page_and_its_subtitles() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let mut client = porthole.client();
    let page = page_of("/films/a.mkv");
    let tracks = tracks(&mut client, &page);
    let paths: Vec<_> = tracks.iter().map(|track| below(track)).collect();
    let mut sorted = paths.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "films/Subs/a/2_English.srt?get=vtt",
            "films/a.en.srt?get=vtt",
            "films/a.srt?get=vtt"
        ]
    );
    for track in &tracks {
        let response = client.get(track, "");
        assert!(response.status == 200 && response.text().starts_with("WEBVTT"));
        let original = client.get(track.split('?').next().unwrap(), "");
        assert_eq!(original.text(), SUBTITLES);
    }
    let text = client.get(&page, BROWSER).text().to_owned();
    for name in NEIGHBOURS {
        assert!(!text.contains(name), "{name} in {text}");
    }
    assert!(text.contains("src=\"a.mkv\""), "{text}");
    // Asked for again, it is the same page.
    let tag = client.get(&page, BROWSER).field("ETag").unwrap().to_owned();
    let fields = format!("{BROWSER}If-None-Match: {tag}\r\n");
    assert_eq!(client.get(&page, &fields).status, 304);
    // What happens to others is not seen in its tag.
    folder.file("films/new.mkv", "");
    assert_eq!(client.get(&page, &fields).status, 304);
    folder.file("films/a.no.srt", SUBTITLES);
    assert_eq!(client.get(&page, &fields).status, 200);
}

/// (what follows the token of a link to `films/a.mkv`, fields, status)
const ATTEMPTS: [(&str, &str, u16); 36] = [
    ("/films/a.mkv", "", 200),
    ("/films/a.mkv?open=b.mkv", "", 200),
    ("/films/?open=a.mkv", BROWSER, 200),
    ("/films/?open=a.mkv", "", 200),
    ("/films/./?open=%61.mkv", BROWSER, 200),
    ("/films/x/../?open=a.mkv", BROWSER, 200),
    ("/films/?open=b.mkv&open=a.mkv", BROWSER, 200),
    ("/films/?open=a.mkv&q=b&sort=-date&as=grid", BROWSER, 200),
    ("/films/?open=a.mkv&page=2&from=1&tree=1&tv=1", BROWSER, 200),
    ("/films/", BROWSER, 403),
    ("/films/?open=", BROWSER, 403),
    ("/films/?open=b.mkv", BROWSER, 403),
    ("/films/?open=b.mkv", "", 403),
    ("/films/?open=a.mkv&open=b.mkv", BROWSER, 403),
    ("/films/?open=A.mkv", BROWSER, 403),
    ("/films/?open=.", BROWSER, 403),
    ("/films/?open=..", BROWSER, 403),
    ("/films/?open=a.mkv/", BROWSER, 403),
    ("/films/?open=./a.mkv", BROWSER, 403),
    ("/films/?open=..%2Ffilms%2Fa.mkv", BROWSER, 403),
    ("/films/?open=a.mkv%00", BROWSER, 403),
    ("/films/?open=a.mkv&get=json", BROWSER, 403),
    ("/films/?open=a.mkv&get=m3u", BROWSER, 403),
    ("/films/?open=a.mkv&get=xspf&tree=1", BROWSER, 403),
    ("/films/?open=a.mkv", "Accept: application/json\r\n", 403),
    ("/films/?open=a.mkv", "Accept: text/plain\r\n", 403),
    ("/films?open=a.mkv", BROWSER, 403),
    ("/?open=films%2Fa.mkv", BROWSER, 403),
    ("/?open=films", BROWSER, 403),
    ("/films/Subs/?open=a.mkv", BROWSER, 403),
    ("/closed/?open=a.mkv", BROWSER, 403),
    ("/films/a.en.srt", "", 403),
    ("/films/a.en.srt?get=vtt", "", 403),
    ("/films/a.en.srt?get=vtt&open=a.mkv", "", 403),
    ("/films/a-poster.jpg", "", 403),
    ("/films/a.mkv/?open=a.mkv", BROWSER, 404),
];

fn a_link_to_a_file_opens_nothing_beside_it() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let film = token(&link("/films/a.mkv"));
    let mut client = porthole.client();
    for (rest, fields, status) in ATTEMPTS {
        for method in ["GET", "HEAD"] {
            let response = client.ask(method, &format!("{film}{rest}"), fields);
            assert_eq!(response.status, status, "{method} {rest}");
            for name in NEIGHBOURS {
                let text = response.text().replace("value=\"b", "");
                assert!(!text.contains(name), "{rest}: {name} in {text}");
            }
        }
    }
    // The link of subtitles opens these alone.
    let track = tracks(&mut client, &page_of("/films/a.mkv"));
    let track = token(track.iter().find(|track| track.contains("en.srt")).unwrap());
    let rows = [
        ("/films/a.en.srt", 200),
        ("/films/a.srt", 403),
        ("/films/a.mkv", 403),
        ("/films/", 403),
        ("/films/?open=a.mkv", 403),
        ("/", 403),
    ];
    for (rest, status) in rows {
        let response = client.get(&format!("{track}{rest}"), BROWSER);
        assert_eq!(response.status, status, "{rest}");
    }
    // A link to a folder is none to a file in the folder above.
    let folder = token(&link("/films/Subs/"));
    let response = client.get(&format!("{folder}/films/?open=Subs"), BROWSER);
    assert_eq!(response.status, 403);
}

fn links_to_subtitles_hold_as_long_as_that_to_the_film() {
    let folder = folder();
    let porthole = Secrets::new().with_key(&folder, &[]);
    let mut client = porthole.client();
    let hour = std::time::Duration::from_secs(3_600);
    let head = |address: &str| {
        let name = address.split('/').nth(3).unwrap();
        let bytes = Base64UrlUnpadded::decode_vec(name).unwrap();
        (bytes[1] & 2, bytes[3..8].to_vec())
    };
    for of in [None, Some("127.0.0.1"), Some("192.0.2.1")] {
        let film = signed("/films/a.mkv", hour, of);
        let page = film.replace("a.mkv", "?open=a.mkv");
        if of == Some("192.0.2.1") {
            assert_eq!(client.get(&page, BROWSER).status, 403);
            continue;
        }
        for track in tracks(&mut client, &page) {
            assert_eq!(head(&track), head(&film), "{track}");
            assert_eq!(client.get(&track, "").status, 200);
        }
    }
}

fn subtitles_that_are_closed_or_elsewhere_have_no_link() {
    let folder = folder();
    folder.link("films/linked.mkv", "../closed/d.mkv");
    folder.file("films/linked.en.srt", SUBTITLES);
    folder.file("films/Subs/linked.no.srt", SUBTITLES);
    let secrets = Secrets::new();
    let names = |porthole: &Porthole, film: &str| -> Vec<String> {
        let tracks = tracks(&mut porthole.client(), &page_of(film));
        let names = tracks
            .iter()
            .map(|track| below(track).replace("?get=vtt", ""));
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        names
    };
    let subs = "--auth-for=/films/Subs=bob";
    let one = "--auth-for=/films/a.srt=bob";
    // (rules, subtitles of `films/a.mkv`)
    let rows: [(&[&str], &[&str]); 4] = [
        (
            &CLOSED,
            &[
                "films/Subs/a/2_English.srt",
                "films/a.en.srt",
                "films/a.srt",
            ],
        ),
        (
            &["--auth-for=/films=alice"],
            &[
                "films/Subs/a/2_English.srt",
                "films/a.en.srt",
                "films/a.srt",
            ],
        ),
        (&[subs], &["films/a.en.srt", "films/a.srt"]),
        (&[subs, one], &["films/a.en.srt"]),
    ];
    for (rules, expected) in rows {
        let porthole = secrets.with_key(&folder, rules);
        assert_eq!(names(&porthole, "/films/a.mkv"), expected, "{rules:?}");
        // A link to what is a symbolic link opens what that leads to; its subtitles are beside
        // the symbolic link.
        let linked = names(&porthole, "/films/linked.mkv");
        assert!(linked.contains(&"films/linked.en.srt".into()), "{linked:?}");
        assert_eq!(linked.len(), if rules.contains(&subs) { 1 } else { 2 });
    }
}

fn pages_of_other_files_have_no_neighbours() {
    let folder = folder();
    folder.file("films/.hidden.mkv", "");
    folder.file("films/track.mp3", "");
    folder.file("top.mkv", "");
    folder.file("top.srt", SUBTITLES);
    let porthole = Secrets::new().with_key(&folder, &[]);
    let mut client = porthole.client();
    let rows = [
        ("/films/notes.txt", 200),
        ("/films/README.md", 200),
        ("/films/track.mp3", 200),
        ("/top.mkv", 200),
        // There is no page about these.
        ("/films/picture.jpg", 404),
        ("/films/none.mkv", 404),
        ("/films/.hidden.mkv", 404),
        ("/films/Subs", 404),
    ];
    for (path, status) in rows {
        let page = client.get(&page_of(path), BROWSER);
        assert_eq!(page.status, status, "{path}");
        for name in NEIGHBOURS {
            let is_own = path.contains(name) || path.contains("README");
            assert!(is_own || !page.text().contains(name), "{path}: {name}");
        }
    }
    assert_eq!(tracks(&mut client, &page_of("/top.mkv")).len(), 1);
}
