//! Targets for porthole: ratios within one run, and a few absolute bounds.

use super::{
    figures::Metric::{self, *},
    results::Results,
    servers::Server::{self, *},
};

pub(crate) struct Target {
    pub(crate) case: &'static str,
    server: Server,
    metric: Metric,
    limit: Limit,
    against: Against,
}

#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// Reference of which a limit is a multiple.
#[derive(Clone, Copy)]
enum Against {
    /// The base unit of the metric.
    Unit,
    /// The same figure of another server.
    Other(Server),
    /// The same figure in another case.
    Case(&'static str),
    /// Another figure of the same server.
    Metric(Metric),
}

use Against::{Case, Other, Unit};
use Limit::{AtLeast, AtMost};

const MIB: f64 = 1024.0 * 1024.0;

pub(crate) static TARGETS: &[Target] = &[
    target("1k", CpuPerRequest, AtMost(0.70), Other(Nginx)),
    // 0.55 of the floor's efficiency.
    target("1k", CpuPerRequest, AtMost(1.0 / 0.55), Other(Floor)),
    // At one worker each (`--workers 1`).
    target("1k", CpuPerRequest, AtMost(1.0), Other(Lighttpd)),
    target("16k", CpuPerRequest, AtMost(0.70), Other(Nginx)),
    target("16k", CpuPerRequest, AtMost(1.0), Other(Lighttpd)),
    target("256k", CpuPerRequest, AtMost(0.85), Other(Nginx)),
    target("1k-1000", CpuPerRequest, AtMost(1.10), Case("1k")),
    target("1k-1000", CpuPerRequest, AtMost(0.90), Other(Nginx)),
    target("1k-1000", CpuPerRequest, AtMost(1.25), Other(Lighttpd)),
    target("1k-1000", P99, AtMost(1.0), Other(Nginx)),
    target("1k-fresh", CpuPerRequest, AtMost(1.0), Other(Nginx)),
    target("distinct", CpuPerRequest, AtMost(1.2), Other(Nginx)),
    target("1g-1", Throughput, AtLeast(1.0), Other(Nginx)),
    target("1g-1", CpuPerGib, AtMost(1.1), Other(Nginx)),
    target("1g-1", CpuPerGib, AtMost(1.3), Other(Floor)),
    target("1g-1", Throughput, AtLeast(4.0), Other(Node)),
    target("1g-8", Throughput, AtLeast(1.0), Other(Nginx)),
    target("1g-8", CpuPerGib, AtMost(1.1), Other(Nginx)),
    target("1g-8", CpuPerGib, AtMost(1.3), Other(Floor)),
    target("1g-8", Throughput, AtLeast(4.0), Other(Node)),
    target("1g-64", Throughput, AtLeast(1.0), Other(Nginx)),
    target("1g-64", CpuPerGib, AtMost(1.1), Other(Nginx)),
    target("1g-64", CpuPerGib, AtMost(1.3), Other(Floor)),
    target("1g-64", Throughput, AtLeast(4.0), Other(Node)),
    target("range", CpuPerRequest, AtMost(0.80), Other(Nginx)),
    target("1g-cold", P99, AtMost(2.0), Against::Metric(P99Alone)),
    target("range-cold", P99, AtMost(2.0), Against::Metric(P99Alone)),
    target("slow", Peak, AtMost(40.0 * MIB), Unit),
    target("idle", Resident, AtMost(64.0 * MIB), Unit),
    target("idle", CpuShare, AtMost(0.005), Unit),
    target("list-50", CpuPerRequest, AtMost(3.8), Other(Nginx)),
    target("list-5000", CpuPerRequest, AtMost(2.0), Other(Nginx)),
    target("list-200000", Growth, AtMost(24.0 * MIB), Unit),
    target("page-50", CpuPerRequest, AtMost(3.8), Other(Nginx)),
    target("page-5000", CpuPerRequest, AtMost(2.0), Other(Nginx)),
    target("tls-full", CpuPerRequest, AtMost(1.0), Other(Nginx)),
    target("tls-resumed", CpuPerRequest, AtMost(1.0), Other(Nginx)),
    target("tls-1k", CpuPerRequest, AtMost(1.0), Other(Nginx)),
    target("tls-1g-8", CpuPerGib, AtMost(1.0), Other(Nginx)),
    target("tls-1g-8", Throughput, AtLeast(1.0), Other(Nginx)),
    target("start", StartWarm, AtMost(0.060), Unit),
    logged("1k", CpuPerRequest, AtMost(1.15), Other(Porthole)),
];

const fn target(case: &'static str, metric: Metric, limit: Limit, against: Against) -> Target {
    Target {
        case,
        server: Porthole,
        metric,
        limit,
        against,
    }
}

/// Returns a target for porthole with its access log.
const fn logged(case: &'static str, metric: Metric, limit: Limit, against: Against) -> Target {
    Target {
        case,
        server: PortholeLog,
        metric,
        limit,
        against,
    }
}

pub(crate) struct Verdict {
    /// The figure, as a multiple of the reference.
    pub(crate) measured: f64,
    pub(crate) met: bool,
}

impl Target {
    /// Returns `None` if a required figure was not measured.
    pub(crate) fn evaluate(&self, results: &Results) -> Option<Verdict> {
        let figure = results.series(self.case, self.server, self.metric)?;
        let measured = match self.against {
            Unit => figure.median(),
            Other(server) => {
                let other = results.series(self.case, server, self.metric)?;
                figure.over(other).median()
            }
            // Cases are measured one after the other.
            Case(case) => {
                let other = results.series(case, self.server, self.metric)?;
                figure.median() / other.median()
            }
            Against::Metric(metric) => {
                let other = results.series(self.case, self.server, metric)?;
                figure.over(other).median()
            }
        };
        Some(Verdict {
            measured,
            met: self.limit.holds(measured),
        })
    }

