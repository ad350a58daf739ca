//! The command line options, and what they mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Parser, ValueEnum};
use porthole::{Confined, Limits, Root};

use crate::access::Access;
use crate::compiler::Compiler;
use crate::rlimit;
use crate::sockets::bind::Bind;
use crate::terminal::Output;
use crate::tls::Certificates;
use proxy::ProxyOptions;
#[cfg(unix)]
use unix_sockets::UnixSocketOptions;

pub(crate) use admin::AdminOptions;
pub(crate) use auth::AuthOptions;
pub(crate) use command::Command;
pub(crate) use link::LinkOptions;
pub(crate) use log::LogOptions;
pub(crate) use source::{Source, open_regular, read_bounded, read_component};
pub(crate) use tls::TlsOptions;

mod admin;
mod arguments;
mod auth;
mod command;
pub(crate) mod help;
mod link;
mod log;
mod proxy;
mod sockets;
mod source;
mod tls;
#[cfg(unix)]
mod unix_sockets;
mod usage;

/// Serves a folder, or a single file, over HTTP. The server runs in a sandbox that can
/// only read that folder and accept connections on one port.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 96, disable_help_subcommand = true, after_help = help::SHORT_END,
          after_long_help = help::LONG_END)]
pub(crate) struct Options {
    /// Folder or file to serve [default: the current folder]
    #[arg(env = "PORTHOLE_PATH", value_name = "PATH")]
    path: Option<PathBuf>,

