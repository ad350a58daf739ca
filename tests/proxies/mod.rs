//! porthole behind a proxy: what the proxy says, where it has porthole, and real ones.

mod fields;
mod haproxy;
mod programs;
mod protocol;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        fields::trials(),
        haproxy::trials(),
        programs::trials(),
        protocol::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
