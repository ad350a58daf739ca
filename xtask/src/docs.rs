//! The tables of `docs/` and `SECURITY.md` name the tests that hold them: they must exist.

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
        for name in names {
            assert!(exists(name), "{file}: {name}");
        }
    }
}

/// `wire::range::floods` and the like, but not `h1::…`. A row of a table that is a test
/// of its own has a name with spaces.
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
        Some((crate_name @ ("h1" | "guest" | "porthole"), path)) => {
            let folder = match crate_name {
                "porthole" => "host",
                other => other,
            };
            [".rs", "/mod.rs", "/tests.rs"]
                .map(|end| format!("{folder}/src/{path}{end}"))
                .into()
        }
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
