//! Subtitles in the form that browsers read.

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        subtitles_are_converted_from_what_players_write,
        only_subtitles_have_the_form,
        a_film_has_the_subtitles_beside_it,
        others_are_served_while_subtitles_are_converted,
    ]
}

const SRT: &str = "1\r\n00:00:01,500 --> 00:00:04,000\r\n<i>Caf\u{e9}</i> & <b>fog\r\n";
const VTT: &str = "WEBVTT\n\n00:00:01.500 --> 00:00:04.000\n<i>Caf\u{e9}</i> &amp; <b>fog</b>\n\n";

fn subtitles_are_converted_from_what_players_write() {
    let folder = Folder::new();
    let latin: Vec<u8> = SRT.chars().map(|letter| letter as u8).collect();
    let utf_16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = ["\u{feff}", SRT].concat();
        text.encode_utf16().flat_map(order).collect()
    };
    let files: [(&str, Vec<u8>); 5] = [
        ("utf-8.srt", SRT.into()),
        ("mark.srt", ["\u{feff}", SRT].concat().into()),
        ("latin.srt", latin),
        ("little.srt", utf_16(u16::to_le_bytes)),
        ("big.SRT", utf_16(u16::to_be_bytes)),
    ];
    for (name, content) in &files {
        folder.file(name, content);
    }
    let porthole = Porthole::serving(&folder);
    each(&files, |(name, content)| {
        let target = format!("/{name}?get=vtt");
        let answer = porthole.get(&target);
        assert_eq!((answer.status, answer.text()), (200, VTT));
        assert_eq!(
            answer.field("Content-Type"),
            Some("text/vtt; charset=utf-8")
        );
        // The file itself stays as it is.
        assert_eq!(porthole.get(&format!("/{name}")).body, *content);
        let fields = format!("If-None-Match: {}\r\n", answer.field("ETag").unwrap());
        assert_eq!(porthole.client().get(&target, &fields).status, 304);
    });
}

fn only_subtitles_have_the_form() {
    let folder = Folder::new();
    folder.file("film.mp4", "film");
    folder.file("text.txt", SRT);
    folder.file("none.srt", "no cue");
    folder.sparse("long.srt", 600_000);
    folder.folder("folder.srt");
    let porthole = Porthole::serving(&folder);
    for name in [
        "film.mp4",
        "text.txt",
        "none.srt",
        "long.srt",
        "folder.srt/",
        "nothing.srt",
    ] {
        let answer = porthole.get(&format!("/{name}?get=vtt"));
        assert_eq!(answer.status, 404, "{name}");
    }
}

fn a_film_has_the_subtitles_beside_it() {
    let folder = Folder::new();
    for name in [
        "films/a.mkv",
        "films/a.en.srt",
        "films/a.de.forced.srt",
        "films/ab.mkv",
        "films/ab.fr.srt",
        "one/Film.mkv",
        "one/Subs/English.srt",
        "one/Subs/Film/2_German.srt",
    ] {
        folder.file(name, SRT);
    }
    let porthole = Porthole::serving(&folder);
    let rows: [(&str, &[(&str, &str)]); 2] = [
        (
            "/films/?open=a.mkv",
            &[("de", "a.de.forced.srt"), ("en", "a.en.srt")],
        ),
        (
            "/one/?open=Film.mkv",
            &[("de", "Subs/Film/2_German.srt"), ("en", "Subs/English.srt")],
        ),
    ];
    each(&rows, |(target, tracks)| {
        let page = porthole.client().get(target, "Accept: text/html\r\n");
        let found: Vec<&str> = page.text().split("<track ").skip(1).collect();
        assert_eq!(found.len(), tracks.len(), "{found:?}");
        for (language, path) in *tracks {
            let source = format!("src=\"{path}?get=vtt\"");
            let track = found.iter().find(|track| track.contains(&source)).unwrap();
            assert!(
                track.contains(&format!("srclang=\"{language}\"")),
                "{track}"
            );
        }
    });
}

/// Conversions of the longest file take their turns.
fn others_are_served_while_subtitles_are_converted() {
    let folder = Folder::new();
    let cue = "00:00:01,500 --> 00:00:04,000\nfog\n\n";
    folder.file("long.srt", cue.repeat(500_000 / cue.len()));
    folder.file("small.txt", "small");
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    let mut converting: Vec<_> = (0..8).map(|_| porthole.client()).collect();
    for client in &mut converting {
        client.send("GET /long.srt?get=vtt HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    // This response comes although eight conversions are asked for.
    assert_eq!(porthole.get("/small.txt").text(), "small");
    for client in &mut converting {
        assert_eq!(client.read().status, 200);
    }
}
