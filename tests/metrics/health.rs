//! `porthole health`, for containers.

use std::io::Read as _;
use std::net::Shutdown;
use std::process::Output;

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::scrape::observed;
use crate::support::{Client, Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        it_says_whether_the_server_is_ready,
        the_variable_of_the_server_is_that_of_the_command,
        what_does_not_respond_is_one_line,
    ]
}

fn health(arguments: &[&str], variable: Option<&str>) -> Output {
    let mut command = Porthole::command();
    command.arg("health").args(arguments);
    if let Some(value) = variable {
        command.env("PORTHOLE_ADMIN", value);
    }
    command.output().unwrap()
}

fn it_says_whether_the_server_is_ready() {
    let folder = Folder::new();
    folder.sparse("film", 1 << 40);
    let path = folder.join("admin.sock");
    let unix = format!("unix:{}", path.display());
    let (mut porthole, admin) = observed(&folder, &["--grace", "600"]);
    let by_socket = Porthole::with(&folder, &["--admin", &unix]);
    let port = admin.port();
    let rows = [
        format!("127.0.0.1:{port}"),
        format!("0.0.0.0:{port}"),
        format!("localhost:{port}"),
        format!("http://127.0.0.1:{port}/"),
        unix,
    ];
    each(&rows, |address| {
        let output = health(&[address], None);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(output.stdout, b"ready\n");
        assert!(output.stderr.is_empty());
    });
    drop(by_socket);
    let mut download = Client::with_a_small_window(porthole.address());
    download.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n");
    download.read_until(1);
    porthole.signal(Signal::TERM);
    let address = format!("127.0.0.1:{port}");
    let deadline = std::time::Instant::now() + crate::support::TIMEOUT;
    let output = loop {
        let output = health(&[&address], None);
        if !output.status.success() {
            break output;
        }
        assert!(std::time::Instant::now() < deadline);
    };
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        error,
        format!("porthole: {address} is not ready: status 503\n")
    );
    drop(download);
    assert!(porthole.wait().success());
}

fn the_variable_of_the_server_is_that_of_the_command() {
    let folder = Folder::new();
    let (_porthole, admin) = observed(&folder, &[]);
    let output = health(&[], Some(&admin.to_string()));
    assert_eq!(output.stdout, b"ready\n", "{output:?}");
    let output = health(&[], None);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

fn what_does_not_respond_is_one_line() {
    let folder = Folder::new();
    let other = Porthole::serving(&folder);
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = mute
        .local_addr()
        .map(|address| (mute, address.to_string()))
        .unwrap();
    let served = other.address().to_string();
    std::thread::scope(|scope| {
        // It closes without a word. What it has not read would make that a reset.
        scope.spawn(|| {
            let (mut stream, _) = mute.0.accept().unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
        });
        // Address, exit code, words of the line.
        let rows = [
            (closed.as_str(), 1, "does not respond: Connection refused"),
            (&mute.1, 1, "is no port of --admin"),
            (&served, 1, "is not ready: status 404"),
            (
                "unix:/nowhere/at/all",
                1,
                "does not respond: No such file or directory",
            ),
            (
                "nowhere.invalid:1",
                1,
                "nowhere.invalid:1 does not respond: ",
            ),
            ("127.0.0.1", 2, "a port is needed"),
        ];
        for (address, code, words) in rows {
            let output = health(&[address], None);
            assert_eq!(output.status.code(), Some(code), "{output:?}");
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(error.contains(words), "{error}");
            assert!(code == 2 || error.lines().count() == 1, "{error}");
        }
    });
}
