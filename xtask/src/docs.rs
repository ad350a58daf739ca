//! Checks that what the documents name exists: the tests in the tables of `docs/` and of
//! `SECURITY.md`, the files of the map, and the files and pictures that links lead to.

use std::{fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn every_test_in_the_tables_exists() {
    for (file, least) in [
        ("docs/attacks.md", 30),
        ("docs/http.md", 100),
        ("docs/limits.md", 50),
        ("SECURITY.md", 5),
    ] {
        let text = read(file).expect("the table");
        let names: Vec<_> = text.split('`').filter(|part| is_name(part)).collect();
        assert!(names.len() > least, "{file}: {} names", names.len());
        let missing: Vec<_> = names.into_iter().filter(|name| !exists(name)).collect();
        assert_eq!(missing, [""; 0], "{file} names tests that are not there");
    }
}

/// The table tells readers which file to change, so its paths must be right.
#[test]
fn every_path_in_the_architecture_exists() {
    let text = read("ARCHITECTURE.md").expect("the document");
    let is_path = |part: &&str| {
        part.contains('/') && part.ends_with(['/', 's']) && !part.contains([' ', ':', '…'])
    };
    let table = text.split("## Where do I change").nth(1);
    let table = table.and_then(|rest| rest.split("\n## ").next());
    let paths: Vec<_> = table
        .expect("the table")
        .split('`')
        .filter(is_path)
        .collect();
    assert!(paths.len() > 25, "{paths:?}");
    let root = Path::new(ROOT);
    let missing: Vec<_> = paths
        .into_iter()
        .filter(|path| !root.join(path).exists())
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    let files = documents();
    let mut missing = Vec::new();
    for file in &files {
        let text = read(file).expect("the document");
        let folder = Path::new(ROOT).join(file).with_file_name("");
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains([':', ' ', '`'])) {
            let path = link.split('#').next().unwrap_or_default();
            if !folder.join(path).exists() {
                missing.push(format!("{file}: {link}"));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

/// Commands that nobody runs here name examples and tests, too: those of CI for other systems.
#[test]
fn every_example_and_test_in_a_command_exists() {
    let manifest = read("host/Cargo.toml").expect("the manifest");
    let mut files = documents();
    files.push(".github/workflows/ci.yml".to_owned());
    files.extend(files_of("examples", ".rs"));
    let mut commands = 0;
    let mut missing = Vec::new();
    for file in &files {
        let text = read(file).expect("the file");
        for line in text.lines().filter(|line| line.contains("cargo ")) {
            for kind in ["example", "test"] {
                let rest = line.split_once(&format!(" --{kind} "));
                let Some(name) = rest.and_then(|(_, rest)| rest.split([' ', '`']).next()) else {
                    continue;
                };
                commands += 1;
                if !manifest.contains(&format!("[[{kind}]]\nname = \"{name}\"\n")) {
                    missing.push(format!("{file}: --{kind} {name}"));
                }
            }
        }
    }
    assert!(commands > 5, "{commands} commands");
    assert_eq!(missing, [""; 0]);
}

/// The documents of the root and of `docs/`.
fn documents() -> Vec<String> {
    let in_root = [
        "README",
        "ARCHITECTURE",
        "CONTRIBUTING",
        "SECURITY",
        "CHANGELOG",
    ];
    let mut files: Vec<_> = in_root.map(|name| format!("{name}.md")).into();
    files.extend(files_of("docs", ".md"));
    files
}

/// The files of a folder whose names end so.
fn files_of(folder: &str, end: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("the folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    names
        .filter(|name| name.ends_with(end))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

/// Whether a text is the name of a test, for example `http::range::floods`, but not
/// `h1::…`. The name of a test for one row of a table may have spaces.
fn is_name(text: &str) -> bool {
    let has_spaces = text.contains(' ');
    let fits = |letter: char| match letter {
        'a'..='z' | '0'..='9' | ':' | '_' => true,
        ' ' | 'A'..='Z' => has_spaces,
        _ => false,
    };
    text.contains("::")
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(fits)
}

fn exists(name: &str) -> bool {
    let (module, test) = name.rsplit_once("::").expect("a path");
    let path = module.replace("::", "/");
    let files = match path.split_once('/') {
        None => vec![format!("fuzz/{path}/src/{test}.rs")],
        Some((
            crate_name @ ("admin" | "archive" | "auth" | "h1" | "media" | "pages" | "guest"
            | "usage" | "porthole"),
            path,
        )) => {
            let folders: &[&str] = match crate_name {
                "auth" => &["auth/src"],
                "h1" => &["h1/src"],
                "archive" => &["archive/src"],
                "media" => &["media/src"],
                "pages" => &["pages/src"],
                "admin" => &["admin/src"],
                "guest" => &["guest/src"],
                "usage" => &["usage/src"],
                // The library, and the program beside it.
                _ => &["host/src", "host/src/bin/porthole"],
            };
            let ends = [".rs", "/mod.rs", "/tests.rs"];
            let files = folders
                .iter()
                .flat_map(|folder| ends.map(|end| format!("{folder}/{path}{end}")));
            files.collect()
        }
        Some(("invariants", folder)) => vec![format!("fuzz/invariants/src/{folder}/{test}.rs")],
        Some(_) => [".rs", "/mod.rs"]
            .map(|end| format!("tests/{path}{end}"))
            .into(),
    };
    let declared = match test.contains(' ') {
        true => format!("\"{test}\""),
        false => format!("fn {test}("),
    };
    files
        .iter()
        .filter_map(|file| read(file))
        .any(|text| text.contains(&declared))
}

fn read(file: &str) -> Option<String> {
    fs::read_to_string(Path::new(ROOT).join(file)).ok()
}
