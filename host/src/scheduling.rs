//! The kernel's scheduling policy for a thread.

/// Lets this thread, and threads that it starts from now on, run under the kernel's batch
/// policy, where there is one: when bytes arrive for it, the thread does not preempt the
/// one that is running. More bytes arrive meanwhile, and all of them are served in one
/// go.
///
/// Otherwise each request of a client on the same processor would preempt that client,
/// and the server would wake, switch and sleep for each request. The cost: if every
/// processor is busy, a request may wait until the scheduler's next tick. If a processor
/// is free, it makes no difference.
pub(crate) fn work_in_batches() {
    #[cfg(target_os = "linux")]
    {
        // The kernel's `sched_param`, which is larger in musl's headers. musl's own function
        // always fails.
        let priority: libc::c_int = 0;
        let (call, policy) = (libc::SYS_sched_setscheduler, libc::SCHED_BATCH);
        // SAFETY: the kernel reads the parameter during the call. 0 is this thread. If
        // the call is refused, the thread keeps its policy.
        let _ = unsafe { libc::syscall(call, 0, policy, &raw const priority) };
    }
}

/// Lets this thread run only when no other thread wants its processor, as far as the kernel can
/// do that: any thread that wakes preempts it at once, also one that works in batches. It keeps
/// a few thousandths of a busy processor. There is no way back.
pub(crate) fn work_when_idle() {
    #[cfg(target_os = "linux")]
    {
        let priority: libc::c_int = 0;
        let (call, policy) = (libc::SYS_sched_setscheduler, libc::SCHED_IDLE);
        // SAFETY: as in `work_in_batches`.
        let _ = unsafe { libc::syscall(call, 0, policy, &raw const priority) };
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::{work_in_batches, work_when_idle};

    /// Field 41 of proc_pid_stat(5); field 2 is in parentheses.
    fn policy() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        fields.split(' ').nth(41 - 3).unwrap().parse().unwrap()
    }

    #[test]
    fn a_thread_and_those_it_starts_work_in_batches() {
        let policies = std::thread::spawn(|| {
            work_in_batches();
            (policy(), std::thread::spawn(policy).join().unwrap())
        });
        let batch = libc::SCHED_BATCH;
        assert_eq!(policies.join().unwrap(), (batch, batch));
    }

    #[test]
    fn a_thread_of_a_worker_works_when_idle() {
        let policies = std::thread::spawn(|| {
            work_in_batches();
            let idle = std::thread::spawn(|| {
                work_when_idle();
                policy()
            });
            (policy(), idle.join().unwrap())
        });
        let expected = (libc::SCHED_BATCH, libc::SCHED_IDLE);
        assert_eq!(policies.join().unwrap(), expected);
    }
}
