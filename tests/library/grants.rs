//! `--grants`: the imports of the component, what it gets for each, and how that is
//! enforced.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Output;

use libtest_mimic::Trial;
use serde_json::Value;

use super::imports::of_contract;
use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        every_function_of_the_contract_is_explained,
        a_component_that_imports_all_that_is_linked_is_explained,
        enforcements_are_those_in_force,
        nothing_is_served,
        the_environment_asks_for_it_too,
        a_component_comes_out_of_a_pipe,
        text_and_json_grants_agree,
        ungrantable_paths_are_reported_in_one_line,
    ]
}

fn run(path: &Path, flags: &[&str]) -> Output {
    let mut command = Porthole::command();
    command.arg(path).args(flags).output().unwrap()
}

fn json(path: &Path, flags: &[&str]) -> Value {
    let output = run(path, &[&["--grants=json"], flags].concat());
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn imports(grants: &Value) -> &[Value] {
    grants["imports"].as_array().unwrap()
}

/// The grants list exactly the functions of `wit/`.
fn every_function_of_the_contract_is_explained() {
    let folder = Folder::new();
    let grants = json(folder.path(), &[]);
    let named = imports(&grants).iter().map(|import| {
        let name = |key: &str| import[key].as_str().unwrap();
        format!("{} {}", name("interface"), name("function"))
    });
    assert_eq!(named.collect::<BTreeSet<_>>(), of_contract());
    for import in imports(&grants) {
        assert!(!import["grant"].as_str().unwrap().is_empty(), "{import}");
        let enforced_by = import["enforced_by"].as_array().unwrap();
        assert!(!enforced_by.is_empty(), "{import}");
        for enforcement in enforced_by {
            let explanation = &grants["enforcements"][enforcement.as_str().unwrap()];
            assert!(explanation.is_string(), "{enforcement}");
        }
    }
}

/// Our component imports nothing that it is not granted, but this one does.
fn a_component_that_imports_all_that_is_linked_is_explained() {
    let folder = Folder::new();
    let component = folder.file("escape.wasm", artifacts::ESCAPE);
    let grants = json(folder.path(), &["--component", component.to_str().unwrap()]);
    assert_eq!(grants["component"], component.to_str().unwrap());
    let grant = |function: &str| {
        let import = imports(&grants)
            .iter()
            .find(|import| import["function"] == function);
        import.map(|import| import["grant"].as_str().unwrap())
    };
    let rows = [
        ("[method]descriptor.unlink-file-at", "nothing: refused"),
        ("[method]descriptor.rename-at", "nothing: refused"),
        ("[method]descriptor.write-via-stream", "nothing: refused"),
        ("get-environment", "nothing: it is empty"),
    ];
    each(&rows, |(function, expected)| {
        assert_eq!(grant(function), Some(*expected))
    });
}

/// A kernel without Landlock adds none.
fn enforcements_are_those_in_force() {
    let folder = Folder::new();
    let grants = json(folder.path(), &[]);
    let version = grants["confined"]["landlock"].as_u64().unwrap();
    assert_eq!(grants["confined"]["no_new_privileges"], true);
    assert_eq!(grants["confined"]["every_thread"], true);
    assert_eq!(
        grants["enforcements"]["landlock-files"].is_string(),
        version >= 1
    );
    assert_eq!(
        grants["enforcements"]["landlock-tcp"].is_string(),
        version >= 4
    );
    let grants = json(folder.path(), &["--no-confine"]);
    assert!(grants["confined"].is_null());
    let enforced_by = grants["enforcements"].as_object().unwrap();
    assert!(
        enforced_by.keys().all(|name| !name.contains("landlock")),
        "{enforced_by:?}"
    );
}

/// The program ends by itself and binds no port, so it does not matter that the port is
/// taken.
fn nothing_is_served() {
    let folder = Folder::new();
    let film = folder.file("film", "");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let port = address.port().to_string();
    let grants = json(
        &film,
        &[
            "--port",
            &port,
            "--reload-from",
            folder.path().to_str().unwrap(),
        ],
    );
    assert_eq!(grants["addresses"], serde_json::json!([address]));
    let path = film.canonicalize().unwrap();
    let root = serde_json::json!({ "path": path, "kind": "file" });
    assert_eq!(grants["root"], root);
    assert_eq!(
        grants["confined"]["readable_besides"],
        serde_json::json!([folder.path()])
    );
}

fn the_environment_asks_for_it_too() {
    let folder = Folder::new();
    let variables = [
        ("PORTHOLE_PATH", folder.path().to_str().unwrap()),
        ("PORTHOLE_GRANTS", "json"),
        ("PORTHOLE_RELOAD_FROM", "/"),
    ];
    let output = Porthole::command().envs(variables).output().unwrap();
    let grants: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        grants["confined"]["readable_besides"],
        serde_json::json!(["/"])
    );
}

