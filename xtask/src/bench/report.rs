//! The results as tables on the terminal, as Markdown and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::table::Table;

use super::{
    cases::Case,
    environment::Environment,
    figures::{Metric, Series},
    results::{CaseResult, Column, Results},
    targets::{TARGETS, Target},
};

/// The results of a run with its environment.
pub(crate) struct Report {
    pub(crate) environment: Environment,
    pub(crate) results: Results,
}

/// Returns a case as it is shown on the terminal when it is done.
pub(crate) fn case_text(CaseResult { case, columns }: &CaseResult) -> String {
    let table = case_table(case, columns).text();
    format!(
        "{} ({})\n{table}{}",
        case.title,
        case.name,
        failures(columns, "  ")
    )
}

pub(crate) fn targets_text(results: &Results) -> String {
    format!("Targets\n{}", targets_table(results).text())
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        for (name, value) in &self.environment.0 {
            let value = value.as_str().map_or_else(|| value.to_string(), Into::into);
            let _ = writeln!(out, "- {name}: {value}");
        }
        out += "\nMedian of the rounds ± the distance of the farthest round.\n";
        for CaseResult { case, columns } in &self.results.0 {
            let table = case_table(case, columns).markdown();
            let _ = write!(out, "\n### {} (`{}`)\n\n{table}", case.title, case.name);
            out += &failures(columns, "\n");
        }
        let targets = targets_table(&self.results).markdown();
        let _ = write!(out, "\n### Targets\n\n{targets}");
        out
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "environment": self.environment.0.iter().cloned().collect::<serde_json::Map<_, _>>(),
            "cases": self.results.0.iter().map(case_json).collect::<Vec<_>>(),
            "targets": TARGETS.iter().map(|t| target_json(t, &self.results)).collect::<Vec<_>>(),
        })
    }
}

fn case_table(case: &Case, columns: &[Column]) -> Table {
    let titles = case.metrics.iter().map(|metric| metric.style().title);
    let mut table = Table::new(1, std::iter::once("").chain(titles));
    for column in columns {
        let mut row = vec![column.server.name().into()];
        match column.failure {
            Some(_) => row.push("failed".into()),
            None => row.extend(case.metrics.iter().map(|metric| cell(column, *metric))),
        }
        table.row(row);
    }
    table
}

/// Returns a line for each server that failed, after `lead`.
fn failures(columns: &[Column], lead: &str) -> String {
    let line = |column: &Column| {
        let failure = column.failure.as_ref()?;
        Some(format!("{lead}{}: {failure}\n", column.server.name()))
    };
    columns.iter().filter_map(line).collect()
}

fn cell(column: &Column, metric: Metric) -> String {
    let Some(series) = column.figures.get(&metric) else {
        return "–".into();
    };
    let median = metric.show(series.median());
    match series.spread() {
        Some(spread) => format!("{median} ± {:.0} %", spread * 100.0),
        None => median,
    }
}

/// Returns the targets with their results, without the targets of cases that were left
/// out.
fn targets_table(results: &Results) -> Table {
    let mut table = Table::new(2, ["case", "target", "measured", "result"]);
    for target in TARGETS {
        if results
            .0
            .iter()
            .all(|result| result.case.name != target.case)
        {
            continue;
        }
        let (measured, result) = match target.evaluate(results) {
            Some(verdict) if verdict.met => (target.show(verdict.measured), "met"),
            Some(verdict) => (target.show(verdict.measured), "not met"),
            None => (String::new(), "not measured"),
        };
        table.row(vec![
            target.case.into(),
            target.describe(),
            measured,
            result.into(),
        ]);
    }
    table
}

fn case_json(CaseResult { case, columns }: &CaseResult) -> Value {
    let figures = |column: &Column| -> Vec<Value> {
        let series = |metric| Some((metric, column.figures.get(metric)?));
        case.metrics
            .iter()
            .filter_map(series)
            .map(figure_json)
            .collect()
    };
    let servers: Vec<_> = columns
        .iter()
        .map(|column| {
            json!({
                "name": column.server.name(),
                "failure": column.failure,
                "figures": figures(column),
            })
        })
        .collect();
    json!({ "name": case.name, "title": case.title, "servers": servers })
}

/// Values in the metric's unit, like those of the tables, but not rounded.
fn figure_json((metric, series): (&Metric, &Series)) -> Value {
    let style = metric.style();
    json!({
        "metric": style.key,
        "unit": style.unit,
        "median": series.median() * style.scale,
        "spread": series.spread(),
        "rounds": series.rounds().iter().map(|value| value * style.scale).collect::<Vec<_>>(),
    })
}

fn target_json(target: &Target, results: &Results) -> Value {
    let verdict = target.evaluate(results);
    json!({
        "case": target.case,
        "target": target.describe(),
        "measured": verdict.as_ref().map(|verdict| target.show(verdict.measured)),
        "met": verdict.as_ref().map(|verdict| verdict.met),
    })
}
