//! `porthole:server/passwords`: passwords are compared on few threads of the host, for all
//! instances of a server. The threads that serve go on meanwhile.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth::limits::PASSWORD_BYTES;
use auth::users::Hash;
use auth::verify::verify;
use tokio::sync::oneshot;
use wasmtime::component::{Accessor, HasData, Linker};

use super::bindings::porthole::server::passwords as wit;
use crate::error::Error;
use crate::limits::{PASSWORD_QUEUE, PASSWORD_THREADS};
use crate::scheduling::work_when_idle;

/// Bytes of the secret: as many as the hash function has that it is a key of.
const SECRET_BYTES: usize = 32;

/// The queue, the threads and the secret of one server. Clones share them, over restarts and
/// replacements of its component too.
#[derive(Clone)]
pub(crate) struct SharedPasswords(Arc<Shared>);

struct Shared {
    secret: [u8; SECRET_BYTES],
    state: Mutex<State>,
    compare: Compare,
    /// Passwords that are compared at once.
    threads: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    threads: usize,
}

type Outcome = Result<bool, wit::VerifyError>;
type Compare = fn(&Hash, &[u8]) -> Outcome;

struct Job {
    hash: Hash,
    password: Vec<u8>,
    outcome: oneshot::Sender<Outcome>,
}

impl SharedPasswords {
    /// Makes the secret, and counts the processors.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub(crate) fn new() -> Result<Self, Error> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::of(threads(processors), |hash, password| {
            verify(hash, password).map_err(|_| wit::VerifyError::Busy)
        })
    }

    fn of(threads: usize, compare: Compare) -> Result<Self, Error> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(|error| Error::System(error.into()))?;
        Ok(Self(Arc::new(Shared {
            secret,
            state: Mutex::default(),
            compare,
            threads,
        })))
    }

    /// Waits in the queue and for the comparison. If the future is dropped before a thread
    /// takes the password, none will.
    async fn verify(&self, hash: &str, mut password: Vec<u8>) -> Outcome {
        // The component may be hostile: what a hash may cost is checked here, too.
        let hash = Hash::parse(hash).map_err(|_| wit::VerifyError::Refused)?;
        // One byte more than is ever right, so that a long password costs as much as others.
        password.truncate(PASSWORD_BYTES.saturating_add(1));
        password.shrink_to_fit();
        let outcome = self.0.begin(hash, password)?;
        // A thread that panicked has no outcome.
        outcome.await.unwrap_or(Err(wit::VerifyError::Busy))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(
        self: &Arc<Self>,
        hash: Hash,
        password: Vec<u8>,
    ) -> Result<oneshot::Receiver<Outcome>, wit::VerifyError> {
        let (outcome, compared) = oneshot::channel();
        let mut state = self.lock();
        if state.waiting.len() >= PASSWORD_QUEUE {
            state.waiting.retain(|job| !job.outcome.is_closed());
        }
        if state.waiting.len() >= PASSWORD_QUEUE {
            return Err(wit::VerifyError::Busy);
        }
        state.waiting.push_back(Job {
            hash,
            password,
            outcome,
        });
        if state.threads < self.threads {
            let shared = Arc::clone(self);
            let thread = std::thread::Builder::new().name("passwords".to_owned());
            match thread.spawn(move || shared.work()) {
                Ok(_) => state.threads = state.threads.saturating_add(1),
                // The other thread will take it.
                Err(_) if state.threads > 0 => {}
                Err(_) => {
                    state.waiting.pop_back();
                    return Err(wit::VerifyError::Busy);
                }
            }
        }
        Ok(compared)
    }

    /// Compares until nobody waits.
    fn work(&self) {
        work_when_idle();
        while let Some(job) = self.next() {
            let compared = catch_unwind(AssertUnwindSafe(|| {
                (self.compare)(&job.hash, &job.password)
            }));
            if let Ok(outcome) = compared {
                // The one who asked may be gone by now.
                let _ = job.outcome.send(outcome);
            }
        }
    }

    /// Returns the password that has waited longest, or gives the thread up.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        while let Some(job) = state.waiting.pop_front() {
            if !job.outcome.is_closed() {
                return Some(job);
            }
        }
        state.threads = state.threads.saturating_sub(1);
        None
    }
}

/// Returns the number of threads that leave half of the processors to those that serve.
fn threads(processors: usize) -> usize {
    processors.div_euclid(2).clamp(1, PASSWORD_THREADS)
}

impl HasData for SharedPasswords {
    type Data<'a> = &'a mut Self;
}

pub(crate) trait HasPasswords: Send {
    fn passwords(&mut self) -> &mut SharedPasswords;
}

pub(super) fn add_to_linker<T: HasPasswords + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, SharedPasswords>(linker, T::passwords)
}

impl<T: Send> wit::HostWithStore<T> for SharedPasswords {
    async fn verify(
        accessor: &Accessor<T, Self>,
        hash: String,
        password: Vec<u8>,
    ) -> wasmtime::Result<Outcome> {
        let passwords = accessor.with(|mut access| access.get().clone());
        Ok(passwords.verify(&hash, password).await)
    }
}

impl wit::Host for SharedPasswords {
    fn secret(&mut self) -> wasmtime::Result<Vec<u8>> {
        Ok(self.0.secret.to_vec())
    }
}

#[cfg(test)]
mod tests;
