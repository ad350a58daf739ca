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
    let tokens = dictionary::read(&fs::read_to_string(fuzz().join("http.dict")).unwrap());
    for (name, invariant) in INVARIANTS {
        let seeds: Vec<_> = files(&fuzz().join("seeds").join(name))
            .iter()
            .map(|path| fs::read(path).unwrap())
            .collect();
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let mut mutator = Mutator::new(&seeds, &tokens);
        let mutations: Vec<_> = (0..RUNS).map(|_| mutator.next()).collect();
        for input in seeds.iter().chain(&mutations) {
            if catch_unwind(|| invariant(input)).is_err() {
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
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
    for folder in ["fuzz_targets", "seeds"] {
        let found: BTreeSet<_> = files(&fuzz().join(folder))
            .iter()
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_string()))
            .collect();
        assert_eq!(found, names, "{folder}");
    }
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
