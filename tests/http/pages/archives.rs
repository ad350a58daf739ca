//! Folders with all that is below them, as one file.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, Program, TIMEOUT, each, noise, paths_in, trials};

const TAR: Program = Program::new("tar", "tar");

pub fn trials() -> Vec<Trial> {
    trials![
        an_archive_has_a_length_a_strong_tag_and_a_name,
        every_range_is_a_cut_of_the_whole,
        ranges_and_heads_cost_no_second_walk,
        a_file_of_this_moment_leaves_the_archive_without_tag_and_ranges,
        a_copy_has_the_same_tag_and_a_change_another,
        a_change_while_it_is_sent_ends_it_short,
        a_file_that_was_removed_meanwhile_is_503_if_nothing_was_sent,
        what_a_list_does_not_show_is_not_in_an_archive,
        archives_can_be_turned_off,
        a_hundred_thousand_files_take_little_memory,
        only_folders_without_an_index_file_are_archives;
        needs [&TAR] => an_archive_unpacks_to_what_the_folder_has
    ]
}

const FILM: usize = 3_000_000;

/// Returns a folder of films, whose last change is long ago.
fn films() -> Folder {
    let folder = Folder::new();
    folder.file("films/a.mkv", noise(FILM));
    folder.file("films/caf\u{e9}.txt", "caf\u{e9}");
    folder.file("films/deep/er/b.mkv", noise(70_000));
    folder.file("films/deep/empty", "");
    folder.folder("films/nothing");
    folder
}

const TARGET: &str = "/films/?get=tar";

/// Each worker keeps archives of its own.
const ONE_WORKER: &[&str] = &["--workers", "1"];

/// Waits until the archive has a tag, and returns it: the last change of every file is then so
/// old that the next one will show.
fn tag(porthole: &Porthole, target: &str) -> String {
    let mut client = porthole.client();
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let response = client.ask("HEAD", target, "");
        assert_eq!(response.status, 200, "{target}");
        if let Some(tag) = response.field("ETag") {
            return tag.to_owned();
        }
        assert!(Instant::now() < deadline, "{target} has no tag");
        client.has_more_within(Duration::from_millis(100));
    }
}

fn whole(porthole: &Porthole, target: &str) -> Vec<u8> {
    let response = porthole.get(target);
    assert_eq!(response.status, 200, "{target}");
    response.body
}

fn an_archive_has_a_length_a_strong_tag_and_a_name() {
    let folder = films();
    let porthole = Porthole::serving(&folder);
    let tag = tag(&porthole, TARGET);
    assert!(tag.starts_with('"'), "{tag}");
    let head = porthole.client().ask("HEAD", TARGET, "");
    let response = porthole.get(TARGET);
    let length = response.body.len().to_string();
    for response in [&head, &response] {
        assert_eq!(response.field("Content-Length"), Some(&*length));
        assert_eq!(response.field("Accept-Ranges"), Some("bytes"));
        assert_eq!(response.field("Content-Type"), Some("application/x-tar"));
        let name = "attachment; filename=\"films.tar\"";
        assert_eq!(response.field("Content-Disposition"), Some(name));
        assert_eq!(response.field("ETag"), Some(&*tag));
    }
    let condition = format!("If-None-Match: {tag}\r\n");
    let unchanged = porthole.client().get(TARGET, &condition);
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    let root = porthole.client().ask("HEAD", "/?get=tar", "");
    let name = "attachment; filename=\"porthole.tar\"";
    assert_eq!(root.field("Content-Disposition"), Some(name));
}

fn every_range_is_a_cut_of_the_whole() {
    let folder = films();
    let porthole = Porthole::serving(&folder);
    let tag = tag(&porthole, TARGET);
    let all = whole(&porthole, TARGET);
    let length = all.len();
    // In and around headers, contents, padding and the end.
    let starts = [0, 1, 511, 512, 1_000, 1_024, 1_500_000, length / 2];
    let ends = [length - 1, length - 1_024, length - 1_025, 1_500_001];
    let ranges: Vec<_> = starts
        .into_iter()
        .flat_map(|start| ends.map(|end| (start, end)))
        .filter(|(start, end)| start <= end)
        .collect();
    let mut client = porthole.client();
    for (start, end) in ranges {
        let fields = format!("Range: bytes={start}-{end}\r\nIf-Range: {tag}\r\n");
        let part = client.get(TARGET, &fields);
        assert_eq!(part.status, 206, "{start}-{end}");
        assert!(part.body == all[start..=end], "{start}-{end}");
        let range = format!("bytes {start}-{end}/{length}");
        assert_eq!(part.field("Content-Range"), Some(&*range));
    }
    let several = client.get(TARGET, "Range: bytes=5-6,1000000-1000001\r\n");
    assert_eq!(several.status, 206);
    assert!(several.body.windows(2).any(|two| *two == all[5..7]));
    let other = client.get(TARGET, "Range: bytes=5-6\r\nIf-Range: \"x\"\r\n");
    assert!(other.status == 200 && other.body == all);
    let beyond = client.get(TARGET, &format!("Range: bytes={length}-\r\n"));
    assert_eq!(beyond.status, 416);
}

