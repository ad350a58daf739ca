//! Attempts to exhaust the host. The same process serves a bystander before and after,
//! within bounds of memory and time. A new instance serves for the attacked worker.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use libtest_mimic::Trial;
use porthole::{Limits, Method, PasswordOutcome, StatusClass};

use super::hostile::{Hostile, MEMORY};
use super::{Case, attempt};
use crate::library::failures::says_back;
use crate::support::{Client, Folder, Hosted, Lines};

/// End of an attempt.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The instance fails for a reason that contains these words, and another is started.
    Failure(&'static str),
    /// The instance ends with the next connection.
    Return(&'static str),
    /// The attempt ends, and the instance goes on.
    Survived,
    /// The attempt does not end, but the instance serves others meanwhile.
    Busy,
    /// The instance goes on, but serves no new connections until it is replaced.
    Deaf,
}

use End::{Busy, Deaf, Failure, Return, Survived};

struct Row {
    name: &'static str,
    end: End,
    enforced_by: &'static str,
    /// Most memory beyond what was resident, in MiB.
    memory: u64,
    /// Most processor time, in seconds.
    seconds: u64,
}

const fn row(
    name: &'static str,
    end: End,
    enforced_by: &'static str,
    memory: u64,
    seconds: u64,
) -> Row {
    Row {
        name,
        end,
        enforced_by,
        memory,
        seconds,
    }
}

const INSTANCE: &str = "an instance fails by itself";
const WATCHDOG: &str = "watchdog";
const STACK: &str = "limit of stack";
const HANDLES: &str = "limit of handles";
const DESCRIPTORS: &str = "descriptors kept for connections";
const TRANSFERS: &str = "limit of transfers";
const CALL: &str = "limit of bytes per host call";
const TABLE: &str = "handles are checked";
const REPORTS: &str = "counts have fixed names and stay at their largest value";
const USAGE: &str = "the table of clients has a size";
const PASSWORDS: &str = "two threads, a queue, and limits of each hash";
const LINKS: &str = "limits of a path and of its links";
const LOG: &str = "the log drops what is not read";
const FILTER: &str = "the log's filter";
const FAIR: &str = "workers do not depend on each other";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("trap", Failure("`unreachable` instruction executed"), INSTANCE, 16, 2),
    row("panic", Failure("`unreachable` instruction executed"), INSTANCE, 16, 2),
    row("endless loop", Failure("trap: interrupt"), WATCHDOG, 16, 11),
    row("endless calls of the host", Failure("trap: interrupt"), WATCHDOG, 16, 11),
    row("endless yielding", Busy, FAIR, 16, 11),
    row("endless recursion", Failure("call stack exhausted"), STACK, 16, 2),
    row("memory without end", Failure("`unreachable` instruction executed"), "limit of memory", MEMORY + 16, 2),
    row("tasks without end", Failure("`unreachable` instruction executed"), "limit of memory", MEMORY + 16, 5),
    row("sockets without end", Failure("handle limit exceeded"), HANDLES, 16, 5),
    row("directories without end", Failure("handle limit exceeded"), HANDLES, 16, 5),
    row("streams without end", Failure("handle limit exceeded"), HANDLES, 16, 5),
    row("futures without end", Failure("handle limit exceeded"), HANDLES, 16, 5),
    row("logs without end", Failure("handle limit exceeded"), HANDLES, 64, 5),
    row("timers without end", Failure("handle limit exceeded"), HANDLES, 64, 5),
    row("open files without end", Survived, DESCRIPTORS, 16, 5),
    row("reads without end", Failure("handle limit exceeded"), HANDLES, 64, 5),
    row("listings without end", Failure("handle limit exceeded"), HANDLES, 64, 5),
    row("transfers without end", Failure("too many streams of the host go to the host"), TRANSFERS, 16, 5),
    row("path of 2 MiB", Failure("too much data is being copied"), CALL, 16, 2),
    row("forged handle", Failure("unknown handle index"), TABLE, 16, 2),
    row("forged handle of a file", Failure("unknown handle index"), TABLE, 16, 2),
    row("handle of another kind", Failure("used with the wrong type"), TABLE, 16, 2),
    row("handle dropped twice", Failure("unknown handle index"), TABLE, 16, 2),
    row("clients without end", Survived, USAGE, 16, 5),
    row("reports without end", Survived, REPORTS, 16, 5),
    row("passwords without end", Survived, PASSWORDS, 160, 10),
    row("hashes without bounds", Survived, PASSWORDS, 16, 5),
    row("links without end", Survived, LINKS, 16, 5),
    row("log flood", Survived, LOG, 32, 5),
    row("log without a line feed", Survived, LOG, 32, 5),
    row("terminal escapes in the log", Survived, FILTER, 16, 2),
    row("accept, never read nor answer", Deaf, FAIR, 16, 2),
    row("accept and close", Deaf, FAIR, 16, 2),
    row("never accept", Deaf, FAIR, 16, 2),
    row("return", Return("returned while it was to serve"), INSTANCE, 16, 2),
    row("return an error", Return("ended with an error"), INSTANCE, 16, 2),
];

pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let each = ROWS
        .iter()
        .map(|row| attempt(module, row.name, || exhaust(row)));
    each.chain([
        attempt(module, "no attempt is missing", every_limit_has_a_row),
        attempt(
            module,
            "reports concern the component alone",
            reports_concern_the_component_alone,
        ),
        attempt(
            module,
            "terminals are not steered",
            terminals_are_not_steered,
        ),
    ])
    .collect()
}

