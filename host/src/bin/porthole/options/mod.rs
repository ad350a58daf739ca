//! What was typed, and what it means.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Parser, ValueEnum};
use porthole::{Confined, Limits, Program, Root, printable};

use crate::rlimit;

mod usage;

/// Serves a folder, or a single file, over HTTP. The server runs in a sandbox
/// that holds that folder, read-only, and one port.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 96)]
pub(crate) struct Options {
    /// The folder or the file to serve
    #[arg(env = "PORTHOLE_PATH", value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// Port to listen on; 0 picks a free one
    #[arg(short, long, env = "PORTHOLE_PORT", default_value_t = 4000)]
    port: u16,

    /// Address to listen on, IPv4 or IPv6; may be given more than once
    #[arg(
        long,
        env = "PORTHOLE_BIND",
        value_name = "ADDRESS",
        value_delimiter = ',',
        default_value = "127.0.0.1"
    )]
    bind: Vec<IpAddr>,

    /// Workers, each a thread with an instance of its own [default: one per core]
    #[arg(long, env = "PORTHOLE_WORKERS", value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=512))]
    workers: Option<u16>,

    /// The file that stands for its folder
    #[arg(long, env = "PORTHOLE_INDEX", value_name = "NAME", default_value = "index.html",
          value_parser = file_name)]
    index: String,

    /// Serve names that begin with a dot
    #[arg(long, env = "PORTHOLE_HIDDEN", action = ArgAction::SetTrue, value_parser = usage::switch)]
    hidden: bool,

    /// Answer unknown paths with the folder's index file, for single-page applications
    #[arg(long, env = "PORTHOLE_SPA", action = ArgAction::SetTrue, value_parser = usage::switch)]
    spa: bool,

    /// The value of Cache-Control for files
    #[arg(long, env = "PORTHOLE_CACHE_CONTROL", value_name = "VALUE",
          value_parser = NonEmptyStringValueParser::new())]
    cache_control: Option<String>,

    /// Let pages of any origin read what is served (CORS)
    #[arg(long, env = "PORTHOLE_CORS", action = ArgAction::SetTrue, value_parser = usage::switch)]
    cors: bool,

    /// A header line for every answer, 'Name: value'; may be given more than once
    #[arg(
        long,
        env = "PORTHOLE_HEADER",
        value_name = "LINE",
        value_delimiter = '\n'
    )]
    header: Vec<String>,

    /// Say more: connections, request heads, disconnects
    #[arg(short, long, env = "PORTHOLE_VERBOSE", action = ArgAction::SetTrue, value_parser = usage::switch)]
    verbose: bool,

    /// No access log
    #[arg(short, long, env = "PORTHOLE_QUIET", action = ArgAction::SetTrue, value_parser = usage::switch)]
    quiet: bool,

    /// Milliseconds in the times of the access log
    #[arg(long, env = "PORTHOLE_LOG_MILLISECONDS")]
    log_milliseconds: bool,

    /// Connections at once; beyond, clients are told to come back later
    #[arg(long, env = "PORTHOLE_MAX_CONNECTIONS", value_name = "N", default_value_t = 4096,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,

    /// Connections at once of one client address (of an IPv6 network of 64 bits); beyond,
    /// new ones are closed [default: 1024, and any number of this machine's own]
    #[arg(long, env = "PORTHOLE_MAX_PER_ADDRESS", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_per_address: Option<u32>,

    /// Requests per second of one client address; beyond, it is told 429 [default: any]
    #[arg(long, env = "PORTHOLE_RATE", value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,

    /// KiB per second to one client address [default: any]
    #[arg(long, env = "PORTHOLE_THROTTLE", value_name = "KIB",
          value_parser = clap::value_parser!(u32).range(4..=4_194_304))]
    throttle: Option<u32>,

    /// Memory of each worker's sandbox, in MiB
    #[arg(long, env = "PORTHOLE_MEMORY", value_name = "MIB", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(16..=4096))]
    memory: u32,

    /// Small files and open files that each worker keeps for the next request, in MiB
    #[arg(long, env = "PORTHOLE_CACHE", value_name = "MIB", default_value_t = 32,
          value_parser = clap::value_parser!(u32).range(0..=1024))]
    cache: u32,

    /// A component to run instead of the built-in one; SIGHUP loads it again
    #[arg(long, env = "PORTHOLE_COMPONENT", value_name = "FILE")]
    component: Option<PathBuf>,

    /// Do not give up other rights to the system after the start (Linux: Landlock)
    #[arg(long, env = "PORTHOLE_NO_CONFINE", action = ArgAction::SetTrue, value_parser = usage::switch)]
    no_confine: bool,

    /// A folder below which SIGHUP may find what took the place of PATH or of the
    /// component; may be given more than once
    #[arg(long, env = "PORTHOLE_RELOAD_FROM", value_name = "FOLDER")]
    reload_from: Vec<PathBuf>,

    /// Print what the component is granted and by what that is enforced, and serve
    /// nothing
    #[arg(long, env = "PORTHOLE_GRANTS", value_name = "FORMAT", value_enum,
          num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(crate) grants: Option<Format>,

    /// Seconds that open transfers may take to finish after a stop was asked for
    #[arg(
        long,
        env = "PORTHOLE_GRACE",
        value_name = "SECONDS",
        default_value_t = 10
    )]
    grace: u32,
}

