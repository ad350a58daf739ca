//! The real binary, on a port of its own.

use std::ffi::OsStr;
use std::io::{PipeReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};

use super::{Client, Lines, Response, TIMEOUT, Terminal};

/// A running server, killed when the test is over.
pub struct Porthole {
    child: Child,
    address: SocketAddr,
    log: Lines,
    errors: Lines,
}

impl Porthole {
    /// Serves a directory or a file with the defaults of all flags.
    pub fn serving(path: impl AsRef<Path>) -> Self {
        Self::with(path, &[])
    }

    /// Serves with further flags, and returns when the server accepts connections.
    pub fn with(path: impl AsRef<Path>, flags: &[&str]) -> Self {
        let mut command = Self::command();
        command.arg(path.as_ref()).args(["--port", "0"]).args(flags);
        if !flags.contains(&"--workers") {
            command.args(["--workers", "2"]);
        }
        Self::start(command)
    }

    /// Runs a command from [`Porthole::command`], and returns when the server accepts
    /// connections.
    pub fn start(command: Command) -> Self {
        Self::not_ready(command).ready()
    }

    /// Runs a command from [`Porthole::command`] with both outputs on a terminal, and
    /// returns when the server accepts connections.
    pub fn on(terminal: Terminal, mut command: Command) -> Self {
        command.stdout(terminal.output()).stderr(terminal.output());
        let child = command.spawn().expect("porthole starts");
        let porthole = Self {
            child,
            address: ([127, 0, 0, 1], 0).into(),
            log: terminal.lines.clone(),
            errors: terminal.lines,
        };
        porthole.ready()
    }

    /// Runs a command from [`Porthole::command`], and returns at once, before the address
    /// is known.
    pub fn not_ready(mut command: Command) -> Self {
        let mut child = command.spawn().expect("porthole starts");
        let log = child.stdout.take().map(Lines::of).unwrap_or_default();
        let errors = child.stderr.take().map(Lines::of).unwrap_or_default();
        Self {
            child,
            address: ([127, 0, 0, 1], 0).into(),
            log,
            errors,
        }
    }

    /// Waits until the server accepts connections.
    pub fn ready(mut self) -> Self {
        self.address = address(&self.errors.wait_for("://"));
        self
    }

