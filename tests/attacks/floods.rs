//! More requests than any client needs.

use std::fs::File;
use std::thread;
use std::time::Instant;

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Client, Folder, TIMEOUT, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        pipelines,
        unread_pipelines,
        ranges,
        large_folders,
        unread_listings,
        entries_that_are_not_shown,
    ]
}

const SMALL: &str = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

/// Clients send requests at full speed, a thousand at a time.
fn pipelines() {
    const CLIENTS: usize = 4;
    let folder = Folder::new();
    folder.file("a", "content");
    let siege = Siege::with(folder, &["--quiet"]);
    let attack = Attack {
        test: "attacks::floods::pipelines",
        what: "pipelines of 1,000 requests, one after the other, at full speed",
        clients: CLIENTS,
        outcome: "answered in order, taking turns with the others",
    };
    siege.withstand(&attack, || {
        let end = Instant::now() + scale::time();
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    let mut client = siege.client();
                    while Instant::now() < end {
                        client.send(SMALL.repeat(1_000));
                        for _ in 0..1_000 {
                            let response = client.read();
                            assert_eq!(response.text(), "content");
                            if response.closes() {
                                client = siege.client();
                                break;
                            }
                        }
                    }
                });
            }
        });
    });
}

/// Clients send request after request and never read. The server stops reading too.
fn unread_pipelines() {
    /// Bytes that fit into the buffers between client and server.
    const TAKEN: usize = 16 << 20;
    let clients = scale::connections() / 2;
    let folder = Folder::new();
    folder.file("a", noise(50_000));
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::floods::unread_pipelines",
        what: "requests without end, and no response is read",
        clients,
        outcome: "no request is read before the responses are taken",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd {
            client.stream().set_nonblocking(true).unwrap();
            let mut taken = 0;
            while client.takes(SMALL.repeat(1_000)) {
                taken += SMALL.len() * 1_000;
                assert!(taken < TAKEN, "it reads on");
            }
        }
        thread::sleep(scale::time());
    });
}

/// CVE-2011-3192 and its variants: the response stays near the size of one file.
fn ranges() {
    const SIZE: u64 = 1_000_000;
    let clients = scale::connections() / 2;
    let folder = Folder::new();
    folder.file("film", noise(SIZE as usize));
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::floods::ranges",
        what: "1,000 overlapping ranges; 100 single bytes; 3,000 nonsensical ones",
        clients,
        outcome: "200 or 206 with no more than the file",
    };
    let overlapping: String = (0..1_000).map(|first| format!("{first}-,")).collect();
    let single: String = (0..100)
        .map(|part| format!("{0}-{0},", part * 9_000))
        .collect();
    let nonsensical = "9-1,x,-0,".repeat(1_000);
    siege.withstand(&attack, || {
        scale::again_and_again(|| {
            for (list, status) in [(&overlapping, 200), (&single, 206), (&nonsensical, 200)] {
                let mut crowd = siege.clients(clients);
                for client in &mut crowd {
                    client.send(format!(
                        "GET /film HTTP/1.1\r\nHost: a\r\nRange: bytes={list}\r\n\r\n"
                    ));
                }
                for client in &mut crowd {
                    let response = client.read();
                    assert_eq!(response.status, status, "{}", response.line);
                    assert!((response.body.len() as u64) < SIZE + 20_000);
                }
            }
        });
    });
}

/// Returns a directory of empty files with names of `letters` letters.
fn large_folder(entries: usize, letters: usize) -> Folder {
    let folder = Folder::new();
    folder.folder("large");
    for number in 0..entries {
        File::create(folder.path().join(format!("large/{number:0letters$}"))).unwrap();
    }
    folder
}

const LISTING: &str = "GET /large/ HTTP/1.1\r\nHost: a\r\n\r\n";

/// Many clients request the listing of a directory of 50,000 files.
fn large_folders() {
    let clients = scale::connections();
    let siege = Siege::of(large_folder(50_000, 30));
    let attack = Attack {
        test: "attacks::floods::large_folders",
        what: "listings of a folder with 50,000 entries",
        clients,
        outcome: "all entries, in turn with the others",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(clients);
        for client in &mut crowd {
            client.send(LISTING);
        }
        for client in &mut crowd {
            let response = client.read();
            assert_eq!(response.status, 200);
            assert_eq!(response.text().matches("<tr>").count(), 50_001);
        }
    });
}

/// Clients request listings and do not read them until the memory for listings is used
/// up. Files are served as before, and listings again when the clients have gone.
fn unread_listings() {
    const MOST: usize = 100;
    let siege = Siege::of(large_folder(10_000, 100));
    let attack = Attack {
        test: "attacks::floods::unread_listings",
        what: "listings of 10,000 entries, one after the other, and none is read",
        clients: MOST,
        outcome: "503 and close while 32 MiB of listings are unread",
    };
    siege.withstand(&attack, || {
        let mut unread = Vec::new();
        while unread.len() < MOST {
            let mut client = Client::with_a_small_window(siege.porthole.address());
            let response = client.send(LISTING).head();
            if response.status == 503 {
                assert!(response.closes() && response.field("Retry-After").is_some());
                break;
            }
            unread.push(client);
        }
        assert!(unread.len() < MOST, "no bound is reached");
        drop(unread);
        let deadline = Instant::now() + TIMEOUT;
        while siege.porthole.get("/large/").status != 200 {
            assert!(Instant::now() < deadline, "no listing any more");
        }
    });
}

/// Many broken links and hidden names: entries that are not listed cost work too.
fn entries_that_are_not_shown() {
    const COUNT: usize = 45_000;
    let clients = scale::connections() / 10;
    let folder = large_folder(0, 0);
    for number in 0..COUNT {
        let path = folder.path().join("large");
        std::os::unix::fs::symlink("gone", path.join(format!("link {number}"))).unwrap();
        std::os::unix::fs::symlink("gone", path.join(format!(".hidden {number}"))).unwrap();
    }
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::floods::entries_that_are_not_shown",
        what: "listings of a folder with 45,000 links that lead nowhere and 45,000 hidden names",
        clients,
        outcome: "an empty listing, in turn with the others",
    };
    siege.withstand(&attack, || {
        scale::again_and_again(|| {
            let mut crowd = siege.clients(clients);
            for client in &mut crowd {
                client.send(LISTING);
            }
            for client in &mut crowd {
                let response = client.read();
                assert_eq!(response.status, 200);
                assert_eq!(response.text().matches("<tr>").count(), 1);
            }
        });
    });
}
