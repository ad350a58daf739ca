//! Values of `--log-file` that cannot be used, each with its line.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        files_that_cannot_be_opened_are_said_in_a_line,
        logs_in_what_is_served_are_refused,
        a_right_to_write_what_is_served_is_refused,
        wrong_options_are_errors_of_usage,
    ]
}

fn shown(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

/// Returns the exit status, and what is said.
fn refusal(folder: &Folder, options: &[&str]) -> (Option<i32>, String) {
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0"])
        .args(options);
    let output = command.output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Fails unless the one line that is said has these words.
fn is_refused(folder: &Folder, options: &[&str], words: &str) {
    let (status, said) = refusal(folder, options);
    assert_eq!(status, Some(1), "{options:?}: {said}");
    assert!(said.contains(words), "{options:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

fn files_that_cannot_be_opened_are_said_in_a_line() {
    let (folder, logs) = (Folder::new(), Folder::new());
    // `join` would make the folder.
    let missing = shown(logs.path().join("missing/log"));
    let (directory, fifo) = (shown(logs.folder("directory")), shown(logs.fifo("fifo")));
    let rows = [
        (&missing, "No such file"),
        (&directory, "Is a directory"),
        (&fifo, "No such device"),
    ];
    each(&rows, |(path, reason)| {
        let words = format!("cannot open the log {path}: {reason}");
        is_refused(&folder, &["--log-file", path], &words);
    });
    let device = ["--log-file", "/dev/null", "--log-reopen"];
    let words = "'--log-reopen' is for files, and /dev/null is a device";
    is_refused(&folder, &device, words);
}

fn logs_in_what_is_served_are_refused() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let linked = logs.link("linked", folder.path());
    for log in [folder.join("access.log"), linked.join("log")] {
        let path = shown(&log);
        let words = format!("the log {path} is in what is served");
        is_refused(&folder, &["--log-file", &path], &words);
        assert!(!log.exists(), "{path}");
    }
}

fn a_right_to_write_what_is_served_is_refused() {
    let logs = Folder::new();
    let served = Folder::within(logs.path());
    fs::set_permissions(served.path(), Permissions::from_mode(0o755)).unwrap();
    let log = logs.join("log");
    let options = ["--log-file", &shown(&log), "--log-reopen"];
    let words = "'--log-reopen' would let the process write what is served";
    is_refused(&served, &options, words);
    assert!(!log.exists());
}

fn wrong_options_are_errors_of_usage() {
    let folder = Folder::new();
    let rows = [
        (
            &["--log-reopen"][..],
            "'--log-reopen' needs '--log-file <FILE>'",
        ),
        (&["--log-format", "xml"], "invalid value 'xml'"),
        (&["--log-file", ""], "a value is required"),
    ];
    each(&rows, |(options, words)| {
        let (status, said) = refusal(&folder, options);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    });
}
