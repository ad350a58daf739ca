//! Counts of a server, beside what its clients have seen, and the port that shows them.

mod admin;
mod agreement;
mod counters;
mod health;
mod names;
mod scrape;
mod wrong_input;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        counters::trials(),
        admin::trials(),
        agreement::trials(),
        health::trials(),
        names::trials(),
        wrong_input::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
