//! slowhttptest, a program against other servers by other authors. Its own probes must
//! find this server available throughout.

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::clients::support::run::run;
use crate::support::{Folder, Program, trials};

pub fn trials() -> Vec<Trial> {
    trials![; needs [&SLOWHTTPTEST] => slow_headers, slow_bodies, range_headers, slow_reads]
}

const SLOWHTTPTEST: Program = Program::new("slowhttptest", "slowhttptest");

fn slow_headers() {
    attack(
        "attacks::slowhttptest::slow_headers",
        "`slowhttptest -H`: a field a second, without end",
        "408 after 10 s, close",
        &["-H", "-i", "1", "-x", "24", "-t", "GET"],
    );
}

fn slow_bodies() {
    attack(
        "attacks::slowhttptest::slow_bodies",
        "`slowhttptest -B`: content that comes by ten bytes a second",
        "408 after 10 s, close",
        &["-B", "-i", "1", "-s", "8192", "-x", "10", "-t", "POST"],
    );
}

fn range_headers() {
    attack(
        "attacks::slowhttptest::range_headers",
        "`slowhttptest -R`: 3,000 overlapping ranges",
        "431, for the head is larger than 16 KiB, or 200",
        &["-R", "-a", "10", "-b", "3000", "-t", "HEAD"],
    );
}

fn slow_reads() {
    attack(
        "attacks::slowhttptest::slow_reads",
        "`slowhttptest -X`: three requests each, read by 32 bytes every 2 s",
        "served at that pace, from a bounded buffer",
        &[
            "-X", "-w", "512", "-y", "1024", "-n", "2", "-z", "32", "-k", "3",
        ],
    );
}

fn attack(test: &'static str, what: &'static str, outcome: &'static str, mode: &[&str]) {
    let clients = scale::connections();
    let folder = Folder::new();
    folder.sparse("film", 100 << 20);
    let siege = Siege::of(folder);
    let attack = Attack {
        test,
        what,
        clients,
        outcome,
    };
    siege.withstand(&attack, || {
        let url = siege.porthole.url("/film");
        let count = clients.to_string();
        // Short enough that the run is not killed for its length.
        let seconds = scale::time().as_secs().clamp(3, 40).to_string();
        let common = [
            "-u", &url, "-c", &count, "-r", "500", "-p", "3", "-l", &seconds,
        ];
        let arguments: Vec<_> = mode.iter().copied().chain(common).collect();
        let output = run(&SLOWHTTPTEST, siege.folder.path(), &arguments).success();
        let seen: Vec<_> = output
            .lines()
            .filter(|line| line.contains("service available:"))
            .collect();
        assert!(!seen.is_empty(), "{output}");
        assert!(seen.iter().all(|line| line.contains("YES")), "{output}");
    });
}
