//! What the kernel does with a thread: its scheduling policy, and a signal that it must not get.

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

/// Keeps SIGPIPE from this thread, and from threads that it starts from now on. sendfile(2) raises
/// it when a client is gone, unlike send(2), which has a flag against that. A process that does
/// not ignore it, as those in Rust do from their start, would end.
pub(crate) fn block_sigpipe() {
    #[cfg(target_os = "linux")]
    {
        let mut set = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigemptyset(3) makes a valid set of what it is given, and the others read or
        // change it while it lives. SIGPIPE is a signal, so that none of them can fail.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
            libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::{block_sigpipe, work_in_batches, work_when_idle};

    /// Line `SigBlk` of proc_pid_status(5): a bit for each signal, in hexadecimal digits.
    fn blocks_sigpipe() -> bool {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        let blocked = u64::from_str_radix(blocked.unwrap().trim(), 16).unwrap();
        blocked & (1 << (libc::SIGPIPE - 1)) != 0
    }

    #[test]
    fn a_client_that_is_gone_signals_nothing() {
        let blocked = std::thread::spawn(|| {
            let before = blocks_sigpipe();
            block_sigpipe();
            (before, blocks_sigpipe())
        });
        assert_eq!(blocked.join().unwrap(), (false, true));
    }

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
