//! The units for systemd.

use std::fs;
use std::process::Output;

use libtest_mimic::Trial;

use super::SYSTEMD_ANALYZE;
use crate::support::{Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![; needs [&SYSTEMD_ANALYZE] => the_units_are_valid, the_service_is_hardened]
}

const NAMES: [&str; 2] = ["porthole.service", "porthole.socket"];

/// Copies the units, with the program where it is here.
fn units() -> Folder {
    let folder = Folder::new();
    for name in NAMES {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/systemd/");
        let text = fs::read_to_string(format!("{path}{name}")).unwrap();
        let text = text.replace("/usr/bin/porthole", env!("CARGO_BIN_EXE_porthole"));
        folder.file(name, text);
    }
    folder
}

fn analyzed(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = SYSTEMD_ANALYZE.command();
    command.current_dir(folder.path()).args(arguments);
    command.output().unwrap()
}

fn the_units_are_valid() {
    let units = units();
    let paths = NAMES.map(|name| format!("./{name}"));
    // The manual page is not installed here.
    let output = analyzed(&units, &["verify", "--man=no", &paths[0], &paths[1]]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// 0 is the best, 10 the worst.
fn the_service_is_hardened() {
    let path = format!("./{}", NAMES[0]);
    let arguments = ["security", "--offline=true", "--no-pager", &path];
    let output = analyzed(&units(), &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let last = text.trim().lines().last().unwrap();
    let score = last.split_once("porthole.service: ").unwrap().1;
    let score: f64 = score.split(' ').next().unwrap().parse().unwrap();
    println!("{last}");
    assert!(score < 2.0, "{text}");
}