/// A component from a pipe can't be loaded again, but that is no reason not to start.
fn a_component_comes_out_of_a_pipe() {
    let folder = Folder::new();
    let component = folder.file("component.wasm", porthole::PORTABLE);
    let output = Porthole::command()
        .arg(folder.path())
        .args(["--grants=json", "--component", "/dev/stdin"])
        .stdin(pipe(component))
        .output()
        .unwrap();
    let grants: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        grants["confined"]["readable_besides"],
        serde_json::json!([])
    );
}

/// Returns the reading end of a pipe into which the file is written.
fn pipe(file: std::path::PathBuf) -> std::io::PipeReader {
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::thread::spawn(move || writer.write_all(&std::fs::read(file).unwrap()));
    reader
}

fn text_and_json_grants_agree() {
    let folder = Folder::new();
    let output = run(folder.path(), &["--grants"]);
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let grants = json(folder.path(), &[]);
    let path = folder.path().canonicalize().unwrap();
    assert!(
        text.contains(&format!("root       {}, a folder", path.display())),
        "{text}"
    );
    for import in imports(&grants) {
        let name = |key: &str| import[key].as_str().unwrap();
        let function = name("function").rsplit([']', '.']).next().unwrap();
        let line = text
            .split(&format!("\n{}\n", name("interface")))
            .nth(1)
            .and_then(|lines| {
                lines
                    .lines()
                    .find(|line| line.split(' ').nth(2) == Some(function))
            });
        let line = line.unwrap_or_else(|| panic!("{import} is not in:\n{text}"));
        assert!(line.contains(name("grant")), "{line}");
        for enforcement in import["enforced_by"].as_array().unwrap() {
            assert!(line.contains(enforcement.as_str().unwrap()), "{line}");
        }
    }
    for (name, explanation) in grants["enforcements"].as_object().unwrap() {
        let explanation = explanation.as_str().unwrap();
        let found = text
            .lines()
            .any(|line| line.trim().starts_with(name.as_str()) && line.ends_with(explanation));
        assert!(found, "{name} is not in:\n{text}");
    }
}

fn ungrantable_paths_are_reported_in_one_line() {
    let folder = Folder::new();
    let rows: &[(&str, &[&str], i32, &str)] = &[
        ("missing", &[], 1, "cannot read"),
        (".", &["--component", "missing"], 1, "cannot read missing"),
        (".", &["--reload-from", "missing"], 1, "cannot read missing"),
        (".", &["--grants=yaml"], 2, "yaml"),
        (
            ".",
            &["--no-confine", "--reload-from", "."],
            2,
            "cannot be used with",
        ),
    ];
    each(rows, |(path, flags, code, words)| {
        // A server binds before it opens anything, and another may have the default port.
        let flags = [&["--port=0"], *flags].concat();
        let output = run(&folder.path().join(path), &flags);
        assert_eq!(output.status.code(), Some(*code), "{output:?}");
        assert!(output.stdout.is_empty());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(words), "{error}");
        assert!(*code == 2 || error.lines().count() == 1, "{error}");
    });
}
