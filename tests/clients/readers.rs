//! Parsers of listings. Each applies the documented rules of one program to the real
//! page. The programs themselves run in `kodi`, `lftp`, `rclone`, `fsspec` and `wget`
//! beside this file.

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![every_reader_finds_every_name]
}

/// The data that a program reads from a row. Data that it does not read is `None`.
#[derive(Debug, Default, PartialEq)]
struct Row {
    name: String,
    size: Option<u64>,
    date: Option<String>,
}

type Reader = fn(&str) -> Vec<Row>;

const READERS: [(&str, Reader); 5] = [
    ("Kodi", kodi),
    ("lftp", lftp),
    ("rclone", rclone),
    ("wget", wget),
    ("fsspec", fsspec),
];

/// Names with the sizes that Kodi and lftp should see. lftp requests the size that it
/// takes for unknown: a number with a decimal point.
const FILES: [(&str, u64, u64, Option<u64>); 12] = [
    ("a film.mp4", 1_536, 1_536, None),
    ("1:2.mkv", 512, 512, Some(512)),
    ("it's & \"so\".mp3", 0, 0, Some(0)),
    ("1+1;2=3.txt", 1_023, 1_023, Some(1_023)),
    ("100%25.txt", 1_024, 1_024, None),
    ("what? #1.txt", 11_848_909, 11_848_909, None),
    ("<b>.txt", 1, 1, Some(1)),
    ("[1] {2} (3)~!$*,@.txt", 1, 1, Some(1)),
    ("grüße 水.txt", 1, 1, Some(1)),
    ("back\\slash", 1, 1, Some(1)),
    ("...And Justice.mp3", 1, 1, Some(1)),
    ("large.mkv", 2_000 << 30, 2_000 << 30, None),
];

fn every_reader_finds_every_name() {
    let folder = Folder::new();
    for (name, size, ..) in FILES {
        folder.sparse(format!("films/{name}"), size);
    }
    folder.folder("films/Season 1: new");
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/films/");
    each(&READERS, |(reader, read)| {
        let rows = read(page.text());
        let find = |name: &str| rows.iter().find(|row| row.name == name);
        for (name, _, kodi, lftp) in FILES {
            let row = find(name).unwrap_or_else(|| panic!("{name} of {rows:?}"));
            let near = |size: u64| size.abs_diff(kodi) <= kodi / 20;
            match *reader {
                "Kodi" => assert!(row.size.is_some_and(near), "{row:?}"),
                "lftp" => assert_eq!(row.size, lftp, "{row:?}"),
                _ => {}
            }
            assert_eq!(row.date.is_some(), matches!(*reader, "Kodi" | "lftp"));
        }
        assert!(find("Season 1: new/").is_some(), "{rows:?}");
        // The link to the parent is not listed, and no entry is listed twice.
        assert_eq!(rows.len(), FILES.len() + 1, "{rows:?}");
    });
}

/// Kodi reads anchors whose `href` stands first: the link, its text, and the text up to
/// the next anchor or the end of the row. It accepts an anchor whose decoded link equals
/// its text.
fn kodi(page: &str) -> Vec<Row> {
    let anchors = page.split("<a href=\"").skip(1);
    let rows = anchors.filter_map(|anchor| {
        let (link, rest) = anchor.split_once('"')?;
        let (text, after) = rest.split_once('>')?.1.split_once("</a>")?;
        let after = after.split("</tr").next()?;
        let link = link.split(['?', '#']).next()?;
        // Kodi decodes a plus as a space.
        let name = percent_decoded(&entities(link).replace('+', " "));
        let bare = |name: &str| {
            name.trim_end_matches('/')
                .trim_start_matches('/')
                .to_owned()
        };
        if bare(&name) != bare(&entities(text)) || matches!(&*bare(&name), "" | "..") {
            return None;
        }
        let cell = after.rsplit("<td>").next()?.strip_suffix("</td>")?;
        let digits = cell.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, unit) = cell.split_at(digits.unwrap_or(cell.len()));
        let power = match unit.trim_start_matches(' ') {
            "B" => Some(0),
            "K" | "KiB" => Some(10),
            "M" | "MiB" => Some(20),
            "G" | "GiB" => Some(30),
            _ => None,
        };
        let bytes = |number: f64| (number * f64::from(1 << power.unwrap_or(0))) as u64;
        Some(Row {
            name,
            size: power.and(number.parse().ok()).map(bytes),
            date: date(after),
        })
    });
    rows.collect()
}

