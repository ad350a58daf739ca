//! Confinement by seccomp: the process creates, binds and connects no more sockets, sends
//! only where they are connected, runs no program, and touches no other process.
//!
//! Landlock refuses TCP, but on a kernel of 2026 that is not enough. MPTCP, TCP Fast
//! Open, and listening without binding bypass it, and it restricts UDP only since version
//! 10. The host needs none of these after its start, because it only accepts connections.
//! [`super::calls`] lists the other calls that are refused.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, sock_filter,
};

use super::calls::{
    CLONE_FLAGS, FCNTL_COMMANDS, IOCTL_REQUESTS, REFUSED, SENDTO_ADDRESS, SENDTO_FLAGS,
    THIS_PROCESS_ONLY,
};

/// Installs the filter for all threads. Returns whether it is in force.
pub(super) fn confine() -> bool {
    let Ok(program) = filter() else {
        return false;
    };
    seccompiler::apply_filter_all_threads(&program).is_ok()
}

/// Builds the filter. A bitmap in the kernel (since 5.11) decides calls whose result does
/// not depend on an argument, so the calls of serving cost next to nothing more.
fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let refused = REFUSED.iter().copied().flatten();
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        refused.map(|&call| (call, Vec::new())).collect();
    for &call in THIS_PROCESS_ONLY {
        rules.insert(call, vec![unless(0, SeccompCmpOp::Ne, 0)?]);
    }
    // `abort` sends a signal to its own thread.
    let this = u64::from(std::process::id());
    let others = unless(0, SeccompCmpOp::Ne, this)?;
    rules.insert(libc::SYS_tgkill, vec![others]);
    rules.insert(libc::SYS_socketpair, all_but_streams()?);
    rules.insert(libc::SYS_clone, all_but_threads()?);
    rules.insert(libc::SYS_ioctl, vec![all_but(1, IOCTL_REQUESTS)?]);
    let commands = FCNTL_COMMANDS
        .iter()
        .map(|&command| unless(1, SeccompCmpOp::Eq, command.into()));
    rules.insert(libc::SYS_fcntl, commands.collect::<Result<_, _>>()?);
    // TCP Fast Open connects while it sends, also from a listener that was shut down.
    // A datagram goes where its address says, also from a socket that is connected.
    let connects = u64::from(libc::MSG_FASTOPEN.cast_unsigned());
    let connects = unless(SENDTO_FLAGS, SeccompCmpOp::MaskedEq(connects), connects)?;
    let elsewhere =
        SeccompCondition::new(SENDTO_ADDRESS, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    let elsewhere = SeccompRule::new(vec![elsewhere])?;
    rules.insert(libc::SYS_sendto, vec![connects, elsewhere]);
    let filter: BpfProgram = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(REFUSAL),
        std::env::consts::ARCH.try_into()?,
    )?
    .try_into()?;
    Ok(OTHER_NUMBERS.into_iter().chain(filter).collect())
}

const REFUSAL: u32 = libc::EACCES.cast_unsigned();

/// Refuses x86's x32 interface as a whole. Some kernels offer it in addition, and the
/// same calls have other numbers there. The instructions load the number, and refuse it
/// if it has x32's bit or is not a valid number.
///
/// `clone3` does not exist for the process: a filter cannot see its flags. Libraries then
/// use `clone`.
const OTHER_NUMBERS: [sock_filter; 5] = [
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
    instruction(
        libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
        libc::SYS_clone3 as u32,
        1,
    ),
    instruction(
        libc::BPF_RET | libc::BPF_K,
        libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned(),
        0,
    ),
    instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0x4000_0000, 1),
    instruction(
        libc::BPF_RET | libc::BPF_K,
        libc::SECCOMP_RET_ERRNO | REFUSAL,
        0,
    ),
];

/// Creates an instruction. `otherwise` is the number of instructions to skip when a
/// comparison fails.
const fn instruction(code: u32, k: u32, otherwise: u8) -> sock_filter {
    sock_filter {
        code: code as u16,
        jt: 0,
        jf: otherwise,
        k,
    }
}

/// Refuses socket pairs except Unix streams, which wake the runtime. All other Unix
/// sockets could send to the socket of any process (the kernel turns SOCK_RAW into a
/// datagram socket).
fn all_but_streams() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let is_unix = u64::from(libc::AF_UNIX.cast_unsigned());
    let mut rules = vec![unless(0, SeccompCmpOp::Ne, is_unix)?];
    // A type is a number of four bits, combined with flags (socket.h): SOCK_STREAM is 1.
    for (bit, value) in [(1, 0), (2, 2), (4, 4), (8, 8)] {
        rules.push(unless(1, SeccompCmpOp::MaskedEq(bit), value)?);
    }
    Ok(rules)
}

/// Refuses new processes, and threads in other namespaces.
fn all_but_threads() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    let mut rules = vec![unless(0, SeccompCmpOp::MaskedEq(thread), 0)?];
    for flag in CLONE_FLAGS
        .iter()
        .map(|flag| u64::from(flag.cast_unsigned()))
    {
        rules.push(unless(0, SeccompCmpOp::MaskedEq(flag), flag)?);
    }
    Ok(rules)
}

