//! The compared servers, with their start and stop.

use std::{
    fs::{self, File},
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::{
    client,
    files::Files,
    proc::{self, Usage},
};

/// Longest time to a server's first response before it counts as broken.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Longest time that a server may take to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(3);
const STOP_STEP: Duration = Duration::from_millis(2);
/// Pause between two attempts to get the first response.
const START_STEP: Duration = Duration::from_micros(500);

/// More connections than any case opens, and the most that nginx may hold in each worker.
const CONNECTIONS: &str = "12000";

const NGINX_CONF: &str = include_str!("../../../benches/nginx.conf");
const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/tutorial.js");

/// A column of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Server {
    /// porthole without its access log
    Porthole,
    /// porthole with its access log
    PortholeLog,
    /// nginx, two workers, sendfile
    Nginx,
    /// the same with `open_file_cache`
    NginxCache,
    /// nginx with its access log
    NginxLog,
    /// the tutorial's server on Node's `net` module: one file, one response per
    /// connection
    Node,
    /// a bare epoll loop: 1 KiB for every request
    Floor,
}

impl Server {
    /// Returns the name on the command line and in the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Porthole => "porthole",
            Self::PortholeLog => "porthole-log",
            Self::Nginx => "nginx",
            Self::NginxCache => "nginx-cache",
            Self::NginxLog => "nginx-log",
            Self::Node => "node",
            Self::Floor => "floor",
        }
    }

    pub(crate) fn is_porthole(self) -> bool {
        matches!(self, Self::Porthole | Self::PortholeLog)
    }
}

/// Paths that a server needs.
pub(crate) struct Launcher {
    /// Path of porthole's binary.
    pub(crate) porthole: PathBuf,
    pub(crate) files: Files,
    /// Directory for logs, caches and configuration.
    pub(crate) state: PathBuf,
}

impl Launcher {
    /// Starts a server and waits for its first response. `path` is the target of the
    /// clients, because the tutorial's server has only that one file.
    pub(crate) fn start(&self, server: Server, path: &str) -> Result<Running> {
        fs::create_dir_all(&self.state)?;
        let address = free_address()?;
        let log = |kind| self.state.join(format!("{}.{kind}", server.name()));
        let mut command = self.command(server, address.port(), path)?;
        command
            .stdin(Stdio::null())
            .stdout(File::create(log("out"))?)
            .stderr(File::create(log("err"))?)
            .env("XDG_CACHE_HOME", self.cache());
        Running::start(command, address, path)
            .with_context(|| format!("see {}", log("err").display()))
    }

    /// Returns the directory for data that a server keeps from one start to the next.
    pub(crate) fn cache(&self) -> PathBuf {
        self.state.join("cache")
    }

    fn command(&self, server: Server, port: u16, path: &str) -> Result<Command> {
        let port = port.to_string();
        let mut command;
        match server {
            Server::Porthole | Server::PortholeLog => {
                command = Command::new(&self.porthole);
                command
                    .arg(self.files.root())
                    .args(["-p", &port, "--bind", "127.0.0.1"])
                    // So many connections may need more memory than the default.
                    .args(["--max-connections", CONNECTIONS, "--memory", "512"]);
                if server == Server::Porthole {
                    command.arg("--quiet");
                }
            }
            Server::Nginx | Server::NginxCache | Server::NginxLog => {
                let file = self.state.join("nginx.conf");
                fs::write(&file, self.nginx_conf(server, &port))?;
                command = Command::new("nginx");
                command
                    .args(["-e", "stderr", "-p"])
                    .arg(&self.state)
                    .arg("-c")
                    .arg(file);
            }
            Server::Node => {
                command = Command::new("node");
                command
                    .arg(TUTORIAL)
                    .arg(self.files.locate(path))
                    .arg(&port);
            }
            Server::Floor => {
                command = Command::new(std::env::current_exe()?);
                command.args(["floor", &port]);
            }
        }
        Ok(command)
    }

    fn nginx_conf(&self, server: Server, port: &str) -> String {
        let access_log = match server {
            Server::NginxLog => "access_log /dev/stdout;",
            _ => "access_log off;",
        };
        let open_file_cache = match server {
            Server::NginxCache => "open_file_cache max=20000 inactive=60s;",
            _ => "",
        };
        // If root starts nginx, its workers become another user, who may not be able to
        // read the files.
        let user = if rustix::process::getuid().is_root() {
            "user root;"
        } else {
            ""
        };
        NGINX_CONF
            .replace("@USER@", user)
            .replace("@ACCESS_LOG@", access_log)
            .replace("@OPEN_FILE_CACHE@", open_file_cache)
            .replace("@CONNECTIONS@", CONNECTIONS)
            .replace("@STATE@", &self.state.display().to_string())
            .replace("@ROOT@", &self.files.root().display().to_string())
            .replace("@PORT@", port)
    }
}

/// Returns an address of this machine that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A running server. Dropping it ends all its processes.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Time from the start of the process to the first bytes of a response.
    pub(crate) first_response: Duration,
}

impl Running {
    /// Starts a server that listens on `address`, and waits for its first response.
    pub(crate) fn start(mut command: Command, address: SocketAddr, path: &str) -> Result<Self> {
        let begin = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let mut running = Self {
            child,
            address,
            first_response: Duration::ZERO,
        };
        running.await_answer(begin, path)?;
        Ok(running)
    }

    fn await_answer(&mut self, begin: Instant, path: &str) -> Result<()> {
        loop {
            match client::head(self.address, path) {
                Ok(head) if head.starts_with(b"HTTP/1.1 200 ") => {
                    self.first_response = begin.elapsed();
                    return Ok(());
                }
                Ok(head) => bail!("first response: {}", String::from_utf8_lossy(&head)),
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error).context("no first response"),
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("ended at once: {status}");
            }
            if begin.elapsed() > START_LIMIT {
                bail!("no response within {} s", START_LIMIT.as_secs());
            }
            std::thread::sleep(START_STEP);
        }
    }

    pub(crate) fn usage(&self) -> Result<Usage> {
        proc::usage(self.child.id())
    }

    /// Returns the path of the program's file.
    pub(crate) fn executable(&self) -> Result<PathBuf> {
        Ok(fs::read_link(
            Path::new("/proc")
                .join(self.child.id().to_string())
                .join("exe"),
        )?)
    }
}

impl Drop for Running {
    /// Asks the server to stop first, because nginx then waits for its workers and none
    /// is left over.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let root = self.child.id();
        signal(root, Signal::TERM);
        let begin = Instant::now();
        while let Ok(None) = self.child.try_wait() {
            if begin.elapsed() > STOP_LIMIT {
                // The parent is killed first, because it would restart its children.
                let family = proc::family(root).unwrap_or_else(|_| vec![root]);
                family.into_iter().for_each(|pid| signal(pid, Signal::KILL));
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(STOP_STEP);
        }
    }
}

/// Sends a signal. It is not an error if the process has already ended.
fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}
