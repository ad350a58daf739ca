//! Confinement by Landlock: the process may read what is granted, and nothing else.

use std::os::fd::AsFd;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, LandlockStatus, PathBeneath, PathFd, PathFdError,
    RestrictSelfAttr as _, RestrictionStatus, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
    RulesetError, Scope,
};

use super::Confined;
use crate::error::Error;
use crate::root::Root;

/// The newest Landlock version that this code was checked against. Everything that this
/// version can refuse is refused. An older kernel leaves out what it does not support.
const KNOWN: ABI = ABI::V10;

pub(super) fn confine(
    root: Option<&Root>,
    also_readable: &[&Path],
    log_folders: &[&Path],
) -> Result<Confined, Error> {
    let [also_readable, log_folders] = [also_readable, log_folders].map(|paths| {
        let open = paths.iter().map(|path| open(path));
        open.collect::<Result<Vec<_>, _>>()
    });
    let (also_readable, log_folders) = (also_readable?, log_folders?);
    let alone = is_the_only_thread();
    let status = restrict(root, &also_readable, &log_folders)
        .map_err(|error| Error::Confinement(error.to_string()))?;
    let landlock = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi as u32,
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
    };
    Ok(Confined {
        landlock,
        no_new_privileges: status.no_new_privs,
        no_new_sockets: false,
        every_thread: alone || status.all_threads,
    })
}

/// Opens a path as a location only, so that a FIFO does not wait for its writer.
fn open(path: &Path) -> Result<PathFd, Error> {
    PathFd::new(path).map_err(|error| match error {
        PathFdError::OpenCall { source, path, .. } => Error::Root { path, source },
        other => Error::Confinement(other.to_string()),
    })
}

fn restrict(
    root: Option<&Root>,
    also_readable: &[PathFd],
    log_folders: &[PathFd],
) -> Result<RestrictionStatus, RulesetError> {
    let places = also_readable.iter().map(AsFd::as_fd);
    let places = places.chain(root.map(Root::as_fd));
    // Listing is a right of directories: the crate leaves it out for files.
    let rules = places.map(|place| {
        Ok::<_, RulesetError>(PathBeneath::new(
            place,
            AccessFs::ReadFile | AccessFs::ReadDir,
        ))
    });
    let logs = log_folders.iter().map(|folder| {
        let rights = AccessFs::WriteFile | AccessFs::MakeReg;
        Ok::<_, RulesetError>(PathBeneath::new(folder, rights))
    });
    Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .add_rules(rules)?
        .add_rules(logs)?
        .all_threads(true)?
        .restrict_self()
}

/// Whether the process has one thread. Without `/proc` this is not known, and false.
fn is_the_only_thread() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1)
}
