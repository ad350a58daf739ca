//! The results of the attacks as a table, a line for each.

use anyhow::{Context, Result};

use crate::table::Table;

/// Reads lines of cells between tabs: test, description, clients, reaction of porthole,
/// then microseconds (median, 99th percentile, longest), bytes, and the microseconds of the
/// 99th percentile before the attack.
pub(crate) fn table(lines: &str) -> Result<Table> {
    let mut table = Table::new(
        2,
        [
            "attack",
            "what porthole does",
            "clients",
            "p50",
            "p99",
            "max",
            "peak memory",
            "test",
        ],
    );
    for line in lines.lines() {
        table.row(row(line).with_context(|| format!("cannot make out {line:?}"))?);
    }
    Ok(table)
}

/// Reads the same lines. The table has the 99th percentile before each attack and during it.
pub(crate) fn ratios(lines: &str) -> Result<Table> {
    let header = ["attack", "p99 before", "p99", "times"];
    let mut table = Table::new(1, header);
    for line in lines.lines() {
        table.row(ratio(line).with_context(|| format!("cannot make out {line:?}"))?);
    }
    Ok(table)
}

fn ratio(line: &str) -> Option<Vec<String>> {
    let cells: Vec<_> = line.split('\t').collect();
    let [test, _, _, _, _, p99, _, _, before] = cells[..] else {
        return None;
    };
    let times = match before.parse::<f64>().ok()? {
        before if before > 0.0 => format!("{:.1}", p99.parse::<f64>().ok()? / before),
        _ => String::new(),
    };
    Some(vec![
        test.into(),
        milliseconds(before)?,
        milliseconds(p99)?,
        times,
    ])
}

fn milliseconds(cell: &str) -> Option<String> {
    Some(format!("{:.1} ms", cell.parse::<f64>().ok()? / 1e3))
}

fn row(line: &str) -> Option<Vec<String>> {
    let cells: Vec<_> = line.split('\t').collect();
    let [test, what, clients, answer, p50, p99, max, peak, _] = cells[..] else {
        return None;
    };
    let mebibytes = peak.parse::<f64>().ok()? / 1024.0 / 1024.0;
    Some(vec![
        what.into(),
        answer.into(),
        clients.into(),
        milliseconds(p50)?,
        milliseconds(p99)?,
        milliseconds(max)?,
        format!("{mebibytes:.1} MiB"),
        format!("`{test}`"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let line = "attacks::heads::slow\tslow heads\t100\t408\t250\t1500\t20000\t12582912\t1000\n";
        let ratios = ratios(line).unwrap().markdown();
        let expected = "| attacks::heads::slow |     1.0 ms | 1.5 ms |   1.5 |";
        assert!(ratios.contains(expected), "{ratios}");
        let table = table(line).unwrap().markdown();
        let expected = "| slow heads | 408                |     100 | 0.2 ms | 1.5 ms | 20.0 ms |    12.0 MiB | `attacks::heads::slow` |";
        assert!(table.contains(expected), "{table}");
        assert!(super::table("a\tb\n").is_err());
    }
}
