//! `Date`: the second in which an answer is made.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![it_does_not_lag_behind_the_clock]
}

/// A busy machine may wake the server late, but not for a good part of all seconds.
fn it_does_not_lag_behind_the_clock() {
    const ANSWERS: usize = 300;
    const LATE: Duration = Duration::from_millis(50);
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Porthole::with(&folder, &["--quiet"]);
    let mut client = porthole.client();
    let mut late = 0;
    for _ in 0..ANSWERS {
        let asked = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let answer = client.get("/a", "");
        // The second of the minute: `Sun, 06 Nov 1994 08:49:37 GMT`.
        let date: u64 = answer.field("Date").unwrap()[23..25].parse().unwrap();
        let earliest = (asked - LATE).as_secs() % 60;
        // What is ahead of it has been answered later.
        let behind = (earliest + 60 - date) % 60;
        late += usize::from((1..30).contains(&behind));
        thread::sleep(Duration::from_millis(10));
    }
    assert!(late < ANSWERS / 10, "{late} of {ANSWERS}");
}
