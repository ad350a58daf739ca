//! The component on a host that is not ours.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::reproducible::built_in;
use super::{Checked, Options, cargo, succeed, workspace};
use crate::build;

/// The version that porthole is built with.
const VERSION: &str = "48.0.8";

/// Longest time until a host serves, and until it has answered.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Requests to both hosts. The folder has a file `a` and a folder `sub`.
const REQUESTS: [&str; 6] = [
    "GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /a HTTP/1.1\r\nHost: localhost\r\nRange: bytes=2-4\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
    "GET /sub HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /missing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
];

/// Serves a folder by wasmtime's own command line, and compares the responses with porthole's.
pub(super) fn wasmtime(options: &Options) -> Result<Checked> {
    let wasmtime = match &options.wasmtime {
        Some(file) => file.clone(),
        None => installed()?,
    };
    let folder = tempfile::tempdir()?;
    let (component, media) = (
        folder.path().join("porthole.wasm"),
        folder.path().join("media"),
    );
    fs::write(&component, built_in()?)?;
    fs::create_dir_all(media.join("sub"))?;
    fs::write(media.join("a"), "0123456789")?;
    // So long ago that tags are strong on both.
    let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options()
        .write(true)
        .open(media.join("a"))?
        .set_modified(old)?;
    let address = free_address()?;
    let mut there = Command::new(&wasmtime);
    there
        .args(["run", "-S", "inherit-network", "--dir"])
        .arg(format!("{}::/", media.display()))
        .arg(&component)
        .args(["--listen", &address.to_string()]);
    let there = Served::start(&mut there, address)?;
    let own = free_address()?;
    let mut here = Command::new(build::porthole()?);
    here.arg(&media)
        .args(["--port", &own.port().to_string(), "--workers", "1"]);
    let here = Served::start(&mut here, own)?;
    for request in REQUESTS {
        let (ours, theirs) = (here.answer(request)?, there.answer(request)?);
        let line = request.lines().next().unwrap_or_default();
        ensure!(ours == theirs, "{line}:\n{ours}\nand elsewhere:\n{theirs}");
    }
    let version = Command::new(&wasmtime).arg("--version").output()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    Ok(Checked::Done(format!(
        "{} responses are the same on {version}",
        REQUESTS.len()
    )))
}

/// Builds wasmtime's command line once, with what a component needs.
fn installed() -> Result<PathBuf> {
    let root = workspace().join("target/tools");
    let program = root.join("bin/wasmtime");
    if !program.exists() {
        let mut install = cargo(&workspace());
        install
            .args(["install", "wasmtime-cli", "--version", VERSION, "--locked"])
            .arg("--no-default-features")
            .args([
                "--features",
                "run,cranelift,component-model,component-model-async",
            ])
            .arg("--root")
            .arg(&root);
        succeed(&mut install)?;
    }
    Ok(program)
}

/// Returns an address of this machine that was free a moment ago: this command line cannot
/// say which one the system chose.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A server that is ended when it is dropped.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child =
            child.with_context(|| Path::new(command.get_program()).display().to_string())?;
        let served = Self { child, address };
        let deadline = Instant::now() + TIMEOUT;
        while TcpStream::connect(address).is_err() {
            ensure!(Instant::now() < deadline, "nothing listens on {address}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(served)
    }

    /// Returns a response without the field that has the time.
    fn answer(&self, request: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.write_all(request.as_bytes())?;
        let mut reader = BufReader::new(stream);
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            ensure!(reader.read_line(&mut line)? > 0, "no response: {answer}");
            if !line.starts_with("Date: ") {
                answer.push_str(&line);
            }
            if line == "\r\n" {
                break;
            }
        }
        reader.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
