//! Confinement of the process, as a second line of defence: the process gives up, for
//! good, all rights that serving does not need. If an attacker's code ever runs outside
//! the component, the kernel still confines it.
//!
//! Linux only, by Landlock, seccomp and `no_new_privs`, as far as the kernel supports
//! them.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
mod seccomp;

use std::fmt;
use std::path::Path;

use crate::error::Error;
use crate::root::Root;

/// Gives up, for good, all rights of the process except reading the root and everything
/// at or below the `also_readable` paths, as far as this kernel supports it.
///
/// From then on, the kernel refuses:
/// - to open other files,
/// - to write, create, remove and execute files, and to change their times,
/// - to create, bind and connect sockets, to send to other addresses than those that sockets
///   are connected to, and to pass descriptors by messages,
/// - to control devices and to reach other processes,
/// - to gain privileges.
///
/// Open descriptors, listeners and connections stay open.
///
/// This applies to the calling thread, to threads that it starts from now on, and to
/// child processes: call it before there are any, and after everything has been opened
/// and bound. A kernel with Landlock 8 confines all threads, whenever it is called.
/// Nothing in this library calls it by itself.
///
/// The root and the paths are resolved now, and stay readable. A file or directory that
/// takes their place later is another one: [`Root::open`] fails for a directory that was
/// replaced, unless a path of `also_readable` is above it. The component sees none of
/// these paths.
///
/// A kernel without Landlock, or another system, is not an error: the returned
/// [`Confined`] tells what is in force.
///
/// ```
/// # fn main() -> Result<(), porthole::Error> {
/// # let media = ".";
/// let root = porthole::Root::open(media)?;
/// let listeners = porthole::Listeners::bind(&[([127, 0, 0, 1], 0).into()])?;
/// println!("confined {}", porthole::confine(&root, &[])?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Root`] when a path of `also_readable` cannot be opened.
/// [`Error::Confinement`] when the kernel supports confining the process, but an attempt
/// to do so failed.
pub fn confine(root: &Root, also_readable: &[&Path]) -> Result<Confined, Error> {
    confine_to(Some(root), also_readable, &[])
}

/// Does the same as [`confine`], and lets the process create and write files in and below
/// `log_folders`, so that it can open a log again that was moved away. It may not remove,
/// rename or read there. The component is granted none of this.
///
/// # Errors
/// As for [`confine`], and [`Error::Root`] when one of `log_folders` cannot be opened.
pub fn confine_with_logs(
    root: &Root,
    also_readable: &[&Path],
    log_folders: &[&Path],
) -> Result<Confined, Error> {
    confine_to(Some(root), also_readable, log_folders)
}

/// Does the same as [`confine`], and grants nothing: the process opens no file from then
/// on. This is for a process that only computes.
///
/// # Errors
/// [`Error::Confinement`] when the kernel supports confining the process, but an attempt
/// to do so failed.
pub fn confine_wholly() -> Result<Confined, Error> {
    confine_to(None, &[], &[])
}

fn confine_to(
    root: Option<&Root>,
    also_readable: &[&Path],
    log_folders: &[&Path],
) -> Result<Confined, Error> {
    #[cfg(target_os = "linux")]
    {
        let mut confined = landlock::confine(root, also_readable, log_folders)?;
        confined.no_new_sockets = seccomp::confine();
        Ok(confined)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (root, also_readable, log_folders);
        Ok(Confined::default())
    }
}

/// Confinement that is in force for a process, as far as its kernel supports it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confined {
    /// Version of the Landlock interface that is in force, 0 for none. It restricts files
    /// since 1 (Linux 5.13), TCP since 4 (6.7), devices since 5 (6.10), signals and
    /// abstract Unix sockets since 6 (6.12), all Unix sockets since 9, and UDP since 10.
    pub landlock: u32,
    /// Whether seccomp refuses to create, bind and connect sockets of any kind, to run
    /// programs, and to reach other processes.
    pub no_new_sockets: bool,
    /// Whether `no_new_privs` is set, so that a set-user-ID program gains nothing.
    pub no_new_privileges: bool,
    /// Whether every thread of the process is confined, and not only the calling thread
    /// and those that it starts.
    pub every_thread: bool,
}

/// Rights that Landlock can refuse, with the version since which it does.
const REFUSED: [(u32, &str); 6] = [
    (Confined::FILES, "other files"),
    (Confined::TCP, "TCP"),
    (5, "devices"),
    (6, "signals"),
    (9, "Unix sockets"),
    (10, "UDP"),
];

impl Confined {
    /// Version of Landlock since which files are refused.
    pub const FILES: u32 = 1;

    /// Version of Landlock since which TCP is refused.
    pub const TCP: u32 = 4;

    /// Returns short names of the rights that Landlock refuses, such as `other files`.
    #[must_use]
    pub fn refused(&self) -> Vec<&'static str> {
        let known = |(since, _): &&(u32, _)| *since <= self.landlock;
        REFUSED
            .iter()
            .filter(known)
            .map(|(_, name)| *name)
            .collect()
    }
}

/// Writes one line: `by Landlock 7 (other files, TCP, …), seccomp (new sockets),
/// no_new_privs`.
impl fmt::Display for Confined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let landlock = (self.landlock > 0)
            .then(|| format!("Landlock {} ({})", self.landlock, self.refused().join(", ")));
        let seccomp = self
            .no_new_sockets
            .then(|| "seccomp (new sockets)".to_owned());
        let privileges = self.no_new_privileges.then(|| "no_new_privs".to_owned());
        let all: Vec<String> = [landlock, seccomp, privileges]
            .into_iter()
            .flatten()
            .collect();
        match all.is_empty() {
            true => f.write_str("by the sandbox alone")?,
            false => write!(f, "by {}", all.join(", "))?,
        }
        if self.landlock == 0 {
            f.write_str("; there is no Landlock here")?;
        } else if !self.every_thread {
            f.write_str("; but for threads that ran before")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_what_was_confined() {
        let rows = [
            (
                0,
                false,
                false,
                "by the sandbox alone; there is no Landlock here",
            ),
            (
                0,
                true,
                true,
                "by seccomp (new sockets), no_new_privs; there is no Landlock here",
            ),
            (1, false, true, "by Landlock 1 (other files), no_new_privs"),
            (
                7,
                true,
                true,
                "by Landlock 7 (other files, TCP, devices, signals), seccomp (new sockets), no_new_privs",
            ),
            (
                10,
                false,
                true,
                "by Landlock 10 (other files, TCP, devices, signals, Unix sockets, UDP), no_new_privs",
            ),
        ];
        for (landlock, no_new_sockets, no_new_privileges, expected) in rows {
            let mut confined = Confined {
                landlock,
                no_new_sockets,
                no_new_privileges,
                every_thread: true,
            };
            assert_eq!(confined.to_string(), expected);
            confined.every_thread = false;
            let partly = confined.to_string().contains("threads that ran before");
            assert_eq!(partly, landlock > 0, "{confined}");
        }
    }
}
