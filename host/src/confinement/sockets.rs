//! By seccomp: no socket is made, bound or connected any more.
//!
//! Landlock refuses TCP, but to a kernel of 2026 that is not all: MPTCP, TCP Fast Open,
//! and listening without binding pass it by, and UDP comes with version 10 only. The
//! host needs none of it after its start; it accepts.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

/// Refused whatever the arguments. `io_uring` makes sockets past every filter.
const REFUSED: [c_long; 5] = [
    libc::SYS_socket,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_io_uring_setup,
];

/// The bits of a socket's type that are not flags (socket.h).
const TYPE_MASK: u64 = 0xf;

/// The same calls under x86's x32 interface, which some kernels offer beside.
const X32: c_long = 0x4000_0000;

/// Whether it is in force, for all threads.
pub(super) fn confine() -> bool {
    let Ok(program) = filter() else {
        return false;
    };
    seccompiler::apply_filter_all_threads(&program).is_ok()
}

/// Calls whose outcome hangs on no argument are decided by a bitmap in the kernel
/// (since 5.11): what serving does costs next to nothing more.
fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        REFUSED.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_socketpair, vec![datagrams()?]);
    if cfg!(target_arch = "x86_64") {
        let twins: Vec<_> = rules
            .iter()
            .map(|(call, rules)| (call | X32, rules.clone()))
            .collect();
        rules.extend(twins);
    }
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EACCES.cast_unsigned()),
        std::env::consts::ARCH.try_into()?,
    )?
    .try_into()
}

/// Pairs of streams wake the runtime; a pair of datagram sockets could send to any
/// other.
fn datagrams() -> Result<SeccompRule, seccompiler::BackendError> {
    let is_datagram = SeccompCondition::new(
        1,
        SeccompCmpArgLen::Dword,
        SeccompCmpOp::MaskedEq(TYPE_MASK),
        u64::from(libc::SOCK_DGRAM.cast_unsigned()),
    )?;
    SeccompRule::new(vec![is_datagram])
}
