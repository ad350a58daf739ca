//! Parts of a listing as JSON, and the links from one to the next.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use libtest_mimic::Trial;

use super::{COUNT, long_folder};
use crate::support::{Folder, Porthole, Response, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        parts_are_together_the_whole_list,
        an_entry_that_goes_between_two_parts_moves_nothing,
        parts_of_a_long_list_have_sizes_and_a_tag,
        parts_keep_order_and_filter,
        the_tag_is_that_of_the_part,
        parts_that_no_list_has_are_400_in_one_line,
    ]
}

/// Returns the reference of the next part, as the field `Link` has it.
fn next(response: &Response) -> Option<&str> {
    let link = response.field("Link")?;
    let link = link.strip_prefix('<').unwrap();
    Some(link.strip_suffix(">; rel=\"next\"").unwrap())
}

/// Returns the lines of the entries of a list, without commas.
fn items(response: &Response) -> Vec<String> {
    assert_eq!(response.status, 200, "{}", response.text());
    let lines = response.text().lines();
    let items = lines.filter(|line| line.starts_with('{'));
    items
        .map(|line| line.trim_end_matches(',').to_owned())
        .collect()
}

/// Returns the entries of all parts, from the first one on. `between` happens after each.
fn walked(
    porthole: &Porthole,
    folder: &str,
    query: &str,
    mut between: impl FnMut(&Response),
) -> Vec<String> {
    let mut target = format!("{folder}{query}");
    let mut found = Vec::new();
    for _ in 0..10_000 {
        let part = porthole.get(&target);
        found.extend(items(&part));
        between(&part);
        match next(&part) {
            Some(reference) => target = format!("{folder}{reference}"),
            None => return found,
        }
    }
    panic!("the parts have no end");
}

fn whole(porthole: &Porthole, target: &str) -> Vec<String> {
    let response = porthole.get(target);
    assert_eq!(next(&response), None);
    items(&response)
}

fn parts_are_together_the_whole_list() {
    let folder = Folder::new();
    for number in 0..2_300 {
        folder.file(
            format!("many/{number} & co, é+%.txt"),
            "x".repeat(number % 7),
        );
    }
    for number in 0..45 {
        folder.folder(format!("many/{number}"));
    }
    let porthole = Porthole::serving(&folder);
    let queries = ["", "&sort=-name", "&sort=size", "&sort=-date", "&sort=kind"];
    each(&queries, |query| {
        let all = whole(&porthole, &format!("/many/?get=json{query}"));
        assert_eq!(all.len(), 2_345);
        for limit in [400, 2_344, 2_345, 5_000] {
            let query = format!("?get=json&limit={limit}{query}");
            let mut parts = 0;
            let found = walked(&porthole, "/many/", &query, |part| {
                assert!(items(part).len() <= limit);
                parts += 1;
            });
            assert_eq!(found, all, "{limit}");
            assert_eq!(parts, 2_345_usize.div_ceil(limit));
        }
    });
}

fn an_entry_that_goes_between_two_parts_moves_nothing() {
    let folder = Folder::new();
    for number in 0..20 {
        folder.file(format!("{number:02}"), "x");
    }
    let porthole = Porthole::serving(&folder);
    let mut parts = 0;
    let found = walked(&porthole, "/", "?get=json&limit=5", |_| {
        parts += 1;
        if parts == 1 {
            // The last one of the part, one before it, and one after it.
            for name in ["04", "02", "05"] {
                std::fs::remove_file(folder.join(name)).unwrap();
            }
            folder.file("03.5", "new, and too late");
            folder.file("07.5", "new");
        }
    });
    let names = found.iter().map(|item| item.split('"').nth(3).unwrap());
    let names: Vec<_> = names.collect();
    let mut expected: Vec<_> = (0..20).map(|number| format!("{number:02}")).collect();
    expected.retain(|name| name != "05");
    expected.insert(7, "07.5".into());
    assert_eq!(names, expected);
}

