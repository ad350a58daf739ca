//! The text format of Prometheus, version 0.0.4.

use alloc::string::String;
use core::fmt::{self, Display, Write as _};

/// Media type of the format.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Kinds of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A metric: a name with `porthole_` before it, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
}

/// A label with a value: names of fixed lists and numbers, in which nothing is to be escaped.
pub type Label<'a> = (&'static str, &'a dyn Display);

/// Microseconds, written as seconds.
#[derive(Clone, Copy)]
pub struct Seconds(pub u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0 / 1_000_000, self.0 % 1_000_000);
        write!(f, "{seconds}")?;
        if micros == 0 {
            return Ok(());
        }
        let mut digits = micros;
        let mut width = 6_usize;
        while digits.is_multiple_of(10) {
            digits /= 10;
            width = width.saturating_sub(1);
        }
        write!(f, ".{digits:0width$}")
    }
}

/// Text that grows up to a bound.
pub struct Text {
    text: String,
    most: usize,
}

impl Text {
    pub fn new(most: usize) -> Self {
        Self {
            text: String::with_capacity(most / 8),
            most,
        }
    }

    pub fn into_string(self) -> String {
        self.text
    }

    /// Begins a metric, whose samples follow.
    pub fn metric(&mut self, metric: Metric) -> Result<Samples<'_>, fmt::Error> {
        let Metric { name, kind, help } = metric;
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        writeln!(self, "# HELP porthole_{name} {help}")?;
        writeln!(self, "# TYPE porthole_{name} {kind}")?;
        Ok(Samples { text: self, name })
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() > self.most.saturating_sub(self.text.len()) {
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// The samples of one metric.
pub struct Samples<'t> {
    text: &'t mut Text,
    name: &'static str,
}

impl Samples<'_> {
    /// Adds a sample.
    pub fn sample(&mut self, labels: &[Label<'_>], value: impl Display) -> fmt::Result {
        self.suffixed("", labels, value)
    }

    /// Adds the samples of a histogram: bounds with the number of times in each bucket, the
    /// number beyond the last, and the sum, all in microseconds.
    pub fn histogram(&mut self, buckets: &[(u64, u64)], longer: u64, sum: u64) -> fmt::Result {
        let mut count = 0_u64;
        for (bound, more) in buckets {
            count = count.saturating_add(*more);
            self.suffixed("_bucket", &[("le", &Seconds(*bound))], count)?;
        }
        count = count.saturating_add(longer);
        self.suffixed("_bucket", &[("le", &"+Inf")], count)?;
        self.suffixed("_sum", &[], Seconds(sum))?;
        self.suffixed("_count", &[], count)
    }

    fn suffixed(&mut self, suffix: &str, labels: &[Label<'_>], value: impl Display) -> fmt::Result {
        write!(self.text, "porthole_{}{suffix}", self.name)?;
        for (place, (name, value)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            write!(self.text, "{before}{name}=\"{value}\"")?;
        }
        let after = if labels.is_empty() { "" } else { "}" };
        writeln!(self.text, "{after} {value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn microseconds_are_written_as_seconds() {
        let cases = [
            (0, "0"),
            (100, "0.0001"),
            (1_000_000, "1"),
            (2_500_000, "2.5"),
            (10_000_001, "10.000001"),
            (u64::MAX, "18446744073709.551615"),
        ];
        for (micros, expected) in cases {
            assert_eq!(Seconds(micros).to_string(), expected);
        }
    }

    #[test]
    fn buckets_are_cumulative() {
        let mut text = Text::new(1_000);
        let metric = Metric {
            name: "a_seconds",
            kind: Kind::Histogram,
            help: "Times.",
        };
        let mut samples = text.metric(metric).unwrap();
        samples
            .histogram(&[(100, 2), (1_000_000, 3)], 4, 2_500_000)
            .unwrap();
        let expected = "# HELP porthole_a_seconds Times.\n\
            # TYPE porthole_a_seconds histogram\n\
            porthole_a_seconds_bucket{le=\"0.0001\"} 2\n\
            porthole_a_seconds_bucket{le=\"1\"} 5\n\
            porthole_a_seconds_bucket{le=\"+Inf\"} 9\n\
            porthole_a_seconds_sum 2.5\n\
            porthole_a_seconds_count 9\n";
        assert_eq!(text.into_string(), expected);
    }

    #[test]
    fn text_beyond_its_bound_is_an_error() {
        let mut text = Text::new(10);
        assert!(text.write_str("0123456789").is_ok());
        assert!(text.write_str("0").is_err());
    }
}
