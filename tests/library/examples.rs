//! The programs of `examples/`, run as they were built.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_smallest_server_serves,
        a_component_of_ones_own_echoes,
        a_component_of_ones_own_says_hello,
        an_axum_application_has_a_folder_below_a_path,
        a_running_server_gets_another_folder,
        counters_of_two_servers_are_read,
    ]
}

/// An example that runs until its standard input ends.
struct Example {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Example {
    fn start(name: &str, arguments: &[PathBuf]) -> Self {
        // The examples are beside the directory of this test's program.
        let own = std::env::current_exe().unwrap();
        let program = own.ancestors().nth(2).unwrap().join("examples").join(name);
        assert!(
            program.is_file(),
            "{}: `cargo build --release --examples` builds it",
            program.display()
        );
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Waits for the first line with `word`, and returns what stands after it.
    fn after(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "{word}");
            if let Some((_, rest)) = line.split_once(word) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Waits for the first line with `word`, and returns the address after it.
    fn address(&mut self, word: &str) -> SocketAddr {
        self.after(word).trim_end_matches('/').parse().unwrap()
    }

    fn tell(&mut self, line: impl std::fmt::Display) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn ends_with_its_input(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn the_smallest_server_serves() {
    let folder = Folder::new();
    folder.file("a", "content");
    let mut example = Example::start("smallest_server", &[folder.path().to_owned()]);
    let mut client = Client::connect(example.address("http://"));
    assert_eq!(client.get("/a", "").text(), "content");
    drop(client);
    example.ends_with_its_input();
}

fn a_component_of_ones_own_echoes() {
    let folder = Folder::new();
    let component = folder.file("echo.wasm", artifacts::ECHO);
    let mut example = Example::start("own_component", &[component, folder.path().to_owned()]);
    let mut stream = TcpStream::connect(example.address("listening on ")).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(b"said once, ").unwrap();
    stream.write_all(b"and once more").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert_eq!(response, "said once, and once more");
    example.ends_with_its_input();
}

fn a_component_of_ones_own_says_hello() {
    let folder = Folder::new();
    let component = folder.file("hello.wasm", artifacts::HELLO);
    let mut example = Example::start("own_component", &[component, folder.path().to_owned()]);
    let address = example.address("listening on ");
    assert_eq!(
        Client::connect(address).get("/", "").text(),
        "hello, world\n"
    );
    let mut client = Client::connect(address);
    client.send("GET / HTTP/1.1\r\nA: ").send("a".repeat(9_000));
    assert_eq!(client.read().status, 431);
    drop(client);
    example.ends_with_its_input();
}

fn an_axum_application_has_a_folder_below_a_path() {
    let folder = Folder::new();
    folder.file("a", "content");
    folder.file("sub/film.mp4", "0123456789");
    let mut example = Example::start("inside_axum", &[folder.path().to_owned()]);
    let address = example.address("http://");
    let get = |target: &str, fields: &str| Client::connect(address).get(target, fields);
    assert_eq!(get("/", "").text(), "the application");
    assert_eq!(get("/media", "").status, 308);
    assert_eq!(get("/media/a", "").text(), "content");
    assert_eq!(get("/elsewhere", "").status, 404);
    let part = get("/media/sub/film.mp4", "Range: bytes=2-4\r\n");
    assert_eq!((part.status, part.text()), (206, "234"));
    // The redirect and the page stay below the path.
    let moved = get("/media/sub", "");
    assert_eq!((moved.status, moved.field("Location")), (301, Some("sub/")));
    let page = get("/media/sub/", "Accept: text/html\r\n");
    assert!(page.text().contains("href=\"film.mp4\""), "{}", page.text());
    let style = page.text().split("href=\"../.porthole/").nth(1);
    let style = style.and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(get(&format!("/media/.porthole/{style}"), "").status, 200);
    // A client that says it comes from elsewhere changes nothing.
    let mut kept = Client::connect(address);
    for _ in 0..3 {
        let answer = kept.get("/media/a", "X-Forwarded-For: 192.0.2.1\r\n");
        assert_eq!(answer.text(), "content");
    }
    drop(kept);
    example.ends_with_its_input();
}

fn a_running_server_gets_another_folder() {
    let (first, second) = (Folder::new(), Folder::new());
    first.file("a", "first");
    second.file("a", "second");
    let mut example = Example::start("replacing", &[first.path().to_owned()]);
    let address = example.address("http://");
    let mut old = Client::connect(address);
    assert_eq!(old.get("/a", "").text(), "first");
    example.tell(second.path().display());
    assert_eq!(example.after("version "), "2");
    assert_eq!(Client::connect(address).get("/a", "").text(), "second");
    example.tell("/nowhere/at/all");
    let reason = example.after("not replaced: ");
    assert_eq!(reason, "cannot read /nowhere/at/all");
    assert_eq!(Client::connect(address).get("/a", "").text(), "second");
    drop(old);
    example.ends_with_its_input();
}

fn counters_of_two_servers_are_read() {
    let folders = [Folder::new(), Folder::new()];
    folders[0].file("a", "content");
    let paths = folders.each_ref().map(|folder| folder.path().to_owned());
    let mut example = Example::start("counters", &paths);
    let [first, _] = [(); 2].map(|()| example.address("http://"));
    assert_eq!(Client::connect(first).get("/a", "").text(), "content");
    example.tell("");
    let counts = [(); 2].map(|()| example.after(": "));
    assert!(counts[0].starts_with("1 connections, "), "{counts:?}");
    assert_eq!(counts[1], "0 connections, 0 open, 0 bytes sent");
    example.ends_with_its_input();
}
