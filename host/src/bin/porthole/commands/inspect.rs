//! `porthole inspect`: what a component asks for, and what it would get.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use porthole::{Inspection, printable};
use serde_json::{Value, json};

use crate::options::read_component;
use crate::terminal::messages::fail_at_once;

/// Prints it as text or JSON. A component that would be refused has the exit status 1, and a
/// line with the reasons.
///
/// # Errors
/// When the file cannot be read, or is no component.
pub(super) fn print(file: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let name = printable(file.display());
    let component = read_component(file, |path| File::open(path))?;
    let inspection = Inspection::of(&component)?;
    let text = match as_json {
        true => format!("{:#}\n", json(&inspection)),
        false => text(&inspection),
    };
    super::print(text.as_bytes())?;
    let reasons = reasons(&inspection);
    if reasons.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    fail_at_once(format_args!("{name} is refused: {}", reasons.join("; ")));
    Ok(ExitCode::FAILURE)
}

/// Reasons to name at most; the rest is counted.
const REASONS: usize = 3;

fn reasons(inspection: &Inspection) -> Vec<String> {
    let imports = inspection.imports.iter();
    let imports = imports.filter(|import| import.granted.is_none());
    let imports = imports.map(|import| format!("{} is not granted", import.name()));
    let features = inspection.features.iter().filter(|feature| !feature.is_on);
    let features = features.map(|feature| format!("the feature {} is off", feature.name));
    let run = (!inspection.exports_run).then(|| "it exports no wasi:cli/run@0.3.0".to_owned());
    let mut reasons: Vec<String> = imports.chain(features).chain(run).collect();
    let rest = reasons.len().saturating_sub(REASONS);
    reasons.truncate(REASONS);
    if rest > 0 {
        reasons.push(format!("and {rest} more"));
    }
    reasons
}

fn text(inspection: &Inspection) -> String {
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = write_text(inspection, &mut text);
    text
}

fn write_text(inspection: &Inspection, text: &mut String) -> std::fmt::Result {
    for (key, value) in &inspection.metadata {
        writeln!(text, "{key:<12}  {value}")?;
    }
    writeln!(
        text,
        "{:<12}  {}",
        "runs",
        match inspection.exports_run {
            true => "yes: it exports wasi:cli/run@0.3.0",
            false => "no: it does not export wasi:cli/run@0.3.0",
        }
    )?;
    let mut interface = "";
    for import in &inspection.imports {
        if import.interface != interface {
            interface = &import.interface;
            writeln!(text, "\nimports {interface}")?;
        }
        let grant = match &import.granted {
            Some(granted) => granted.grant,
            None => "REFUSED: porthole does not link it",
        };
        writeln!(text, "  {:<34}  {grant}", import.function)?;
    }
    if !inspection.features.is_empty() {
        writeln!(text, "\nfeatures")?;
    }
    for feature in &inspection.features {
        let state = match feature.is_on {
            true => "on",
            false => "REFUSED: it is off",
        };
        writeln!(text, "  {:<34}  {state}", feature.name)?;
    }
    Ok(())
}

fn json(inspection: &Inspection) -> Value {
    let metadata: BTreeMap<_, _> = inspection.metadata.iter().cloned().collect();
    let imports = inspection.imports.iter().map(|import| {
        json!({
            "interface": import.interface,
            "function": import.function,
            "granted": import.granted.is_some(),
            "grant": import.granted.as_ref().map(|granted| granted.grant),
        })
    });
    let features = inspection.features.iter();
    let features = features.map(|feature| json!({ "name": feature.name, "on": feature.is_on }));
    json!({
        "accepted": inspection.is_accepted(),
        "metadata": metadata,
        "exports_run": inspection.exports_run,
        "imports": imports.collect::<Vec<_>>(),
        "features": features.collect::<Vec<_>>(),
    })
}
