//! What a server counts, beside what its clients have seen.

mod counters;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    counters::trials()
}
