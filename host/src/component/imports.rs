//! The rights that a component's imports grant: the list of imports is the list of
//! rights.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::Program;
use crate::confinement::Confined;
use crate::error::{ComponentError, Error, one_line};

/// A function that a component imports, and the right that it grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Package, interface and version: `wasi:filesystem/types@0.3.0`.
    pub interface: String,
    /// Name as in the component: `[method]descriptor.open-at`.
    pub function: String,
    /// Result of a call for the component, or the reason why it gets nothing. One phrase for
    /// people.
    pub grant: &'static str,
    /// Mechanisms that keep the function within its grant.
    pub enforced_by: &'static [Enforcement],
}

impl Import {
    /// Returns what a function of an interface would grant, or `None` when it is not linked:
    /// a component that imports it is refused.
    #[must_use]
    pub fn granted(interface: &str, function: &str) -> Option<Self> {
        match interface.starts_with(ADMIN_COUNTERS) {
            true => None,
            false => Self::explained(interface, function),
        }
    }

    /// Returns what a function grants to whoever is linked with it.
    fn explained(interface: &str, function: &str) -> Option<Self> {
        let (unversioned, version) = interface.split_once('@')?;
        let row = ROWS.iter().find(|row| {
            row.interface == unversioned
                && row.functions.contains(&function)
                && version.starts_with(row.version())
        })?;
        Some(Self {
            interface: interface.to_owned(),
            function: function.to_owned(),
            grant: row.grant,
            enforced_by: row.enforced_by,
        })
    }
}

/// A mechanism that keeps a function of the host within what was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Enforcement {
    /// Functions that are not linked do not exist for the component.
    Imports,
    /// The environment with which the instance is created.
    Context,
    /// The log's own thread.
    Log,
    /// The one descriptor that is handed out.
    Root,
    /// The kernel's path lookup.
    Beneath,
    /// The rights of the descriptor that is handed out.
    ReadOnly,
    /// The host's sockets.
    Sockets,
    /// Landlock rules for opening and changing files.
    KernelFiles,
    /// Landlock rules for binding and connecting TCP ports.
    KernelTcp,
    /// Seccomp rules for creating, binding and connecting sockets.
    KernelSockets,
    /// The host's table of what clients have used.
    Usage,
    /// The host's threads that compare passwords.
    Passwords,
    /// The host's counts of responses.
    Counts,
}

impl Enforcement {
    /// Returns a short name, such as `read-only`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Imports => "imports",
            Self::Context => "context",
            Self::Log => "log",
            Self::Root => "root",
            Self::Beneath => "beneath",
            Self::ReadOnly => "read-only",
            Self::Sockets => "sockets",
            Self::KernelFiles => "landlock-files",
            Self::KernelTcp => "landlock-tcp",
            Self::KernelSockets => "seccomp",
            Self::Usage => "usage",
            Self::Passwords => "passwords",
            Self::Counts => "counts",
        }
    }

    /// Returns one sentence that explains how it works.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Imports => {
                "the component reaches its own memory and these functions; what is not in this list is not linked"
            }
            Self::Context => "the instance gets arguments, and an empty environment",
            Self::Log => {
                "a thread of the host writes, replaces control characters, and drops what its reader does not take"
            }
            Self::Root => {
                "one descriptor is handed out, which the host opened before the component began"
            }
            Self::Beneath => {
                "openat2 with RESOLVE_BENEATH: the kernel follows no path and no link that leads out (without openat2 the host walks the path, name by name)"
            }
            Self::ReadOnly => {
                "the runtime refuses every change before it asks the kernel, and opens for reading only"
            }
            Self::Sockets => {
                "bind finds a listener that the host has bound, or fails; there is no code that connects"
            }
            Self::KernelFiles => {
                "Landlock: the kernel opens no other file for this process, and neither writes, creates, removes nor executes for it"
            }
            Self::KernelTcp => {
                "Landlock: the kernel lets this process bind and connect no TCP port"
            }
            Self::KernelSockets => {
                "seccomp: the kernel makes no socket for this process, lets it bind and connect none, sends only where one is connected, and runs no program for it"
            }
            Self::Usage => {
                "a table of numbers that this server has for itself, with as many clients as it is large, and nothing else in it"
            }
            Self::Counts => {
                "counts with fixed names that stay at their largest value; a component can only count for itself"
            }
            Self::Passwords => {
                "two threads of low priority at most, with a queue; hashes have limits of processor time and memory"
            }
        }
    }

    /// Whether the mechanism is in force in a process with this confinement, `None` for
    /// no confinement. Most mechanisms do not depend on it.
    #[must_use]
    pub fn holds(self, confined: Option<Confined>) -> bool {
        let landlock = confined.map_or(0, |confined| confined.landlock);
        match self {
            Self::KernelFiles => landlock >= Confined::FILES,
            Self::KernelTcp => landlock >= Confined::TCP,
            Self::KernelSockets => confined.is_some_and(|confined| confined.no_new_sockets),
            _ => true,
        }
    }
}

