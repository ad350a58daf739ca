//! What happens at bounds that no other file is about; all of them are in
//! `docs/limits.md`.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_large_folder_is_shown_in_part,
        nobody_is_listened_to_for_long_after_the_last_answer,
        nor_for_much,
    ]
}

fn a_large_folder_is_shown_in_part() {
    const SHOWN: usize = 10_000;
    let folder = Folder::new();
    for number in 0..=SHOWN {
        // Not by `Folder::file`, which makes folders first.
        std::fs::write(folder.path().join(format!("{number}.txt")), "").unwrap();
    }
    let porthole = Porthole::serving(&folder);
    let page = porthole.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.text().matches(".txt</a>").count(), SHOWN);
    assert!(
        page.text().contains("Only 10000 entries are shown"),
        "{}",
        page.text().len()
    );
}

fn refused(porthole: &Porthole) -> Client {
    let mut client = porthole.client();
    client.send("no request\r\n\r\n");
    let answer = client.read();
    assert_eq!(answer.status, 400);
    client
}

/// A byte now and then does not keep the connection.
fn nobody_is_listened_to_for_long_after_the_last_answer() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let client = refused(&porthole);
    let start = Instant::now();
    // The end comes at once; that nobody listens shows when sending fails.
    while send(&client, b"x") {
        assert!(start.elapsed() < Duration::from_secs(5), "still listening");
        std::thread::yield_now();
    }
}

/// As much as the kernel takes in two seconds is more than it is listened to.
fn nor_for_much() {
    const BOUND: usize = 256 << 10;
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    let client = refused(&porthole);
    let start = Instant::now();
    let chunk = vec![b'x'; BOUND];
    while send(&client, &chunk) {
        assert!(
            start.elapsed() < Duration::from_millis(1_500),
            "by the clock"
        );
    }
}

fn send(client: &Client, bytes: &[u8]) -> bool {
    use std::io::Write as _;
    client.stream().write_all(bytes).is_ok()
}
