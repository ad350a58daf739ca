//! Figures: the metrics, their units, and the statistics over several rounds.

use std::{collections::BTreeMap, time::Duration};

/// Values are in seconds, bytes, bytes a second or plain fractions. They are scaled only
/// for display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Metric {
    Rate,
    Throughput,
    CpuPerRequest,
    CpuPerGib,
    CpuShare,
    P50,
    P99,
    P50Alone,
    P99Alone,
    FirstByte,
    Whole,
    FromDisk,
    Resident,
    Peak,
    Growth,
    StartCold,
    StartWarm,
    Binary,
}

/// Display of a metric.
pub(crate) struct Style {
    /// Name in JSON.
    pub(crate) key: &'static str,
    /// Name in tables.
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    /// Factor that converts a value to that unit.
    pub(crate) scale: f64,
}

const MIB: f64 = 1024.0 * 1024.0;
const GIB: f64 = 1024.0 * MIB;

impl Metric {
    pub(crate) fn style(self) -> Style {
        let (key, title, unit, scale) = match self {
            Self::Rate => ("rate", "rate", "/s", 1.0),
            Self::Throughput => ("throughput", "throughput", "GiB/s", 1.0 / GIB),
            Self::CpuPerRequest => ("cpu_per_request", "CPU per request", "µs", 1e6),
            Self::CpuPerGib => ("cpu_per_gib", "CPU per GiB", "s", 1.0),
            Self::CpuShare => ("idle_cpu", "idle CPU", "%", 100.0),
            Self::P50 => ("p50", "p50", "ms", 1e3),
            Self::P99 => ("p99", "p99", "ms", 1e3),
            Self::P50Alone => ("p50_alone", "p50 alone", "ms", 1e3),
            Self::P99Alone => ("p99_alone", "p99 alone", "ms", 1e3),
            Self::FirstByte => ("first_byte", "first byte", "ms", 1e3),
            Self::Whole => ("whole", "whole", "ms", 1e3),
            Self::FromDisk => ("from_disk", "from disk", "%", 100.0),
            Self::Resident => ("resident", "memory", "MiB", 1.0 / MIB),
            Self::Peak => ("peak", "peak memory", "MiB", 1.0 / MIB),
            Self::Growth => ("growth", "memory for it", "MiB", 1.0 / MIB),
            Self::StartCold => ("start_cold", "cold start", "ms", 1e3),
            Self::StartWarm => ("start_warm", "warm start", "ms", 1e3),
            Self::Binary => ("binary", "binary", "MiB", 1.0 / MIB),
        };
        Style {
            key,
            title,
            unit,
            scale,
        }
    }

    /// Formats a value with its unit, to three digits.
    pub(crate) fn show(self, value: f64) -> String {
        let style = self.style();
        let value = value * style.scale;
        let digits = match value.abs() {
            0.0..9.995 => 2,
            0.0..99.95 => 1,
            _ => 0,
        };
        format!("{value:.digits$} {}", style.unit)
    }
}

/// Figures of one round of a case against a server.
pub(crate) type Measurement = BTreeMap<Metric, f64>;

/// Values of a figure in all rounds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series(Vec<f64>);

impl Series {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn rounds(&self) -> &[f64] {
        &self.0
    }

    /// Returns the median. For an even number of values it is the mean of the two in the
    /// middle.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
        (at(low) + at(high)) / 2.0
    }

    /// Returns the ratio to another figure in each round. What the machine did besides in a
    /// round was there for both.
    pub(crate) fn over(&self, other: &Self) -> Self {
        let pairs = self.0.iter().zip(&other.0);
        Self(pairs.map(|(value, other)| value / other).collect())
    }

    /// Returns the distance of the farthest round from the median, as a fraction of the
    /// median. Returns `None` for a single round or a median of zero.
    pub(crate) fn spread(&self) -> Option<f64> {
        let median = self.median();
        let distances = self.0.iter().map(|value| (value - median).abs());
        let spread = distances.fold(0.0, f64::max) / median;
        (self.0.len() > 1 && spread.is_finite()).then_some(spread)
    }
}

/// Sorts the values, and returns the value that this fraction of them does not exceed
/// (nearest rank), or `None` if there are no values.
pub(crate) fn percentile(values: &mut [Duration], fraction: f64) -> Option<Duration> {
    values.sort_unstable();
    let rank = (fraction * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let hundred: Vec<u64> = (1..=100).rev().collect();
        for (values, fraction, expected) in [
            (&hundred[..], 0.5, Some(50)),
            (&hundred, 0.99, Some(99)),
            (&hundred, 1.0, Some(100)),
            (&hundred, 0.0, Some(1)),
            (&[7], 0.99, Some(7)),
            (&[1, 2, 3], 0.5, Some(2)),
            (&[], 0.5, None),
        ] {
            let mut values: Vec<_> = values.iter().copied().map(Duration::from_millis).collect();
            let expected = expected.map(Duration::from_millis);
            assert_eq!(
                percentile(&mut values, fraction),
                expected,
                "{fraction} of {values:?}"
            );
        }
    }

    #[test]
    fn medians_and_spreads() {
        for (values, median, spread) in [
            (&[4.0][..], 4.0, None),
            (&[9.0, 1.0, 2.0], 2.0, Some(3.5)),
            (&[4.0, 2.0], 3.0, Some(1.0 / 3.0)),
            (&[0.0, 0.0, 1.0], 0.0, None),
        ] {
            let series = Series(values.to_vec());
            assert_eq!(
                (series.median(), series.spread()),
                (median, spread),
                "{values:?}"
            );
        }
    }

    #[test]
    fn shown() {
        for (metric, value, expected) in [
            (Metric::CpuPerRequest, 17.31e-6, "17.3 µs"),
            (Metric::CpuPerGib, 0.3412, "0.34 s"),
            (Metric::Rate, 58_211.4, "58211 /s"),
            (Metric::P99, 0.009_996, "10.0 ms"),
            (Metric::Peak, 96.0 * MIB, "96.0 MiB"),
            (Metric::CpuShare, 0.0, "0.00 %"),
        ] {
            assert_eq!(metric.show(value), expected);
        }
    }
}
