//! HTTP as it is sent and received.

mod cache;
mod condition;
mod connection;
mod content;
mod directory;
mod errors;
mod file;
mod large;
mod lingering_close;
mod pages;
mod range;
mod rate_limit;
mod refusal;
mod single_file;
mod slow_clients;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        file::trials(),
        range::trials(),
        condition::trials(),
        directory::trials(),
        pages::trials(),
        pages::messages::trials(),
        pages::parts::trials(),
        pages::archives::trials(),
        pages::facts::trials(),
        pages::pictures::trials(),
        pages::subtitles::trials(),
        pages::trees::trials(),
        single_file::trials(),
        refusal::trials(),
        connection::trials(),
        content::trials(),
        large::trials(),
        cache::trials(),
        errors::trials(),
        lingering_close::trials(),
        slow_clients::trials(),
        rate_limit::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
