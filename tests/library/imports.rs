//! The list of imports, which is the list of rights.

use std::collections::BTreeSet;
use std::path::Path;

use libtest_mimic::Trial;
use porthole::{Error, Program};
use wasmtime::component::types::ComponentItem;
use wasmtime::{Config, Engine};

use crate::support::{each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_components_import_what_the_contract_says,
        bytes_that_are_no_component_are_refused,
    ]
}

/// The components import exactly these: nothing of WASI 0.2, and everything that `wit/` has.
fn the_components_import_what_the_contract_says() {
    let wasi = of_wit("../wit/deps");
    assert!(
        wasi.iter().all(|import| import.contains("@0.3.0 ")),
        "{wasi:#?}"
    );
    let rows = [
        (porthole::PORTABLE, wasi),
        (porthole::EXTENDED, of_contract()),
        (porthole::ADMIN, of_admin_contract()),
    ];
    each(&rows, |(component, contract)| {
        let (imports, exports) = of_component(component);
        for import in &imports {
            println!("import {import}");
        }
        for export in &exports {
            println!("export {export}");
        }
        assert_eq!(imports, *contract);
        assert_eq!(
            exports,
            BTreeSet::from(["wasi:cli/run@0.3.0 run".to_owned()])
        );
    });
}

/// Returns the functions that a component imports and exports:
/// `package/interface@version function`.
pub fn of_component(bytes: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
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

/// Returns the functions that `wit/` names.
pub(super) fn of_contract() -> BTreeSet<String> {
    let mut functions = of_wit("../wit/deps");
    functions.extend(of_wit("../wit"));
    functions
}

/// Returns the functions that `wit/admin/` names. Those of WASI are among the server's.
fn of_admin_contract() -> BTreeSet<String> {
    let mut functions = of_wit("../wit/admin/deps");
    assert!(functions.is_subset(&of_wit("../wit/deps")));
    functions.extend(of_wit("../wit/admin"));
    functions
}

/// Returns the functions that the files of a directory name, spelled as in a component.
/// It parses only as much of WIT as these files use. `run` is exported, so it is left out.
pub fn of_wit(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut functions = BTreeSet::new();
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|file| file.is_file()) {
        let text = std::fs::read_to_string(file).unwrap();
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
    functions.remove("wasi:cli/run@0.3.0 run");
    functions
}

fn bytes_that_are_no_component_are_refused() {
    let empty = wat::parse_str("(component)").unwrap();
    let module = b"\0asm\x01\0\0\0";
    let rows: [&[u8]; 5] = [b"", b"\x7fELF", b"not wasm", module, &empty];
    each(&rows, |bytes| {
        let refused = matches!(Program::compile(bytes), Err(Error::Component(_)));
        assert!(refused);
    });
}
