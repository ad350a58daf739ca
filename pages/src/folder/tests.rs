use super::*;
use crate::entries::file_kind::FileKind;
use crate::entries::picture::Pictures;
use crate::entries::{Entry, Kind, Modified};
use crate::limits::PAGE_ENTRIES;
use crate::view::Number;
use h1::request::fields::Fields;
use proptest::prelude::*;

fn file(name: &str) -> Entry {
    Entry {
        name: name.into(),
        kind: Kind::File(Some(1_536)),
        modified: Some(Modified::new(1_000_000_000, 0)),
    }
}

fn view(query: &str, depth: usize) -> View {
    let mut view = View::of(Some(query.as_bytes()), &Fields::EMPTY, depth).unwrap();
    view.is_browser = true;
    view
}

/// Returns the whole page. No part of it may be longer than its bound.
fn page(path: &str, view: &View, entries: &[Entry]) -> String {
    let pictures = Pictures::of(entries);
    let mut summary = Summary::new();
    for entry in entries {
        summary.add(entry, FileKind::of(entry), entries, &pictures);
    }
    let (numbers, range) = Numbers::of(view.page, entries.len());
    let letters = Letters::of(entries, view.sort, numbers);
    let plays = |entry: &&Entry| FileKind::of(entry).plays();
    let folder = Folder {
        path,
        view,
        summary: &summary,
        numbers,
        letters: &letters,
        picture: pictures.of_directory(entries),
        first_playable: entries.iter().find(plays).map(|entry| &*entry.name),
        asks: true,
        has_archive: true,
    };
    let mut page = String::new();
    let mut append = |part: &dyn Part| crate::append(part, &mut page);
    append(&Start(folder));
    for (entry, place) in entries[range.clone()].iter().zip(range) {
        append(&Row {
            entry,
            kind: FileKind::of(entry),
            picture: pictures.of_file(entries, entry, FileKind::of(entry)),
            is_side_file: Pictures::is_side_file(entry, FileKind::of(entry)),
            letter: letters.at(place),
            kept: view.kept(),
        });
    }
    append(&End {
        folder,
        readme: Some("<p>Read me.</p>"),
    });
    page
}

#[test]
fn a_row_that_every_reader_can_read() {
    let directory = Entry {
        name: "Season 1".into(),
        kind: Kind::Directory,
        modified: Some(Modified::new(1_000_000_000, 0)),
    };
    let files = [
        "a film.mp4",
        "a:b",
        "it's",
        "1+1;2",
        "Bj\u{10fff6}rk\n",
        " a",
    ];
    let mut entries = Vec::from(files.map(file));
    entries.push(directory);
    let page = page("", &view("", 0), &entries);
    let date = "<td class=\"d\" title=\"2001-09-09 01:46:40 UTC\">2001-09-09 01:46</td>";
    let size = "<td class=\"z\" title=\"1,536 bytes\">1.5 KiB</td>";
    for (link, name, size) in [
        ("a%20film.mp4\"", "a film.mp4", size),
        ("a%3Ab\"", "a:b", size),
        ("it%27s\"", "it&#39;s", size),
        ("1%2B1%3B2\"", "1+1;2", size),
        (
            "Bj%F6rk%0A\"",
            "Bj<i class=\"esc\">F6</i>rk<i class=\"esc\">0A</i>",
            size,
        ),
        ("%20a\" class=\"odd\"", " a", size),
        ("Season%201/\"", "Season 1/", "<td class=\"z\">-</td>"),
    ] {
        let row = format!("<a href=\"{link}>{name}</a></th> {date} {size} <td class=\"l\"></td>");
        assert!(page.contains(&row), "{row}");
    }
    let rows = page.lines().filter(|line| line.starts_with("<tr class="));
    assert_eq!(rows.count(), entries.len());
}

#[test]
fn names_cannot_become_markup() {
    for name in [
        "<img src=x onerror=alert(1)>",
        "\"><script>.mp4",
        "javascript:alert(1)",
        "a&b'.mp3",
    ] {
        for query in ["", "as=grid", "q=%22%3E%3Cscript%3E", "sort=-size"] {
            let page = page(name, &view(query, 1), &[file(name)]);
            assert!(!page.contains("<img src=x") && !page.contains("<script>"));
            assert!(!page.contains("href=\"javascript:"));
        }
    }
}

