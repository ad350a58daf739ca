//! `--log-file`: a file that is appended to, moved, cut off and opened again.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::support::{Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_log_is_appended_to_a_file,
        a_moved_log_loses_and_tears_no_line_under_load,
        a_log_that_was_cut_off_begins_at_its_start,
        without_the_option_a_signal_opens_nothing,
        a_log_that_cannot_be_opened_again_is_still_written,
        a_full_disk_is_said_once_and_stops_nothing,
        wrong_files_are_said_in_a_line,
        the_grants_name_the_file_and_the_folder,
    ]
}

const AGAIN: &str = "opened the log ";

fn serving(folder: &Folder, log: &Path, flags: &[&str]) -> Porthole {
    let log = log.display().to_string();
    Porthole::with(folder, &[&["--log-file", &log], flags].concat())
}

/// Returns the lines of a file once there are so many.
fn lines_of(path: &Path, count: usize) -> Vec<String> {
    let asked = Instant::now();
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<_> = text.lines().map(String::from).collect();
        if text.ends_with('\n') && lines.len() >= count {
            return lines;
        }
        assert!(asked.elapsed() < TIMEOUT, "{count} lines: {text}");
        std::thread::yield_now();
    }
}

fn stop(porthole: &mut Porthole) {
    porthole.signal(Signal::TERM);
    assert!(porthole.wait().success());
}

/// Also with `--quiet`, which is about the terminal.
fn the_log_is_appended_to_a_file() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.log");
    for (number, flags) in [(1, &[][..]), (2, &["--quiet"])] {
        let mut porthole = serving(&folder, &log, flags);
        porthole.get(&format!("/{number}"));
        stop(&mut porthole);
        assert_eq!(porthole.log().to_end(), [""; 0]);
    }
    let lines = lines_of(&log, 2);
    assert_eq!(lines.len(), 2);
    for (line, target) in lines.iter().zip(["/1", "/2"]) {
        assert!(
            line.contains(&format!("\"GET {target} HTTP/1.1\" 404 15 ")),
            "{line}"
        );
    }
    // Who may read files of others must not learn who has come.
    let mode = log.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o137, 0, "{mode:o}");
}

/// Ends the clients, also when the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn a_moved_log_loses_and_tears_no_line_under_load() {
    const CLIENTS: usize = 4;
    const MOVES: usize = 5;
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.json");
    let flags = ["--log-format", "json", "--log-reopen", "--workers", "2"];
    let mut porthole = serving(&folder, &log, &flags);
    let said = format!(
        "creating and writing files in {}, for",
        logs.path().display()
    );
    porthole.errors().wait_for(&said);
    let is_over = AtomicBool::new(false);
    let requests = std::thread::scope(|scope| {
        let over = Over(&is_over);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let mut connection = porthole.client();
                // The lines of a turn are longer than a chunk.
                let fields = format!("User-Agent: {}\r\n", "\u{e9}".repeat(500));
                let is_over = &is_over;
                scope.spawn(move || {
                    let mut requests = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        connection.get(&format!("/{client}-{requests}"), &fields);
                        requests += 1;
                    }
                    requests
                })
            })
            .collect();
        for number in 0..MOVES {
            lines_of(&log, 10);
            fs::rename(&log, logs.join(format!("old-{number}"))).unwrap();
            porthole.signal(Signal::USR2);
            let again = |line: &str| line.contains(AGAIN);
            porthole.errors().wait_for_several(number + 1, again, AGAIN);
            assert!(log.exists());
        }
        drop(over);
        let requests = clients.into_iter().map(|client| client.join().unwrap());
        requests.sum::<usize>()
    });
    stop(&mut porthole);
    let old = (0..MOVES).map(|number| logs.join(format!("old-{number}")));
    let files = old.chain([log]);
    let text: Vec<_> = files
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    assert!(
        text.iter()
            .all(|text| text.is_empty() || text.ends_with('\n'))
    );
    let target = |line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["target"].as_str().expect("a request").to_owned()
    };
    let targets: Vec<_> = text
        .iter()
        .flat_map(|text| text.lines().map(target))
        .collect();
    assert_eq!(targets.len(), requests);
    assert_eq!(targets.iter().collect::<BTreeSet<_>>().len(), targets.len());
}

/// This is what `copytruncate` of logrotate does.
fn a_log_that_was_cut_off_begins_at_its_start() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("access.log");
    let porthole = serving(&folder, &log, &[]);
    let mut client = porthole.client();
    for round in 0..3 {
        for number in 0..20 {
            client.get(&format!("/{round}-{number}"), "");
        }
        let lines = lines_of(&log, 20);
        assert_eq!(lines.len(), 20);
        let expected = |number| format!("\"GET /{round}-{number} HTTP/1.1\"");
        let all = (0..20).all(|number| lines[number].contains(&expected(number)));
        assert!(all, "{lines:#?}");
        File::options()
            .write(true)
            .open(&log)
            .unwrap()
            .set_len(0)
            .unwrap();
    }
}