fn parts_of_a_long_list_have_sizes_and_a_tag() {
    let folder = long_folder();
    let porthole = Porthole::serving(&folder);
    let all = whole(&porthole, "/?get=json");
    assert_eq!(all.len(), COUNT + 1);
    for limit in [3_000, 100_000] {
        let found = walked(
            &porthole,
            "/",
            &format!("?get=json&limit={limit}"),
            |part| {
                assert!(part.field("Content-Length").is_some() && part.field("ETag").is_some());
                assert!(items(part).len() <= 10_000);
            },
        );
        assert_eq!(found, all);
    }
    // Without a limit, a part has the rest of the list, up to 10,000.
    let rest = porthole.get("/?get=json&after=f/10000.txt");
    assert_eq!((items(&rest).len(), next(&rest)), (COUNT - 10_001, None));
}

fn parts_keep_order_and_filter() {
    let folder = Folder::new();
    for (name, size) in [
        ("Tide 1&2.txt", 3),
        ("tide, 3.txt", 1),
        ("other", 9),
        ("tide", 2),
    ] {
        folder.file(name, "x".repeat(size));
    }
    folder.file(OsStr::from_bytes(b"tide \xff"), "x");
    let porthole = Porthole::serving(&folder);
    for query in ["&q=Tide", "&q=tide&sort=-size", "&sort=-name&q=%2C+3"] {
        let all = whole(&porthole, &format!("/?get=json{query}"));
        assert!(!all.is_empty() && all.len() < 5);
        let query = format!("?get=json&limit=1{query}");
        assert_eq!(walked(&porthole, "/", &query, |_| {}), all, "{query}");
    }
    let fields = "Accept: application/json\r\n";
    for (limit, name) in [(1, "tide%20%FF"), (2, "tide%2C%203.txt")] {
        let part = porthole
            .client()
            .get(&format!("/?limit={limit}&sort=size"), fields);
        let link = format!("?get=json&limit={limit}&sort=size&after=f1/{name}");
        assert_eq!(next(&part), Some(&*link));
    }
}

fn the_tag_is_that_of_the_part() {
    let folder = Folder::new();
    for name in ["a", "b", "c", "d"] {
        folder.file(name, name);
    }
    let porthole = Porthole::serving(&folder);
    let targets = [
        "/?get=json",
        "/?get=json&limit=2",
        "/?get=json&limit=3",
        "/?get=json&limit=2&after=f/a",
        "/?get=json&limit=2&after=f/b",
    ];
    let tag = |target: &str| porthole.get(target).field("ETag").unwrap().to_owned();
    let tags: Vec<_> = targets.iter().map(|target| tag(target)).collect();
    for (at, other) in tags.iter().enumerate() {
        assert!(!tags[..at].contains(other), "{}", targets[at]);
        let fields = format!("If-None-Match: {other}\r\n");
        assert_eq!(porthole.client().get(targets[at], &fields).status, 304);
        let head = porthole.client().ask("HEAD", targets[at], "");
        assert_eq!(head.field("Link"), porthole.get(targets[at]).field("Link"));
    }
}

fn parts_that_no_list_has_are_400_in_one_line() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/?get=json&limit=0", "400 Bad Request: `limit` is "),
        ("/?get=json&limit=x", "400 Bad Request: `limit` is "),
        ("/?get=json&after=a", "400 Bad Request: `after` is "),
        ("/?get=json&after=f5/a", "400 Bad Request: `after` is "),
        ("/?get=json&limit=5&after=", "400 Bad Request: `after` is "),
    ];
    each(&rows, |(target, start)| {
        let mut client = porthole.client();
        let response = client.get(target, "");
        assert_eq!(response.status, 400);
        assert!(response.text().starts_with(start), "{}", response.text());
        assert_eq!(response.text().lines().count(), 1);
        // The connection stays: nothing about the message was in doubt.
        assert_eq!(client.get("/a", "").text(), "a");
        let page = porthole.client().get(target, "Accept: text/html\r\n");
        assert_eq!((page.status, page.text().contains("<h1>")), (400, true));
    });
    for target in ["/?limit=0", "/?get=m3u&after=x", "/a?limit=x"] {
        assert_eq!(porthole.get(target).status, 200, "{target}");
    }
}
