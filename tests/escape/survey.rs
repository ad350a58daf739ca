//! Attempts of a component to reach more with the functions that it has.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::LazyLock;
use std::time::SystemTime;

use libtest_mimic::Trial;
use porthole::Limits;

use super::{Case, attempt};
use crate::library::failures::says_back;
use crate::support::{Client, Folder, Hosted};

const BENEATH: &str = "paths are resolved beneath the folder";
const READ_ONLY: &str = "the folder is granted to be read";
const FILES_ONLY: &str = "only files and folders are opened";
const NO_FLUSHING: &str = "who may not write may not flush or advise";
const INBOX: &str = "`bind` finds a granted listener or fails";
const STATES: &str = "a socket's states";
const CLOCKS: &str = "clocks can be read, not set";
const NOTHING: &str = "nothing has that name, or is read that way";
const EMPTY: &str = "not given to the component";
const MEMORY: &str = "limit of memory";
const INSIDE: &str = "none: it is what was granted";

/// A path, the results of [`HOWS`], and the reason.
type Row = (&'static str, [&'static str; 4], &'static str);

/// Functions that take a path: opening, examining, hashing, and asking where links lead.
const HOWS: [&str; 4] = ["open", "stat", "hash", "follow"];

/// Attempts at paths, one of each function for each path.
#[rustfmt::skip]
const PATHS: &[Row] = &[
    ("inside", ["allowed", "allowed", "allowed", "allowed"], INSIDE),
    ("sub/../inside", ["allowed", "allowed", "allowed", "NotPermitted"], BENEATH),
    ("../secret", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("sub/../../secret", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("./../secret", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("sub/./.././../secret", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("inside/../../secret", ["NotDirectory", "NotDirectory", "NotDirectory", "NotPermitted"], NOTHING),
    ("../root/inside", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("/etc/passwd", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("//etc/passwd", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("/proc/self/environ", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("/proc/self/root/etc/passwd", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("/dev/null", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("/dev/stdin", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("/", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("..", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("../", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("sub/../..", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("", ["NoEntry", "NoEntry", "NoEntry", "NoEntry"], NOTHING),
    ("inside/", ["NotDirectory", "NotDirectory", "NotDirectory", "NotDirectory"], NOTHING),
    ("inside/.", ["NotDirectory", "NotDirectory", "NotDirectory", "NotDirectory"], NOTHING),
    ("..\\\\secret", ["NoEntry", "NoEntry", "NoEntry", "NoEntry"], NOTHING),
    ("%2e%2e/secret", ["NoEntry", "NoEntry", "NoEntry", "NoEntry"], NOTHING),
    ("inside\\u{0}../secret", ["Invalid", "Invalid", "Invalid", "Invalid"], NOTHING),
    ("link-out", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-absolute", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-folder/secret", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-chain", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-by-parent", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-to-proc", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-to-device", ["NotPermitted", "NotPermitted", "NotPermitted", "NotPermitted"], BENEATH),
    ("link-to-itself", ["Loop", "Loop", "Loop", "Loop"], NOTHING),
    ("fifo", ["NotPermitted", "allowed", "allowed", "allowed"], FILES_ONLY),
    ("link-to-fifo", ["NotPermitted", "allowed", "allowed", "allowed"], FILES_ONLY),
    ("socket", ["NotPermitted", "allowed", "allowed", "allowed"], FILES_ONLY),
];

/// All other attempts.
#[rustfmt::skip]
const OTHERS: &[(&str, &str, &str)] = &[
    ("environment variables", "0", EMPTY),
    ("arguments", "porthole --listen=ADDRESS", EMPTY),
    ("working directory", "none", EMPTY),
    ("hours on the monotonic clock", "0", EMPTY),
    ("resolution of the clocks", "1", CLOCKS),
    ("wait for 584 years", "given up", CLOCKS),
    ("wait until the end of time", "given up", CLOCKS),
    ("grow memory to 4 GiB", "refused", MEMORY),
    ("bind another port", "AccessDenied", INBOX),
    ("bind any port", "AccessDenied", INBOX),
    ("bind a low port", "AccessDenied", INBOX),
    ("bind every address", "AccessDenied", INBOX),
    ("bind another address", "AccessDenied", INBOX),
    ("bind the broadcast address", "AccessDenied", INBOX),
    ("bind IPv6", "AccessDenied", INBOX),
    ("bind every IPv6 address", "AccessDenied", INBOX),
    ("bind the address mapped into IPv6", "AccessDenied", INBOX),
    ("bind the address of a Unix socket", "AccessDenied", INBOX),
    ("listen a second time", "AddressInUse", INBOX),
    ("listen without an address", "InvalidState", STATES),
    ("ask for a peer without one", "InvalidState", STATES),
    ("send without a connection", "InvalidState", STATES),
    ("receive without a connection", "InvalidState", STATES),
    ("TLS without a connection", "TlsVersion::None", STATES),
    ("TLS of a plain connection", "TlsVersion::None", INSIDE),
    ("bind twice", "InvalidState", STATES),
    ("bind a connection", "InvalidState", STATES),
    ("listen on a connection", "InvalidState", STATES),
    ("send a second time", "InvalidState", STATES),
    ("receive a second time", "InvalidState", STATES),
    ("directories", "1", EMPTY),
    ("name of the directory", "/", EMPTY),
    ("open a name of 5,000 letters", "NameTooLong", NOTHING),
    ("open a path of 14,000 letters", "NameTooLong", NOTHING),
    ("climb from a folder inside", "NotPermitted", BENEATH),
    ("read a link that leads out", "NotPermitted", BENEATH),
    ("read a folder as a file", "IsDirectory", NOTHING),
    ("read beyond the greatest offset", "Invalid", NOTHING),
    ("send a range without a connection", "closed", STATES),
    ("send a range of a folder", "not-at-hand", NOTHING),
    ("send nothing of a file", "not-at-hand", NOTHING),
    ("send a range behind the end", "not-at-hand", NOTHING),
    ("send a range at the greatest offset", "not-at-hand", NOTHING),
    ("send a range at a negative offset", "not-at-hand", NOTHING),
    ("send a range around the end of numbers", "not-at-hand", NOTHING),
    ("send 16 EiB", "not-at-hand", NOTHING),
    ("open to write", "NotPermitted", READ_ONLY),
    ("open to read and write", "NotPermitted", READ_ONLY),
    ("open to write with a slash", "NotPermitted", READ_ONLY),
    ("open to write by a link", "NotPermitted", READ_ONLY),
    ("open a FIFO to write", "NotPermitted", READ_ONLY),
    ("truncate", "NotPermitted", READ_ONLY),
    ("truncate unannounced", "NotPermitted", READ_ONLY),
    ("create", "NotPermitted", READ_ONLY),
    ("create unannounced", "NotPermitted", READ_ONLY),
    ("create exclusively", "NotPermitted", READ_ONLY),
    ("create in a folder", "NotPermitted", READ_ONLY),
    ("create outside", "NotPermitted", READ_ONLY),
    ("create by a link that leads out", "NotPermitted", READ_ONLY),
    ("open a folder to write", "NotPermitted", READ_ONLY),
    ("open for synchronous writes", "Unsupported", READ_ONLY),
    ("open to write by way of a folder", "NotPermitted", READ_ONLY),
    ("create by way of a folder", "NotPermitted", READ_ONLY),
    ("remove by way of a folder", "NotPermitted", READ_ONLY),
    ("move out of a folder", "NotPermitted", READ_ONLY),
    ("create a folder", "NotPermitted", READ_ONLY),
    ("create a folder with a slash", "NotPermitted", READ_ONLY),
    ("create a folder outside", "NotPermitted", READ_ONLY),
    ("remove a folder", "NotPermitted", READ_ONLY),
    ("remove a folder with a slash", "NotPermitted", READ_ONLY),
    ("remove a folder outside", "NotPermitted", READ_ONLY),
    ("remove the root", "NotPermitted", READ_ONLY),
    ("remove a file", "NotPermitted", READ_ONLY),
    ("remove a link", "NotPermitted", READ_ONLY),
    ("remove a file outside", "NotPermitted", READ_ONLY),
    ("rename", "NotPermitted", READ_ONLY),
    ("rename over another", "NotPermitted", READ_ONLY),
    ("rename a folder", "NotPermitted", READ_ONLY),
    ("rename out", "NotPermitted", READ_ONLY),
    ("rename in", "NotPermitted", READ_ONLY),
    ("rename in by a link", "NotPermitted", READ_ONLY),
    ("link", "NotPermitted", READ_ONLY),
    ("link and follow", "NotPermitted", READ_ONLY),
    ("link what is outside", "NotPermitted", READ_ONLY),
    ("link what a link leads to", "NotPermitted", READ_ONLY),
    ("link to outside", "NotPermitted", READ_ONLY),
    ("link by symbol", "NotPermitted", READ_ONLY),
    ("link by symbol what is outside", "NotPermitted", READ_ONLY),
    ("link by symbol outside", "NotPermitted", READ_ONLY),
    ("date", "NotPermitted", READ_ONLY),
    ("date a link", "NotPermitted", READ_ONLY),
    ("date what is outside", "NotPermitted", READ_ONLY),
    ("date the root", "NotPermitted", READ_ONLY),
    ("date an open file", "NotPermitted", READ_ONLY),
    ("empty an open file", "NotPermitted", READ_ONLY),
    ("lengthen an open file", "NotPermitted", READ_ONLY),
    ("flush a file", "NotPermitted", NO_FLUSHING),
    ("flush a file's data", "NotPermitted", NO_FLUSHING),
    ("flush a folder", "NotPermitted", NO_FLUSHING),
    ("advise about a file", "NotPermitted", NO_FLUSHING),
    ("write to an open file", "NotPermitted", READ_ONLY),
    ("write far beyond its end", "NotPermitted", READ_ONLY),
    ("append to an open file", "NotPermitted", READ_ONLY),
    ("write to a folder", "BadDescriptor", READ_ONLY),
    ("time of day", "true", CLOCKS),
    ("type of the folder", "allowed", INSIDE),
    ("metadata of the folder", "allowed", INSIDE),
    ("hash of the folder", "allowed", INSIDE),
    ("is the folder itself", "true", INSIDE),
    ("may be changed when opened to be", "false", READ_ONLY),
];

pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let each = attempts().into_iter().map(|(name, expected, _)| {
        let tried = name.clone();
        attempt(module, &name, move || {
            assert_eq!(
                SURVEY.outcomes.get(&tried).map(String::as_str),
                Some(expected)
            );
        })
    });
    each.chain([
        attempt(module, "no attempt is missing", || {
            let known: Vec<_> = attempts().into_iter().map(|(name, ..)| name).collect();
            let made: Vec<_> = SURVEY
                .outcomes
                .keys()
                .filter(|name| !known.contains(name))
                .collect();
            assert!(made.is_empty(), "not in the table: {made:#?}");
        }),
        attempt(module, "nothing has changed", || {
            assert_eq!(SURVEY.after, SURVEY.before)
        }),
        attempt(
            module,
            "open a device of a granted /dev",
            devices_are_not_opened,
        ),
    ])
    .collect()
}

pub fn cases() -> Vec<Case> {
    let paths = PATHS.iter().flat_map(|(path, outcomes, enforced_by)| {
        let path = code(path);
        let mut rows: Vec<(String, &str, _)> = Vec::new();
        for (how, outcome) in HOWS.into_iter().zip(outcomes) {
            match rows.iter_mut().find(|(_, known, _)| known == outcome) {
                Some((hows, ..)) => *hows += &format!(", {how}"),
                None => rows.push((how.to_owned(), *outcome, *enforced_by)),
            }
        }
        let named = move |(hows, outcome, by)| (format!("{hows} {path}"), outcome, by);
        rows.into_iter().map(named)
    });
    let others = OTHERS
        .iter()
        .map(|(name, outcome, enforced_by)| ((*name).to_owned(), *outcome, *enforced_by));
    let device = (
        "open a device of a granted `/dev`".to_owned(),
        "NotPermitted",
        FILES_ONLY,
    );
    let case = |(attempt, outcome, enforced_by): (String, &str, _)| Case {
        attempt,
        outcome: outcome.to_owned(),
        enforced_by,
        costs: None,
    };
    paths.chain(others).chain([device]).map(case).collect()
}

fn code(path: &str) -> String {
    match path {
        "" => "an empty path".to_owned(),
        path => format!("`{path}`"),
    }
}

fn attempts() -> Vec<(String, &'static str, &'static str)> {
    let paths = PATHS.iter().flat_map(|(path, outcomes, enforced_by)| {
        let hows = HOWS.into_iter().zip(outcomes);
        hows.map(move |(how, outcome)| (format!("{how} '{path}'"), *outcome, *enforced_by))
    });
    let others = OTHERS
        .iter()
        .map(|(name, outcome, enforced_by)| ((*name).to_owned(), *outcome, *enforced_by));
    paths.chain(others).collect()
}

/// The survey, which one instance makes once for all trials.
static SURVEY: LazyLock<Survey> = LazyLock::new(Survey::make);

struct Survey {
    outcomes: BTreeMap<String, String>,
    before: Vec<Entry>,
    after: Vec<Entry>,
}

impl Survey {
    fn make() -> Self {
        let folder = Folder::new();
        let _socket = furnish(&folder);
        let before = contents(folder.path());
        let hosted = host(&folder.join("root"));
        let mut client = hosted.client();
        says_back(&mut client, "!survey");
        let outcomes = outcomes(&mut client);
        // None of the attempts has harmed the instance.
        says_back(&mut hosted.client(), "hello");
        assert!(hosted.notices().so_far().is_empty());
        let after = contents(folder.path());
        Self {
            outcomes,
            before,
            after,
        }
    }
}

/// Reads the report that follows the order to make the survey.
pub fn outcomes(client: &mut Client) -> BTreeMap<String, String> {
    let address = client.stream().peer_addr().unwrap().to_string();
    let report = String::from_utf8(client.read_to_end()).unwrap();
    let mut outcomes = BTreeMap::new();
    for line in report.replace(&address, "ADDRESS").lines() {
        println!("{line}");
        let (attempt, outcome) = line.rsplit_once(": ").unwrap();
        let outcome = outcome.trim_start_matches("ErrorCode::");
        let again = outcomes.insert(attempt.to_owned(), outcome.to_owned());
        assert_eq!(again, None, "{attempt}");
    }
    assert!(outcomes.remove("done").is_some(), "{report}");
    outcomes
}

fn host(root: &Path) -> Hosted {
    let limits = Limits {
        workers: 1,
        memory: 16 << 20,
        ..Limits::default()
    };
    let arguments = |granted: SocketAddr| vec![format!("--listen={granted}")];
    Hosted::start(artifacts::ESCAPE, root, arguments, limits).unwrap()
}

/// Creates the files for the paths of `tests/guests/escape/src/paths.rs`.
pub fn furnish(folder: &Folder) -> UnixListener {
    folder.file("secret", "SECRET");
    folder.folder("beside");
    folder.file("root/inside", "inside");
    folder.file("root/sub/inside", "inside");
    folder.folder("root/empty");
    folder.folder("root/renamed-folder");
    for name in [
        "removed",
        "renamed",
        "replaced",
        "replacing",
        "moved",
        "linked",
        "dated",
    ] {
        folder.file(Path::new("root").join(name), name);
        folder.file(Path::new("root/sub").join(name), name);
    }
    folder.fifo("root/fifo");
    for (name, target) in [
        ("link-inside", "inside"),
        ("link-out", "../secret"),
        ("link-removed", "inside"),
        ("link-folder", ".."),
        ("link-chain", "sub/link-out"),
        ("sub/link-out", "../../secret"),
        ("link-by-parent", "sub/../../secret"),
        ("link-to-proc", "/proc/self/environ"),
        ("link-to-device", "/dev/null"),
        ("link-to-itself", "link-to-itself"),
        ("link-to-nothing", "../new"),
        ("link-to-fifo", "fifo"),
    ] {
        folder.link(Path::new("root").join(name), target);
    }
    folder.link("root/link-absolute", folder.join("secret"));
    UnixListener::bind(folder.join("root/socket")).unwrap()
}

type Entry = (String, SystemTime, Vec<u8>);

/// Returns every file and directory with its content and its time of change.
fn contents(folder: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        let content = match metadata.is_file() {
            true => std::fs::read(&path).unwrap(),
            false => Vec::new(),
        };
        found.push((
            path.display().to_string(),
            metadata.modified().unwrap(),
            content,
        ));
        if metadata.is_dir() {
            found.extend(contents(&path));
        }
    }
    found.sort();
    found
}

/// Here the granted directory contains devices.
fn devices_are_not_opened() {
    let hosted = host(Path::new("/dev"));
    for device in ["null", "zero", "full", "tty", "ptmx"] {
        let mut client = hosted.client();
        says_back(&mut client, &format!("!open: {device}"));
        assert_eq!(
            response(&mut client),
            format!("{device}: ErrorCode::NotPermitted\n")
        );
    }
}

fn response(client: &mut Client) -> String {
    let mut response = vec![0; 1_024];
    let count = client.read_some(&mut response);
    String::from_utf8(response[..count].to_vec()).unwrap()
}
