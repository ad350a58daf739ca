//! `--grants`: the component's imports, what each one grants, and what enforces that.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use porthole::{Confined, Enforcement, Import, Kind, Root, printable};
use serde_json::{Map, Value, json};

use crate::options::{Format, Options};
use crate::tls::Certificates;

/// Prints the grants, and what this kernel adds. The process is confined here as it is
/// when serving.
///
/// # Errors
/// When the root or the component cannot be used, or standard output cannot be written.
pub(crate) fn print_grants(options: &Options, format: Format) -> anyhow::Result<ExitCode> {
    let compiler = options.compiler()?;
    let root = Root::open(options.path())?;
    let program = options.source()?.program(compiler.as_deref())?;
    let imports = program.imports()?;
    let certificates = Certificates::of(&options.tls, root.path())?;
    // What cannot be used is said as when serving.
    certificates.as_ref().map(Certificates::tls).transpose()?;
    let grants = GrantsReport {
        options,
        certificates: certificates.as_ref(),
        root: &root,
        imports: &imports,
        confined: options.confine(&root, certificates.as_ref())?,
    };
    super::print(grants.written(format).as_bytes())
}

/// Returns where the process would send messages about itself.
fn service_manager() -> Option<String> {
    std::env::var("NOTIFY_SOCKET").ok()
}

/// Data for the report.
struct GrantsReport<'a> {
    options: &'a Options,
    certificates: Option<&'a Certificates>,
    root: &'a Root,
    imports: &'a [Import],
    confined: Option<Confined>,
}

impl GrantsReport<'_> {
    fn written(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    /// Returns the mechanisms that some import relies on, and the one that all rely on.
    fn enforcements(&self) -> BTreeSet<Enforcement> {
        let by_import = self
            .imports
            .iter()
            .flat_map(|import| self.enforced_by(import));
        by_import.chain([Enforcement::Imports]).collect()
    }

    fn enforced_by(&self, import: &Import) -> impl Iterator<Item = Enforcement> {
        let enforced_by = import.enforced_by.iter().copied();
        enforced_by.filter(|enforcement| enforcement.holds(self.confined))
    }

    /// Returns where it would listen. Names are resolved, and sockets bound, when it serves.
    fn addresses(&self) -> Vec<String> {
        let (binds, port) = (self.options.binds(false), self.options.port());
        binds
            .iter()
            .map(|bind| bind.shown(port).to_string())
            .collect()
    }

    fn component(&self) -> String {
        match self.options.component() {
            Some(file) => file.display().to_string(),
            None => "built in".to_owned(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to memory cannot fail.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, text: &mut String) -> std::fmt::Result {
        let addresses = self.addresses();
        writeln!(text, "porthole {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(text, "  component  {}", printable(self.component()))?;
        writeln!(
            text,
            "  root       {}, {}",
            printable(self.root.path().display()),
            self.kind()
        )?;
        writeln!(text, "  addresses  {}", addresses.join(" and "))?;
        for file in self.certificate_files() {
            let file = printable(file.display());
            writeln!(text, "  for TLS    {file}, read by the process alone")?;
        }
        if let Some(manager) = service_manager() {
            let words = "by one socket that leads nowhere else";
            writeln!(text, "  tells      {}, {words}", printable(manager))?;
        }
        writeln!(
            text,
            "  confined   {}",
            crate::terminal::banner::confinement(self.confined)
        )?;
        let mut interface = "";
        for import in self.imports {
            if import.interface != interface {
                interface = &import.interface;
                writeln!(text, "\n{interface}")?;
            }
            let function = import
                .function
                .rsplit([']', '.'])
                .next()
                .unwrap_or_default();
            let enforced_by: Vec<&str> = self.enforced_by(import).map(Enforcement::name).collect();
            let enforced_by = enforced_by.join(", ");
            writeln!(text, "  {function:<18}  {}  [{enforced_by}]", import.grant)?;
        }
        writeln!(text, "\nenforced by")?;
        for enforcement in self.enforcements() {
            writeln!(
                text,
                "  {:<14}  {}",
                enforcement.name(),
                enforcement.explanation()
            )?;
        }
        Ok(())
    }

    /// Returns the files that the process reads for TLS, also after it is confined. The
    /// component has no way to them.
    fn certificate_files(&self) -> impl Iterator<Item = &Path> {
        self.certificates.into_iter().flat_map(Certificates::paths)
    }

    fn kind(&self) -> &'static str {
        match self.root.kind() {
            Kind::Directory => "a folder, to read all below it",
            Kind::File => "a file, to read it alone",
        }
    }

    fn json(&self) -> Value {
        let imports: Vec<Value> = self
            .imports
            .iter()
            .map(|import| self.import(import))
            .collect();
        let enforcements = self.enforcements().into_iter();
        let enforcements: Map<String, Value> = enforcements
            .map(|enforcement| {
                (
                    enforcement.name().to_owned(),
                    enforcement.explanation().into(),
                )
            })
            .collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "component": self.component(),
            "root": {
                "path": self.root.path().to_string_lossy(),
                "kind": match self.root.kind() {
                    Kind::Directory => "directory",
                    Kind::File => "file",
                },
            },
            "addresses": self.addresses(),
            "service_manager": service_manager(),
            "tls_files": self.certificate_files().collect::<Vec<_>>(),
            "confined": self.confined.map(|confined| {
                json!({
                    "landlock": confined.landlock,
                    "refused": confined.refused(),
                    "no_new_sockets": confined.no_new_sockets,
                    "no_new_privileges": confined.no_new_privileges,
                    "every_thread": confined.every_thread,
                    "readable_besides": self.options.also_readable(),
                })
            }),
            "imports": imports,
            "enforcements": enforcements,
        })
    }

    fn import(&self, import: &Import) -> Value {
        let enforced_by: Vec<&str> = self.enforced_by(import).map(Enforcement::name).collect();
        json!({
            "interface": import.interface,
            "function": import.function,
            "grant": import.grant,
            "enforced_by": enforced_by,
        })
    }
}
