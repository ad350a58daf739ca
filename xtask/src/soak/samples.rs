//! The table of the soak: a line every few seconds.

use anyhow::{Context, Result};

/// The server at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    pub(crate) minutes: f64,
    /// Resident memory.
    pub(crate) mebibytes: f64,
    pub(crate) descriptors: f64,
}

/// Parses `seconds,memory_bytes,descriptors,…`. The last line may be incomplete.
pub(crate) fn parse(table: &str) -> Result<Vec<Sample>> {
    let whole = table.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let rows = whole.lines().skip(1).enumerate();
    rows.map(|(row, line)| sample(line).with_context(|| format!("row {}: {line:?}", row + 1)))
        .collect()
}

fn sample(line: &str) -> Option<Sample> {
    let mut cells = line.split(',').map(|cell| cell.parse::<f64>().ok());
    let mut next = || cells.next().flatten();
    Some(Sample {
        minutes: next()? / 60.0,
        mebibytes: next()? / 1024.0 / 1024.0,
        descriptors: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        let table = "seconds,memory_bytes,descriptors,cpu_seconds,rounds\n\
                     0.000,1048576,17,0.1,0\n90.000,3145728,40,1.25,99\n95.0";
        let expected = [
            Sample {
                minutes: 0.0,
                mebibytes: 1.0,
                descriptors: 17.0,
            },
            Sample {
                minutes: 1.5,
                mebibytes: 3.0,
                descriptors: 40.0,
            },
        ];
        assert_eq!(parse(table).unwrap(), expected);
        assert_eq!(parse("seconds").unwrap(), []);
        assert!(parse("seconds\n1,x,3\n").is_err());
    }
}
