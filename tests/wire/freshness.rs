//! Files that change while they are served from the cache.

use std::fs;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        every_kind_of_change_is_seen_at_once,
        under_load_a_change_is_seen_within_a_second_and_never_mixed
    ]
}

type Change = fn(&Folder);

fn every_kind_of_change_is_seen_at_once() {
    let cases: [(&str, Change, u16, &str); 6] = [
        ("write", |f| drop(f.file("a", "new")), 200, "new"),
        (
            "rename over",
            |f| {
                f.file("b", "new");
                fs::rename(f.join("b"), f.join("a")).unwrap();
            },
            200,
            "new",
        ),
        ("truncate", |f| drop(f.file("a", "")), 200, ""),
        (
            "delete",
            |f| fs::remove_file(f.join("a")).unwrap(),
            404,
            "404 Not Found\r\n",
        ),
        (
            "another kind",
            |f| {
                fs::remove_file(f.join("a")).unwrap();
                fs::create_dir(f.join("a")).unwrap();
            },
            301,
            "301 Moved Permanently\r\n",
        ),
        (
            "touch",
            |f| {
                let file = fs::File::options().write(true).open(f.join("a")).unwrap();
                file.set_modified(std::time::SystemTime::UNIX_EPOCH)
                    .unwrap();
            },
            200,
            "old",
        ),
    ];
    each(&cases, |(_, change, status, text)| {
        let folder = Folder::new();
        folder.file("a", "old");
        let porthole = Porthole::serving(&folder);
        let mut client = porthole.client();
        let before = client.get("/a", "");
        assert_eq!(before.text(), "old");
        change(&folder);
        let after = client.get("/a", "");
        assert_eq!((after.status, after.text()), (*status, *text));
        assert_ne!(after.field("ETag"), before.field("ETag"));
    });
}

/// Enough requests that the file system is not asked about each of them.
fn under_load_a_change_is_seen_within_a_second_and_never_mixed() {
    const LENGTH: usize = 50_000;
    let folder = Folder::new();
    folder.file("a", "o".repeat(LENGTH));
    let porthole = Porthole::with(&folder, &["--workers", "1", "--quiet"]);
    let mut client = porthole.client();
    let warm = Instant::now() + Duration::from_millis(1_500);
    while Instant::now() < warm {
        assert_eq!(client.get("/a", "").body.len(), LENGTH);
    }
    folder.file("b", "n".repeat(LENGTH));
    fs::rename(folder.join("b"), folder.join("a")).unwrap();
    // A second, and what a busy machine adds.
    let deadline = Instant::now() + Duration::from_secs(4);
    loop {
        let body = client.get("/a", "").body;
        assert!(body.iter().all(|byte| *byte == body[0]), "mixed");
        if body[0] == b'n' {
            break;
        }
        assert!(Instant::now() < deadline, "still the old one");
    }
}
