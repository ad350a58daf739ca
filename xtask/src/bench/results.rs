//! Results by case, server and metric.

use std::collections::BTreeMap;

use super::{
    cases::Case,
    figures::{Measurement, Metric, Series},
    servers::Server,
};

#[derive(Default)]
pub(crate) struct Results(pub(crate) Vec<CaseResult>);

pub(crate) struct CaseResult {
    pub(crate) case: &'static Case,
    pub(crate) columns: Vec<Column>,
}

/// A server in a case.
pub(crate) struct Column {
    pub(crate) server: Server,
    pub(crate) figures: BTreeMap<Metric, Series>,
    /// Reason why the server was not measured further.
    pub(crate) failure: Option<String>,
}

impl Column {
    pub(crate) fn new(server: Server) -> Self {
        Self {
            server,
            figures: BTreeMap::new(),
            failure: None,
        }
    }

    /// Adds the figures of a round.
    pub(crate) fn add(&mut self, measurement: Measurement) {
        for (metric, value) in measurement {
            self.figures.entry(metric).or_default().push(value);
        }
    }
}

impl Results {
    /// Returns a figure in all rounds, if all were measured.
    pub(crate) fn series(&self, case: &str, server: Server, metric: Metric) -> Option<&Series> {
        let result = self.0.iter().find(|result| result.case.name == case)?;
        let column = result
            .columns
            .iter()
            .find(|column| column.server == server)?;
        column
            .figures
            .get(&metric)
            .filter(|_| column.failure.is_none())
    }
}
