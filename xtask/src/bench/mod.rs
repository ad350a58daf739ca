//! `cargo xtask bench`: measures porthole beside other servers and a bare epoll loop, on
//! this machine, in turn. The most reliable figure is CPU time per request or GiB, from
//! `/proc`. Rates depend on what else the machine does. Every server is restarted for
//! every measurement.

mod cases;
pub(crate) mod clients;
mod environment;
mod figures;
mod files;
mod measure;
mod network;
mod proc;
mod report;
mod results;
pub(crate) mod running;
mod servers;
mod targets;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::{build, descriptors};
use anyhow::{Context, Result, ensure};
use cases::{CASES, Case};
use environment::{Environment, Method};
use files::Files;
use measure::{Bench, Times};
use network::Network;
use report::Report;
use results::{CaseResult, Column, Results};
use servers::{Certificate, Launcher, Server};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print the cases and do nothing
    #[arg(long)]
    list: bool,

    /// Only these cases, by name
    #[arg(long, value_delimiter = ',', value_parser = case_named)]
    cases: Vec<&'static Case>,

    /// Only these servers
    #[arg(long, value_delimiter = ',')]
    servers: Vec<Server>,

    /// Measurements of each server in each case [default: 5, or 1 with --quick]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,

    /// One short round: a check that everything works, without reliable figures
    #[arg(long)]
    quick: bool,

    /// Write the tables to a file
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,

    /// Write all figures of all rounds to a file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Workers of each server that has some
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    workers: u16,

    /// Measure this binary instead of building one
    #[arg(long, value_name = "BIN")]
    porthole: Option<PathBuf>,

    /// The network that servers and clients share
    #[arg(long, value_enum, default_value = "own")]
    network: Network,

    /// The directory for files to serve, logs and configuration (1.1 GiB, for lists 255,000
    /// empty files, kept for the next run) [default: `bench` in the target directory]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    if options.list {
        for case in CASES {
            println!("{:12} {}", case.name, case.title);
        }
        return Ok(());
    }
    let network = options.network.enter()?;
    descriptors::raise_limit()?;
    let plan = options.plan();
    let launcher = options.launcher(&plan)?;
    // Before this line Ctrl-C ends the program at once.
    let interrupt = Interrupt::watch()?;
    let bench = Bench {
        launcher: &launcher,
        times: options.times(),
        interrupt: &interrupt,
    };
    let results = drive(&bench, &plan, options.rounds())?;
    println!("{}", report::targets_text(&results));
    let method = Method {
        rounds: options.rounds(),
        window: options.times().window,
        workers: options.workers,
        network,
    };
    let environment = Environment::explore(&launcher.porthole, method);
    options.write(&Report {
        environment,
        results,
    })
}

/// A case and its servers.
type Plan = Vec<(&'static Case, Vec<Server>)>;

/// Measures everything, and prints each case when it is done.
fn drive(bench: &Bench<'_>, plan: &Plan, rounds: usize) -> Result<Results> {
    let steps: usize = plan.iter().map(|(_, servers)| servers.len() * rounds).sum();
    let mut progress = Progress::new(steps);
    let mut results = Results::default();
    for (case, servers) in plan {
        let mut columns: Vec<_> = servers.iter().copied().map(Column::new).collect();
        bench.launcher.files.warm()?;
        for round in 1..=rounds {
            for column in &mut columns {
                let server = column.server;
                progress.step(&format!("{}: {}, round {round}", case.name, server.name()));
                if column.failure.is_none() {
                    let measured = bench.measure(&case.plan, server);
                    ensure!(!bench.interrupt.seen(), "interrupted");
                    match measured {
                        Ok(measurement) => column.add(measurement),
                        Err(error) => column.failure = Some(format!("{error:#}")),
                    }
                }
            }
        }
        progress.clear();
        let result = CaseResult { case, columns };
        println!("{}", report::case_text(&result));
        results.0.push(result);
    }
    Ok(results)
}

/// Makes a certificate, if a case needs one.
fn certificate(plan: &Plan, state: &Path) -> Result<Option<Certificate>> {
    let needed = plan.iter().any(|(case, _)| case.plan.needs_certificate());
    needed.then(|| Certificate::make(state)).transpose()
}

fn case_named(name: &str) -> Result<&'static Case, String> {
    let found = CASES.iter().find(|case| case.name == name);
    found.ok_or_else(|| "no such case; see --list".into())
}

impl Options {
    fn plan(&self) -> Plan {
        let takes_part = |server: &Server| self.servers.is_empty() || self.servers.contains(server);
        CASES
            .iter()
            .filter(|case| {
                self.cases.is_empty() || self.cases.iter().any(|named| named.name == case.name)
            })
            .map(|case| {
                (
                    case,
                    case.servers.iter().copied().filter(takes_part).collect(),
                )
            })
            .collect()
    }

    fn launcher(&self, plan: &Plan) -> Result<Launcher> {
        let mut servers = plan.iter().flat_map(|(_, servers)| servers);
        let porthole = match &self.porthole {
            Some(binary) => fs::canonicalize(binary)
                .with_context(|| format!("cannot find {}", binary.display()))?,
            None if servers.any(|server| server.is_porthole()) => build::porthole()?,
            None => PathBuf::from("porthole"),
        };
        let data = match &self.data {
            Some(folder) => folder.clone(),
            // Beside `release`, the directory of this program.
            None => std::env::current_exe()?.with_file_name("").join("../bench"),
        };
        fs::create_dir_all(&data)?;
        let data = fs::canonicalize(data)?;
        eprintln!("files in {}", data.display());
        let state = data.join("state");
        Ok(Launcher {
            porthole,
            files: Files::prepare(&data)?,
            workers: self.workers,
            certificate: certificate(plan, &state)?,
            state,
        })
    }

    fn rounds(&self) -> usize {
        self.rounds
            .map_or(if self.quick { 1 } else { 5 }, usize::from)
    }

    fn times(&self) -> Times {
        let (warm_up, window, idle) = if self.quick {
            (300, 1000, 1000)
        } else {
            (1000, 3000, 10_000)
        };
        Times {
            warm_up: Duration::from_millis(warm_up),
            window: Duration::from_millis(window),
            idle: Duration::from_millis(idle),
        }
    }

    fn write(&self, report: &Report) -> Result<()> {
        if let Some(file) = &self.markdown {
            fs::write(file, report.markdown())
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        if let Some(file) = &self.json {
            fs::write(file, format!("{:#}\n", report.json()))
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }
}
