use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use super::*;
use wit::VerifyError::{Busy, Refused};

/// Of the password "correct horse", by the cheapest argon2id.
const HASH: &str = "$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$4rB3swn3f1jaR9G+WkBbmEWXck/9UzA5";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

#[test]
fn passwords_are_compared() {
    let passwords = SharedPasswords::new().unwrap();
    let long = "x".repeat(1_000_000);
    let costly = HASH.replace("m=64", "m=70000");
    let rows = [
        (HASH, "correct horse", Ok(true)),
        (HASH, "correct hors", Ok(false)),
        (HASH, "", Ok(false)),
        (HASH, &*long, Ok(false)),
        ("", "", Err(Refused)),
        ("plain", "plain", Err(Refused)),
        ("$apr1$V3Xf5yym$MA2npk2mHzG6wRgcNyzGt0", "a", Err(Refused)),
        (&*costly, "correct horse", Err(Refused)),
        (&*long, "a", Err(Refused)),
    ];
    for (hash, password, expected) in rows {
        let outcome = block_on(passwords.verify(hash, password.into()));
        assert_eq!(outcome, expected, "{hash:.40} {password:.40}");
    }
}

/// Comparisons that wait until a test lets them go on, one for each test.
struct Gate {
    begun: AtomicUsize,
    most: AtomicUsize,
    open: Mutex<bool>,
    opened: std::sync::Condvar,
}

impl Gate {
    const fn new() -> Self {
        Self {
            begun: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            open: Mutex::new(false),
            opened: std::sync::Condvar::new(),
        }
    }

    fn pass(&self) -> Outcome {
        let begun = self.begun.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        self.most.fetch_max(begun, Ordering::SeqCst);
        let mut open = self.open.lock().unwrap();
        while !*open {
            open = self.opened.wait(open).unwrap();
        }
        self.begun.fetch_sub(1, Ordering::SeqCst);
        Ok(true)
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    fn wait_for(&self, begun: usize) {
        while self.begun.load(Ordering::SeqCst) != begun {
            std::thread::yield_now();
        }
    }
}

fn begin(future: &mut (impl Future<Output = Outcome> + Unpin)) -> Poll<Outcome> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn half_of_the_processors_serve() {
    for (processors, expected) in [(1, 1), (2, 1), (3, 1), (4, 2), (128, PASSWORD_THREADS)] {
        assert_eq!(threads(processors), expected, "{processors}");
    }
}

#[test]
fn two_are_compared_at_once_and_the_queue_is_bounded() {
    static GATE: Gate = Gate::new();
    let passwords = SharedPasswords::of(PASSWORD_THREADS, |_, _| GATE.pass()).unwrap();
    let verify = || Box::pin(passwords.verify(HASH, Vec::new()));
    let mut waiting: Vec<_> = (0..PASSWORD_THREADS).map(|_| verify()).collect();
    waiting
        .iter_mut()
        .for_each(|one| assert!(begin(one).is_pending()));
    GATE.wait_for(PASSWORD_THREADS);
    let mut queued: Vec<_> = (0..PASSWORD_QUEUE).map(|_| verify()).collect();
    queued
        .iter_mut()
        .for_each(|one| assert!(begin(one).is_pending()));
    assert_eq!(begin(&mut verify()), Poll::Ready(Err(Busy)));
    // A connection that is gone leaves its place to another.
    queued.pop();
    let mut another = verify();
    assert!(begin(&mut another).is_pending());
    assert_eq!(begin(&mut verify()), Poll::Ready(Err(Busy)));
    GATE.open();
    for one in waiting.into_iter().chain(queued).chain([another]) {
        assert_eq!(block_on(one), Ok(true));
    }
    assert_eq!(GATE.most.load(Ordering::SeqCst), PASSWORD_THREADS);
}

#[test]
fn a_password_that_nobody_waits_for_is_not_compared() {
    static GATE: Gate = Gate::new();
    static COMPARED: AtomicUsize = AtomicUsize::new(0);
    let passwords = SharedPasswords::of(PASSWORD_THREADS, |_, _| {
        COMPARED.fetch_add(1, Ordering::SeqCst);
        GATE.pass()
    });
    let passwords = passwords.unwrap();
    let verify = || Box::pin(passwords.verify(HASH, Vec::new()));
    let mut first: Vec<_> = (0..PASSWORD_THREADS).map(|_| verify()).collect();
    first
        .iter_mut()
        .for_each(|one| assert!(begin(one).is_pending()));
    GATE.wait_for(PASSWORD_THREADS);
    let mut gone = verify();
    assert!(begin(&mut gone).is_pending());
    drop(gone);
    let mut last = verify();
    assert!(begin(&mut last).is_pending());
    GATE.open();
    for one in first.into_iter().chain([last]) {
        assert_eq!(block_on(one), Ok(true));
    }
    assert_eq!(COMPARED.load(Ordering::SeqCst), PASSWORD_THREADS + 1);
}

#[test]
fn a_panic_costs_one_answer_and_threads_end() {
    static FIRST: AtomicUsize = AtomicUsize::new(0);
    let passwords = SharedPasswords::of(PASSWORD_THREADS, |_, _| {
        match FIRST.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("for the test"),
            _ => Ok(true),
        }
    });
    let passwords = passwords.unwrap();
    assert_eq!(block_on(passwords.verify(HASH, Vec::new())), Err(Busy));
    for _ in 0..3 {
        assert_eq!(block_on(passwords.verify(HASH, Vec::new())), Ok(true));
    }
    while passwords.0.lock().threads > 0 {
        std::thread::yield_now();
    }
    assert_eq!(block_on(passwords.verify(HASH, Vec::new())), Ok(true));
}

#[test]
fn each_start_has_a_secret_of_its_own() {
    let [one, other] = [(); 2].map(|()| SharedPasswords::new().unwrap());
    assert_ne!(one.0.secret, other.0.secret);
    assert_eq!(one.clone().0.secret, one.0.secret);
}
