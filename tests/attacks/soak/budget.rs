//! Keeps the load of the server at the requested share.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::Porthole;

/// Interval at which the budget is checked.
pub const STEP: Duration = Duration::from_millis(20);

/// Unused time that may be saved for later.
const SAVINGS: Duration = Duration::from_secs(1);

/// CPU time of the server, as a share of one core.
pub struct Budget {
    share: f64,
    account: Mutex<Account>,
    exhausted: AtomicBool,
}

struct Account {
    looked: Instant,
    used: Duration,
    /// Seconds of CPU time that may still be used. A negative value is debt.
    left: f64,
}

impl Budget {
    pub fn new(share: f64) -> Self {
        Self {
            share,
            account: Mutex::new(Account {
                looked: Instant::now(),
                used: Duration::ZERO,
                left: 0.0,
            }),
            exhausted: AtomicBool::new(false),
        }
    }

    /// Subtracts the time that the server has used since the last call.
    pub fn renew(&self, porthole: &Porthole) {
        let mut account = self.account.lock().unwrap();
        let used = Duration::from_millis(10 * porthole.processor_ticks());
        let earned = account.looked.elapsed().as_secs_f64() * self.share;
        let spent = used.saturating_sub(account.used).as_secs_f64();
        account.left = (account.left + earned - spent).min(SAVINGS.as_secs_f64() * self.share);
        account.looked = Instant::now();
        account.used = used;
        self.exhausted.store(account.left < 0.0, Ordering::Relaxed);
    }

    pub fn is_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }
}
