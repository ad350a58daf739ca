use super::*;
use crate::bindings::wasi::filesystem::types::{Descriptor, ErrorCode};
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::host::{Busy, CountedResponse, Later, TlsVersion};
use alloc::boxed::Box;
use alloc::string::String;
use core::future::{Future, pending, ready};
use core::pin::{Pin, pin};
use core::task::Context;
use usage::Usage;

const FILE: &[u8] = b"\
    alice:$2y$04$U/FholjIoCXdteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.\n";

/// A host whose clock stands still, and to which one password is right for every hash.
#[derive(Default)]
struct Fake {
    usage: RefCell<Usage>,
    verified: Cell<usize>,
    is_busy: Cell<bool>,
    hangs: Cell<bool>,
}

impl Host for Fake {
    fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64> {
        (self.usage.borrow_mut()).spend((client, meter), 0, cost, most)
    }

    fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64) {
        (self.usage.borrow_mut()).give_back((client, meter), cost);
    }

    fn verify(&self, _: String, password: Vec<u8>) -> Later<'static, Result<bool, Busy>> {
        self.verified.set(self.verified.get().saturating_add(1));
        match (self.hangs.get(), self.is_busy.get()) {
            (true, _) => Box::pin(pending()),
            (_, true) => Box::pin(ready(Err(Busy))),
            _ => Box::pin(ready(Ok(password == b"right"))),
        }
    }

    fn verifies_in_place(&self) -> bool {
        false
    }

    fn secret(&self) -> Vec<u8> {
        b"secret".to_vec()
    }

    fn real_path<'a>(
        &'a self,
        _: &'a Descriptor,
        _: &'a str,
    ) -> Later<'a, Result<String, ErrorCode>> {
        Box::pin(pending())
    }

    fn tls(&self, _: &TcpSocket) -> Option<TlsVersion> {
        None
    }

    fn counts_responses(&self) -> bool {
        false
    }

    fn count_response(&self, _: &CountedResponse) {}
}

fn passwords() -> (Passwords, Rc<Fake>) {
    let users = Users::parse(FILE).unwrap();
    let host = Rc::<Fake>::default();
    let same: Rc<dyn Host> = Rc::<Fake>::clone(&host);
    (Passwords::new(users, Rules::default(), same), host)
}

fn peer(ip: &str) -> Option<SocketAddr> {
    Some(SocketAddr::new(ip.parse().unwrap(), 1))
}

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn check(passwords: &Passwords, from: &str, user: &str, password: &str) -> Outcome {
    let checking = pin!(passwords.check(peer(from), user, password));
    poll(checking).unwrap()
}

#[test]
fn a_password_that_was_right_is_not_computed_again() {
    let (passwords, host) = passwords();
    let right = Outcome::Right(Rights::of(&Rules::default(), Some("alice")));
    for _ in 0..100 {
        assert_eq!(check(&passwords, "10.0.0.1", "alice", "right"), right);
    }
    assert_eq!(host.verified.get(), 1);
    for (user, password) in [
        ("alice", "wrong"),
        ("bob", "right"),
        ("", ""),
        ("alice", ""),
    ] {
        let before = host.verified.get();
        let outcome = check(&passwords, "10.0.0.2", user, password);
        assert_eq!(outcome, Outcome::Wrong, "{user}");
        // A user that does not exist costs the same.
        assert_eq!(host.verified.get(), before.saturating_add(1), "{user}");
    }
}

#[test]
fn too_many_wrong_passwords_lock_a_client_out() {
    let (passwords, host) = passwords();
    let mut wrong = 0_u64;
    while check(&passwords, "10.0.0.1", "alice", "wrong") == Outcome::Wrong {
        wrong = wrong.saturating_add(1);
    }
    assert_eq!(wrong, FAILURES);
    let seconds = u32::try_from(FAILURE_SECONDS).unwrap();
    let locked = Outcome::Locked(seconds);
    // Not even the right password counts, which would tell that it is.
    assert_eq!(check(&passwords, "10.0.0.1", "alice", "right"), locked);
    assert_eq!(host.verified.get(), usize::try_from(FAILURES).unwrap());
    let other = check(&passwords, "10.0.0.2", "alice", "right");
    assert!(matches!(other, Outcome::Right(_)));
    // It is remembered now, and there is no guessing against the memory.
    assert_eq!(check(&passwords, "10.0.0.1", "alice", "right"), locked);
}

#[test]
fn a_busy_host_is_nobodys_failure() {
    let (passwords, host) = passwords();
    host.is_busy.set(true);
    for _ in 0..FAILURES * 2 {
        let outcome = check(&passwords, "10.0.0.1", "alice", "wrong");
        assert_eq!(outcome, Outcome::Busy(BUSY_SECONDS));
    }
}

#[test]
fn the_same_guess_is_made_once() {
    let (passwords, host) = passwords();
    host.hangs.set(true);
    let mut first = Box::pin(passwords.check(peer("10.0.0.1"), "alice", "right"));
    assert_eq!(poll(first.as_mut()), None);
    let mut same = Box::pin(passwords.check(peer("10.0.0.1"), "alice", "right"));
    assert_eq!(poll(same.as_mut()), None);
    assert_eq!(host.verified.get(), 1);
    // Who compared has gone: the other does it.
    drop(first);
    host.hangs.set(false);
    assert!(matches!(poll(same.as_mut()), Some(Outcome::Right(_))));
    assert_eq!(host.verified.get(), 2);
}
