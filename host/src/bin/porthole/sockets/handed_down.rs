//! Sockets that a service manager hands down: sd_listen_fds(3).

use std::os::fd::{FromRawFd as _, OwnedFd, RawFd};

use anyhow::{Context as _, bail};
use porthole::{Listeners, Place};
use rustix::io::{FdFlags, fcntl_setfd};

/// Number of the first descriptor that is handed down.
const FIRST: RawFd = 3;

/// Most sockets that are handed down.
const MOST: usize = 64;

/// The sockets, with the name of each; one without a name has an empty one.
#[derive(Debug, Default)]
pub(crate) struct HandedDown {
    pub(crate) descriptors: Vec<OwnedFd>,
    pub(crate) names: Vec<String>,
}

impl HandedDown {
    /// Takes them over, if there are any for this process.
    ///
    /// # Errors
    /// When the variables contradict each other or the descriptors that there are.
    ///
    /// # Safety
    /// Nothing has opened a descriptor before, and this is called once.
    pub(crate) unsafe fn take() -> anyhow::Result<Self> {
        let variable = |name| std::env::var(name).ok();
        let promised = promised(
            std::process::id(),
            variable("LISTEN_PID").as_deref(),
            variable("LISTEN_FDS").as_deref(),
            variable("LISTEN_FDNAMES").as_deref(),
        )?;
        let numbers = (FIRST..).take(promised.len());
        // SAFETY: the caller promises that the descriptors belong to no one, and a number
        // that is not open is refused below before anything else opens it.
        let descriptors: Vec<OwnedFd> = unsafe {
            let open = |number: &RawFd| libc::fcntl(*number, libc::F_GETFD) != -1;
            if let Some(number) = numbers.clone().find(|number| !open(number)) {
                bail!(
                    "LISTEN_FDS promises {} sockets, and descriptor {number} is not open",
                    promised.len()
                );
            }
            numbers.map(|number| OwnedFd::from_raw_fd(number)).collect()
        };
        for descriptor in &descriptors {
            // A program that this one starts must not have them.
            fcntl_setfd(descriptor, FdFlags::CLOEXEC)?;
        }
        Ok(Self {
            descriptors,
            names: promised,
        })
    }

    /// Returns where they accept connections, and the name of each.
    ///
    /// # Errors
    /// With the first one on which nothing can be accepted.
    pub(crate) fn places(self) -> anyhow::Result<Vec<(Place, String)>> {
        let places = Listeners::inherit(self.descriptors)?.places()?;
        Ok(places.into_iter().zip(self.names).collect())
    }
}

/// Returns a name for each socket that is promised to the process `own`.
fn promised(
    own: u32,
    pid: Option<&str>,
    count: Option<&str>,
    names: Option<&str>,
) -> anyhow::Result<Vec<String>> {
    let (Some(pid), Some(count)) = (pid, count) else {
        return Ok(Vec::new());
    };
    let known = |name, text: &str| format!("{name} is '{text}', which is no number");
    let pid: u32 = pid.parse().with_context(|| known("LISTEN_PID", pid))?;
    // They are for the process that has started this one.
    if pid != own {
        return Ok(Vec::new());
    }
    let wanted: usize = count.parse().with_context(|| known("LISTEN_FDS", count))?;
    if wanted > MOST {
        bail!("LISTEN_FDS promises {wanted} sockets, and there may be {MOST}");
    }
    let mut all = vec![String::new(); wanted];
    if let Some(names) = names.filter(|_| wanted > 0) {
        let names: Vec<String> = names.split(':').map(str::to_owned).collect();
        if names.len() != wanted {
            bail!(
                "LISTEN_FDNAMES has {} names for {wanted} sockets",
                names.len()
            );
        }
        all = names;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_promised_to_this_process_counts() {
        let names = |pid, count, names| {
            let promised = promised(7, pid, count, names);
            promised
                .map(|names| names.join("|"))
                .map_err(|error| error.to_string())
        };
        let own = Some("7");
        let nothing = Ok(String::new());
        assert_eq!(names(None, None, None), nothing);
        assert_eq!(names(None, Some("2"), None), nothing);
        assert_eq!(names(Some("8"), Some("two"), None), nothing);
        assert_eq!(names(own, Some("0"), Some("")), nothing);
        assert_eq!(names(own, Some("2"), None).as_deref(), Ok("|"));
        assert_eq!(
            names(own, Some("2"), Some("web:admin")).as_deref(),
            Ok("web|admin")
        );
        let errors = [
            (
                Some("x"),
                Some("1"),
                None,
                "LISTEN_PID is 'x', which is no number",
            ),
            (
                own,
                Some("two"),
                None,
                "LISTEN_FDS is 'two', which is no number",
            ),
            (
                own,
                Some("-1"),
                None,
                "LISTEN_FDS is '-1', which is no number",
            ),
            (
                own,
                Some("65"),
                None,
                "LISTEN_FDS promises 65 sockets, and there may be 64",
            ),
            (
                own,
                Some("1"),
                Some("a:b"),
                "LISTEN_FDNAMES has 2 names for 1 sockets",
            ),
        ];
        for (pid, count, given, error) in errors {
            assert_eq!(names(pid, count, given).unwrap_err(), error);
        }
    }
}