/// lftp reads a row from each line. It removes tags without a gap, so the size stands
/// right behind the date. A size of digits only is in bytes.
fn lftp(page: &str) -> Vec<Row> {
    let rows = page.lines().filter_map(|line| {
        let (link, rest) = line.split_once("<a href=\"")?.1.split_once('"')?;
        if link.contains('?') || link.starts_with("..") && !link.starts_with("...") {
            return None;
        }
        let after = rest.split_once("</a>")?.1;
        let mut text = String::new();
        for part in after.split('<') {
            text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        }
        let (date, size) = text.split_at_checked(16)?;
        let size = size.split_whitespace().next()?;
        if !size.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return None;
        }
        Some(Row {
            // lftp decodes four entities in links, and no others.
            name: percent_decoded(&entities(link)),
            size: size.parse().ok(),
            date: Some(date.to_owned()),
        })
    });
    rows.collect()
}

/// rclone resolves the `href` of anchors as a URL should be. It accepts links to the same
/// place, without a query, and not deeper than one level.
fn rclone(page: &str) -> Vec<Row> {
    let links = links(page).into_iter().filter_map(|link| {
        let has_scheme = link.split(['/', '?', '#']).next()?.contains(':');
        if has_scheme || link.contains('?') || link.starts_with('/') {
            return None;
        }
        let name = percent_decoded(link.split('#').next()?);
        let inner = name.trim_end_matches('/');
        (!matches!(inner, "" | "." | "..") && !inner.contains('/')).then_some(name)
    });
    named(links)
}

/// wget follows every link without its fragment. A query would become part of the file
/// name.
fn wget(page: &str) -> Vec<Row> {
    let links = links(page).into_iter().filter_map(|link| {
        let link = link.split('#').next()?;
        let has_scheme = link.split(['/', '?']).next()?.contains(':');
        (!has_scheme && link != "../").then(|| percent_decoded(link))
    });
    named(links)
}

/// fsspec joins a link to the directory's URL as text, up to the first quote of either
/// kind. `glob` then compares it with the URL of the name.
fn fsspec(page: &str) -> Vec<Row> {
    let anchors = page.split("<a href=\"").skip(1);
    let links = anchors.filter_map(|anchor| {
        let link = anchor.split(['"', '\'']).next()?;
        if link.starts_with('/') || link.starts_with("http") || matches!(link, ".." | "../") {
            return None;
        }
        // To fsspec, `./name` is another URL than `name`.
        (!link.starts_with("./")).then(|| percent_decoded(link))
    });
    named(links)
}

fn named(names: impl Iterator<Item = String>) -> Vec<Row> {
    let row = |name| Row {
        name,
        ..Row::default()
    };
    names.map(row).collect()
}

fn links(page: &str) -> Vec<String> {
    let anchors = page.split("<a href=\"").skip(1);
    let links = anchors.filter_map(|anchor| anchor.split('"').next());
    links.map(entities).collect()
}

fn entities(text: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let replace = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    pairs.iter().fold(text.to_owned(), replace)
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (digits, after) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(after.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// Finds `YYYY-MM-DD HH:MM` anywhere in the text.
fn date(text: &str) -> Option<String> {
    let is_date = |window: &&[u8]| {
        let pattern = b"0000-00-00 00:00";
        let fits = |(byte, pattern): (&u8, &u8)| match pattern {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        };
        window.iter().zip(pattern).all(fits)
    };
    let found = text.as_bytes().windows(16).find(is_date)?;
    Some(String::from_utf8(found.to_vec()).unwrap())
}
