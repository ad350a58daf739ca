//! `cargo xtask simulate`: runs the component in simulated worlds for longer than the
//! tests do. The worlds are described in `tests/simulation`.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::build;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let program = build::simulation()?;
    let ended = Command::new(&program)
        .args(&options.arguments)
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(ended.success(), "something does not hold");
    Ok(())
}