/// Returns a rule that refuses a call unless the argument is one of these values.
fn all_but(argument: u8, values: &[u64]) -> Result<SeccompRule, seccompiler::BackendError> {
    let differs = |&value: &u64| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, value)
    };
    SeccompRule::new(values.iter().map(differs).collect::<Result<_, _>>()?)
}

/// Returns a rule that refuses a call when the argument compares like that.
fn unless(
    argument: u8,
    compares: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compares, value)?;
    SeccompRule::new(vec![condition])
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    /// Returns the kernel's error for a call with these arguments.
    fn call(number: c_long, first: c_long, second: c_long) -> ErrorKind {
        // SAFETY: no call takes −1 for an address or a descriptor: the kernel refuses it
        // whether or not the filter does.
        let result = unsafe { libc::syscall(number, first, second, -1, -1, -1, -1) };
        match result {
            -1 => Error::last_os_error().kind(),
            _ => panic!("call {number} is allowed"),
        }
    }

    /// Runs on a separate thread, so that the rest of the process is not confined.
    #[test]
    fn each_call_is_refused_and_no_other() {
        let confined = std::thread::spawn(|| {
            seccompiler::apply_filter(&filter().unwrap()).unwrap();
            let refused = ErrorKind::PermissionDenied;
            assert_eq!(
                call(libc::SYS_socket, -1, -1),
                refused,
                "it is not in force"
            );
            let calls = REFUSED.iter().copied().flatten();
            for &number in calls.chain(THIS_PROCESS_ONLY) {
                assert_eq!(call(number, -1, -1), refused, "{number}");
            }
            let pid = c_long::from(std::process::id().cast_signed());
            let unix = c_long::from(libc::AF_UNIX);
            let [stream, datagram, raw, sequence] = [
                libc::SOCK_STREAM,
                libc::SOCK_DGRAM,
                libc::SOCK_RAW,
                libc::SOCK_SEQPACKET,
            ]
            .map(c_long::from);
            let flags = c_long::from(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK);
            let rows = [
                (libc::SYS_sendfile, -1, -1, false),
                (libc::SYS_splice, -1, -1, false),
                (libc::SYS_tee, -1, -1, false),
                (libc::SYS_setsockopt, -1, -1, false),
                (libc::SYS_accept4, -1, -1, false),
                (libc::SYS_preadv2, -1, -1, false),
                (libc::SYS_openat2, -1, -1, false),
                (libc::SYS_clone, c_long::from(libc::SIGCHLD), 0, true),
                (
                    libc::SYS_clone,
                    c_long::from(libc::CLONE_THREAD | libc::CLONE_NEWNET),
                    0,
                    true,
                ),
                // The other arguments are all bits, and so are flags.
                (libc::SYS_sendto, -1, -1, true),
                (libc::SYS_ioctl, -1, c_long::from(0x5421), false), // FIONBIO
                (libc::SYS_ioctl, -1, c_long::from(0x5412), true),  // TIOCSTI
                (libc::SYS_ioctl, -1, c_long::from(0x4008_6602), true), // FS_IOC_SETFLAGS
                (libc::SYS_fcntl, -1, c_long::from(libc::F_GETFL), false),
                (libc::SYS_fcntl, -1, c_long::from(libc::F_SETOWN), true),
                (libc::SYS_prlimit64, 0, -1, false),
                (libc::SYS_sched_setscheduler, 0, -1, false),
                (libc::SYS_tgkill, pid, -1, false),
                (libc::SYS_tgkill, 1, -1, true),
                (libc::SYS_socketpair, unix, stream, false),
                (libc::SYS_socketpair, unix, stream | flags, false),
                (libc::SYS_socketpair, unix, datagram, true),
                (libc::SYS_socketpair, unix, raw, true),
                (libc::SYS_socketpair, unix, sequence | flags, true),
                (
                    libc::SYS_socketpair,
                    c_long::from(libc::AF_INET),
                    stream,
                    true,
                ),
                // Numbers of `execve` and `ptrace` in x32.
                (0x4000_0000 + 520, -1, -1, true),
                (0x4000_0000 + 521, -1, -1, true),
            ];
            // Without flags and address: as `send` has it.
            // SAFETY: there is no descriptor of this number, and nothing to send.
            let sent = unsafe { libc::send(-1, std::ptr::null(), 0, 0) };
            assert_eq!(sent, -1);
            assert_ne!(Error::last_os_error().kind(), refused, "send is refused");
            let unknown = call(libc::SYS_clone3, -1, -1);
            assert_eq!(unknown, ErrorKind::Unsupported);
            for (number, first, second, is_refused) in rows {
                let outcome = call(number, first, second);
                assert_eq!(outcome == refused, is_refused, "{number}: {outcome}");
            }
        });
        confined.join().unwrap();
    }
}
