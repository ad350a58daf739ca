//! Ranges of files that the host sends for the component, as oddly as it can be asked to.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use super::hostile::Hostile;
use super::{Case, attempt};
use crate::library::failures::says_back;
use crate::support::{Client, TIMEOUT};

type Row = (&'static str, fn(&mut Hostile), &'static str, &'static str);

const ROWS: &[Row] = &[
    (
        "ranges without end",
        endless,
        "what there is room for is sent, nothing waits, and nothing else appears",
        "a call sends what there is room for",
    ),
    (
        "ranges between writes",
        between,
        "bytes of the file and of the stream are sent, in the order of the calls",
        "a call sends what there is room for",
    ),
    (
        "range behind the end",
        behind_the_end,
        "closed",
        "a socket's states",
    ),
];

pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let each = ROWS.iter().map(|(name, test, ..)| {
        attempt(module, name, || {
            // One worker, which has to do all the work.
            test(&mut Hostile::with(artifacts::ESCAPE, &["--workers", "1"]));
        })
    });
    each.chain([attempt(
        module,
        "no order is missing",
        every_order_has_a_row,
    )])
    .collect()
}

pub fn cases() -> Vec<Case> {
    let case = |(name, _, outcome, enforced_by): &Row| Case {
        attempt: (*name).to_owned(),
        outcome: (*outcome).to_owned(),
        enforced_by,
        costs: None,
    };
    ROWS.iter().map(case).collect()
}

fn every_order_has_a_row() {
    let hostile = Hostile::start(artifacts::ESCAPE);
    let mut client = hostile.server.client();
    hostile.order(&mut client, "ranges");
    client.finish();
    let known = String::from_utf8(client.read_to_end()).unwrap();
    let known: BTreeSet<_> = known.lines().collect();
    assert_eq!(known, ROWS.iter().map(|row| row.0).collect());
}

/// A million calls for a client that does not read, whose bytes are all of one file.
fn endless(hostile: &mut Hostile) {
    let mut attacker = hostile.server.client();
    hostile.measure();
    hostile.order(&mut attacker, "ranges without end");
    let bytes = outcome(hostile);
    let (memory, processor, _) = hostile.costs();
    assert!(memory < 16, "{memory} MiB");
    assert!(processor < Duration::from_secs(5), "{processor:?}");
    says_back(&mut hostile.server.client(), "on a new one");
    let got = attacker.read_to_end();
    assert_eq!(format!("{} bytes", got.len()), bytes);
    assert!(got.chunks(6).all(|piece| b"inside".starts_with(piece)));
    assert!(got.len() > 100_000, "{}", got.len());
}

fn between(hostile: &mut Hostile) {
    let mut attacker = hostile.server.client();
    hostile.order(&mut attacker, "ranges between writes");
    let got = attacker.read_to_end();
    let of_file: Vec<u8> = got.iter().copied().filter(|&byte| byte != b'w').collect();
    assert_eq!(got.len() - of_file.len(), 4 << 20);
    assert_eq!(format!("{} bytes", of_file.len()), outcome(hostile));
    assert!(of_file.chunks(6).all(|piece| b"inside".starts_with(piece)));
    assert!(!of_file.is_empty());
}

fn behind_the_end(hostile: &mut Hostile) {
    let mut attacker = hostile.server.client();
    hostile.order(&mut attacker, "range behind the end");
    assert_eq!(attacker.read_to_end(), b"");
    assert_eq!(outcome(hostile), "closed");
}

/// Returns what came of the order, once it is carried out.
fn outcome(hostile: &Hostile) -> String {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let mut client: Client = hostile.server.client();
        hostile.order(&mut client, "outcome");
        client.finish();
        let outcome = String::from_utf8(client.read_to_end()).unwrap();
        if outcome.trim() != "pending" {
            return outcome.trim().to_owned();
        }
        assert!(Instant::now() < deadline);
    }
}