/// A walk finds a file that was added. What is kept does not.
fn ranges_and_heads_cost_no_second_walk() {
    let folder = films();
    let porthole = Porthole::with(&folder, ONE_WORKER);
    let tag = tag(&porthole, TARGET);
    let all = whole(&porthole, TARGET);
    folder.file("films/new", "new");
    let mut client = porthole.client();
    for fields in ["", &format!("If-Range: {tag}\r\n")] {
        let part = client.get(TARGET, &format!("Range: bytes=100-\r\n{fields}"));
        assert_eq!((part.status, part.field("ETag")), (206, Some(&*tag)));
        assert!(part.body == all[100..]);
    }
    // Whoever asks for the whole gets what is there.
    let now = client.ask("HEAD", TARGET, "");
    assert_ne!(now.field("ETag"), Some(&*tag));
    assert_ne!(now.field("Content-Length"), Some(&*all.len().to_string()));
}

fn a_file_of_this_moment_leaves_the_archive_without_tag_and_ranges() {
    let folder = films();
    let porthole = Porthole::with(&folder, ONE_WORKER);
    tag(&porthole, TARGET);
    let file = File::open(folder.join("films/a.mkv")).unwrap();
    let later = SystemTime::now() + Duration::from_secs(3_600);
    file.set_modified(later).unwrap();
    porthole.client().ask("HEAD", TARGET, "");
    let response = porthole.client().get(TARGET, "Range: bytes=0-5\r\n");
    assert_eq!(response.status, 200);
    assert!(response.body.len() > FILM);
    for field in ["ETag", "Accept-Ranges", "Last-Modified"] {
        assert_eq!(response.field(field), None, "{field}");
    }
    let name = "attachment; filename=\"films.tar\"";
    assert_eq!(response.field("Content-Disposition"), Some(name));
}

fn a_copy_has_the_same_tag_and_a_change_another() {
    let (folder, copy) = (films(), Folder::new());
    let copied = Command::new("cp")
        .args(["-a".as_ref(), folder.join("films").as_os_str()])
        .arg(copy.path())
        .status();
    assert!(copied.unwrap().success());
    let (one, other) = (Porthole::serving(&folder), Porthole::serving(&copy));
    let before = tag(&one, TARGET);
    assert_eq!(before, tag(&other, TARGET));
    assert!(whole(&one, TARGET) == whole(&other, TARGET));
    let changes: [fn(&Path); 4] = [
        |path: &Path| fs::write(path.join("new"), "").unwrap(),
        |path: &Path| fs::remove_file(path.join("new")).unwrap(),
        |path: &Path| fs::rename(path.join("deep/empty"), path.join("deep/e")).unwrap(),
        |path: &Path| fs::write(path.join("deep/e"), "e").unwrap(),
    ];
    let mut last = before;
    for change in changes {
        change(&copy.join("films"));
        let next = tag(&other, TARGET);
        assert_ne!(next, last);
        last = next;
    }
}

/// Reads the start of a response, and leaves the rest in the sockets and in the server.
fn begin(porthole: &Porthole, target: &str) -> (Client, u64) {
    let mut client = Client::with_a_small_window(porthole.address());
    client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    let head = client.head();
    assert_eq!(head.status, 200);
    let length = head.content_length(false);
    (client, length)
}

