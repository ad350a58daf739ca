//! HTTP as it goes over the wire.

mod bounds;
mod clock;
mod condition;
mod confinement;
mod connection;
mod content;
mod crowd;
mod date;
mod drain;
mod errors;
mod file;
mod folder;
mod freshness;
mod large;
mod lifecycle;
mod log;
mod range;
mod rates;
mod refusal;
mod replacement;
mod room;
mod single;
mod slow;
mod startup;
mod tutorial;
mod unread;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [
        tutorial::trials(),
        startup::trials(),
        file::trials(),
        range::trials(),
        condition::trials(),
        folder::trials(),
        single::trials(),
        confinement::trials(),
        refusal::trials(),
        connection::trials(),
        content::trials(),
        log::trials(),
        large::trials(),
        freshness::trials(),
        errors::trials(),
        room::trials(),
        crowd::trials(),
        date::trials(),
        bounds::trials(),
        slow::trials(),
        clock::trials(),
        rates::trials(),
        drain::trials(),
        replacement::trials(),
        lifecycle::trials(),
        unread::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