    /// Port to listen on; 0 picks a free one
    #[arg(short, long, env = "PORTHOLE_PORT", default_value_t = 4000,
          help_heading = help::NETWORK)]
    port: u16,

    /// Address to listen on, or unix:PATH; may be given more than once; :: is the whole
    /// network [default: 127.0.0.1]
    ///
    /// An address of IPv4 or IPv6, or a name, which stands for all its addresses. A port may
    /// follow it (127.0.0.1:5000, [::1]:5000). 'http://' before it keeps it plain beside https.
    #[arg(long, env = "PORTHOLE_BIND", value_name = "ADDRESS", value_delimiter = ',',
          help_heading = help::NETWORK)]
    bind: Vec<Bind>,

    #[cfg(unix)]
    #[command(flatten)]
    unix_sockets: UnixSocketOptions,

    /// Show the first address that other devices reach as a QR code, on a terminal
    #[arg(long, env = "PORTHOLE_QR", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::NETWORK)]
    qr: bool,

    /// Open the address in this machine's browser
    #[arg(long, env = "PORTHOLE_OPEN", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::NETWORK)]
    pub(crate) open: bool,

    #[command(flatten)]
    pub(crate) admin: AdminOptions,

    #[command(flatten)]
    pub(crate) tls: TlsOptions,

    #[command(flatten)]
    pub(crate) auth: AuthOptions,

    #[command(flatten)]
    pub(crate) proxy: ProxyOptions,

    /// File to serve for a folder that contains it
    #[arg(long, env = "PORTHOLE_INDEX", value_name = "NAME", default_value = "index.html",
          value_parser = file_name, help_heading = help::SERVED)]
    index: String,

    /// Serve files and folders whose names begin with a dot
    #[arg(long, env = "PORTHOLE_HIDDEN", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::SERVED)]
    hidden: bool,

    /// Show no pages of folders, in no form; folders with an index file have that
    #[arg(long, env = "PORTHOLE_NO_LISTING", action = ArgAction::SetTrue,
          value_parser = usage::switch, help_heading = help::SERVED, hide_short_help = true)]
    no_listing: bool,

    /// Serve no folder as one file (?get=tar)
    #[arg(long, env = "PORTHOLE_NO_ARCHIVE", action = ArgAction::SetTrue,
          value_parser = usage::switch, help_heading = help::SERVED, hide_short_help = true)]
    no_archive: bool,

    /// Serve the folder's index file for unknown paths, for single-page applications
    #[arg(long, env = "PORTHOLE_SPA", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::SERVED)]
    spa: bool,

    /// Value of the Cache-Control field of files
    #[arg(long, env = "PORTHOLE_CACHE_CONTROL", value_name = "VALUE",
          value_parser = NonEmptyStringValueParser::new(),
          help_heading = help::SERVED, hide_short_help = true)]
    cache_control: Option<String>,

    /// Let pages of any origin read the files (CORS)
    #[arg(long, env = "PORTHOLE_CORS", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::SERVED)]
    cors: bool,

    /// Header field to add to every response, 'Name: value'; may be given more than once
    #[arg(
        long,
        env = "PORTHOLE_HEADER",
        value_name = "LINE",
        value_delimiter = '\n',
        help_heading = help::SERVED,
        hide_short_help = true
    )]
    header: Vec<String>,

    /// Log more: connections, request heads, disconnects
    #[arg(short, long, env = "PORTHOLE_VERBOSE", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::TERMINAL)]
    verbose: bool,

    /// Print neither the start-up lines nor the access log, only notices and errors, and the
    /// address if the port was 0
    #[arg(short, long, env = "PORTHOLE_QUIET", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::TERMINAL)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) log: LogOptions,

    /// Workers, each a thread with its own instance [default: one per core]
    #[arg(long, env = "PORTHOLE_WORKERS", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=512),
          help_heading = help::LIMITS, hide_short_help = true)]
    workers: Option<u16>,

    /// Most connections at once; further clients are told to come back later
    #[arg(long, env = "PORTHOLE_MAX_CONNECTIONS", value_name = "N", default_value_t = 4096,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000),
          help_heading = help::LIMITS, hide_short_help = true)]
    max_connections: u32,

    /// Most connections at once of one client (an IPv4 address, or an IPv6 network of 64
    /// bits); further ones are closed [default: 1024, and any number from this machine]
    #[arg(long, env = "PORTHOLE_MAX_PER_ADDRESS", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000),
          help_heading = help::LIMITS, hide_short_help = true)]
    max_per_address: Option<u32>,

    /// Most requests per second of one client; further ones get status 429 [default: any]
    #[arg(long, env = "PORTHOLE_RATE", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000),
          help_heading = help::LIMITS)]
    rate: Option<u32>,

    /// Most KiB per second to one client [default: any]
    #[arg(long, env = "PORTHOLE_THROTTLE", value_name = "KIB",
          value_parser = clap::value_parser!(u32).range(4..=4_194_304),
          help_heading = help::LIMITS)]
    throttle: Option<u32>,

    /// Memory of each worker's sandbox, in MiB
    #[arg(long, env = "PORTHOLE_MEMORY", value_name = "MIB", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(16..=4096),
          help_heading = help::LIMITS, hide_short_help = true)]
    memory: u32,

    /// Cache of each worker for small files and open files, in MiB
    #[arg(long, env = "PORTHOLE_CACHE", value_name = "MIB", default_value_t = 32,
          value_parser = clap::value_parser!(u32).range(0..=1024),
          help_heading = help::LIMITS, hide_short_help = true)]
    cache: u32,

    /// Component to run instead of the built-in one; SIGHUP loads it again
    #[arg(long, env = "PORTHOLE_COMPONENT", value_name = "FILE",
          help_heading = help::SANDBOX, hide_short_help = true)]
    component: Option<PathBuf>,

    /// Do not confine the process after the start (Linux: Landlock, seccomp)
    #[arg(long, env = "PORTHOLE_NO_CONFINE", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::SANDBOX, hide_short_help = true)]
    no_confine: bool,

    /// Folder below which SIGHUP may find a replaced PATH or component; may be given more
    /// than once
    #[arg(long, env = "PORTHOLE_RELOAD_FROM", value_name = "FOLDER",
          help_heading = help::SANDBOX, hide_short_help = true)]
    reload_from: Vec<PathBuf>,

    /// Print what the component is granted and what enforces it, and serve nothing
    #[arg(long, env = "PORTHOLE_GRANTS", value_name = "FORMAT", value_enum,
          num_args = 0..=1, require_equals = true, default_missing_value = "text",
          help_heading = help::SANDBOX)]
    pub(crate) grants: Option<Format>,

    /// Seconds that open transfers may take to finish after a stop signal
    #[arg(
        long,
        env = "PORTHOLE_GRACE",
        value_name = "SECONDS",
        default_value_t = 10,
        help_heading = help::PROGRAM,
        hide_short_help = true
    )]
    grace: u32,

    /// Arguments for the component of --component, which then gets none of the options above
    #[arg(last = true, value_name = "ARGUMENT", requires = "component",
          help_heading = help::SANDBOX, hide_short_help = true)]
    component_arguments: Vec<String>,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Output format of `--grants`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