/// What happens to a folder, and a function that does it.
type Change = (&'static str, fn(&Path));

fn a_change_while_it_is_sent_ends_it_short() {
    let changes: [Change; 4] = [
        ("a later file is longer", |path| {
            let mut file = File::options().append(true).open(path.join("z")).unwrap();
            file.write_all(b"more").unwrap();
        }),
        ("a later file is removed", |path| {
            fs::remove_file(path.join("z")).unwrap()
        }),
        ("a later file is another", |path| {
            fs::write(path.join("new"), "last").unwrap();
            fs::rename(path.join("new"), path.join("z")).unwrap();
        }),
        ("the file is overwritten", |path| {
            let mut file = File::options().write(true).open(path.join("a")).unwrap();
            file.write_all(b"over").unwrap();
        }),
    ];
    each(&changes.map(|(name, _)| name), |name| {
        let (_, change) = changes.iter().find(|(other, _)| other == name).unwrap();
        let folder = Folder::new();
        folder.sparse("films/a", 64 << 20);
        folder.file("films/z", "last");
        let porthole = Porthole::with(&folder, ONE_WORKER);
        let before = tag(&porthole, TARGET);
        let (mut client, length) = begin(&porthole, TARGET);
        change(&folder.join("films"));
        let sent = client.read_until_cut();
        assert!(sent < length, "{sent} of {length}");
        porthole.log().wait_for("ended or failed early");
        // What is found to be outdated is not kept.
        let resume = format!("Range: bytes=0-5\r\nIf-Range: {before}\r\n");
        let next = porthole.client().get(TARGET, &resume);
        assert_eq!(next.status, 200);
    });
}

fn a_file_that_was_removed_meanwhile_is_503_if_nothing_was_sent() {
    let folder = films();
    let porthole = Porthole::with(&folder, ONE_WORKER);
    tag(&porthole, TARGET);
    fs::remove_file(folder.join("films/a.mkv")).unwrap();
    // The content of the first file.
    let range = "Range: bytes=2000-3000\r\n";
    let failed = porthole.client().get(TARGET, range);
    assert_eq!(failed.status, 503);
    porthole.log().wait_for("was changed meanwhile");
    assert_eq!(porthole.client().ask("HEAD", TARGET, "").status, 200);
}

fn what_a_list_does_not_show_is_not_in_an_archive() {
    let folder = Folder::new();
    for name in [
        "a",
        "b/c",
        "b/.hidden/d",
        ".hidden",
        ".well-known/e",
        "b/.f",
    ] {
        folder.file(name, "x");
    }
    folder.file("site/index.html", "index");
    folder.file("site/style.css", "style");
    folder.file("site/below/g", "g");
    let outside = Folder::new();
    outside.file("secret", "secret");
    folder.link("out", outside.path());
    folder.link("b/nowhere", "nothing");
    folder.link("b/inside", "../a");
    folder.link("b/up", "..");
    folder.fifo("fifo");
    let porthole = Porthole::serving(&folder);
    let shown = [
        "porthole/",
        "porthole/a",
        "porthole/.well-known/",
        "porthole/.well-known/e",
        "porthole/b/",
        "porthole/b/c",
        "porthole/b/inside",
        "porthole/site/",
        "porthole/site/index.html",
    ];
    assert_eq!(paths_in(&whole(&porthole, "/?get=tar")), shown);
    let hidden = Porthole::with(&folder, &["--hidden"]);
    let found = paths_in(&whole(&hidden, "/?get=tar"));
    for name in ["porthole/.hidden", "porthole/b/.hidden/d", "porthole/b/.f"] {
        assert!(found.iter().any(|found| found == name), "{name}: {found:?}");
    }
}

fn archives_can_be_turned_off() {
    let folder = films();
    let browser = "Accept: text/html\r\n";
    let button = "name=\"get\" value=\"tar\"";
    let usual = Porthole::serving(&folder);
    assert!(
        usual
            .client()
            .get("/films/", browser)
            .text()
            .contains(button)
    );
    for flag in ["--no-archive", "--no-listing"] {
        let none = Porthole::with(&folder, &[flag, "-v"]);
        assert_eq!(none.get(TARGET).status, 404, "{flag}");
        none.log().wait_for("404 because it");
        let page = none.client().get("/films/", browser);
        assert!(!page.text().contains(button), "{flag}");
    }
}

fn a_hundred_thousand_files_take_little_memory() {
    const FOLDERS: usize = 100;
    const FILES: usize = 1_000;
    let folder = Folder::new();
    for outer in 0..FOLDERS {
        let inner = folder.folder(format!("films/folder {outer:03}"));
        for number in 0..FILES {
            fs::write(inner.join(format!("{number:040}")), "").unwrap();
        }
    }
    let porthole = Porthole::with(&folder, ONE_WORKER);
    let before = porthole.resident_memory();
    tag(&porthole, TARGET);
    let tar = whole(&porthole, TARGET);
    // A block for each entry, and two at the end.
    assert_eq!(tar.len(), (1 + FOLDERS + FOLDERS * FILES + 2) * 512);
    let grown = porthole.peak_memory().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes");
}

fn only_folders_without_an_index_file_are_archives() {
    let folder = Folder::new();
    folder.file("site/index.html", "index");
    folder.file("a", "a");
    let porthole = Porthole::serving(&folder);
    assert_eq!(porthole.get("/site/?get=tar").text(), "index");
    assert_eq!(porthole.get("/a?get=tar").status, 404);
    assert_eq!(porthole.get("/none/?get=tar").status, 404);
}

fn an_archive_unpacks_to_what_the_folder_has() {
    let folder = films();
    let long = "l".repeat(120);
    folder.file(format!("films/deep/{long}"), "long");
    let porthole = Porthole::serving(&folder);
    let into = Folder::new();
    let mut tar = TAR.command();
    tar.args(["-x", "-C"])
        .arg(into.path())
        .stdin(Stdio::piped());
    let mut tar = tar.spawn().unwrap();
    let mut input = tar.stdin.take().unwrap();
    input.write_all(&whole(&porthole, TARGET)).unwrap();
    drop(input);
    assert!(tar.wait().unwrap().success());
    let compared = Command::new("diff")
        .args(["-r".as_ref(), folder.join("films").as_os_str()])
        .arg(into.join("films"))
        .status();
    assert!(compared.unwrap().success());
}
