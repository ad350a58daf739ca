//! The host as a library, and the boundaries between the crates.

mod boundaries;
mod composed;
mod examples;
pub mod failures;
mod features;
mod grants;
pub mod imports;
mod layers;
pub mod lifecycle;
mod listeners;
pub mod portability;
mod printable;
mod supervision;
mod transports;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        imports::trials(),
        features::trials(),
        grants::trials(),
        composed::trials(),
        examples::trials(),
        failures::trials(),
        supervision::trials(),
        listeners::trials(),
        portability::trials(),
        printable::trials(),
        boundaries::trials(),
        layers::trials(),
        lifecycle::trials(),
        transports::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