/// What is to run, read and not compiled.
pub(crate) enum Source {
    BuiltIn,
    Component(Vec<u8>),
}

impl Source {
    pub(crate) fn read(component: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = component else {
            return Ok(Self::BuiltIn);
        };
        let component = std::fs::read(file)
            .with_context(|| format!("cannot read {}", printable(file.display())))?;
        Ok(Self::Component(component))
    }

    pub(crate) fn program(&self) -> anyhow::Result<Program> {
        Ok(match self {
            Self::BuiltIn => Program::built_in()?,
            Self::Component(component) => Program::compile(component)?,
        })
    }
}

/// How `--grants` prints.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

impl Options {
    pub(crate) fn source(&self) -> anyhow::Result<Source> {
        Source::read(self.component())
    }

    /// Lowers what the process may not open so many files for; returns what to say then.
    ///
    /// # Errors
    /// When it may open so few that nothing can be served.
    pub(crate) fn fit(&mut self, descriptors: Option<u64>) -> anyhow::Result<Option<String>> {
        let workers = self.limits().workers as u64;
        let least = rlimit::least(workers, self.bind.len() as u64);
        if let Some(limit) = descriptors.filter(|&limit| limit < least) {
            bail!(
                "{limit} open files are too few, {workers} workers need {least} at least (ulimit -Hn, --workers)"
            );
        }
        let fitting = rlimit::connections(descriptors, workers, self.max_connections);
        let wanted = std::mem::replace(&mut self.max_connections, fitting);
        let fewer = descriptors.filter(|_| fitting < wanted);
        Ok(fewer.map(|limit| {
            format!(
                "at most {fitting} connections at once instead of {wanted}, because the system allows only {limit} open files (ulimit -Hn)"
            )
        }))
    }

    /// Gives up what serving does not need; `None` if that was not wanted. To be called
    /// after all is opened, and before the first thread.
    pub(crate) fn confine(&self, root: &Root) -> anyhow::Result<Option<Confined>> {
        if self.no_confine {
            return Ok(None);
        }
        let confined = porthole::confine(root, &self.also_readable())
            .context("--no-confine would start without")?;
        Ok(Some(confined))
    }

    /// What stays readable for SIGHUP, beside the root. A component that came out of a
    /// pipe does so once.
    pub(crate) fn also_readable(&self) -> Vec<&Path> {
        let component = self.component().filter(|file| file.is_file());
        let folders = self.reload_from.iter().map(PathBuf::as_path);
        folders.chain(component).collect()
    }

    pub(crate) fn component(&self) -> Option<&Path> {
        self.component.as_deref()
    }

    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.bind
            .iter()
            .map(|&ip| SocketAddr::new(ip, self.port))
            .collect()
    }

    pub(crate) fn limits(&self) -> Limits {
        let defaults = Limits::default();
        Limits {
            per_address: self
                .max_per_address
                .map_or(defaults.per_address, |most| most as usize),
            // Whoever names a number means everyone.
            except_loopback: self.max_per_address.is_none(),
            // Each worker's instance counts for itself.
            by_address: self.rate.is_some() || self.throttle.is_some(),
            memory: (self.memory as usize).saturating_mul(1 << 20),
            workers: self.workers.map_or(defaults.workers, usize::from),
            grace: Duration::from_secs(self.grace.into()),
            ..defaults
        }
        .serving(self.max_connections as usize)
    }

    /// What the component is told.
    pub(crate) fn arguments(&self, addresses: &[SocketAddr]) -> Vec<String> {
        let listen = addresses
            .iter()
            .map(|address| format!("--listen={address}"));
        let mut arguments: Vec<String> = listen.collect();
        arguments.push(format!("--index={}", self.index));
        arguments.push(format!("--max-connections={}", self.limits().share()));
        arguments.push(format!("--cache={}", u64::from(self.cache) << 20));
        arguments.push(format!("--memory={}", u64::from(self.memory) << 20));
        if let Some(rate) = self.rate {
            arguments.push(format!("--rate={rate}"));
        }
        if let Some(throttle) = self.throttle {
            arguments.push(format!("--throttle={}", u64::from(throttle) << 10));
        }
        if let Some(value) = &self.cache_control {
            arguments.push(format!("--cache-control={value}"));
        }
        arguments.extend(self.header.iter().map(|line| format!("--header={line}")));
        let switches = [
            (self.hidden, "--hidden"),
            (self.spa, "--spa"),
            (self.cors, "--cors"),
            (self.verbose, "--verbose"),
            (self.quiet, "--quiet"),
            (self.log_milliseconds, "--log-milliseconds"),
        ];
        arguments.extend(
            switches
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, name)| (*name).to_owned()),
        );
        arguments
    }
}

fn file_name(value: &str) -> Result<String, String> {
    match value {
        "" | "." | ".." => Err("a file name is needed".to_owned()),
        _ if value.contains('/') => Err("a file name is needed, without a folder".to_owned()),
        _ => Ok(value.to_owned()),
    }
}
