//! The list of imports is the list of rights.

use std::collections::BTreeSet;
use std::path::Path;

use libtest_mimic::Trial;
use porthole::{Error, Program};
use wasm_encoder::{
    Component, ComponentImportSection, ComponentTypeRef, ComponentTypeSection, ComponentValType,
    InstanceType, TypeBounds,
};
use wasmtime::component::types::ComponentItem;
use wasmtime::{Config, Engine};

use crate::support::{each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_component_imports_what_the_contract_says,
        a_component_that_imports_more_is_refused,
        what_is_no_component_is_refused,
    ]
}

/// Exactly these: nothing of WASI 0.2, and nothing in `wit/` that is not used.
fn the_component_imports_what_the_contract_says() {
    let (imports, exports) = of_component(porthole::COMPONENT);
    for import in &imports {
        println!("import {import}");
    }
    for export in &exports {
        println!("export {export}");
    }
    let contract = of_contract();
    assert_eq!(imports, contract);
    assert!(
        imports.iter().all(|import| import.contains("@0.3.0 ")),
        "{imports:#?}"
    );
    assert_eq!(
        exports,
        BTreeSet::from(["wasi:cli/run@0.3.0 run".to_owned()])
    );
}

/// The functions that a component imports and exports: `package/interface@version function`.
fn of_component(bytes: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    let engine = Engine::new(&config).unwrap();
    let component = wasmtime::component::Component::from_binary(&engine, bytes).unwrap();
    let kind = component.component_type();
    let functions = |interface: &str, item: ComponentItem| match item {
        ComponentItem::ComponentInstance(instance) => instance
            .exports(&engine)
            .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
            .map(|(function, _)| format!("{interface} {function}"))
            .collect::<Vec<_>>(),
        other => panic!("{interface} is no interface: {other:?}"),
    };
    let imports = kind
        .imports(&engine)
        .flat_map(|(name, item)| functions(name, item.ty));
    let exports = kind
        .exports(&engine)
        .flat_map(|(name, item)| functions(name, item.ty));
    (imports.collect(), exports.collect())
}

/// The functions that `wit/` names, spelled as in a component. Reads as much of
/// WIT as these files use; `run` is exported.
pub(super) fn of_contract() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/deps");
    let mut functions = BTreeSet::new();
    for file in folder.read_dir().unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let (mut package, mut interface, mut resource) = ("", "", None);
        for line in text.lines().map(str::trim) {
            let words: Vec<&str> = line.split([' ', ':', ';']).collect();
            match *words {
                ["package", _, _, ..] => package = &line["package ".len()..line.len() - 1],
                ["interface", name, "{"] => (interface, resource) = (name, None),
                ["resource", name, "{"] => resource = Some(name),
                [name, "", ref kind @ ..] if line.contains("func(") => {
                    let name = match (resource, kind.first()) {
                        (None, _) => name.to_owned(),
                        (Some(resource), Some(&"static")) => format!("[static]{resource}.{name}"),
                        (Some(resource), _) => format!("[method]{resource}.{name}"),
                    };
                    let (package, version) = package.split_once('@').unwrap();
                    functions.insert(format!("{package}/{interface}@{version} {name}"));
                }
                _ => {}
            }
        }
    }
    assert!(functions.remove("wasi:cli/run@0.3.0 run"));
    functions
}

/// Each attempt by itself: a component that imports just this one function. What is
/// not linked can't be called, whatever it would have answered.
#[rustfmt::skip]
fn a_component_that_imports_more_is_refused() {
    const SOCKETS: &str = "wasi:sockets/types@0.3.0";
    const MISSING: &str = "implementation is missing";
    // What is linked is found, and only then of another type than it should be.
    let error = refusal("wasi:clocks/monotonic-clock@0.3.0", "wait-for");
    assert!(error.contains("`wait-for`") && !error.ends_with(MISSING), "{error}");
    let rows = [
        ("connect out", SOCKETS, "[method]tcp-socket.connect"),
        ("create a UDP socket", SOCKETS, "[static]udp-socket.create"),
        ("send over UDP", SOCKETS, "[method]udp-socket.send"),
        ("look up names", "wasi:sockets/ip-name-lookup@0.3.0", "resolve-addresses"),
        ("tune a socket", SOCKETS, "[method]tcp-socket.set-keep-alive-enabled"),
        ("lengthen the backlog", SOCKETS, "[method]tcp-socket.set-listen-backlog-size"),
        ("learn an own address", SOCKETS, "[method]tcp-socket.get-local-address"),
        ("read standard input", "wasi:cli/stdin@0.3.0", "read-via-stream"),
        ("end the process", "wasi:cli/exit@0.3.0", "exit"),
        ("find a terminal", "wasi:cli/terminal-stdout@0.3.0", "get-terminal-stdout"),
        ("get randomness", "wasi:random/random@0.3.0", "get-random-bytes"),
        ("get a seed", "wasi:random/insecure-seed@0.3.0", "get-insecure-seed"),
        ("learn the time zone", "wasi:clocks/timezone@0.3.0", "utc-offset"),
        ("send a request", "wasi:http/client@0.3.0", "send"),
        ("connect as in 0.2", "wasi:sockets/tcp@0.2.6", "[method]tcp-socket.start-connect"),
        ("write as in 0.2", "wasi:filesystem/types@0.2.6", "[method]descriptor.write"),
        ("poll as in 0.2", "wasi:io/poll@0.2.6", "poll"),
        ("something of its own", "porthole:host/process", "spawn"),
    ];
    each(&rows, |(attempt, interface, function)| {
        let error = refusal(interface, function);
        println!("{attempt}: {error}");
        assert!(error.contains(interface) && error.ends_with(MISSING), "{error}");
    });
}

fn refusal(interface: &str, function: &str) -> String {
    match Program::compile(&importing(interface, function)) {
        Err(Error::Component(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("{interface} {function} is linked"),
    }
}

/// A component that does nothing but import one function.
fn importing(interface: &str, function: &str) -> Vec<u8> {
    let mut instance = InstanceType::new();
    let resource = function
        .split_once(']')
        .and_then(|(_, name)| name.split_once('.'));
    let mut parameters = Vec::new();
    let mut types = 0;
    if let Some((resource, _)) = resource {
        instance.export(resource, ComponentTypeRef::Type(TypeBounds::SubResource));
        types += 1;
        if function.starts_with("[method]") {
            instance.ty().defined_type().borrow(0);
            types += 1;
            parameters.push(("self", ComponentValType::Type(1)));
        }
    }
    instance.ty().function().params(parameters).result(None);
    instance.export(function, ComponentTypeRef::Func(types));
    let mut section = ComponentTypeSection::new();
    section.instance(&instance);
    let mut imports = ComponentImportSection::new();
    imports.import(interface, ComponentTypeRef::Instance(0));
    let mut component = Component::new();
    component.section(&section).section(&imports);
    component.finish()
}

fn what_is_no_component_is_refused() {
    let empty = Component::new().finish();
    let module = b"\0asm\x01\0\0\0";
    let rows: [&[u8]; 5] = [b"", b"\x7fELF", b"not wasm", module, &empty];
    each(&rows, |bytes| {
        let refused = matches!(Program::compile(bytes), Err(Error::Component(_)));
        assert!(refused);
    });
}
