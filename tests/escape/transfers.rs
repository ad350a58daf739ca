//! Transfers within the host: every byte stream that the host produces is passed to every
//! function that consumes one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::hostile::Hostile;
use super::{Case, attempt};
use crate::library::failures::says_back;
use crate::support::{Client, TIMEOUT, noise};

/// Result of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It runs for as long as there are bytes, here for longer than any test.
    Endless,
    /// The client receives the bytes of the file.
    Sent,
    /// The bytes that the client sends are consumed.
    Taken,
    /// The bytes that the client sends come back.
    Back,
    /// The function returns this at once.
    Says(&'static str),
}

use End::{Back, Endless, Says, Sent, Taken};

type Row = (&'static str, End, &'static str);

const TURNS: &str = "transfers give way";
const ONCE: &str = "a connection has one stream each way";
const READ_ONLY: &str = "the folder is granted to be read";
const NOTHING: &str = "what is refused produces nothing";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("file into stdout", Endless, TURNS),
    ("file into stderr", Endless, TURNS),
    ("file into send", Sent, TURNS),
    ("file into send again", Says("ErrorCode::InvalidState"), ONCE),
    ("file into write", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("file into append", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("folder into stdout", Says("done"), NOTHING),
    ("folder into stderr", Says("done"), NOTHING),
    ("folder into send", Says("done"), NOTHING),
    ("folder into send again", Says("ErrorCode::InvalidState"), ONCE),
    ("folder into write", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("folder into append", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("socket into stdout", Taken, TURNS),
    ("socket into stderr", Taken, TURNS),
    ("socket into send", Back, TURNS),
    ("socket into send again", Says("ErrorCode::InvalidState"), ONCE),
    ("socket into write", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("socket into append", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("socket again into stdout", Says("done"), NOTHING),
    ("socket again into stderr", Says("done"), NOTHING),
    ("socket again into send", Says("done"), NOTHING),
    ("socket again into send again", Says("ErrorCode::InvalidState"), ONCE),
    ("socket again into write", Says("ErrorCode::NotPermitted"), READ_ONLY),
    ("socket again into append", Says("ErrorCode::NotPermitted"), READ_ONLY),
];

pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let each = ROWS
        .iter()
        .map(|row| attempt(module, row.0, || transfer(row)));
    each.chain([attempt(module, "no pair is missing", every_limit_has_a_row)])
        .collect()
}

pub fn cases() -> Vec<Case> {
    let case = |(name, end, enforced_by): &Row| Case {
        attempt: (*name).to_owned(),
        outcome: match end {
            Endless | Sent | Taken | Back => "it moves, and others are served".to_owned(),
            Says("done") => "it ends at once".to_owned(),
            Says(error) => error.trim_start_matches("ErrorCode::").to_owned(),
        },
        enforced_by,
        costs: None,
    };
    ROWS.iter().map(case).collect()
}

fn every_limit_has_a_row() {
    let hostile = Hostile::start(artifacts::ESCAPE);
    let mut client = hostile.server.client();
    hostile.order(&mut client, "passes");
    client.finish();
    let known = String::from_utf8(client.read_to_end()).unwrap();
    let known: BTreeSet<_> = known.lines().collect();
    assert_eq!(known, ROWS.iter().map(|row| row.0).collect());
}

/// Runs a transfer with one worker, which has to do all the work.
fn transfer((name, end, _): &Row) {
    let mut hostile = Hostile::with(artifacts::ESCAPE, &["--workers", "1", "--grace", "0"]);
    let mut attacker = hostile.server.client();
    hostile.order(&mut attacker, &format!("pass: {name}"));
    assert_eq!(line(&mut attacker), "begun");
    let needs_a_connection = name.contains("socket") || name.contains("send");
    let mut passed = needs_a_connection.then(|| hostile.server.client());
    if let Some(client) = &mut passed {
        use_it(client, *end);
    }
    serves_meanwhile(&hostile, &mut attacker);
    if *end != Endless {
        hostile.measure();
        assert!(!attacker.has_more_within(Duration::from_millis(300)));
        let (_, processor, _) = hostile.costs();
        assert!(processor < Duration::from_millis(200), "{processor:?}");
    }
    if matches!(end, Taken | Back)
        && let Some(client) = &mut passed
    {
        client.finish();
    }
    outcome_is(&hostile, &mut attacker, *end);
    hostile.server.signal(Signal::TERM);
    let status = hostile.server.ends_within(Duration::from_secs(5));
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

/// More bytes than any buffer on the way holds.
const MUCH: usize = 16 << 20;

fn use_it(client: &mut Client, end: End) {
    match end {
        Sent => assert!(client.read_until(MUCH as u64) >= MUCH as u64),
        Taken => assert!(client.takes(noise(MUCH))),
        Back => {
            let (sent, mut back) = (noise(64 << 10), vec![0; 64 << 10]);
            for _ in 0..MUCH / sent.len() {
                client.send(&sent);
                let mut at = 0;
                while at < back.len() {
                    let count = client.read_some(&mut back[at..]);
                    assert!(count > 0, "closed");
                    at += count;
                }
                assert!(back == sent, "something else came back");
            }
        }
        Endless | Says(_) => {}
    }
}

fn serves_meanwhile(hostile: &Hostile, attacker: &mut Client) {
    for _ in 0..20 {
        says_back(attacker, "on an old connection");
        says_back(&mut hostile.server.client(), "on a new one");
    }
}

fn outcome_is(hostile: &Hostile, attacker: &mut Client, end: End) {
    let expected = match end {
        // The client leaves the rest unread, or the file is not at its end.
        Endless | Sent => "pending",
        Taken | Back => "done",
        Says(words) => words,
    };
    let deadline = Instant::now() + TIMEOUT;
    loop {
        hostile.order(attacker, "outcome");
        let outcome = line(attacker);
        if outcome == expected {
            return;
        }
        assert!(
            outcome == "pending" && Instant::now() < deadline,
            "{outcome}"
        );
    }
}

fn line(client: &mut Client) -> String {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut chunk = [0; 256];
        let count = client.read_some(&mut chunk);
        assert!(count > 0, "closed");
        line.extend_from_slice(&chunk[..count]);
    }
    String::from_utf8(line).unwrap().trim().to_owned()
}
