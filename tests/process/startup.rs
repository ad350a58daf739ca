//! The start of the program, and the messages when it fails.

use std::net::{SocketAddr, TcpListener};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_busy_port_is_one_line,
        the_port_is_4000_unless_told,
        unservable_paths_are_reported_in_one_line,
        wrong_usage_is_2,
        invalid_arguments_are_reported_by_the_component,
        help_and_version_are_0,
        every_flag_has_a_variable,
        no_variable_of_the_build_sets_a_flag,
        a_flags_variable_says_yes_or_no,
        control_characters_in_arguments_are_escaped,
        however_few_files_it_may_open_it_serves_or_says_why,
        several_addresses,
        a_flood_on_one_address_leaves_the_others_their_turn,
        the_readme_shows_these_lines,
    ]
}

fn run(arguments: &[&str]) -> Output {
    Porthole::command().args(arguments).output().unwrap()
}

/// Returns the one line on standard error of a failed start, without its prefix.
fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let line = text
        .strip_prefix("porthole: ")
        .and_then(|line| line.strip_suffix('\n'));
    let line = line.unwrap_or_else(|| panic!("{text:?}"));
    assert!(!line.contains('\n'), "{text:?}");
    line.to_owned()
}

fn a_busy_port_is_one_line() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let port = address.port().to_string();
    let output = run(&[folder.path().to_str().unwrap(), "--port", &port]);
    // This process holds the port.
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    let expected = format!(
        "cannot listen on {address}: Address already in use (os error 98); \
         {} (process {}) listens there; --port 0 picks a free port",
        name.trim_end(),
        std::process::id()
    );
    assert_eq!(complaint(&output), expected);
}

/// The port is taken by this test or by another program. The message names it.
fn the_port_is_4000_unless_told() {
    let folder = Folder::new();
    let _taken = TcpListener::bind("127.0.0.1:4000");
    let complaint = complaint(&run(&[folder.path().to_str().unwrap()]));
    assert!(
        complaint.starts_with("cannot listen on 127.0.0.1:4000: "),
        "{complaint}"
    );
    assert!(
        complaint.ends_with("--port 0 picks a free port"),
        "{complaint}"
    );
}

fn unservable_paths_are_reported_in_one_line() {
    let folder = Folder::new();
    folder.link("loop", "loop");
    folder.link("nowhere", "missing");
    folder.fifo("fifo");
    let rows = [
        ("missing", "No such file or directory (os error 2)"),
        ("nowhere", "No such file or directory (os error 2)"),
        ("loop", "Too many levels of symbolic links (os error 40)"),
        ("fifo", "it is neither a directory nor a regular file"),
    ];
    each(&rows, |(name, reason)| {
        let path = folder.join(name);
        let path = path.to_str().unwrap();
        let complaint = complaint(&run(&[path, "--port", "0"]));
        assert_eq!(complaint, format!("cannot read {path}: {reason}"));
    });
}

fn wrong_usage_is_2() {
    let folder = Folder::new();
    let path = folder.path().to_str().unwrap();
    let rows: &[&[&str]] = &[
        &[path, path],
        &[path, "--no-such-flag"],
        &[path, "--port", "65536"],
        &[path, "--port", "-1"],
        &[path, "--bind", "1.2.3"],
        &[path, "--workers", "0"],
        &[path, "--max-connections", "0"],
        &[path, "--memory", "1"],
        &[path, "--index", "../secret"],
        &[path, "--quiet", "--verbose"],
        &[path, "--cache-control", ""],
        &[path, "--log-format", "pretty"],
    ];
    each(rows, |arguments| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{output:?}"
        );
    });
}

