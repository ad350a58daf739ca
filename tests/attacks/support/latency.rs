//! Latencies of responses.

use std::fmt;
use std::time::Duration;

/// Times of many responses.
#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Returns the count and the percentiles.
    pub fn summary(mut self) -> Summary {
        self.0.sort_unstable();
        // The nearest-rank method.
        let at = |percent: usize| {
            let rank = (self.0.len() * percent).div_ceil(100);
            self.0.get(rank.saturating_sub(1)).copied()
        };
        Summary {
            responses: self.0.len(),
            p50: at(50).unwrap_or_default(),
            p99: at(99).unwrap_or_default(),
            max: at(100).unwrap_or_default(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Summary {
    pub responses: usize,
    pub p50: Duration,
    pub p99: Duration,
    pub max: Duration,
}

impl Summary {
    /// Returns how many times as long as `before` the slowest hundredth takes.
    pub fn ratio(&self, before: &Self) -> f64 {
        self.p99.as_secs_f64() / before.p99.as_secs_f64().max(f64::EPSILON)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, max] = [self.p50, self.p99, self.max].map(|time| time.as_secs_f64() * 1e3);
        let responses = self.responses;
        write!(
            f,
            "{responses} responses, p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms"
        )
    }
}
