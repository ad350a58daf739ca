//! This process's limit of open files, which those that it starts inherit.

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for 10,000 connections at either end: porthole keeps a third as many for
/// files.
const DESCRIPTORS: u64 = 16_000;

/// Raises it as far as the system lets us, and no further than needed.
pub(crate) fn raise_limit() -> Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: Some(DESCRIPTORS),
        maximum: maximum.map(|maximum| maximum.max(DESCRIPTORS)),
    };
    // Beyond the hard limit only root may go.
    if setrlimit(Resource::Nofile, all).is_ok() {
        return Ok(());
    }
    let wanted = maximum.map_or(DESCRIPTORS, |maximum| maximum.min(DESCRIPTORS));
    if current.is_some_and(|current| current < wanted) {
        setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                maximum,
            },
        )
        .context("cannot raise the limit of open files")?;
    }
    Ok(())
}
