//! Playlists with subtitles, and playlists of a folder with everything below it.

use std::os::unix::fs::symlink;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        subtitles_stand_beside_their_film,
        a_tree_has_what_its_folders_show,
        links_in_a_circle_are_followed_once,
        a_folder_with_an_index_file_has_nothing_but_that,
        a_tree_beyond_its_bounds_is_refused,
        a_tree_is_filtered_and_sorted_as_asked,
    ]
}

/// Address with the `Host` of the tests' client.
const HOST: &str = "http://porthole";

/// A film's encoded name, and the paths of its subtitles.
type Film = (&'static str, &'static [&'static str]);

/// Returns the paths of what a playlist plays.
fn played(porthole: &Porthole, target: &str) -> Vec<String> {
    let response = porthole.get(target);
    assert_eq!(response.status, 200, "{target}: {}", response.text());
    let lines = response.text().lines();
    lines
        .filter_map(|line| line.strip_prefix(HOST))
        .map(str::to_owned)
        .collect()
}

fn subtitles_stand_beside_their_film() {
    let folder = Folder::new();
    for name in [
        "films/a.mkv",
        "films/a.en.srt",
        "films/A.de.srt",
        "films/a.chapters.vtt",
        "films/ab.mkv",
        "films/ab.fr.vtt",
        "films/c.mp4",
        "films/.c.srt",
        "films/b.mp3",
        "films/b.srt",
        "films/Subs/c.sv.srt",
        "films/Subs/ab/2_Dutch.srt",
        "films/Subs/other.srt",
        "one/Film #1.mkv",
        "one/Subs/English.srt",
    ] {
        folder.file(name, name);
    }
    let porthole = Porthole::serving(&folder);
    let rows: [(&str, &[Film]); 2] = [
        (
            "/films/",
            &[
                ("a.mkv", &["A.de.srt", "a.en.srt"]),
                ("ab.mkv", &["ab.fr.vtt", "Subs/ab/2_Dutch.srt"]),
                ("b.mp3", &[]),
                ("c.mp4", &["Subs/c.sv.srt"]),
            ],
        ),
        ("/one/", &[("Film%20%231.mkv", &["Subs/English.srt"])]),
    ];
    each(&rows, |(path, films)| {
        for tree in ["", "&tree=1"] {
            let list = porthole.get(&format!("{path}?get=m3u{tree}"));
            let start = format!("{HOST}{path}");
            let mut expected = String::from("#EXTM3U\n");
            for (name, subtitles) in *films {
                let title = name.rsplit_once('.').unwrap().0.replace("%20%231", " #1");
                expected += &format!("#EXTINF:-1,{title}\n");
                if !subtitles.is_empty() {
                    let addresses = subtitles
                        .iter()
                        .map(|subtitle| format!("{start}{subtitle}"));
                    let addresses = addresses.collect::<Vec<_>>().join("#");
                    expected += &format!("#EXTVLCOPT:input-slave={addresses}\n");
                }
                expected += &format!("{start}{name}\n");
            }
            assert_eq!(list.text(), expected);
            let list = porthole.get(&format!("{path}?get=xspf{tree}"));
            let options = list.text().split("<vlc:option>input-slave=").skip(1);
            let found: usize = options
                .map(|option| option.split("</").next().unwrap().split('#').count())
                .sum();
            let count: usize = films.iter().map(|(_, subtitles)| subtitles.len()).sum();
            assert_eq!(found, count, "{}", list.text());
        }
    });
    // A filter is for what plays. Subtitles have the names that they have.
    let list = porthole.get("/films/?get=m3u&q=.MKV");
    assert_eq!(list.text().matches("input-slave").count(), 2);
}

fn a_tree_has_what_its_folders_show() {
    let folder = Folder::new();
    for name in [
        "b.mp3",
        "show/Season 10/e1.mkv",
        "show/Season 2/e1.mkv",
        "show/Season 2/e10.mkv",
        "show/Season 2/e9.mkv",
        "show/trailer.mp4",
        "show/.hidden/no.mkv",
        "show/notes.txt",
        "empty/deep/er/a & b.flac",
        ".porthole/no.mkv",
    ] {
        folder.file(name, name);
    }
    folder.file("outside.mkv", "x");
    let porthole = Porthole::serving(&folder);
    let expected = [
        "/b.mp3",
        "/outside.mkv",
        "/empty/deep/er/a%20%26%20b.flac",
        "/show/trailer.mp4",
        "/show/Season%202/e1.mkv",
        "/show/Season%202/e9.mkv",
        "/show/Season%202/e10.mkv",
        "/show/Season%2010/e1.mkv",
    ];
    let found = played(&porthole, "/?get=m3u&tree=1");
    assert_eq!(found, expected);
    for target in &found {
        assert_eq!(porthole.get(target).status, 200, "{target}");
    }
    assert_eq!(played(&porthole, "/?get=m3u"), &expected[..2]);
    let xspf = porthole.get("/show/?get=xspf&tree=1");
    assert_eq!(xspf.text().matches("<location>").count(), 5);
    assert!(xspf.text().contains("<trackNum>5</trackNum>"));
    // Its tag is that of all folders.
    let list = porthole.get("/?get=m3u&tree=1");
    let tag = list.field("ETag").unwrap().to_owned();
    let again = |tag: &str| {
        let fields = format!("If-None-Match: {tag}\r\n");
        porthole.client().get("/?get=m3u&tree=1", &fields).status
    };
    assert_eq!(again(&tag), 304);
    folder.file("empty/deep/er/new.mp3", "new");
    assert_eq!(again(&tag), 200);
}

fn links_in_a_circle_are_followed_once() {
    let folder = Folder::new();
    folder.file("a/b/film.mkv", "film");
    folder.file("elsewhere/song.mp3", "song");
    let outside = Folder::new();
    outside.file("secret.mkv", "secret");
    for (target, link) in [
        ("..".as_ref(), "a/b/up"),
        ("../../a".as_ref(), "a/b/top"),
        ("../elsewhere".as_ref(), "a/link"),
        (outside.path(), "a/out"),
    ] {
        symlink(target, folder.join(link)).unwrap();
    }
    let porthole = Porthole::serving(&folder);
    let found = played(&porthole, "/?get=m3u&tree=1");
    assert_eq!(found, ["/a/b/film.mkv", "/a/link/song.mp3"]);
}

fn a_folder_with_an_index_file_has_nothing_but_that() {
    let folder = Folder::new();
    for name in [
        "a.mp3",
        "site/index.html",
        "site/b.mp3",
        "site/below/c.mp3",
        "list/d.mp3",
    ] {
        folder.file(name, name);
    }
    let porthole = Porthole::serving(&folder);
    let found = played(&porthole, "/?get=m3u&tree=1");
    assert_eq!(found, ["/a.mp3", "/list/d.mp3"]);
    let plays = Porthole::with(&folder, &["--index", "b.mp3"]);
    let found = played(&plays, "/?get=m3u&tree=1");
    assert_eq!(found, ["/a.mp3", "/list/d.mp3", "/site/b.mp3"]);
    let none = Porthole::with(&folder, &["--no-listing"]);
    assert_eq!(none.get("/?get=m3u&tree=1").status, 404);
}

fn a_tree_beyond_its_bounds_is_refused() {
    let folder = Folder::new();
    folder.file("deep/1/2/3/4/5/6/7/8/a.mp3", "x");
    for number in 0..999 {
        folder.folder(format!("wide/{number}"));
    }
    folder.file("wide/500/a.mp3", "x");
    for number in 0..9_997 {
        folder.file(format!("many/b/{number}"), "");
    }
    folder.file("many/a.mp3", "x");
    folder.folder("many/c");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/deep/", "deep/1/2/3/4/5/6/7/8/9"),
        ("/wide/", "wide/1000"),
        ("/many/", "many/c/d"),
    ];
    each(&rows, |(path, more)| {
        let target = format!("{path}?get=m3u&tree=1");
        assert_eq!(played(&porthole, &target).len(), 1);
        folder.folder(more);
        folder.folder(format!("{more}2"));
        for form in ["m3u", "xspf"] {
            let target = format!("{path}?get={form}&tree=1");
            let mut client = porthole.client();
            let refused = client.get(&target, "");
            assert_eq!(refused.status, 403);
            let line = "403 Forbidden: The tree below this folder is too large for one playlist. ";
            assert!(refused.text().starts_with(line), "{}", refused.text());
            assert_eq!(client.get(&target, "").status, 403);
        }
        let page = porthole.client().get(&target, "Accept: text/html\r\n");
        assert!(page.text().contains("<h1>Too much for one list</h1>"));
        // Without the tree there is no bound.
        assert_eq!(porthole.get(&format!("{path}?get=m3u")).status, 200);
    });
}

fn a_tree_is_filtered_and_sorted_as_asked() {
    let folder = Folder::new();
    for (name, size) in [
        ("x/Tide 1.mp3", 3),
        ("x/tide 2.mp3", 1),
        ("y/other.mp3", 1),
        ("y/z/TIDE.mp4", 2),
    ] {
        folder.file(name, "x".repeat(size));
    }
    let porthole = Porthole::serving(&folder);
    let rows: [(&str, &[&str]); 3] = [
        (
            "&q=tide",
            &["/x/Tide%201.mp3", "/x/tide%202.mp3", "/y/z/TIDE.mp4"],
        ),
        (
            "&q=tide&sort=size",
            &["/x/tide%202.mp3", "/x/Tide%201.mp3", "/y/z/TIDE.mp4"],
        ),
        (
            "&sort=-name",
            &[
                "/y/other.mp3",
                "/y/z/TIDE.mp4",
                "/x/tide%202.mp3",
                "/x/Tide%201.mp3",
            ],
        ),
    ];
    each(&rows, |(query, expected)| {
        let found = played(&porthole, &format!("/?get=m3u&tree=1{query}"));
        assert_eq!(found, *expected);
    });
}