fn without_the_option_a_signal_opens_nothing() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let (log, moved) = (logs.join("access.log"), logs.join("moved"));
    let porthole = serving(&folder, &log, &[]);
    fs::rename(&log, &moved).unwrap();
    porthole.signal(Signal::USR2);
    porthole
        .errors()
        .wait_for("SIGUSR2 opens the log again with --log-reopen alone");
    porthole.get("/a");
    lines_of(&moved, 1);
    assert!(!log.exists());
}

fn a_log_that_cannot_be_opened_again_is_still_written() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.file("logs/access.log", "");
    let porthole = serving(&folder, &log, &["--log-reopen"]);
    let moved = logs.join("moved");
    fs::rename(&log, &moved).unwrap();
    fs::create_dir(&log).unwrap();
    porthole.signal(Signal::USR2);
    porthole
        .errors()
        .wait_for("again, the old file is still written: ");
    porthole.get("/a");
    assert_eq!(lines_of(&moved, 1).len(), 1);
    fs::remove_dir(&log).unwrap();
    porthole.signal(Signal::USR2);
    porthole.errors().wait_for(AGAIN);
    porthole.get("/b");
    assert_eq!(lines_of(&log, 1).len(), 1);
}

fn a_full_disk_is_said_once_and_stops_nothing() {
    let folder = Folder::new();
    let porthole = serving(&folder, Path::new("/dev/full"), &[]);
    let mut client = porthole.client();
    let said = "the log cannot be written: No space left";
    for _ in 0..10 {
        assert_eq!(client.get("/a", "").status, 404);
        porthole.errors().wait_for(said);
    }
    let lines = porthole.errors().so_far();
    let count = lines.iter().filter(|line| line.contains(said)).count();
    assert_eq!(count, 1, "{lines:#?}");
}

fn wrong_files_are_said_in_a_line() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let path = |path: &Path| path.display().to_string();
    let served = path(&folder.join("access.log"));
    let (log, fifo) = (path(&logs.join("log")), path(&logs.fifo("fifo")));
    // `join` would make the folder.
    let missing = path(&logs.path().join("missing/log"));
    let directory = path(&logs.folder("directory"));
    let linked = logs.link("linked", folder.path());
    let linked = path(&linked.join("log"));
    let above = Folder::within(logs.path());
    fs::set_permissions(above.path(), Permissions::from_mode(0o755)).unwrap();
    let cannot = |path: &str, reason: &str| format!("cannot open the log {path}: {reason}");
    let is_served = |path: &str| format!("the log {path} is in what is served");
    // (what is served, options, exit status, what is said)
    let rows = [
        (&folder, vec!["--log-file", &served], 1, is_served(&served)),
        (&folder, vec!["--log-file", &linked], 1, is_served(&linked)),
        (
            &folder,
            vec!["--log-file", &missing],
            1,
            cannot(&missing, "No such file"),
        ),
        (
            &folder,
            vec!["--log-file", &directory],
            1,
            cannot(&directory, "Is a directory"),
        ),
        (
            &folder,
            vec!["--log-file", &fifo],
            1,
            cannot(&fifo, "No such device"),
        ),
        (
            &folder,
            vec!["--log-file", "/dev/null", "--log-reopen"],
            1,
            "'--log-reopen' is for files, and /dev/null is a device".to_owned(),
        ),
        (
            &above,
            vec!["--log-file", &log, "--log-reopen"],
            1,
            "'--log-reopen' would let the process write what is served".to_owned(),
        ),
        (
            &folder,
            vec!["--log-reopen"],
            2,
            "'--log-reopen' needs '--log-file <FILE>'".to_owned(),
        ),
        (
            &folder,
            vec!["--log-format", "xml"],
            2,
            "invalid value 'xml'".to_owned(),
        ),
        (
            &folder,
            vec!["--log-file", ""],
            2,
            "a value is required".to_owned(),
        ),
    ];
    for (folder, options, status, words) in &rows {
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(["--port", "0"])
            .args(options);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(*status), "{options:?}: {said}");
        assert!(said.contains(words), "{options:?}: {said}");
        if *status == 1 {
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
    let made = [&served, &linked, &log].map(|path| Path::new(path).exists());
    assert_eq!(made, [false; 3]);
}

fn the_grants_name_the_file_and_the_folder() {
    let (folder, logs) = (Folder::new(), Folder::new());
    let log = logs.join("log");
    let shown = log.display().to_string();
    let printed = |options: &[&str]| {
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(["--log-file", &shown])
            .args(options);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let appended = format!("  log        {shown}, appended to by the process alone\n");
    let made = format!(
        "             {}, in which the process may create and write files, for --log-reopen\n",
        logs.path().display()
    );
    let text = printed(&["--grants", "--log-reopen"]);
    assert!(
        text.contains(&[appended.as_str(), &made].concat()),
        "{text}"
    );
    let text = printed(&["--grants"]);
    assert!(text.contains(&appended) && !text.contains(&made), "{text}");
    let rows = [
        (&["--log-reopen"][..], serde_json::json!(logs.path())),
        (&[], ().into()),
    ];
    each(&rows, |(options, folder)| {
        let json = printed(&[&["--grants=json"], *options].concat());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&json["log_file"], &json["log_folder"]),
            (&shown.as_str().into(), folder)
        );
    });
    assert!(!log.exists());
}
