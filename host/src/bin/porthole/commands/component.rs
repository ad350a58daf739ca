//! `porthole component`: the portable component as a file, for other hosts.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use porthole::{PORTABLE, printable};
use wasm_encoder::{ComponentNameSection, ComponentSection as _, CustomSection};

/// Writes the component, with its metadata, to a file or to standard output.
///
/// # Errors
/// When it cannot be written, or standard output is a terminal.
pub(super) fn write(output: Option<&Path>) -> anyhow::Result<ExitCode> {
    let bytes = with_metadata(PORTABLE);
    match output {
        Some(file) if file != Path::new("-") => {
            let written = fs::write(file, bytes);
            written.with_context(|| format!("cannot write {}", printable(file.display())))?;
        }
        _ if std::io::stdout().is_terminal() => {
            bail!("a component is not for terminals; name a file with -o FILE")
        }
        _ => return super::print(&bytes),
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the component with the sections that `wasm-tools metadata show` reads.
fn with_metadata(component: &[u8]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    let mut names = ComponentNameSection::new();
    names.component("porthole");
    names.append_to_component(&mut bytes);
    let values = [
        ("description", Some(env!("CARGO_PKG_DESCRIPTION"))),
        ("version", Some(env!("CARGO_PKG_VERSION"))),
        ("licenses", Some(env!("CARGO_PKG_LICENSE"))),
        ("source", Some(env!("CARGO_PKG_REPOSITORY"))),
        // Packages set it. Without it, two builds of one commit are the same anyway.
        ("revision", option_env!("PORTHOLE_REVISION")),
    ];
    for (name, value) in values {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let section = CustomSection {
                name: name.into(),
                data: value.as_bytes().into(),
            };
            section.append_to_component(&mut bytes);
        }
    }
    bytes
}
