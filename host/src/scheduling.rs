//! How the kernel gives a thread its processor.

/// Lets this thread, and those that it starts from now on, work in batches: when bytes
/// arrive, it does not take the processor from whoever is at work, as far as the kernel
/// has a policy for that. Meanwhile more arrives, and is served in one go.
///
/// Otherwise a client on the same processor loses it with every request that it sends,
/// and the server wakes, switches and sleeps for each. The price: where every processor
/// is taken, a request may wait until the scheduler's next tick. Where one is free, it
/// makes no difference.
pub(crate) fn work_in_batches() {
    #[cfg(target_os = "linux")]
    {
        let priority = libc::sched_param { sched_priority: 0 };
        // SAFETY: the kernel reads the parameter during the call. 0 is this thread. Where
        // it is refused, the thread goes on under the policy that it has.
        let _ = unsafe { libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const priority) };
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::work_in_batches;

    /// proc_pid_stat(5), field 41, of which the second is in parentheses.
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
}
