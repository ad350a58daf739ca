//! Clients that only want a file while others attack.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::attacks::support::latency::{Latencies, Summary};
use crate::attacks::support::visitor::Visitor;
use crate::encryption::support::secure::Secure;
use crate::support::Response;

/// Pause between a response and the next request. People take longer, but more responses
/// give better latencies.
const PAUSE: Duration = Duration::from_millis(5);

/// A client that asks for files.
pub trait Bystander {
    fn get(&mut self, target: &str) -> Response;
}

impl Bystander for Visitor {
    fn get(&mut self, target: &str) -> Response {
        Visitor::get(self, target, "")
    }
}

impl Bystander for Secure {
    fn get(&mut self, target: &str) -> Response {
        Secure::get(self, target, "")
    }
}

/// Runs an attack while two clients request `target` again and again, one on a connection
/// that it keeps, one on a new one each time. Every response must be `content`.
pub fn beside<B: Bystander>(
    visitor: impl Fn() -> B + Sync,
    target: &str,
    content: &[u8],
    attack: impl FnOnce(),
) -> Summary {
    let over = AtomicBool::new(false);
    let (over, new_visitor) = (&over, &visitor);
    let ask = move |keep: bool| {
        let mut latencies = Latencies::default();
        let mut visitor = new_visitor();
        while !over.load(Ordering::Relaxed) {
            let asked = Instant::now();
            if !keep {
                visitor = new_visitor();
            }
            let response = visitor.get(target);
            latencies.push(asked.elapsed());
            assert_eq!(response.status, 200, "a bystander got {}", response.line);
            assert!(response.body == content, "a bystander got other bytes");
            thread::sleep(PAUSE);
        }
        latencies
    };
    thread::scope(|scope| {
        let bystanders = [true, false].map(|keep| scope.spawn(move || ask(keep)));
        // Ends the bystanders even when the attack fails. Otherwise its failure would
        // never be reported.
        let end = Raise(over);
        attack();
        drop(end);
        let mut latencies = Latencies::default();
        for bystander in bystanders {
            latencies.append(bystander.join().expect("a bystander is served"));
        }
        latencies.summary()
    })
}

struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