/// The component checks the fields of `--header` and the memory that it needs. The
/// program reports its errors like any wrong usage.
fn invalid_arguments_are_reported_by_the_component() {
    let long = ["X: ", &"x".repeat(4_097 - "X: \r\n".len())].concat();
    let folder = Folder::new();
    let path = folder.path().to_str().unwrap();
    let rows: &[(&[&str], &str)] = &[
        (
            &["--header", "no colon"],
            "--header: not a header field: \"no colon\"",
        ),
        (
            &["--header", "Content-Length: 1"],
            "--header: the server writes Content-Length itself",
        ),
        (
            &["--header", "A: b\rC: d"],
            "--header: not a header field: \"A: b\\rC: d\"",
        ),
        (
            &["--header", &long],
            "--header: header fields of 4097 bytes altogether: there may be 4096",
        ),
        (
            &["--cache", "1024", "--memory", "256", "--workers", "8"],
            "--memory: 256 MiB are too little for what --max-connections and --cache allow, \
             which needs 1088 MiB",
        ),
        (
            &["--cache-control", "a\nb"],
            "--cache-control: not a value for Cache-Control: \"a\\nb\"",
        ),
    ];
    each(rows, |(arguments, reason)| {
        let output = run(&[&[path, "--port", "0"], *arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        let first = format!("error: {reason}");
        let last = "For more information, try '--help'.";
        assert!(text.lines().eq([first.as_str(), "", last]), "{text}");
    });
}

fn help_and_version_are_0() {
    let output = run(&["--version"]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.starts_with(b"porthole "), "{output:?}");
    let output = run(&["--help"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for words in [
        "Usage: porthole",
        "--port",
        "[default: 4000]",
        "PORTHOLE_PORT",
    ] {
        assert!(text.contains(words), "{words} is not in:\n{text}");
    }
}

fn every_flag_has_a_variable() {
    let folder = Folder::new();
    folder.file(".hidden", "h");
    folder.file("start.html", "s");
    let variables = [
        ("PORTHOLE_PATH", folder.path().to_str().unwrap()),
        ("PORTHOLE_PORT", "0"),
        ("PORTHOLE_BIND", "127.0.0.1,127.0.0.2"),
        ("PORTHOLE_WORKERS", "1"),
        ("PORTHOLE_INDEX", "start.html"),
        ("PORTHOLE_HIDDEN", "true"),
        ("PORTHOLE_SPA", "true"),
        ("PORTHOLE_CACHE_CONTROL", "max-age=60"),
        ("PORTHOLE_CORS", "true"),
        ("PORTHOLE_VERBOSE", "true"),
        ("PORTHOLE_LOG_FORMAT", "terminal"),
        ("PORTHOLE_LOG_MILLISECONDS", "true"),
        ("PORTHOLE_MAX_CONNECTIONS", "7"),
        ("PORTHOLE_MAX_PER_ADDRESS", "7"),
        ("PORTHOLE_RATE", "1000"),
        ("PORTHOLE_THROTTLE", "1000"),
        ("PORTHOLE_MEMORY", "64"),
        ("PORTHOLE_GRACE", "1"),
        ("PORTHOLE_NO_CONFINE", "true"),
    ];
    let mut command = Porthole::command();
    command.envs(variables);
    let porthole = Porthole::start(command);
    porthole.errors().wait_for("at       http://127.0.0.2:");
    porthole.errors().wait_for("sandbox alone: --no-confine");
    assert_eq!(porthole.get("/.hidden").text(), "h");
    assert_eq!(porthole.get("/").text(), "s");
    let response = porthole.get("/missing/page");
    assert_eq!(response.text(), "s");
    assert_eq!(response.field("Cache-Control"), Some("max-age=60"));
    assert_eq!(response.field("Access-Control-Allow-Origin"), Some("*"));
    porthole.log().wait_for("Client connected: ");
    porthole.log().wait_for("  GET  /.hidden");
}

/// `cargo run` and `cargo test` hand the variables of the build script to the program.
fn no_variable_of_the_build_sets_a_flag() {
    let script = include_str!("../../host/build.rs");
    let quoted = script.split('"').skip(1).step_by(2);
    let read = "PORTHOLE_BUILD_";
    let set: Vec<&str> = quoted
        .filter(|text| text.starts_with("PORTHOLE_") && !text.starts_with(read))
        .collect();
    assert!(set.is_empty(), "{set:?}");
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    assert!(
        help.contains("[env: PORTHOLE_PORT") && !help.contains(read),
        "{help}"
    );
}

fn a_flags_variable_says_yes_or_no() {
    let folder = Folder::new();
    folder.file(".hidden", "h");
    let rows = [
        ("1", 200),
        ("true", 200),
        ("Yes", 200),
        ("on", 200),
        ("0", 404),
        ("false", 404),
        ("no", 404),
        ("OFF", 404),
        ("", 404),
    ];
    each(&rows, |(value, status)| {
        let mut command = Porthole::command();
        command.args([folder.path().to_str().unwrap(), "--port", "0"]);
        command.args(["--workers", "1", "--verbose"]);
        // Flags that exclude each other do so only when both are on.
        command.envs([("PORTHOLE_HIDDEN", *value), ("PORTHOLE_QUIET", "0")]);
        let porthole = Porthole::start(command);
        assert_eq!(porthole.get("/.hidden").status, *status);
    });
    // None of them is forgotten.
    let switches = [
        "HIDDEN",
        "SPA",
        "CORS",
        "VERBOSE",
        "QUIET",
        "QR",
        "OPEN",
        "LOG_MILLISECONDS",
        "NO_CONFINE",
    ];
    each(&switches, |name| {
        let mut command = Porthole::command();
        command.args([".", "--grants"]);
        let output = command
            .env(format!("PORTHOLE_{name}"), "off")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    });
    let rows = [
        (
            "PORTHOLE_QUIET",
            "maybe",
            "error: invalid value 'maybe' for '--quiet'",
        ),
        (
            "PORTHOLE_QUIET",
            "1",
            "error: the argument '--verbose' cannot be used with '--quiet'",
        ),
    ];
    each(&rows, |(name, value, error)| {
        let mut command = Porthole::command();
        let output = command.args(["-v", "."]).env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with(error), "{text}");
    });
}

/// This covers the paths in the start-up lines and in errors.
fn control_characters_in_arguments_are_escaped() {
    let folder = Folder::new();
    let served = folder.folder("a\x1b[2Jb\nc");
    let porthole = Porthole::with(&served, &["--workers", "1"]);
    porthole.errors().wait_for("  stop ");
    let name = "a\\u{1b}[2Jb\\nc";
    porthole
        .errors()
        .wait_for(&format!("/{name}; accepting on"));
    let lines = porthole.errors().so_far().concat();
    assert!(!lines.contains(char::is_control), "{lines:?}");

    let missing = folder.join("\x1b[2J\u{9b}2J");
    let missing = missing.to_str().unwrap();
    let path = served.to_str().unwrap();
    let rows: [&[&str]; 5] = [
        &[missing],
        &[path, "--component", missing],
        &[path, "--reload-from", missing],
        &[path, missing],
        &[path, "--grants", missing],
    ];
    each(&rows, |arguments| {
        let output = run(arguments);
        assert!(!output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        let steers = |letter: char| letter.is_control() && letter != '\n';
        assert!(!text.contains(steers), "{text:?}");
    });
    let grants = run(&[path, "--grants"]);
    let text = String::from_utf8(grants.stdout).unwrap();
    assert!(text.contains(name) && !text.contains('\x1b'), "{text}");
}

/// The program prints one clear line or serves.
fn however_few_files_it_may_open_it_serves_or_says_why() {
    let folder = Folder::new();
    folder.file("a", "a");
    // With three descriptors the system can't load the libraries of any program.
    let rows: Vec<u32> = (4..=64).collect();
    each(&rows, |limit| {
        let path = folder.path().to_str().unwrap();
        let script = format!("ulimit -n {limit}; exec \"$0\" \"$@\"");
        let mut command = Porthole::command_through("sh", ["-c", &*script]);
        command.args([path, "--port", "0", "--workers", "1"]);
        command.stdout(Stdio::null());
        let mut porthole = Porthole::not_ready(command);
        let first = &porthole.errors().wait_for_several(1, |_| true, "anything")[0];
        if first.contains("too few") {
            let lines = porthole.errors().to_end();
            let status = porthole.ends_within(TIMEOUT);
            assert_eq!(status.and_then(|status| status.code()), Some(1));
            let expected = format!("porthole: {limit} open files are too few, ");
            assert!(
                lines.len() == 1 && first.starts_with(&expected),
                "{lines:#?}"
            );
            assert!(*limit < 48, "{first}");
            return;
        }
        porthole.errors().wait_for("  stop ");
        assert_eq!(porthole.ready().get("/a").text(), "a");
    });
}

fn several_addresses() {
    let folder = Folder::new();
    folder.file("a", "a");
    // IPv6 is included where the machine has it.
    let six = TcpListener::bind("[::1]:0").is_ok();
    let mut addresses = vec!["--bind", "127.0.0.1", "--bind", "127.0.0.2"];
    if six {
        addresses.extend(["--bind", "::1"]);
    }
    let porthole = Porthole::with(&folder, &addresses);
    let expected = if six { 3 } else { 2 };
    let found = porthole.errors().wait_for_several(
        expected,
        |line| line.contains("http://"),
        "a URL for each address",
    );
    for line in found {
        let address = line.split("http://").nth(1).unwrap().trim_end_matches('/');
        let mut client = crate::support::Client::connect(address.parse().unwrap());
        assert_eq!(client.get("/a", "").text(), "a", "{address}");
    }
}

/// Clients connect and leave without end, while one client on the second address sends
/// requests.
fn a_flood_on_one_address_leaves_the_others_their_turn() {
    const ASKED: usize = 20;
    let folder = Folder::new();
    folder.file("a", "a");
    let flags = ["--bind", "127.0.0.1", "--bind", "127.0.0.2", "--quiet"];
    let porthole = Porthole::with(&folder, &flags);
    let line = porthole.errors().wait_for("http://127.0.0.2:");
    let second = line.split("http://").nth(1).unwrap().trim_end_matches('/');
    let second: SocketAddr = second.parse().unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    // A reset instead of a close, which would leave the ports in
                    // TIME-WAIT.
                    porthole.client().reset();
                }
            });
        }
        let mut served = 0;
        for _ in 0..ASKED {
            let mut client = Client::connect(second);
            client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
            let response = client.read_within(TIMEOUT / 4);
            served += usize::from(response.is_some());
        }
        // Set before an assertion can fail, because the other threads would run on.
        over.store(true, Ordering::Relaxed);
        assert_eq!(served, ASKED);
    });
}

/// The lines that depend on the kernel are left out.
fn the_readme_shows_these_lines() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let start = readme.find("porthole 0.").unwrap();
    let shown = readme[start..].split("```").next().unwrap();
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    porthole.errors().wait_for("  stop ");
    let path = folder.path().canonicalize().unwrap();
    let printed = porthole.errors().so_far().into_iter().map(|line| {
        line.replace(path.to_str().unwrap(), "/home/me/Videos")
            .replace(&porthole.address().to_string(), "127.0.0.1:4000")
    });
    let shown: Vec<&str> = shown.lines().collect();
    let printed: Vec<String> = printed.collect();
    assert_eq!(shown.len(), printed.len(), "{printed:#?}");
    for (shown, printed) in shown.iter().zip(&printed) {
        match shown.strip_prefix("  confined ") {
            Some(_) => assert!(printed.starts_with("  confined by "), "{printed}"),
            None => assert_eq!(shown, printed),
        }
    }
}
