//! Clients that fill a log, and what they find in it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Client, Porthole};

const CLIENTS: usize = 4;

/// Clients that send one request after the other. The n-th request of a client is for
/// `/CLIENT-n`.
pub(super) struct Load(Vec<Client>);

impl Load {
    pub(super) fn on(porthole: &Porthole) -> Self {
        Self((0..CLIENTS).map(|_| porthole.client()).collect())
    }

    /// Sends requests until `work` is over, and returns their numbers.
    pub(super) fn during(self, work: impl FnOnce()) -> Requests {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let over = Over(&is_over);
            let is_over = &is_over;
            let start = |(number, client)| scope.spawn(move || send_until(client, number, is_over));
            let threads: Vec<_> = self.0.into_iter().enumerate().map(start).collect();
            work();
            drop(over);
            let counts = threads.into_iter().map(|thread| thread.join().unwrap());
            Requests(counts.collect())
        })
    }
}

/// Ends the clients, also when the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn send_until(mut client: Client, number: usize, is_over: &AtomicBool) -> usize {
    // The lines of a turn are longer than a chunk.
    let fields = format!("User-Agent: {}\r\n", "\u{e9}".repeat(500));
    let mut requests = 0;
    while !is_over.load(Ordering::Relaxed) {
        client.get(&format!("/{number}-{requests}"), &fields);
        requests += 1;
    }
    requests
}

/// The number of requests of each client.
pub(super) struct Requests(Vec<usize>);

/// Numbers of a client and of its request.
pub(super) type Target = (usize, usize);

impl Requests {
    /// Fails unless each request is there once.
    pub(super) fn are_all_in(&self, found: &[Target]) {
        let mut found = found.to_vec();
        found.sort_unstable();
        let expected = |(client, &count)| (0..count).map(move |request| (client, request));
        let expected: Vec<_> = self.0.iter().enumerate().flat_map(expected).collect();
        assert!(found == expected, "{} of {}", found.len(), expected.len());
    }

    /// Fails unless each file has every request of a client from the first that it has to the
    /// last, in their order, and the files in turn go on to the client's last request. What is
    /// between two files is missing.
    pub(super) fn are_missing_only_between(&self, files: &[Vec<Target>]) {
        for (client, &count) in self.0.iter().enumerate() {
            let mut next = 0;
            for (place, file) in files.iter().enumerate() {
                let own = file.iter().filter(|target| target.0 == client);
                for (line, &(_, request)) in own.enumerate() {
                    let may_lack = place > 0 && line == 0;
                    let follows = request == next || may_lack && request > next;
                    assert!(follows, "{request} of {client} for {next} in file {place}");
                    next = request + 1;
                }
            }
            assert_eq!(next, count, "{client}");
        }
    }
}

/// Returns what the lines of a log are about. Each is whole.
pub(super) fn targets(text: &str) -> Vec<Target> {
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
    text.lines().map(target).collect()
}

fn target(line: &str) -> Target {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let target = line["target"].as_str().expect("a request");
    let (client, request) = target[1..].split_once('-').unwrap();
    (client.parse().unwrap(), request.parse().unwrap())
}
