//! Names and passwords of requests, and the rights that they give.
//!
//! Computing a hash takes long, so it is asked of the host, and a password that was right is
//! recognised again by a code ([`auth::proof`]). A guess costs its client time *before* it is
//! compared, with the memory, too: guesses that are made at once are bounded as well.

mod known;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::net::{Ipv6Addr, SocketAddr};
use core::task::{Poll, Waker};

use auth::proof::{Proof, proof};
use auth::rights::Rights;
use auth::rules::Rules;
use auth::users::Users;

use crate::host::{Host, Meter};
use crate::limits::{BUSY_SECONDS, FAILURE_SECONDS, FAILURES};
use crate::rate_limit::client;
use crate::rate_limit::rate::SECOND;
use known::Known;

/// The users of the server, and what they have proved.
pub struct Passwords {
    users: Users,
    rules: Rules,
    host: Rc<dyn Host>,
    secret: Vec<u8>,
    known: RefCell<Known>,
    comparing: RefCell<Vec<Rc<Comparison>>>,
}

/// The outcome for one name and password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The password is that of the user, who has these rights.
    Right(Rights),
    /// It is not, or there is no such user.
    Wrong,
    /// The client has been wrong too often, and may try again after some seconds.
    Locked(u32),
    /// The host has no time for it now. It may be tried again after some seconds.
    Busy(u32),
}

/// A name with its password that is being compared. Whoever sends the same waits for the
/// outcome: a browser opens several connections at once, and it is the same guess.
struct Comparison {
    proof: Proof,
    outcome: Cell<Option<Outcome>>,
    /// Whether nobody compares it any more.
    ended: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

const FAILURE: u64 = FAILURE_SECONDS.saturating_mul(SECOND);
const MOST: u64 = FAILURES.saturating_mul(FAILURE);

impl Passwords {
    pub fn new(users: Users, rules: Rules, host: Rc<dyn Host>) -> Self {
        Self {
            users,
            rules,
            secret: host.secret(),
            host,
            known: RefCell::default(),
            comparing: RefCell::default(),
        }
    }

    /// Returns the rights of who sends no password.
    pub fn anyone(&self) -> Rights {
        Rights::of(&self.rules, None)
    }

    /// Compares a name and a password that a client has sent. Clients without an address count
    /// as one.
    pub async fn check(&self, peer: Option<SocketAddr>, user: &str, password: &str) -> Outcome {
        let proof = proof(&self.secret, user, password.as_bytes());
        loop {
            let same = self
                .comparing
                .borrow()
                .iter()
                .find(|other| other.proof == proof)
                .cloned();
            let Some(same) = same else {
                break;
            };
            if let Some(outcome) = same.wait().await {
                return outcome;
            }
        }
        let client = peer.map_or(Ipv6Addr::UNSPECIFIED, client);
        let meter = Meter::Failures;
        if self.host.spend(client, meter, FAILURE, MOST).is_none() {
            return Outcome::Locked(self.locked_seconds(client));
        }
        let is_known = self.known.borrow_mut().has(&proof);
        let outcome = match is_known {
            true => self.right(user),
            false => self.compare(proof, user, password).await,
        };
        if outcome != Outcome::Wrong {
            self.host.give_back(client, meter, FAILURE);
        }
        outcome
    }

    /// Has the host compare a password. It takes as long for a user that does not exist.
    async fn compare(&self, proof: Proof, user: &str, password: &str) -> Outcome {
        let comparison = Comparing::begin(self, proof);
        let Some(candidate) = self.users.candidate(user) else {
            return comparison.end(Outcome::Wrong);
        };
        let hash = candidate.hash.as_str().into();
        let same = self.host.verify(hash, password.as_bytes().into()).await;
        comparison.end(match same {
            Err(_) => Outcome::Busy(BUSY_SECONDS),
            Ok(true) if candidate.known => {
                self.known.borrow_mut().add(proof);
                self.right(user)
            }
            Ok(_) => Outcome::Wrong,
        })
    }

    fn right(&self, user: &str) -> Outcome {
        Outcome::Right(Rights::of(&self.rules, Some(user)))
    }

    /// Returns the seconds after which a client may be wrong once more.
    fn locked_seconds(&self, client: Ipv6Addr) -> u32 {
        let ahead = self.host.spend(client, Meter::Failures, 0, u64::MAX);
        let wait = ahead
            .unwrap_or(MOST)
            .saturating_add(FAILURE)
            .saturating_sub(MOST);
        u32::try_from(wait.div_ceil(SECOND))
            .unwrap_or(u32::MAX)
            .max(1)
    }
}

/// A comparison, until it is dropped.
struct Comparing<'p> {
    passwords: &'p Passwords,
    comparison: Rc<Comparison>,
}

impl<'p> Comparing<'p> {
    fn begin(passwords: &'p Passwords, proof: Proof) -> Self {
        let comparison = Rc::new(Comparison {
            proof,
            outcome: Cell::new(None),
            ended: Cell::new(false),
            waiting: RefCell::default(),
        });
        let mut comparing = passwords.comparing.borrow_mut();
        comparing.push(Rc::clone(&comparison));
        Self {
            passwords,
            comparison,
        }
    }

    fn end(self, outcome: Outcome) -> Outcome {
        self.comparison.outcome.set(Some(outcome));
        outcome
    }
}

impl Drop for Comparing<'_> {
    fn drop(&mut self) {
        let mut comparing = self.passwords.comparing.borrow_mut();
        comparing.retain(|other| !Rc::ptr_eq(other, &self.comparison));
        self.comparison.ended.set(true);
        let waiting = self.comparison.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Comparison {
    /// Waits for the outcome. There is none if who compared has gone.
    async fn wait(&self) -> Option<Outcome> {
        poll_fn(|cx| match self.ended.get() {
            true => Poll::Ready(self.outcome.get()),
            false => {
                self.waiting.borrow_mut().push(cx.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests;
