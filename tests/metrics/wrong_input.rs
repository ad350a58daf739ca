//! Values of `--admin` that cannot be used, each with its line.

use std::net::TcpListener;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![wrong_addresses_are_said_in_a_line]
}

fn wrong_addresses_are_said_in_a_line() {
    let folder = Folder::new();
    let media = folder.folder("media");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken
        .local_addr()
        .map(|address| (taken, address.to_string()))
        .unwrap();
    let file = folder.file("file", "");
    let is_file = format!("unix:{}", file.display());
    // Flags, exit code, words of the error.
    let rows: &[(&[&str], i32, &str)] = &[
        (&["--admin"], 2, "a value is required"),
        (&["--admin", ""], 2, "--admin"),
        (
            &["--admin", "9000"],
            2,
            "an address is needed, as in 127.0.0.1:9000",
        ),
        (
            &["--admin", "127.0.0.1"],
            2,
            "a port is needed, as in 127.0.0.1:9000",
        ),
        (
            &["--admin", "localhost"],
            2,
            "a port is needed, as in 127.0.0.1:9000",
        ),
        (
            &["--admin", "::1"],
            2,
            "a port is needed, as in 127.0.0.1:9000",
        ),
        (&["--admin", "127.0.0.1:x"], 2, "'x' is no port"),
        (&["--admin", "127.0.0.1:65536"], 2, "'65536' is no port"),
        (&["--admin", "[::1:9000"], 2, "the bracket is not closed"),
        (
            &["--admin", "https://127.0.0.1:9000"],
            2,
            "leave 'https://' out",
        ),
        (
            &["--admin", "ftp://127.0.0.1:9000"],
            2,
            "only 'http://' may stand",
        ),
        (&["--admin", "unix:"], 2, "a path is needed"),
        (&["--admin", "unix:@abstract"], 2, "an abstract socket"),
        (
            &["--admin", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
            2,
            "cannot be used multiple times",
        ),
        (
            &["--admin", "nowhere.invalid:1"],
            1,
            "cannot listen on nowhere.invalid: ",
        ),
        (
            &["--admin", "192.0.2.1:0"],
            1,
            "this system does not have that address",
        ),
        (&["--admin", &taken.1], 1, "port 0 picks a free one"),
        (&["--admin", &is_file], 1, "cannot listen on unix:"),
        (
            &["--admin", "unix:/nowhere/at/all"],
            1,
            "cannot listen on unix:/nowhere/at/all",
        ),
    ];
    each(rows, |(flags, code, words)| {
        let mut command = Porthole::command();
        let output = command
            .arg(&media)
            .args(["--port", "0"])
            .args(*flags)
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(*code), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(words), "{error}");
        assert!(*code == 2 || error.lines().count() == 1, "{error}");
        assert!(output.stdout.is_empty());
    });
    assert_eq!(
        std::fs::read(&file).unwrap(),
        b"",
        "it is no socket of ours"
    );
}
