//! The summary of what was served, in one line: at the end, and on SIGUSR1.

use std::time::Duration;

use porthole::Counters;

/// Returns the line. The host does not know what a request is, so it counts connections.
pub(crate) fn line(counters: &Counters) -> String {
    let connections = counted(counters.accepted, "connection");
    let most = match counters.accepted {
        0 | 1 => String::new(),
        _ => format!(", at most {} at once", counters.most_open),
    };
    let (sent, uptime) = (size(counters.sent), duration(counters.uptime));
    let restarts = match counters.restarts {
        0 => String::new(),
        restarts => format!(", {} of a worker", counted(restarts, "restart")),
    };
    format!("{connections}{most}, {sent} sent in {uptime}{restarts}")
}

/// Returns what is open and was served so far, in fewer words.
pub(crate) fn status(counters: &Counters) -> String {
    let open = match counters.open {
        1 => "1 connection is open".to_owned(),
        open => format!("{open} connections are open"),
    };
    let (accepted, sent) = (counters.accepted, size(counters.sent));
    format!("{open}, {accepted} were accepted, {sent} sent")
}

fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// Returns a number of bytes for people, as the listings have it.
fn size(bytes: u64) -> String {
    let mut unit = "B";
    let mut tenths = u128::from(bytes).saturating_mul(10);
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if tenths < 10_240 {
            break;
        }
        unit = larger;
        tenths /= 1_024;
    }
    match unit {
        "B" => format!("{bytes} B"),
        _ => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_for_people() {
        let durations = [
            (0, "0 s"),
            (59, "59 s"),
            (61, "1 min 1 s"),
            (3_600, "1 h 0 min"),
            (90_061, "1 d 1 h"),
        ];
        for (seconds, expected) in durations {
            assert_eq!(duration(Duration::from_secs(seconds)), expected);
        }
        let sizes = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_536, "1.5 KiB"),
            (5 << 40, "5.0 TiB"),
            (u64::MAX, "16777215.9 TiB"),
        ];
        for (bytes, expected) in sizes {
            assert_eq!(size(bytes), expected);
        }
        assert_eq!(counted(1, "restart"), "1 restart");
        assert_eq!(counted(2, "restart"), "2 restarts");
    }
}
