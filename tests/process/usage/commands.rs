//! Commands of the program other than serving, and components from elsewhere with arguments of
//! their own.

use std::process::Output;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_component_that_is_written_serves,
        the_component_that_is_written_has_metadata,
        a_component_is_inspected,
        a_component_that_would_be_refused_is_named_with_the_reasons,
        inspecting_other_files_is_an_error_of_one_line,
        a_component_gets_its_own_arguments,
        a_folder_with_the_name_of_a_command_is_served_as_a_path,
        options_for_serving_are_refused_with_commands,
    ]
}

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = Porthole::command();
    command.current_dir(folder.path()).args(arguments);
    command.output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn the_component_that_is_written_serves() {
    let folder = Folder::new();
    folder.file("media/a", "content");
    let written = run(&folder, &["component", "-o", "porthole.wasm"]);
    assert!(written.status.success(), "{written:?}");
    let bytes = std::fs::read(folder.join("porthole.wasm")).unwrap();
    for arguments in [&["component"][..], &["component", "--output", "-"]] {
        assert!(run(&folder, arguments).stdout == bytes, "{arguments:?}");
    }
    let mut command = Porthole::command();
    command
        .arg(folder.join("media"))
        .args(["--port", "0", "--component"])
        .arg(folder.join("porthole.wasm"));
    let porthole = Porthole::start(command);
    assert_eq!(porthole.client().get("/a", "").text(), "content");
    let nowhere = run(&folder, &["component", "-o", "no/such/folder.wasm"]);
    assert_eq!(nowhere.status.code(), Some(1));
    let error = errors(&nowhere);
    assert!(
        error.starts_with("porthole: cannot write no/such/folder.wasm: "),
        "{error}"
    );
}

fn the_component_that_is_written_has_metadata() {
    let folder = Folder::new();
    run(&folder, &["component", "-o", "porthole.wasm"]);
    let inspected = run(&folder, &["inspect", "--json", "porthole.wasm"]);
    let json: Value = serde_json::from_slice(&inspected.stdout).unwrap();
    let metadata = &json["metadata"];
    assert_eq!(metadata["name"], "porthole");
    assert_eq!(metadata["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(metadata["licenses"], "MIT OR Apache-2.0");
    assert_eq!(json["accepted"], true);
}

fn a_component_is_inspected() {
    let folder = Folder::new();
    let rows = [
        (
            "the built-in one",
            porthole::PORTABLE,
            "opening what is below the root",
        ),
        (
            "hello",
            artifacts::HELLO,
            "connections to the granted addresses",
        ),
        ("echo", artifacts::ECHO, "talking to whoever has connected"),
    ];
    each(&rows, |(name, component, grant)| {
        folder.file("x.wasm", component);
        let output = run(&folder, &["inspect", "x.wasm"]);
        assert!(output.status.success(), "{name}: {output:?}");
        let text = printed(&output);
        for words in [
            grant,
            "runs          yes",
            "\nimports wasi:sockets/types@0.3.0\n",
        ] {
            assert!(text.contains(words), "{name}: {text}");
        }
        assert!(!text.contains("REFUSED"), "{name}: {text}");
        let json = run(&folder, &["inspect", "x.wasm", "--json"]);
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        for import in json["imports"].as_array().unwrap() {
            assert_eq!(import["granted"], true, "{name}: {import}");
            assert!(text.contains(import["grant"].as_str().unwrap()), "{import}");
        }
    });
}

fn a_component_that_would_be_refused_is_named_with_the_reasons() {
    let folder = Folder::new();
    let import =
        |interface: &str| format!(r#"(import "{interface}" (instance (export "f" (func))))"#);
    let old = ["exit", "stdin", "terminal-input", "terminal-output"]
        .map(|name| import(&format!("wasi:cli/{name}@0.2.6")));
    let rows = [
        (
            import("wasi:cli/exit@0.2.6"),
            "wasi:cli/exit@0.2.6 f is not granted; it exports no wasi:cli/run@0.3.0",
        ),
        (
            old.concat(),
            "wasi:cli/terminal-input@0.2.6 f is not granted; and 2 more",
        ),
        (
            r#"(import "x" (func))"#.to_owned(),
            "x is not granted; it exports no wasi:cli/run@0.3.0",
        ),
        (
            "(core module (func (drop (v128.const i64x2 0 0))))".to_owned(),
            "the feature simd is off; it exports no wasi:cli/run@0.3.0",
        ),
    ];
    each(&rows, |(parts, reasons)| {
        let component = wat::parse_str(format!("(component {parts})")).unwrap();
        folder.file("x.wasm", component);
        for flags in [&[][..], &["--json"]] {
            let output = run(&folder, &[&["inspect", "x.wasm"], flags].concat());
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            let error = errors(&output);
            assert!(
                error.starts_with("porthole: x.wasm is refused: "),
                "{error}"
            );
            assert!(error.trim_end().ends_with(reasons), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    });
}

fn inspecting_other_files_is_an_error_of_one_line() {
    let folder = Folder::new();
    folder.file("text", "text");
    folder.file("module", b"\0asm\x01\0\0\0");
    folder.file("broken", b"\0asm\x0d\0\x01\0\xff\xff");
    folder.sparse("large", 65 << 20);
    let rows = [
        ("text", "it is not WebAssembly"),
        ("module", "it is a core module"),
        ("broken", "cannot use the component: "),
        ("large", "it is larger than 64 MiB"),
        ("missing", "cannot read missing: "),
        (".", "cannot read .: "),
    ];
    each(&rows, |(file, words)| {
        let output = run(&folder, &["inspect", file]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(printed(&output), "");
        let error = errors(&output);
        assert!(error.contains(words), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    });
}

fn a_component_gets_its_own_arguments() {
    let folder = Folder::new();
    let component = folder.file("hello.wasm", artifacts::HELLO);
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", "0", "--component"])
        .arg(component)
        .args(["--", "reader"]);
    let porthole = Porthole::start(command);
    assert_eq!(porthole.client().get("/", "").text(), "hello, reader\n");
    // The built-in component gets its arguments by options.
    let output = run(&folder, &["--port", "0", ".", "--", "reader"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(errors(&output).contains("--component <FILE>"), "{output:?}");
}

fn a_folder_with_the_name_of_a_command_is_served_as_a_path() {
    let folder = Folder::new();
    folder.file("man/a", "content");
    let output = run(&folder, &["man"]);
    assert!(
        output.status.success() && output.stdout.len() > 1_000,
        "{output:?}"
    );
    let line = "porthole: man is a command; to serve what is here under this name, write ./man\n";
    assert_eq!(errors(&output), line);
    let mut command = Porthole::command();
    command.current_dir(folder.path());
    command.args(["./man", "--port", "0"]);
    let porthole = Porthole::start(command);
    assert_eq!(porthole.client().get("/a", "").text(), "content");
}

fn options_for_serving_are_refused_with_commands() {
    let folder = Folder::new();
    let rows: [&[&str]; 3] = [
        &["--port", "80", "man"],
        &["--spa", "component"],
        &[".", "completions", "bash"],
    ];
    each(&rows, |arguments| {
        let output = run(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = errors(&output);
        assert!(error.contains("has no effect on a command"), "{error}");
    });
    let mut command = Porthole::command();
    let output = command
        .arg("man")
        .env("PORTHOLE_PORT", "80")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}
