//! Places where the server accepts connections: addresses, names, Unix sockets, sockets that others
//! hand over.

mod bind;
mod dual_stack;
mod handed_down;
mod service_manager;
mod units;
mod unix;
mod wrong;

use libtest_mimic::Trial;

use crate::support::Program;

/// Checks units, and passes sockets on.
const SYSTEMD_ANALYZE: Program = Program::new("systemd-analyze", "systemd");
const SOCKET_ACTIVATE: Program = Program::new("systemd-socket-activate", "systemd");

pub fn trials() -> Vec<Trial> {
    [
        bind::trials(),
        dual_stack::trials(),
        handed_down::trials(),
        service_manager::trials(),
        units::trials(),
        unix::trials(),
        wrong::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