    /// Describes the target, for example `CPU per request ≤ 0.70 × nginx`.
    pub(crate) fn describe(&self) -> String {
        let (sign, bound) = match self.limit {
            AtMost(bound) => ("≤", bound),
            AtLeast(bound) => ("≥", bound),
        };
        let reference = match self.against {
            Unit => String::new(),
            Other(server) => server.name().into(),
            Case(case) => format!("case {case}"),
            Against::Metric(metric) => metric.style().title.into(),
        };
        let server = if self.server == Porthole {
            ""
        } else {
            self.server.name()
        };
        let text = format!(
            "{server} {} {sign} {} {reference}",
            self.metric.style().title,
            self.show(bound)
        );
        text.trim().into()
    }

    /// Formats a bound or a measured value, as a multiple or with its unit.
    pub(crate) fn show(&self, value: f64) -> String {
        match self.against {
            Unit => self.metric.show(value),
            _ => format!("{value:.2} ×"),
        }
    }
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            cases::CASES,
            results::{CaseResult, Column},
        },
        *,
    };

    fn results(figures: &[(&str, Server, Metric, f64)]) -> Results {
        let mut results = Results::default();
        for (name, server, metric, value) in figures {
            let case = CASES.iter().find(|case| case.name == *name).unwrap();
            let mut column = Column::new(*server);
            column.add([(*metric, *value)].into());
            match results
                .0
                .iter_mut()
                .find(|result| result.case.name == *name)
            {
                Some(result) => result.columns.push(column),
                None => results.0.push(CaseResult {
                    case,
                    columns: vec![column],
                }),
            }
        }
        results
    }

    #[test]
    fn verdicts() {
        let results = results(&[
            ("1k", Porthole, CpuPerRequest, 14e-6),
            ("1k", Nginx, CpuPerRequest, 20e-6),
            ("1k-1000", Porthole, CpuPerRequest, 16e-6),
            ("slow", Porthole, Peak, 100.0 * MIB),
        ]);
        for (target, expected) in [
            (
                target("1k", CpuPerRequest, AtMost(0.70), Other(Nginx)),
                Some(true),
            ),
            (
                target("1k", CpuPerRequest, AtLeast(1.0), Other(Nginx)),
                Some(false),
            ),
            (target("1k", CpuPerRequest, AtMost(0.70), Other(Node)), None),
            (
                target("1k-1000", CpuPerRequest, AtMost(1.10), Case("1k")),
                Some(false),
            ),
            (target("slow", Peak, AtMost(96.0 * MIB), Unit), Some(false)),
            (
                target("slow", Peak, AtMost(2.0), Against::Metric(Peak)),
                Some(true),
            ),
            (
                logged("1k", CpuPerRequest, AtMost(1.15), Other(Porthole)),
                None,
            ),
        ] {
            let met = target.evaluate(&results).map(|verdict| verdict.met);
            assert_eq!(met, expected, "{}", target.describe());
        }
    }

    #[test]
    fn descriptions() {
        for (target, expected) in [
            (
                target("1k", CpuPerRequest, AtMost(0.70), Other(Nginx)),
                "CPU per request ≤ 0.70 × nginx",
            ),
            (
                target("slow", Peak, AtMost(96.0 * MIB), Unit),
                "peak memory ≤ 96.0 MiB",
            ),
            (
                logged("1k", Rate, AtLeast(1.0), Case("16k")),
                "porthole-log rate ≥ 1.00 × case 16k",
            ),
        ] {
            assert_eq!(target.describe(), expected);
        }
    }

    /// A target on a figure that its case does not have could never be evaluated.
    #[test]
    fn targets_name_what_is_measured() {
        for target in TARGETS {
            let case = CASES.iter().find(|case| case.name == target.case).unwrap();
            assert!(
                case.metrics.contains(&target.metric),
                "{}",
                target.describe()
            );
            assert!(
                case.servers.contains(&target.server),
                "{}",
                target.describe()
            );
            if let Other(server) = target.against {
                assert!(case.servers.contains(&server), "{}", target.describe());
            }
        }
    }
}
