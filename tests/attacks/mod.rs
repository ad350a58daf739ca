//! Attacks from outside, each while other clients are being served.
//!
//! These are short versions. `cargo xtask soak` runs the same functions at length
//! ([`support::scale`]), and writes down their results.

mod changes;
mod connections;
pub mod disk;
mod floods;
mod handshakes;
mod heads;
mod media;
mod memory;
mod names;
mod odd_files;
mod probes;
mod readers;
mod slow_disk;
mod slowhttptest;
mod soak;
mod support;
mod work;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        heads::trials(),
        readers::trials(),
        connections::trials(),
        floods::trials(),
        handshakes::trials(),
        work::trials(),
        memory::trials(),
        probes::trials(),
        odd_files::trials(),
        media::trials(),
        names::trials(),
        changes::trials(),
        disk::trials(),
        slow_disk::trials(),
        slowhttptest::trials(),
        soak::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