/// Functions of an interface with the same grant and the same enforcement.
struct Row {
    interface: &'static str,
    functions: &'static [&'static str],
    grant: &'static str,
    enforced_by: &'static [Enforcement],
}

impl Row {
    /// Returns the version of the interface that is linked, up to the number that changes
    /// nothing for its users.
    fn version(&self) -> &'static str {
        match self.interface.starts_with("wasi:") {
            true => "0.3.",
            false => "0.1.",
        }
    }
}

/// All functions that [`Program`] links. A function that is added to the linker needs a
/// row with its grant here: for a component that imports a function without a row,
/// [`Program::imports`] returns an error.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { interface: "wasi:cli/environment", functions: &["get-arguments"],
        grant: "the arguments that the host makes for it", enforced_by: &[Enforcement::Context] },
    Row { interface: "wasi:cli/environment", functions: &["get-environment", "get-initial-cwd"],
        grant: "nothing: it is empty", enforced_by: &[Enforcement::Context] },
    Row { interface: "wasi:cli/stdout", functions: &["write-via-stream"],
        grant: "lines in this log", enforced_by: &[Enforcement::Log] },
    Row { interface: "wasi:cli/stderr", functions: &["write-via-stream"],
        grant: "lines in this log", enforced_by: &[Enforcement::Log] },
    Row { interface: "wasi:clocks/monotonic-clock", functions: &["now", "get-resolution"],
        grant: "time that has passed", enforced_by: &[Enforcement::Imports] },
    Row { interface: "wasi:clocks/monotonic-clock", functions: &["wait-for", "wait-until"],
        grant: "waiting", enforced_by: &[Enforcement::Imports] },
    Row { interface: "wasi:clocks/system-clock", functions: &["now", "get-resolution"],
        grant: "the date and the time of day", enforced_by: &[Enforcement::Imports] },
    Row { interface: "wasi:filesystem/preopens", functions: &["get-directories"],
        grant: "the root, and nothing beside it", enforced_by: &[Enforcement::Root] },
    Row { interface: "wasi:filesystem/types", functions: &["[method]descriptor.open-at"],
        grant: "opening what is below the root",
        enforced_by: &[Enforcement::Root, Enforcement::Beneath, Enforcement::ReadOnly, Enforcement::KernelFiles] },
    Row { interface: "wasi:filesystem/types", functions: &[
            "[method]descriptor.stat-at", "[method]descriptor.readlink-at",
            "[method]descriptor.metadata-hash-at"],
        grant: "looking at what is below the root", enforced_by: &[Enforcement::Root, Enforcement::Beneath] },
    Row { interface: "wasi:filesystem/types", functions: &[
            "[method]descriptor.read-via-stream", "[method]descriptor.read-directory",
            "[method]descriptor.stat", "[method]descriptor.get-type", "[method]descriptor.get-flags",
            "[method]descriptor.is-same-object", "[method]descriptor.metadata-hash",
            "[method]descriptor.advise", "[method]descriptor.sync", "[method]descriptor.sync-data"],
        grant: "reading the root, or what was opened below it",
        enforced_by: &[Enforcement::Root, Enforcement::ReadOnly] },
    Row { interface: "wasi:filesystem/types", functions: &[
            "[method]descriptor.write-via-stream", "[method]descriptor.append-via-stream",
            "[method]descriptor.set-size", "[method]descriptor.create-directory-at",
            "[method]descriptor.remove-directory-at", "[method]descriptor.unlink-file-at",
            "[method]descriptor.link-at", "[method]descriptor.symlink-at",
            "[method]descriptor.rename-at"],
        grant: "nothing: refused", enforced_by: &[Enforcement::ReadOnly, Enforcement::KernelFiles] },
    Row { interface: "wasi:filesystem/types", functions: &[
            "[method]descriptor.set-times", "[method]descriptor.set-times-at"],
        grant: "nothing: refused", enforced_by: &[Enforcement::ReadOnly] },
    Row { interface: "wasi:sockets/types", functions: &["[static]tcp-socket.create"],
        grant: "a socket that can only bind and listen", enforced_by: &[Enforcement::Sockets] },
    Row { interface: "wasi:sockets/types", functions: &[
            "[method]tcp-socket.bind", "[method]tcp-socket.listen"],
        grant: "connections to the granted addresses",
        enforced_by: &[Enforcement::Sockets, Enforcement::KernelTcp, Enforcement::KernelSockets] },
    Row { interface: "wasi:sockets/types", functions: &[
            "[method]tcp-socket.receive", "[method]tcp-socket.send",
            "[method]tcp-socket.get-remote-address"],
        grant: "talking to whoever has connected", enforced_by: &[Enforcement::Sockets] },
    Row { interface: "porthole:server/connection", functions: &["tls"],
        grant: "by which version of TLS a client has connected", enforced_by: &[Enforcement::Sockets] },
    Row { interface: "porthole:server/responses", functions: &["finished"],
        grant: "numbers about its responses, for the counts of this server",
        enforced_by: &[Enforcement::Counts] },
    Row { interface: "porthole:server/sendfile", functions: &["send-range"],
        grant: "sending what it may read to whoever has connected",
        enforced_by: &[Enforcement::Root, Enforcement::ReadOnly, Enforcement::Sockets] },
    Row { interface: ADMIN_COUNTERS, functions: &["read", "is-ready"],
        grant: "the counters of the server, to read them", enforced_by: &[Enforcement::Imports] },
    Row { interface: "porthole:server/usage", functions: &["spend", "give-back"],
        grant: "counting what clients use, together with the other workers",
        enforced_by: &[Enforcement::Usage] },
    Row { interface: "porthole:server/passwords", functions: &["verify"],
        grant: "comparing passwords with hashes that it knows", enforced_by: &[Enforcement::Passwords] },
    Row { interface: "porthole:server/passwords", functions: &["secret"],
        grant: "random bytes, made once at the start", enforced_by: &[Enforcement::Imports] },
    Row { interface: "porthole:server/paths", functions: &["real-path"],
        grant: "asking where links below the root lead",
        enforced_by: &[Enforcement::Root, Enforcement::Beneath, Enforcement::KernelFiles] },
];

