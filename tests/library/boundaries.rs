//! The first of the three boundaries: the host does not know HTTP. The compiler enforces
//! the other two.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![the_host_knows_nothing_of_http]
}

/// Words that only code that speaks HTTP uses.
const WORDS: &[&str] = &[
    "http",
    "get /",
    "\"get\"",
    "post",
    "content-",
    "user-agent",
    "keep-alive",
    "if-none-match",
    "etag",
    "mime",
    "h1::",
    "guest::",
    "text/html",
    "httparse",
    "hyper",
];

/// The program beside the library prints addresses that begin with `http`, and passes the
/// component's flags on.
const PROGRAM: &str = "bin";

fn the_host_knows_nothing_of_http() {
    let host = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&host.join("src"), &mut files);
    assert!(files.len() > 20, "{files:?}");
    let read = |file: &Path| std::fs::read_to_string(file).unwrap();
    let manifest = host.join("Cargo.toml");
    // Tests and examples may speak HTTP to what the host runs.
    let text = read(&manifest);
    let normal = text.split("[dev-dependencies]").next().unwrap().to_owned();
    let mut texts = vec![(manifest, normal.clone())];
    texts.extend(files.into_iter().map(|file| (file.clone(), read(&file))));
    let mut found = Vec::new();
    for (file, text) in texts {
        for (number, line) in text.to_lowercase().lines().enumerate() {
            // Limits name the tests that check them, and some of those are in
            // `tests/http`.
            let line = line.replace("`http::", "");
            if WORDS.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    for dependency in ["h1", "guest"] {
        let named = normal
            .lines()
            .any(|line| line.split(['.', ' ', '=']).next() == Some(dependency));
        assert!(!named, "{dependency} is a dependency of the host");
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.file_name().is_some_and(|name| name == PROGRAM) => {}
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}
