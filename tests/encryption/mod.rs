//! TLS: what clients get, whose certificate, and what happens to those who do not speak it.

mod certificates;
mod connections;
mod openssl;
mod self_signed;
pub mod support;
pub mod wrong_input;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        connections::trials(),
        certificates::trials(),
        openssl::trials(),
        self_signed::trials(),
        wrong_input::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