    /// Runs a command from [`Porthole::command`] with both outputs in one pipe. The
    /// start-up lines are read from it, and nothing more: the pipe fills up while the
    /// reader is held.
    pub fn unread(mut command: Command) -> (Self, PipeReader) {
        let (mut reader, writer) = std::io::pipe().unwrap();
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        let child = command.spawn().expect("porthole starts");
        // The command holds the writing end of the pipe.
        drop(command);
        let mut text = Vec::new();
        while !text.ends_with(b"to abort open transfers\n") {
            let mut byte = [0];
            let count = reader.read(&mut byte).unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&text));
            text.push(byte[0]);
        }
        let text = String::from_utf8(text).unwrap();
        let porthole = Self {
            child,
            address: address(&text),
            log: Lines::default(),
            errors: Lines::default(),
        };
        (porthole, reader)
    }

    /// Returns a command that runs the binary without arguments.
    pub fn command() -> Command {
        Self::command_of(env!("CARGO_BIN_EXE_porthole"))
    }

    /// Returns a command that has another program run the binary, which is the last of the
    /// arguments.
    pub fn command_through(
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Command {
        let mut command = Self::command_of(program);
        command.args(arguments).arg(env!("CARGO_BIN_EXE_porthole"));
        command
    }

    /// Returns a command that runs a copy of the binary, or a program that will run it,
    /// without `PORTHOLE_` variables but one: most tests name some host, and not this machine.
    pub fn command_of(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PORTHOLE_") {
                command.env_remove(name);
            }
        }
        command
            .env("PORTHOLE_ANY_HOST", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Returns the address of the first listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns its standard output: the access log and, with `-v`, the connection log.
    pub fn log(&self) -> &Lines {
        &self.log
    }

    /// Returns its standard error: the start-up lines and the errors.
    pub fn errors(&self) -> &Lines {
        &self.errors
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Sends one GET on a connection of its own.
    pub fn get(&self, target: &str) -> Response {
        self.client().get(target, "")
    }

    /// Waits until a file has a strong tag, on a connection of its own.
    pub fn strong_tag(&self, target: &str) -> String {
        self.client().strong_tag(target)
    }

    /// Returns the paths of its open files and directories below `folder`.
    pub fn open_below(&self, folder: &Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap();
        // A descriptor may have been closed since.
        let targets = entries.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        targets
            .filter(|target| target.starts_with(folder) && target != folder)
            .collect()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sets its limit of open descriptors, and returns the previous one. `None` limits it
    /// to the descriptors that are open now. The hard limit is the one that this process
    /// passed on.
    pub fn limit_descriptors(&self, limit: Option<Rlimit>) -> Rlimit {
        let pid = Some(Pid::from_child(&self.child));
        let limit = limit.unwrap_or_else(|| {
            let used = self.descriptors();
            let lowest = (0..).find(|number| !used.contains(number));
            Rlimit {
                current: lowest,
                maximum: getrlimit(Resource::Nofile).maximum,
            }
        });
        prlimit(pid, Resource::Nofile, limit).unwrap()
    }

    /// Returns the processor time that it has used: proc(5).
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        // The second field is a name in parentheses, which may contain spaces.
        let fields = stat.rsplit_once(") ").unwrap().1;
        let ticks = fields.split(' ').skip(11).take(2);
        let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Counts the bytes that the kernel holds for the client on `port`: proc_net_tcp(5).
    pub fn unsent_to(&self, port: u16) -> u64 {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let ours = format!(":{:04X}", self.address.port());
        let theirs = format!(":{port:04X}");
        let mut queues = table.lines().filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let (local, remote) = (fields.next()?, fields.next()?);
            let queues = fields.nth(1)?;
            (local.ends_with(&ours) && remote.ends_with(&theirs)).then_some(queues)
        });
        let queues = queues.next().expect("a connection");
        u64::from_str_radix(queues.split(':').next().unwrap(), 16).unwrap()
    }

    /// Counts its open sockets.
    pub fn sockets(&self) -> usize {
        let folder = std::path::PathBuf::from(format!("/proc/{}/fd", self.pid()));
        let target = |number: &u64| std::fs::read_link(folder.join(number.to_string()));
        let is_socket = |number: &&u64| {
            target(number).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
        };
        self.descriptors().iter().filter(is_socket).count()
    }

    /// Returns the numbers of its open descriptors.
    pub fn descriptors(&self) -> Vec<u64> {
        let entries = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap();
        let number = |name: std::ffi::OsString| name.to_str().unwrap().parse().unwrap();
        entries
            .map(|entry| number(entry.unwrap().file_name()))
            .collect()
    }

    /// Waits until the process ends.
    pub fn wait(&mut self) -> ExitStatus {
        // Both outputs end when the process does, so waiting for them waits for the
        // process.
        self.log.to_end();
        self.errors.to_end();
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::yield_now();
        }
    }

    /// Returns its exit status if it ends within `time`, even if no one reads its
    /// outputs.
    pub fn ends_within(&mut self, time: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + time;
        loop {
            let status = self.child.try_wait().unwrap();
            if status.is_some() || Instant::now() >= deadline {
                return status;
            }
            std::thread::yield_now();
        }
    }

    /// Returns the names of its threads.
    pub fn threads(&self) -> Vec<String> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        // A thread may have ended since.
        let name = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("comm"));
        let names = threads.filter_map(|thread| name(thread.unwrap()).ok());
        names.map(|name| name.trim().to_owned()).collect()
    }

    /// Returns the value that a field of `status` has for each thread: proc(5).
    pub fn of_every_thread(&self, field: &str) -> Vec<String> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        // A thread may have ended since.
        let status =
            |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("status"));
        threads
            .filter_map(|thread| status(thread.unwrap()).ok())
            .map(|status| {
                let mut lines = status.lines();
                let value = lines.find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
                value.unwrap().trim().to_owned()
            })
            .collect()
    }

    /// Returns its peak resident memory in bytes: VmHWM of proc(5).
    pub fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// Returns its current resident memory in bytes: VmRSS of proc(5).
    pub fn resident_memory(&self) -> u64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
    }

    /// Returns its processor time so far, in hundredths of a second: utime and stime of
    /// proc(5).
    pub fn processor_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks = fields.split(' ').skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }
}

/// Returns the address of the first URL.
fn address(lines: &str) -> SocketAddr {
    let address = lines.split("://").nth(1);
    let address = address.and_then(|rest| rest.split('/').next()?.parse().ok());
    address.expect("an address")
}

impl Drop for Porthole {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
