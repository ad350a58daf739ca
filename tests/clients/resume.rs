//! A client that resumes a download on the connection that it has kept.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;

use libtest_mimic::Trial;

use super::age;
use crate::support::{Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![sees_no_splice_in_a_file_that_was_overwritten]
}

/// The server has the file open, and has too many requests to check each path again: see
/// `STAT_CALLS_PER_SECOND` of the component's limits.
fn sees_no_splice_in_a_file_that_was_overwritten() {
    let folder = Folder::new();
    let path = folder.file("a.mp4", [b'o'; 300_000]);
    age(&path, Duration::from_secs(3_600));
    let porthole = Porthole::serving(&folder);
    let mut client = porthole.client();
    let tag = porthole.strong_tag("/a.mp4");
    client.get("/a.mp4", "");
    client.send("HEAD /a.mp4 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2_500));
    for _ in 0..2_500 {
        client.read_head();
    }

    // The file is overwritten in place. A new file under the same name would be another
    // case.
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(&[b'n'; 300_000]).unwrap();
    let resume = format!("Range: bytes=150000-\r\nIf-Range: {tag}\r\n");
    let rest = client.get("/a.mp4", &resume);
    assert_eq!(rest.status, 200);
    assert!(rest.body == [b'n'; 300_000]);
    assert_ne!(rest.field("ETag"), Some(&*tag));
}