impl Options {
    /// Starts the compiler if there is a component to compile, now or after SIGHUP.
    pub(crate) fn compiler(&self) -> anyhow::Result<Option<Arc<Compiler>>> {
        let start = |_: &Path| Compiler::start(!self.no_confine).map(Arc::new);
        self.component().map(start).transpose()
    }

    /// Returns what to serve.
    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("."))
    }

    /// Whether the current folder is served because no other path was given.
    pub(crate) fn is_current_folder(&self) -> bool {
        self.path.is_none()
    }

    /// Whether a QR code was asked for, and can be seen.
    pub(crate) fn shows_qr_code(&self, stderr: Output) -> bool {
        self.qr && stderr.is_terminal
    }

    /// Returns the path of addresses. A component with arguments of its own is not told of it.
    pub(crate) fn base_path(&self) -> String {
        match self.component_arguments.is_empty() {
            true => self.proxy.base(),
            false => String::new(),
        }
    }

    pub(crate) fn source(&self) -> anyhow::Result<Source> {
        Source::read(self.component())
    }

    /// Lowers the number of connections if the process may not open enough files for
    /// them, besides those that were handed down. Returns the message for that case.
    ///
    /// # Errors
    /// When the process may open so few files that nothing can be served.
    pub(crate) fn fit(
        &mut self,
        descriptors: Option<u64>,
        handed_down: usize,
    ) -> anyhow::Result<Option<String>> {
        let workers = self.limits().workers as u64;
        let addresses = self.listeners().max(handed_down) as u64;
        // The stream to the compiler.
        let stream = u64::from(self.component.is_some());
        let admin = self.admin.admin.as_ref().map_or(0, |_| rlimit::ADMIN);
        let least = rlimit::least(workers, addresses)
            .saturating_add(stream)
            .saturating_add(admin);
        if let Some(limit) = descriptors.filter(|&limit| limit < least) {
            bail!(
                "{limit} open files are too few, {workers} workers need {least} at least (ulimit -Hn, --workers)"
            );
        }
        let others = descriptors.map(|limit| limit.saturating_sub(admin));
        let fitting = rlimit::connections(others, workers, addresses, self.max_connections);
        let wanted = std::mem::replace(&mut self.max_connections, fitting);
        let fewer = descriptors.filter(|_| fitting < wanted);
        Ok(fewer.map(|limit| {
            format!(
                "at most {fitting} connections at once instead of {wanted}, because the system allows only {limit} open files (ulimit -Hn)"
            )
        }))
    }

    /// Gives up the rights that serving does not need; `None` if `--no-confine` was
    /// given. Call it after everything is opened, and before the first thread.
    pub(crate) fn confine(
        &self,
        root: &Root,
        certificates: Option<&Certificates>,
        access: Option<&Access>,
    ) -> anyhow::Result<Option<Confined>> {
        if self.no_confine {
            return Ok(None);
        }
        let mut readable = self.also_readable();
        readable.extend(certificates.into_iter().flat_map(Certificates::paths));
        readable.extend(access.into_iter().flat_map(Access::paths));
        let writable: Vec<&Path> = self.log.writable_folder().into_iter().collect();
        let confined = porthole::confine_with_logs(root, &readable, &writable)
            .context("--no-confine would start without")?;
        Ok(Some(confined))
    }

    /// Returns the paths that stay readable for SIGHUP, beside the root. A component that
    /// came out of a pipe can be read only once.
    pub(crate) fn also_readable(&self) -> Vec<&Path> {
        let component = self.component().filter(|file| file.is_file());
        let folders = self.reload_from.iter().map(PathBuf::as_path);
        folders.chain(component).collect()
    }

    pub(crate) fn component(&self) -> Option<&Path> {
        self.component.as_deref()
    }

    pub(crate) fn limits(&self) -> Limits {
        let defaults = Limits::default();
        Limits {
            per_address: self
                .max_per_address
                .map_or(defaults.per_address, |most| most as usize),
            // A number that the user gives counts for every client.
            except_loopback: self.max_per_address.is_none(),
            memory: (self.memory as usize).saturating_mul(1 << 20),
            workers: self.workers.map_or(defaults.workers, usize::from),
            grace: Duration::from_secs(self.grace.into()),
            ..defaults
        }
        .serving(self.max_connections as usize)
    }
}

fn file_name(value: &str) -> Result<String, String> {
    match value {
        "" | "." | ".." => Err("a file name is needed".to_owned()),
        _ if value.contains('/') => Err("a file name is needed, without a folder".to_owned()),
        _ => Ok(value.to_owned()),
    }
}
