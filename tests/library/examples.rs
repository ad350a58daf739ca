//! The programs of `examples/`, run as they were built.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, TIMEOUT, trials};

pub fn trials() -> Vec<Trial> {
    trials![the_smallest_server_serves, a_component_of_ones_own_echoes]
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

    /// Waits for the first line with `word`, and returns the address after it.
    fn address(&mut self, word: &str) -> SocketAddr {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "{word}");
            if let Some((_, rest)) = line.split_once(word) {
                return rest.trim().trim_end_matches('/').parse().unwrap();
            }
        }
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
