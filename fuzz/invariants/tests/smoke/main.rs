//! A short run of every fuzz target: its seeds and a few thousand mutations of them, the
//! same each time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic fails the test"
)]

mod dictionary;
mod mutator;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use invariants::INVARIANTS;
use mutator::Mutator;

/// Mutations of the seeds of one target.
const RUNS: usize = 5_000;

#[test]
fn invariants_hold_for_the_seeds_and_near_them() {
    for (name, invariant) in INVARIANTS {
        let tokens = dictionary::read(&fs::read_to_string(dictionary_of(name)).unwrap());
        let seeds: Vec<_> = files(&fuzz().join("seeds").join(name))
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect();
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let mut mutator = Mutator::new(&seeds, &tokens);
        let mutations: Vec<_> = (0..RUNS).map(|_| mutator.next()).collect();
        for input in seeds.iter().chain(&mutations) {
            if catch_unwind(|| invariant(input)).is_err() {
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.replace('/', "_"));
                fs::write(&path, input).unwrap();
                panic!("{name} fails for what is now in {}", path.display());
            }
        }
    }
}

#[test]
fn every_invariant_has_a_fuzz_target() {
    let names: BTreeSet<_> = INVARIANTS
        .iter()
        .map(|(name, _)| (*name).to_string())
        .collect();
    let targets = fuzz().join("fuzz_targets");
    let found = files_below(&targets)
        .iter()
        .map(|path| path.with_extension(""))
        .collect();
    assert_eq!(relative(&found, &targets), names, "targets");
    let seeds = fuzz().join("seeds");
    let found = files_below(&seeds)
        .iter()
        .map(|path| path.with_file_name(""))
        .collect();
    assert_eq!(relative(&found, &seeds), names, "seeds");
}

fn relative(paths: &BTreeSet<PathBuf>, folder: &Path) -> BTreeSet<String> {
    let paths = paths.iter().map(|path| path.strip_prefix(folder).unwrap());
    let names = paths.map(|path| path.to_str().unwrap().trim_end_matches('/').to_owned());
    names.collect()
}

/// Returns the dictionary of a target: that of media for those in their directory.
fn dictionary_of(name: &str) -> PathBuf {
    fuzz().join(if name.starts_with("media/") {
        "media.dict"
    } else {
        "http.dict"
    })
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the paths in a directory, sorted by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Returns the paths of all files in a directory and below.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let paths = files(folder).into_iter();
    let below = paths.map(|path| {
        if path.is_dir() {
            files_below(&path)
        } else {
            vec![path]
        }
    });
    below.flatten().collect()
}