#[test]
fn looks_by_content_and_by_wish() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["a.txt"], "", "ls list"),
        (&["a.txt"], "as=grid", "ls grid"),
        (&["a.jpg"], "", "ls grid photos"),
        (&["a.jpg"], "as=list", "ls list photos"),
        (&["a.mkv", "a-poster.jpg"], "", "ls grid posters"),
        (&["a.mkv", "a-thumb.jpg"], "", "ls list stills"),
        (&["a.mkv", "a-thumb.jpg"], "as=grid", "ls grid stills"),
        (&["a.mp3"], "", "ls list tracks"),
    ];
    for (names, query, class) in cases {
        let entries: Vec<_> = names.iter().map(|name| file(name)).collect();
        let page = page("", &view(query, 0), &entries);
        let table = format!("<table class=\"{class}\"");
        assert!(page.contains(&table), "{table}");
        assert_eq!(page.contains("id=\"album\""), *class == "ls list tracks");
    }
}

#[test]
fn of_several_pages_each_leads_to_the_next() {
    let entries: Vec<_> = (0..3 * PAGE_ENTRIES)
        .map(|n| file(&format!("{n:05}")))
        .collect();
    let second = page("", &view("page=2&sort=-date", 0), &entries);
    assert!(second.contains("<link rel=\"next\" href=\"?page=3&amp;sort=-date\">"));
    assert!(second.contains("<button name=\"page\" value=\"2\" aria-current=\"page\">2</button>"));
    assert!(second.contains("href=\"00500\"") && !second.contains("href=\"00499\""));
    let last = page("", &view("page=3", 0), &entries);
    assert!(!last.contains("rel=\"next\""));
    let mut all = view("", 0);
    all.page = Number::All;
    let all = page("", &all, &entries);
    assert!(!all.contains("rel=\"next\"") && all.contains("href=\"01499\""));
}

#[test]
fn what_a_query_says_of_a_television_is_kept() {
    let directory = Entry {
        name: "b".into(),
        kind: Kind::Directory,
        modified: None,
    };
    let mut entries: Vec<_> = (0..PAGE_ENTRIES)
        .map(|n| file(&format!("{n:05}.mp4")))
        .collect();
    entries.insert(0, directory);
    for (said, suffix) in [(true, "?tv=1"), (false, "?tv=0")] {
        let mut view = view("", 2);
        view.said_tv = Some(said);
        let page = page("a/c", &view, &entries);
        for link in ["../../", "../", "b/"] {
            assert!(page.contains(&format!("href=\"{link}{suffix}\"")), "{link}");
        }
        // Links to files are the files.
        assert!(page.contains("<a href=\"00001.mp4\">"));
        assert!(page.contains(&format!("?page=2&amp;{}\"", &suffix[1..])));
        let field = format!("name=\"tv\" value=\"{}\"", &suffix[4..]);
        let forms = page.matches("<form").count();
        assert_eq!(page.matches(&field).count(), forms);
    }
    assert!(!page("a", &view("", 1), &entries).contains("tv="));
}

#[test]
fn an_empty_directory_says_so() {
    let empty = page("a", &view("", 1), &[]);
    assert!(empty.contains("This folder is empty."));
    assert!(empty.contains("href=\"../\">Up one folder"));
    let filtered = page("a", &view("q=x", 1), &[]);
    assert!(filtered.contains("No name here contains these letters."));
}

proptest! {
    #[test]
    fn no_part_is_longer_than_its_bound(
        name in "[a\"&\n\u{202e}\u{10fff6}\u{1f600} ]{1,255}(.mp4|.jpg|)",
        levels in 0_usize..200,
        filter in "[\"&<a\u{1f600}]{0,8000}",
    ) {
        let path = vec_of(&name, levels).join("/");
        let mut view = view("as=list&sort=-kind", levels);
        view.filter = filter;
        page(&path, &view, &[file(&name)]);
    }
}

fn vec_of(name: &str, count: usize) -> Vec<&str> {
    core::iter::repeat_n(name, count).collect()
}

#[test]
fn an_archive_is_offered_with_its_size_if_that_is_known() {
    let file = Entry {
        name: "a".into(),
        kind: Kind::File(Some(3 << 20)),
        modified: None,
    };
    let directory = Entry {
        name: "d".into(),
        kind: Kind::Directory,
        modified: None,
    };
    // (query, entries, words)
    let rows = [
        ("", &[file.clone()][..], "<small>.tar, 3.0 MiB, goes on"),
        ("", &[directory, file.clone()], "<small>.tar, goes on"),
        ("q=a", &[file], "<small>.tar, goes on"),
    ];
    for (query, entries, words) in rows {
        let page = page("films", &view(query, 1), entries);
        assert!(page.contains(words), "{query} {words}");
    }
}
