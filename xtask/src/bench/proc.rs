//! CPU time, memory and disk reads of a server with all its processes, from `/proc`. CPU
//! time comes in clock ticks of 10 ms, so a window must be long in comparison.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// Figures of a server, summed over its processes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// User and system time of all threads, including those that have ended.
    pub(crate) cpu: Duration,
    /// Current resident bytes. Pages that processes share count for each of them.
    pub(crate) resident: u64,
    /// Sum of the peak resident bytes of each process.
    pub(crate) peak: u64,
    /// Bytes read from the disk, not from the page cache.
    pub(crate) disk: u64,
}

/// Returns a process and all its descendants, itself first.
pub(crate) fn family(root: u32) -> Result<Vec<u32>> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .context("cannot list /proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        // A process may have ended since.
        .filter_map(|pid| Some((pid, Stat::parse(&read(pid, "stat").ok()?)?.parent)))
        .collect();
    Ok(descendants(root, &parents))
}

/// Returns the figures of a process and all its descendants.
pub(crate) fn usage(root: u32) -> Result<Usage> {
    let mut sum = Usage::default();
    for pid in family(root)? {
        let stat = read(pid, "stat")?;
        let stat = Stat::parse(&stat).with_context(|| format!("cannot make out {stat:?}"))?;
        let status = read(pid, "status")?;
        sum.cpu += ticks(stat.ticks);
        sum.resident += field(&status, "VmRSS").unwrap_or(0) * 1024;
        sum.peak += field(&status, "VmHWM").unwrap_or(0) * 1024;
        // This is readable only for the owner, and absent from some kernels.
        sum.disk += read(pid, "io").map_or(0, |io| field(&io, "read_bytes").unwrap_or(0));
    }
    Ok(sum)
}

fn read(pid: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{name}");
    fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn descendants(root: u32, parents: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(
            parents
                .iter()
                .filter(|(_, p)| *p == parent)
                .map(|(pid, _)| pid),
        );
        next += 1;
    }
    found
}

/// The needed fields of `/proc/PID/stat`, see proc_pid_stat(5).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// User and system time in clock ticks.
    ticks: u64,
}

impl Stat {
    fn parse(line: &str) -> Option<Self> {
        // The second field is the program's name in parentheses, which may contain spaces
        // and parentheses of its own.
        let (_, rest) = line.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // Counted from the third field on: 4 ppid, 14 utime, 15 stime.
        let number = |nth: usize| fields.get(nth - 3)?.parse::<u64>().ok();
        Some(Self {
            parent: number(4)?.try_into().ok()?,
            ticks: number(14)? + number(15)?,
        })
    }
}

/// Returns the number after `name:` in a file with one field on each line.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .and_then(|value| value.split_ascii_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_lines() {
        let tail = "S 17 42 42 0 -1 4194560 900 0 3 0 250 130 0 0 20 0 3 0 8838 1 1";
        let some = Some(Stat {
            parent: 17,
            ticks: 380,
        });
        for (line, expected) in [
            (format!("42 (nginx) {tail}"), &some),
            (format!("42 (odd ) S 1 (name) {tail}"), &some),
            ("42 (nginx) S 17 42".into(), &None),
            ("42 nginx S 17".into(), &None),
            (String::new(), &None),
        ] {
            assert_eq!(&Stat::parse(&line), expected, "{line}");
        }
    }

    #[test]
    fn fields_of_status() {
        let status = "Name:\tx\nVmHWMore:\t1 kB\nVmHWM:\t    5120 kB\nVmRSS:\t4096 kB\n";
        for (name, expected) in [
            ("VmHWM", Some(5120)),
            ("VmRSS", Some(4096)),
            ("Name", None),
            ("VmSwap", None),
        ] {
            assert_eq!(field(status, name), expected, "{name}");
        }
    }

    #[test]
    fn families() {
        let parents = [(2, 1), (3, 2), (4, 2), (5, 4), (6, 1)];
        for (root, expected) in [(2, vec![2, 3, 4, 5]), (6, vec![6]), (9, vec![9])] {
            assert_eq!(descendants(root, &parents), expected);
        }
    }

    #[test]
    fn this_process() {
        let usage = usage(std::process::id()).unwrap();
        assert!(usage.resident > 0 && usage.peak >= usage.resident);
    }
}