/// The interface that only the component of [`Server::admin`](crate::Server::admin) is linked
/// with.
const ADMIN_COUNTERS: &str = "porthole:admin/counters";

impl Program {
    /// Lists the functions that the component imports, in its own order, with their
    /// grants.
    ///
    /// # Errors
    /// [`Error::Component`] when it imports a function of which this library has no
    /// description, which is a fault of this library.
    pub fn imports(&self) -> Result<Vec<Import>, Error> {
        let component = self.server.instance_pre().component();
        let imports = names(&self.engine, component).into_iter();
        let imports = imports.map(|(interface, function)| {
            Import::explained(&interface, &function)
                .ok_or_else(|| unexplained(&interface, &function))
        });
        imports.collect()
    }
}

/// Returns the reason why a component cannot be linked: the first import that is not
/// granted. If all are, one of them has another type.
pub(super) fn refused(
    engine: &Engine,
    component: &Component,
    error: &wasmtime::Error,
) -> ComponentError {
    let imports = names(engine, component).into_iter();
    let mut imports =
        imports.filter(|(interface, function)| Import::granted(interface, function).is_none());
    let reason = one_line(error);
    match imports.next() {
        Some((interface, function)) => ComponentError::Import {
            name: full_name(&interface, &function),
            reason,
        },
        None => ComponentError::Invalid(reason),
    }
}

/// Returns the functions that a component imports, as interface and name. An import that is
/// no interface has no function.
fn names(engine: &Engine, component: &Component) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for (interface, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else {
            names.push((interface.to_owned(), String::new()));
            continue;
        };
        // The name of a type grants nothing.
        let functions = instance.exports(engine).filter(|(_, item)| {
            !matches!(item.ty, ComponentItem::Type(_) | ComponentItem::Resource(_))
        });
        names.extend(functions.map(|(name, _)| (interface.to_owned(), name.to_owned())));
    }
    names
}

/// Returns the name of an imported function, or of an import that is no interface and has
/// none.
pub(super) fn full_name(interface: &str, function: &str) -> String {
    format!("{interface} {function}").trim_end().to_owned()
}

fn unexplained(interface: &str, function: &str) -> Error {
    let name = full_name(interface, function);
    let reason = format!("nothing is known of its import {name}");
    ComponentError::Import { name, reason }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unexplained_imports_are_errors() {
        let rows = [
            ("wasi:sockets/types@0.3.0", "[method]tcp-socket.connect"),
            ("wasi:cli/stdin@0.3.0", "read-via-stream"),
            ("wasi:cli/environment@0.3.0", "get-secrets"),
            ("wasi:cli/environment@0.2.6", "get-arguments"),
            ("porthole:host/process", "spawn"),
            ("porthole:admin/counters@0.1.0", "read"),
        ];
        for (interface, function) in rows {
            assert!(
                Import::granted(interface, function).is_none(),
                "{interface}"
            );
            let error = unexplained(interface, function).to_string();
            assert!(
                error.ends_with(&format!("{interface} {function}")),
                "{error}"
            );
        }
        assert!(Import::granted("wasi:cli/environment@0.3.1", "get-arguments").is_some());
    }

    #[test]
    fn no_function_is_explained_twice() {
        let mut names: Vec<_> = ROWS
            .iter()
            .flat_map(|row| {
                row.functions
                    .iter()
                    .map(|function| (row.interface, function))
            })
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
