//! Limit of open files of this process, which its child processes inherit.

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for 10,000 connections on either side. porthole keeps a third as many for
/// files.
const DESCRIPTORS: u64 = 16_000;

/// Raises the limit as far as the system allows, and no further than needed.
pub(crate) fn raise_limit() -> Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: Some(DESCRIPTORS),
        maximum: maximum.map(|maximum| maximum.max(DESCRIPTORS)),
    };
    // Only root may raise the hard limit.
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
