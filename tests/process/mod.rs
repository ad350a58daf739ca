//! The program from its start to its end: options, signals, logs, and its behaviour when
//! a resource runs short.

mod blocked_output;
mod clock;
mod compiler;
mod drain;
mod eviction;
mod log;
mod log_file;
mod log_json;
mod overload;
mod reload;
mod seed;
mod shutdown;
mod startup;
mod summary;
mod terminal;
mod usage;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        seed::trials(),
        startup::trials(),
        terminal::trials(),
        usage::trials(),
        usage::access::trials(),
        usage::commands::trials(),
        usage::passwords::trials(),
        terminal::browser::trials(),
        summary::trials(),
        log::trials(),
        log_file::trials(),
        log_json::trials(),
        overload::trials(),
        eviction::trials(),
        clock::trials(),
        drain::trials(),
        reload::trials(),
        compiler::trials(),
        shutdown::trials(),
        blocked_output::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
