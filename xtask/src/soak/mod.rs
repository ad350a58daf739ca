//! `cargo xtask soak`: runs the attacks of `tests/attacks` at length. The attacks are
//! defined there. This file sets their duration and the number of clients, and reports
//! the figures.

mod attacks;
mod graph;
mod samples;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{build, descriptors};

/// The attack that takes an hour. The others take a minute or two.
const SOAK: &str = "attacks::soak::mixed_load_and_faults";

/// Clients of a long attack, and its duration in seconds if it has no end of its own.
const CONNECTIONS: &str = "1000";
const SECONDS: &str = "10";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print the attacks and do nothing
    #[arg(long)]
    list: bool,

    /// Run these attacks instead of the soak, with 1,000 clients each: a part of the
    /// name, or `all`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    attack: Vec<String>,

    /// Minutes of the soak
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,

    /// The share of one core that the server may use during the soak; the clients use
    /// about as much again
    #[arg(long, default_value_t = 0.15)]
    load: f64,

    /// The directory for the results [default: `soak` in the target directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Draw memory and descriptors over time into this file too
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let out = options.out()?;
    // The tests run from a copy, so that a build during the run does not change them.
    let tests = out.join("blackbox");
    let built = build::tests()?;
    fs::copy(&built, &tests).with_context(|| format!("cannot copy {}", built.display()))?;
    let names = names(&tests)?;
    if options.list {
        names.iter().for_each(|name| println!("{name}"));
        return Ok(());
    }
    eprintln!("figures in {}", out.display());
    descriptors::raise_limit()?;
    if options.attack.is_empty() {
        return options.soak(&tests, &out);
    }
    let chosen: Vec<_> = names
        .iter()
        .filter(|name| *name != SOAK && options.chooses(name))
        .collect();
    ensure!(!chosen.is_empty(), "no such attack; see --list");
    let figures = out.join("attacks.tsv");
    // The attacks append their lines to it.
    fs::write(&figures, "")?;
    let mut failed = Vec::new();
    // Each attack runs alone, because it would slow the bystanders of another.
    for name in chosen {
        let mut command = Command::new(&tests);
        command
            .args(["--exact", name])
            .env("ATTACK_OUT", &out)
            .env("ATTACK_CONNECTIONS", CONNECTIONS)
            .env("ATTACK_SECONDS", SECONDS);
        if finish(command).is_err() {
            failed.push(name.as_str());
        }
    }
    let figures = fs::read_to_string(figures)?;
    let (table, ratios) = (attacks::table(&figures)?, attacks::ratios(&figures)?);
    let both = [table.markdown(), ratios.markdown()].join("\n");
    fs::write(out.join("attacks.md"), both)?;
    println!("{}\n{}", table.text(), ratios.text());
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

impl Options {
    fn out(&self) -> Result<PathBuf> {
        let out = match &self.out {
            Some(folder) => folder.clone(),
            // Beside `release`, the directory of this program.
            None => std::env::current_exe()?.with_file_name("").join("../soak"),
        };
        fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
        Ok(fs::canonicalize(out)?)
    }

    fn chooses(&self, name: &str) -> bool {
        let matches = |part: &String| part == "all" || name.contains(part.as_str());
        self.attack.iter().any(matches)
    }

    fn soak(&self, tests: &Path, out: &Path) -> Result<()> {
        let mut command = Command::new(tests);
        command
            .args(["--exact", SOAK])
            .env("ATTACK_OUT", out)
            .env("SOAK_SECONDS", (self.minutes * 60).to_string())
            .env("SOAK_LOAD", self.load.to_string());
        let finished = finish(command);
        // A failed run needs its graph most, so it is drawn for that too.
        let table = out.join("samples.csv");
        let text = fs::read_to_string(&table)
            .with_context(|| format!("cannot read {}", table.display()))?;
        let picture = graph::draw(&samples::parse(&text)?);
        let files = [Some(out.join("soak.svg")), self.picture.clone()];
        for file in files.into_iter().flatten() {
            fs::write(&file, &picture)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        finished
    }
}

fn names(tests: &Path) -> Result<Vec<String>> {
    let output = Command::new(tests)
        .args(["--list", "--format", "terse", "attacks::"])
        .output()?;
    let lines = String::from_utf8(output.stdout)?;
    let name = |line: &str| line.strip_suffix(": test").map(Into::into);
    Ok(lines.lines().filter_map(name).collect())
}

fn finish(mut command: Command) -> Result<()> {
    let status = command.status().context("cannot run the tests")?;
    ensure!(status.success(), "it failed; see above");
    Ok(())
}
