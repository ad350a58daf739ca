//! The host as a library, and what a component can and cannot do in it.

mod composed;
mod confined;
pub mod escape;
mod failures;
mod features;
mod grants;
mod imports;
pub mod kernel;
mod layers;
mod portability;
mod sockets;
mod supervision;
mod wall;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        imports::trials(),
        features::trials(),
        grants::trials(),
        kernel::trials(),
        composed::trials(),
        confined::trials(),
        escape::trials(),
        failures::trials(),
        supervision::trials(),
        sockets::trials(),
        portability::trials(),
        wall::trials(),
        layers::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
