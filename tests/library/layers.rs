//! The layers of each crate, as ARCHITECTURE.md states them. No file imports from a layer
//! above its own, and files or directories beside each other never import each other in a
//! circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![
        no_import_goes_up,
        no_siblings_import_each_other_in_a_circle,
        an_upward_import_is_named_with_both_files,
        a_circle_is_named,
    ]
}

/// One `crate::…` path in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    /// Module paths, with one segment for each element. The path of a crate's root is
    /// empty.
    from: Vec<String>,
    to: Vec<String>,
}

/// The modules of a crate, and their imports from each other.
#[derive(Debug, Default)]
struct Graph {
    imports: BTreeSet<Import>,
}

impl Graph {
    fn of(sources: &Path) -> Self {
        let mut files = Vec::new();
        collect(sources, sources, &mut files);
        let modules: BTreeSet<_> = files.iter().map(|(module, _)| module.clone()).collect();
        let mut graph = Self::default();
        for (from, file) in &files {
            let text = std::fs::read_to_string(file).unwrap();
            for path in paths(&code(&text), from) {
                // The longest prefix of the path that is a module.
                let module = (0..=path.len())
                    .rev()
                    .map(|length| path[..length].to_vec())
                    .find(|module| modules.contains(module));
                graph.imports.insert(Import {
                    from: from.clone(),
                    to: module.unwrap_or_default(),
                });
            }
        }
        graph
    }

    /// Returns the imports from a layer above, by their first segments. `layers` is
    /// ordered from top to bottom.
    fn upward(&self, layers: &[Vec<String>]) -> Vec<String> {
        let layer = |module: &[String]| {
            let segment = module.first()?;
            layers.iter().position(|layer| layer.contains(segment))
        };
        let mut upward = Vec::new();
        for import in &self.imports {
            let ends = (layer(&import.from), layer(&import.to));
            if let (Some(from), Some(to)) = ends
                && to < from
            {
                upward.push(said(import));
            }
        }
        upward
    }

    /// Returns the first segments that no layer names.
    fn unnamed(&self, layers: &[Vec<String>]) -> Vec<String> {
        let segments = self.imports.iter().filter_map(|import| import.from.first());
        let named = |segment: &&String| !layers.iter().any(|layer| layer.contains(segment));
        let unnamed: BTreeSet<_> = segments.filter(named).cloned().collect();
        unnamed.into_iter().collect()
    }

    /// Returns the circles among the files and directories of each directory.
    fn circles(&self) -> Vec<String> {
        // The imports between the children of each directory.
        let mut folders: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
        for Import { from, to } in &self.imports {
            let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
            if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
                let siblings = folders.entry(&from[..shared]).or_default();
                siblings.entry(one).or_default().insert(other);
            }
        }
        let mut circles = Vec::new();
        for (folder, siblings) in &folders {
            for start in siblings.keys() {
                if let Some(circle) = circle(siblings, start) {
                    circles.push(format!("{}: {}", folder.join("/"), circle.join(" > ")));
                }
            }
        }
        circles
    }
}

/// Returns a path from `start` back to it.
fn circle<'a>(
    siblings: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    start: &'a str,
) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let last = *way.last()?;
        for next in siblings.get(last).into_iter().flatten() {
            let mut longer = way.clone();
            longer.push(next);
            if *next == start {
                return Some(longer);
            }
            if seen.insert(*next) {
                ways.push(longer);
            }
        }
    }
    None
}

fn said(import: &Import) -> String {
    format!("{} imports {}", import.from.join("/"), import.to.join("/"))
}

/// Collects every file below `folder` with its module path.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(Vec<String>, PathBuf)>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        // A program beside a library is a crate of its own, which imports the library by
        // name.
        if path.is_dir() && path.file_name().is_some_and(|name| name != "bin") {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(root).unwrap().with_extension("");
            let mut module: Vec<String> = inside
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                module.pop();
            }
            // Unit tests may use anything.
            if module.last().is_none_or(|last| last != "tests") {
                files.push((module, path));
            }
        }
    }
}

