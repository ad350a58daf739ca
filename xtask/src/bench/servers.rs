//! The compared servers, and how they are started.

use std::{
    fs::{self, File},
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use super::{
    clients::{
        link::Door,
        load::{Handshakes, Load},
        secure::Security,
    },
    files::{Files, K1},
    running::{Running, free_address},
};
use crate::certificates::{Authority, Kind, Pair};

/// More connections than any case opens, and the most that nginx may hold in each worker.
const CONNECTIONS: &str = "12000";

const NGINX_CONF: &str = include_str!("../../../benches/nginx.conf");
const LIGHTTPD_CONF: &str = include_str!("../../../benches/lighttpd.conf");
const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/tutorial.js");

/// A column of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Server {
    /// porthole without its access log
    Porthole,
    /// porthole with its access log
    PortholeLog,
    /// nginx with sendfile
    Nginx,
    /// nginx without sendfile
    NginxCopy,
    /// the same with `open_file_cache`
    NginxCache,
    /// nginx with its access log
    NginxLog,
    /// the tutorial's server on Node's `net` module: one file, one response per
    /// connection
    Node,
    /// lighttpd with sendfile
    Lighttpd,
    /// Caddy's file server
    Caddy,
    /// static-web-server, as `cargo install` builds it
    #[value(name = "static-web-server")]
    Sws,
    /// a bare epoll loop: 1 KiB for every request, or a file by sendfile
    Floor,
}

impl Server {
    /// Returns the name on the command line and in the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Porthole => "porthole",
            Self::PortholeLog => "porthole-log",
            Self::Nginx => "nginx",
            Self::NginxCopy => "nginx-copy",
            Self::NginxCache => "nginx-cache",
            Self::NginxLog => "nginx-log",
            Self::Node => "node",
            Self::Lighttpd => "lighttpd",
            Self::Caddy => "caddy",
            Self::Sws => "static-web-server",
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
    /// Number of workers of each server that has some.
    pub(crate) workers: u16,
    /// For cases with TLS.
    pub(crate) certificate: Option<Certificate>,
    /// Directory for logs, caches and configuration.
    pub(crate) state: PathBuf,
}

/// A certificate, and the authority that clients trust (PEM).
pub(crate) struct Certificate {
    pair: Pair,
    authority: Vec<u8>,
}

impl Certificate {
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        let authority = Authority::make(&folder.join("certificates"))?;
        Ok(Self {
            pair: authority.certify(Kind::EcdsaP256)?,
            authority: fs::read(authority.certificate())?,
        })
    }

    fn door(&self, address: SocketAddr, handshakes: Handshakes) -> Result<Door> {
        let security = Security::new(&self.authority, handshakes)?;
        Ok(Door::secured(address, security))
    }
}

impl Launcher {
    /// Starts a server for a load, and waits for its first response. The tutorial's server
    /// has only the one file that the load is for.
    pub(crate) fn start(&self, server: Server, load: Load) -> Result<Running> {
        fs::create_dir_all(&self.state)?;
        let path = load.requests.sample();
        let address = free_address()?;
        let secured = load.tls.zip(self.certificate.as_ref());
        let door = match secured {
            Some((handshakes, certificate)) => certificate.door(address, handshakes)?,
            None => Door::plain(address),
        };
        let pair = secured.map(|(_, certificate)| &certificate.pair);
        let log = |kind| self.state.join(format!("{}.{kind}", server.name()));
        let mut command = self.command(server, address.port(), path, pair)?;
        command
            .stdin(Stdio::null())
            .stdout(File::create(log("out"))?)
            .stderr(File::create(log("err"))?)
            .env("XDG_CACHE_HOME", self.cache())
            // lighttpd ends its whole group.
            .process_group(0);
        Running::start(command, door, path).with_context(|| format!("see {}", log("err").display()))
    }

    /// Returns the directory for data that a server keeps from one start to the next.
    pub(crate) fn cache(&self) -> PathBuf {
        self.state.join("cache")
    }

    fn command(
        &self,
        server: Server,
        port: u16,
        path: &str,
        pair: Option<&Pair>,
    ) -> Result<Command> {
        let port = port.to_string();
        let workers = self.workers.to_string();
        let mut command;
        match server {
            Server::Porthole | Server::PortholeLog => {
                command = Command::new(&self.porthole);
                command
                    .arg(self.files.root())
                    .args(["-p", &port, "--bind", "127.0.0.1", "--workers", &workers])
                    // So many connections may need more memory than the default.
                    .args(["--max-connections", CONNECTIONS, "--memory", "512"]);
                if let Some(pair) = pair {
                    command.arg("--tls-cert").arg(&pair.chain);
                    command.arg("--tls-key").arg(&pair.key);
                }
                if server == Server::Porthole {
                    command.arg("--quiet");
                }
            }
            Server::Nginx | Server::NginxCopy | Server::NginxCache | Server::NginxLog => {
                let file = self.state.join("nginx.conf");
                fs::write(&file, self.nginx_conf(server, &port, pair))?;
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
            Server::Lighttpd => {
                let file = self.state.join("lighttpd.conf");
                fs::write(&file, self.configuration(LIGHTTPD_CONF, &port))?;
                command = Command::new("lighttpd");
                command.arg("-D").arg("-f").arg(file);
            }
            Server::Caddy => {
                command = Command::new("caddy");
                command
                    .args(["file-server", "--listen", &format!("127.0.0.1:{port}")])
                    .arg("--root")
                    .arg(self.files.root())
                    .env("GOMAXPROCS", &workers);
            }
            Server::Sws => {
                command = Command::new("static-web-server");
                command
                    .args(["--host", "127.0.0.1", "--port", &port])
                    .args(["--log-level", "error", "--root"])
                    .arg(self.files.root());
            }
            Server::Floor => {
                command = Command::new(std::env::current_exe()?);
                command.args(["floor", &port]);
                if path != K1 {
                    command.arg(self.files.locate(path));
                }
            }
        }
        Ok(command)
    }

    fn nginx_conf(&self, server: Server, port: &str, pair: Option<&Pair>) -> String {
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
        let certificate = pair.map_or_else(String::new, |Pair { chain, key }| {
            let (chain, key) = (chain.display(), key.display());
            // The default has no TLS 1.3 yet.
            format!(
                "ssl_certificate {chain}; ssl_certificate_key {key}; \
                 ssl_protocols TLSv1.2 TLSv1.3;"
            )
        });
        let ssl = if pair.is_some() { " ssl" } else { "" };
        let sendfile = match server {
            Server::NginxCopy => "off",
            _ => "on",
        };
        self.configuration(NGINX_CONF, port)
            .replace("@SENDFILE@", sendfile)
            .replace("@SSL@", ssl)
            .replace("@CERTIFICATE@", &certificate)
            .replace("@USER@", user)
            .replace("@ACCESS_LOG@", access_log)
            .replace("@OPEN_FILE_CACHE@", open_file_cache)
    }

    /// Returns a configuration file with what all servers have in common.
    fn configuration(&self, text: &str, port: &str) -> String {
        text.replace("@CONNECTIONS@", CONNECTIONS)
            .replace("@STATE@", &self.state.display().to_string())
            .replace("@ROOT@", &self.files.root().display().to_string())
            .replace("@WORKERS@", &self.workers.to_string())
            .replace("@PORT@", port)
    }
}
