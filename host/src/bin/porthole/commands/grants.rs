//! `--grants`: the component's imports, what each one grants, and what enforces that.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use porthole::{Confined, Enforcement, Import, Kind, Place, Program, Root, printable};
use serde_json::{Map, Value, json};

use crate::access::Access;
use crate::options::{Format, Options};
#[cfg(unix)]
use crate::sockets::handed_down::HandedDown;
use crate::terminal::banner;
use crate::tls::Certificates;

/// Prints the grants, and what this kernel adds. The process is confined here as it is
/// when serving.
///
/// # Errors
/// When the root or the component cannot be used, or standard output cannot be written.
pub(crate) fn print_grants(options: &Options, format: Format) -> anyhow::Result<ExitCode> {
    // SAFETY: this is called once, and nothing has opened a descriptor before.
    #[cfg(unix)]
    let handed_down = unsafe { HandedDown::take()? }.places()?;
    #[cfg(not(unix))]
    let handed_down = Vec::new();
    let compiler = options.compiler()?;
    let root = Root::open(options.path())?;
    let program = options.source()?.program(compiler.as_deref())?;
    let imports = program.imports()?;
    let certificates = Certificates::open(&options.tls, root.path())?;
    let access = Access::open(&options.auth, root.path())?;
    let access = access.map(|(access, _)| access);
    let admin = options.admin.admin.as_ref();
    let admin = admin.map(|_| Program::admin()?.imports()).transpose()?;
    let grants = GrantsReport {
        options,
        handed_down: &handed_down,
        certificates: certificates.as_ref(),
        access: access.as_ref(),
        root: &root,
        imports: &imports,
        admin: admin.as_deref(),
        confined: options.confine(&root, certificates.as_ref(), access.as_ref())?,
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
    /// Sockets that were handed down, and their names.
    handed_down: &'a [(Place, String)],
    certificates: Option<&'a Certificates>,
    access: Option<&'a Access>,
    root: &'a Root,
    imports: &'a [Import],
    /// Imports of the component that shows the counters, if there is to be one.
    admin: Option<&'a [Import]>,
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
        let admin = self.admin.unwrap_or_default();
        let by_import = self
            .imports
            .iter()
            .chain(admin)
            .flat_map(|import| self.enforced_by(import));
        by_import.chain([Enforcement::Imports]).collect()
    }

    fn enforced_by(&self, import: &Import) -> impl Iterator<Item = Enforcement> {
        let enforced_by = import.enforced_by.iter().copied();
        enforced_by.filter(|enforcement| enforcement.holds(self.confined))
    }

    /// Returns where it would listen. Names are resolved, and sockets bound, when it serves.
    fn addresses(&self) -> Vec<String> {
        let handed_down = self.handed_down.iter();
        let binds = self.options.binds(!self.handed_down.is_empty());
        let port = self.options.port();
        let bound = binds.iter().map(|bind| bind.shown(port).to_string());
        bound
            .chain(handed_down.map(|(place, _)| place.to_string()))
            .collect()
    }

    /// Returns the addresses for people, with the names of those that were handed down.
    fn shown_addresses(&self) -> String {
        let mut addresses = self.addresses();
        let names = self.handed_down.iter().map(|(_, name)| name);
        for (address, name) in addresses.iter_mut().rev().zip(names.rev()) {
            *address = banner::named(std::mem::take(address), name);
        }
        addresses.join(" and ")
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
        writeln!(text, "porthole {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(text, "  component  {}", printable(self.component()))?;
        writeln!(
            text,
            "  root       {}, {}",
            printable(self.root.path().display()),
            self.kind()
        )?;
        writeln!(text, "  addresses  {}", self.shown_addresses())?;
        if let Some(admin) = &self.options.admin.admin {
            let words = "shows the counters, by a component of its own";
            writeln!(text, "  admin      {}, {words}", admin.shown(0))?;
        }
        for file in self.certificate_files() {
            let file = printable(file.display());
            writeln!(text, "  for TLS    {file}, read by the process alone")?;
        }
        for file in self.access_files() {
            let file = printable(file.display());
            let words = "read by the process, and handed to the component";
            writeln!(text, "  passwords  {file}, {words}")?;
        }
        if let Some(file) = &self.options.log.log_file {
            let file = printable(file.display());
            writeln!(
                text,
                "  log        {file}, appended to by the process alone"
            )?;
        }
        if let Some(folder) = self.options.log.writable_folder() {
            let folder = printable(folder.display());
            let words = "in which the process may create and write files, for --log-reopen";
            writeln!(text, "             {folder}, {words}")?;
        }
        if let Some(manager) = service_manager() {
            let words = "by one socket that leads nowhere else";
            writeln!(text, "  tells      {}, {words}", printable(manager))?;
        }
        writeln!(text, "  confined   {}", banner::confinement(self.confined))?;
        self.write_imports(text, self.imports)?;
        if let Some(admin) = self.admin {
            writeln!(text, "\nthe component of --admin")?;
            self.write_imports(text, admin)?;
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

    fn write_imports(&self, text: &mut String, imports: &[Import]) -> std::fmt::Result {
        let mut interface = "";
        for import in imports {
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
        Ok(())
    }

    /// Returns the files that the process reads for TLS, also after it is confined. The
    /// component has no way to them.
    fn certificate_files(&self) -> impl Iterator<Item = &Path> {
        self.certificates.into_iter().flat_map(Certificates::paths)
    }

    /// Returns the files of passwords and of the key for links, which the process reads also
    /// after it is confined. The component gets what is in them, and has no way to them.
    fn access_files(&self) -> impl Iterator<Item = &Path> {
        self.access.into_iter().flat_map(Access::paths)
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
            "log_file": self.options.log.log_file.as_deref(),
            "log_folder": self.options.log.writable_folder(),
            "tls_files": self.certificate_files().collect::<Vec<_>>(),
            "auth_files": self.access_files().collect::<Vec<_>>(),
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
            "admin": self.admin.map(|imports| {
                let imports: Vec<Value> = imports.iter().map(|import| self.import(import)).collect();
                let address = self.options.admin.admin.as_ref();
                json!({
                    "address": address.map(|address| address.shown(0).to_string()),
                    "imports": imports,
                })
            }),
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