/// Returns a file without its unit tests and its comments.
fn code(text: &str) -> String {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the paths after each `crate::` and each `super::`, from the root of the crate.
fn paths(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let parent = module.split_last().map_or(&[][..], |(_, parent)| parent);
    let mut paths = paths_after("crate::", code, &[]);
    paths.extend(paths_after("super::", code, parent));
    paths
}

/// Returns the paths after each `prefix`, which stands for the module `base`. A group
/// gives several paths.
fn paths_after(prefix: &str, code: &str, base: &[String]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for rest in code.split(prefix).skip(1) {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (path, after) = rest.split_at(end);
        let path = [base, &segments(path)].concat();
        match after.strip_prefix('{') {
            Some(group) => {
                let group = group.split('}').next().unwrap_or_default();
                let members = group.split([',', '{']).map(|member| {
                    let mut longer = path.clone();
                    longer.extend(segments(member.trim()));
                    longer
                });
                paths.extend(members);
            }
            None => paths.push(path),
        }
    }
    paths
}

fn segments(path: &str) -> Vec<String> {
    let parts = path.split("::").filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Parses the text of ARCHITECTURE.md between "```layers" and "```". It has a line for
/// each crate, with `>` between layers and spaces between the files or directories of one
/// layer.
fn stated() -> Vec<(String, Vec<Vec<String>>)> {
    let text = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let block = text.split("```layers\n").nth(1).expect("the layers");
    let lines = block.split("```").next().unwrap_or_default().lines();
    let stated: Vec<_> = lines.map(parse).collect();
    assert!(!stated.is_empty());
    stated
}

fn parse(line: &str) -> (String, Vec<Vec<String>>) {
    let (name, layers) = line.split_once(' ').expect("a crate and its layers");
    let words = |layer: &str| layer.split_whitespace().map(str::to_owned).collect();
    (name.to_owned(), layers.split('>').map(words).collect())
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn no_import_goes_up() {
    for (name, layers) in stated() {
        let graph = Graph::of(&repository().join(&name).join("src"));
        assert!(graph.imports.len() > 2, "{name}: {graph:?}");
        assert_eq!(graph.unnamed(&layers), [""; 0], "{name}: no layer names");
        assert_eq!(graph.upward(&layers), [""; 0], "{name}");
    }
}

fn no_siblings_import_each_other_in_a_circle() {
    for (name, _) in stated() {
        let graph = Graph::of(&repository().join(&name).join("src"));
        assert_eq!(graph.circles(), [""; 0], "{name}");
    }
}

fn graph(files: &[(&str, &str)]) -> Graph {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    Graph::of(folder.path())
}

fn an_upward_import_is_named_with_both_files() {
    let graph = graph(&[
        ("lib.rs", "mod top;\nmod low;\n"),
        ("top.rs", "use crate::low::{self, file::Item};\n"),
        ("low/mod.rs", "// not crate::top, which is a comment\n"),
        (
            "low/file.rs",
            "fn f() { crate::top::g() }\n#[cfg(test)]\nmod tests {\n    use crate::top;\n}\n",
        ),
    ]);
    let (_, layers) = parse("x top > low");
    assert_eq!(graph.upward(&layers), ["low/file imports top"]);
    let (_, layers) = parse("x low");
    assert_eq!(graph.unnamed(&layers), ["top"]);
}

fn a_circle_is_named() {
    let graph = graph(&[
        ("lib.rs", ""),
        ("a/one.rs", "use crate::a::two::Two;"),
        ("a/two.rs", "use crate::a::three::Three;"),
        ("a/three.rs", "use crate::a::one::One;"),
        ("b.rs", "use crate::a::one::One;"),
    ]);
    let circles = graph.circles();
    assert!(
        circles.contains(&"a: one > two > three > one".to_owned()),
        "{circles:?}"
    );
}
