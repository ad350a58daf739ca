//! The network that servers and clients share: one of its own, with the congestion control that
//! most machines have, or the machine's. BBR paces even the loopback by timers, so that figures
//! of machines with different settings say nothing of each other.

use std::{
    env,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

/// Name of the algorithm in a network of its own.
const CONGESTION_CONTROL: &str = "cubic";

/// Routes of the loopback interface. The first has the address that is bound, and decides for
/// what is accepted there.
const ROUTES: [&str; 2] = ["127.0.0.1", "127.0.0.0/8"];

/// The variable by which the program knows that it was started again in its own network.
const INSIDE: &str = "PORTHOLE_BENCH_INSIDE";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Network {
    /// one of its own, where TCP is under CUBIC
    Own,
    /// the machine's, as it is
    System,
}

impl Network {
    /// Enters the network: starts the program again in its own. Returns what a reader of the
    /// figures has to know.
    ///
    /// # Errors
    /// When routes cannot be set there.
    pub(crate) fn enter(self) -> Result<String> {
        if env::var_os(INSIDE).is_some() {
            set_routes()?;
            return Ok(format!("its own, under {CONGESTION_CONTROL}"));
        }
        if self == Self::System {
            return Ok("the machine's".into());
        }
        let reason = match reason_against() {
            None => {
                let mut command = unshare();
                command
                    .arg(env::current_exe()?)
                    .args(env::args_os().skip(1));
                command.env(INSIDE, "1").exec().to_string()
            }
            Some(reason) => reason,
        };
        eprintln!(
            "measuring in the machine's network, for one of its own is not to be had: {reason}"
        );
        Ok(format!("the machine's ({reason})"))
    }
}

/// Returns a command that runs another in a network of its own.
fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.arg("--net");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command
}

/// Returns why there can be no network of its own.
fn reason_against() -> Option<String> {
    let tried = unshare().arg("true").stdin(Stdio::null()).output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().into()),
        Err(error) => Some(format!("unshare: {error}")),
    }
}

fn set_routes() -> Result<()> {
    run("ip", &["link", "set", "lo", "up"])?;
    for route in ROUTES {
        let route = [
            "route", "replace", "local", route, "dev", "lo", "table", "local",
        ];
        let how = ["proto", "kernel", "scope", "host", "src", "127.0.0.1"];
        let control = ["congctl", CONGESTION_CONTROL];
        run("ip", &[&route[..], &how, &control].concat())?;
    }
    Ok(())
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => bail!(
            "{program} {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        ),
        Err(error) => {
            bail!("{program}: {error}; the package iproute2 has it, or take --network system")
        }
    }
}
