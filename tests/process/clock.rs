//! The date of responses, also with a wrong clock.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Program, trials};

pub fn trials() -> Vec<Trial> {
    trials![date_follows_the_clock; needs [&FAKETIME] => a_clock_before_1970]
}

const FAKETIME: Program = Program::new("faketime", "faketime");

/// Returns the library that the program would preload. The program itself would be a
/// process between this test and the server, and would get the signals.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let paths = folders.map(|folder| {
        let folder = folder.unwrap().path();
        folder.join("faketime/libfaketimeMT.so.1")
    });
    let mut found = paths.filter(|path| path.is_file());
    found.next().expect("libfaketime")
}

fn a_clock_before_1970() {
    let folder = Folder::new();
    folder.file("a", "content");
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--workers", "1", "-v"])
        .env("LD_PRELOAD", library())
        .env("FAKETIME", "-60y")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let porthole = Porthole::start(command);
    for _ in 0..3 {
        let response = porthole.get("/a");
        assert_eq!(response.text(), "content");
        let date = response.field("Date").unwrap();
        let year: i32 = date.split(' ').nth(3).unwrap().parse().unwrap();
        assert!(year < 1970 && date.ends_with(" GMT"), "{date}");
    }
    assert_eq!(porthole.get("/").status, 200);
    let errors = porthole.errors().so_far();
    assert!(
        !errors.iter().any(|line| line.contains("failed")),
        "{errors:?}"
    );
}

/// A busy machine may wake the server late, but not for a tenth of all responses.
fn date_follows_the_clock() {
    const ANSWERS: usize = 300;
    const LATE: Duration = Duration::from_millis(50);
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["--quiet"]);
    let mut client = porthole.client();
    let mut late = 0;
    for _ in 0..ANSWERS {
        let asked = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let response = client.get("/a", "");
        // The seconds of `Sun, 06 Nov 1994 08:49:37 GMT`.
        let date: u64 = response.field("Date").unwrap()[23..25].parse().unwrap();
        let earliest = (asked - LATE).as_secs() % 60;
        // A date ahead of `earliest` belongs to a later response time.
        let behind = (earliest + 60 - date) % 60;
        late += usize::from((1..30).contains(&behind));
        thread::sleep(Duration::from_millis(10));
    }
    assert!(late < ANSWERS / 10, "{late} of {ANSWERS}");
}