pub fn cases() -> Vec<Case> {
    let case = |row: &Row| Case {
        attempt: row.name.to_owned(),
        outcome: match row.end {
            Failure(words) | Return(words) => format!("{words}; another instance is started"),
            Survived => "it ends, nothing else does".to_owned(),
            Busy => "others are served meanwhile".to_owned(),
            Deaf => "the other worker serves; a replacement heals".to_owned(),
        },
        enforced_by: row.enforced_by,
        costs: Some(format!("{} MiB, {} s", row.memory, row.seconds)),
    };
    ROWS.iter().map(case).collect()
}

fn every_limit_has_a_row() {
    let hostile = Hostile::start(artifacts::ESCAPE);
    let mut client = hostile.server.client();
    hostile.order(&mut client, "list");
    client.finish();
    let known = String::from_utf8(client.read_to_end()).unwrap();
    let known: BTreeSet<_> = known.lines().collect();
    assert_eq!(known, ROWS.iter().map(|row| row.name).collect());
}

fn exhaust(row: &Row) {
    let mut hostile = Hostile::start(artifacts::ESCAPE);
    let (mut bystander, mut attacker) = (hostile.server.client(), hostile.server.client());
    says_back(&mut bystander, "before");
    says_back(&mut attacker, "before");
    hostile.measure();
    hostile.order(&mut attacker, row.name);
    wait_for_the_end(&hostile, &mut attacker, row.end);
    let (memory, processor, time) = hostile.costs();
    says_back(&mut bystander, "after");
    hostile.still_serves();
    let failures = hostile
        .server
        .errors()
        .so_far()
        .join("\n")
        .matches("failed")
        .count();
    assert_eq!(
        failures,
        usize::from(matches!(row.end, Failure(_) | Return(_)))
    );
    if matches!(row.end, Deaf) {
        heal(&hostile);
    }
    println!(
        "{}: {memory} MiB, {processor:?} of processor, {time:?}",
        row.name
    );
    assert!(memory <= row.memory, "{memory} MiB");
    assert!(
        processor <= Duration::from_secs(row.seconds),
        "{processor:?}"
    );
}

fn wait_for_the_end(hostile: &Hostile, attacker: &mut Client, end: End) {
    const WORDS: u64 = "survived".len() as u64;
    match end {
        Failure(words) => {
            let notice = hostile.server.errors().wait_for("failed");
            assert!(notice.contains(words), "{notice}");
        }
        Return(words) => {
            assert_eq!(attacker.read_until(WORDS), WORDS);
            // One connection for each worker.
            let _next = [hostile.server.client(), hostile.server.client()];
            let notice = hostile.server.errors().wait_for("failed");
            assert!(notice.contains(words), "{notice}");
        }
        Survived | Deaf => assert_eq!(attacker.read_until(WORDS), WORDS),
        Busy => {
            let mut clients = [hostile.server.client(), hostile.server.client()];
            for _ in 0..100 {
                clients
                    .iter_mut()
                    .for_each(|client| says_back(client, "in between"));
            }
        }
    }
}

/// Whatever it reports, the counts of what the host itself sees are right, and those of its
/// responses are at most as large as they can be.
fn reports_concern_the_component_alone() {
    let folder = Folder::new();
    let arguments = |granted: SocketAddr| vec![format!("--listen={granted}")];
    let limits = Limits {
        workers: 1,
        ..Limits::default()
    };
    let hosted = Hosted::start(artifacts::ESCAPE, folder.path(), arguments, limits).unwrap();
    let mut client = hosted.client();
    says_back(&mut client, "before");
    says_back(&mut client, "!reports without end");
    const WORDS: u64 = "survived".len() as u64;
    assert_eq!(client.read_until(WORDS), WORDS);
    let counters = hosted.running().counters();
    let responses = &counters.responses;
    assert_eq!(responses.total(), 1_000_000);
    let count = |method| responses.count(method, StatusClass::ServerError);
    assert_eq!(Method::ALL.map(count), [250_000; 4]);
    assert_eq!(
        (responses.bytes, responses.cache_hits),
        (u64::MAX, 1_000_000)
    );
    assert_eq!(responses.passwords(PasswordOutcome::Wrong), 1_000_000);
    for histogram in [&responses.first_byte, &responses.duration] {
        assert_eq!(histogram.count(), 1_000_000);
        // No time is longer than the instance is old.
        assert!(histogram.sum <= counters.uptime.saturating_mul(1_000_000));
    }
    assert!(counters.sent < 1_000 && counters.received < 1_000);
    assert_eq!((counters.accepted, counters.failures), (1, 0));
}

/// An operator replaces the component with a better one, and no new connection is lost.
fn heal(hostile: &Hostile) {
    hostile.replace(porthole::PORTABLE);
    hostile.server.errors().wait_for("porthole: reloaded");
    for _ in 0..10 {
        assert_eq!(hostile.server.get("/inside").text(), "inside");
    }
}

/// Neither log contains a byte that a terminal would interpret, in any mixture of the two
/// logs.
fn terminals_are_not_steered() {
    let hostile = Hostile::start(artifacts::ESCAPE);
    let mut client = hostile.server.client();
    hostile.order(&mut client, "terminal escapes in the log");
    let log = Lines::of(hostile.log.try_clone().unwrap());
    for log in [&log, hostile.server.errors()] {
        log.wait_for("end of escapes");
        let lines = log.so_far().join("\n");
        let steers = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        // Invalid UTF-8 would have become a replacement character.
        assert!(
            !lines.contains(|letter| steers(letter) || letter == '\u{fffd}'),
            "{lines:?}"
        );
        assert!(lines.contains("?]0;title?"), "{lines}");
    }
}
