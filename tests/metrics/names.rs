//! The names of metrics: by the conventions, and the same in the documents and the dashboard.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use libtest_mimic::Trial;
use serde_json::Value;

use super::scrape::{observed, text};
use crate::support::{Folder, Program, trials};

/// A part of Prometheus.
const PROMTOOL: Program = Program::new("promtool", "prometheus");

pub fn trials() -> Vec<Trial> {
    trials![
        the_document_explains_each_metric,
        the_dashboard_asks_for_metrics_that_exist,
        alerts_ask_for_metrics_that_exist;
        needs [&PROMTOOL] =>
        promtool_has_nothing_to_say,
        promtool_accepts_the_alerts,
    ]
}

fn document(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(file).unwrap()
}

/// Returns the metrics of a server: name and kind.
fn metrics() -> BTreeSet<(String, String)> {
    let folder = Folder::new();
    let (_porthole, admin) = observed(&folder, &[]);
    let text = text(admin);
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let types = types.map(|line| line.split_once(' ').unwrap());
    types
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}

/// Returns all words of a text that begin like a metric.
fn named(text: &str) -> BTreeSet<String> {
    let is_end = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    let words = text.split(is_end);
    let names = words.filter(|word| word.starts_with("porthole_"));
    names.map(str::to_owned).collect()
}

/// Returns the names that no server has, of metrics and of the parts of histograms.
fn unknown(text: &str) -> Vec<String> {
    let known = metrics();
    let exists = |name: &String| {
        known.iter().any(|(known, kind)| {
            let rest = name.strip_prefix(known.as_str());
            match kind.as_str() {
                "histogram" => matches!(rest, Some("_bucket" | "_sum" | "_count")),
                _ => rest == Some(""),
            }
        })
    };
    named(text)
        .into_iter()
        .filter(|name| !exists(name))
        .collect()
}

/// A row for each metric, with its kind.
fn the_document_explains_each_metric() {
    let text = document("docs/operating.md");
    let rows = text.lines().filter(|line| line.starts_with("| `porthole_"));
    let rows = rows.map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let name = cells.next().unwrap().trim_matches('`');
        let name = name.split('{').next().unwrap().to_owned();
        (name, cells.next().unwrap().to_owned())
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), metrics());
}

fn the_dashboard_asks_for_metrics_that_exist() {
    let text = document("packaging/grafana/porthole.json");
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut expressions = String::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{panel}");
        for target in targets {
            expressions += target["expr"].as_str().unwrap();
            expressions += "\n";
        }
    }
    assert!(named(&expressions).len() > 15, "{expressions}");
    assert_eq!(unknown(&expressions), [""; 0]);
}

fn alerts_ask_for_metrics_that_exist() {
    let text = document("packaging/prometheus/porthole.rules.yml");
    assert!(named(&text).len() > 5, "{text}");
    assert_eq!(unknown(&text), [""; 0]);
}

fn promtool_has_nothing_to_say() {
    let folder = Folder::new();
    folder.file("a", "content");
    let (porthole, admin) = observed(&folder, &[]);
    for target in ["/a", "/missing", "/"] {
        porthole.get(target);
    }
    let mut command = PROMTOOL.command();
    command.args(["check", "metrics"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(text(admin).as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
}

fn promtool_accepts_the_alerts() {
    let rules =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/prometheus/porthole.rules.yml");
    let output = PROMTOOL
        .command()
        .args(["check", "rules"])
        .arg(rules)
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
}
