//! System calls that serving does not need, grouped by what they would give to an
//! attacker's native code.
//!
//! These are calls to refuse, not calls to allow: a list of allowed calls would break
//! with the next libc, and few attackers know the newest calls of a kernel. Reading and
//! writing open files stays allowed (`sendfile`, `splice`, `setsockopt` and the like),
//! and so do threads, but no new process. Where a call can do both, its arguments decide.

use libc::c_long;

/// Sockets that were not granted. `io_uring` creates them past every filter.
const SOCKETS: &[c_long] = &[
    libc::SYS_socket,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
];

/// Messages. A socket that is connected to one process can send them to any other, and they
/// bring descriptors along: files and sockets that were not granted. The addresses and the
/// descriptors are in memory, where a filter does not see them.
const MESSAGES: &[c_long] = &[
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_recvmsg,
    libc::SYS_recvmmsg,
];

/// Programs, and files in memory that could contain one.
const PROGRAMS: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_memfd_create,
    447, // memfd_secret
];

/// Memory, descriptors and lives of other processes.
const PROCESSES: &[c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    448, // process_mrelease
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_kcmp,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
];

/// Memory, queues and keys that processes share outside the file system.
const SHARED: &[c_long] = &[
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
];

/// Names, modes, owners, times, sizes and attributes of files. Landlock restricts some of
/// these, since some version.
const FILES: &[c_long] = &[
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    452, // fchmodat2
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_truncate,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    463, // setxattrat
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    466, // removexattrat
    469, // file_setattr
];

/// Events on files that cannot be opened, and files by other means than their names.
const WATCHING: &[c_long] = &[
    libc::SYS_inotify_init1,
    libc::SYS_inotify_add_watch,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
];

/// Namespaces and mounts: another view of the file system, or another system.
const NAMESPACES: &[c_long] = &[
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    467, // open_tree_attr
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
];

/// Parts of the kernel that are known for their vulnerabilities, or that can stop it.
const KERNEL: &[c_long] = &[
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_personality,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    443, // quotactl_fd
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
];

/// The same calls by older names.
#[cfg(target_arch = "x86_64")]
const OLDER: &[c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_uselib,
    libc::SYS_creat,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_mknod,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_unlink,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_inotify_init,
    libc::SYS_kexec_file_load,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
];

#[cfg(target_arch = "aarch64")]
const OLDER: &[c_long] = &[libc::SYS_renameat, 294]; // kexec_file_load

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const OLDER: &[c_long] = &[294]; // kexec_file_load

/// Calls that are refused whatever their arguments.
pub(super) const REFUSED: &[&[c_long]] = &[
    SOCKETS, MESSAGES, PROGRAMS, PROCESSES, SHARED, FILES, WATCHING, NAMESPACES, KERNEL, OLDER,
];

/// Calls that are refused for other processes: the first argument is a process, and 0 is
/// this one.
pub(super) const THIS_PROCESS_ONLY: &[c_long] = &[
    libc::SYS_prlimit64,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setaffinity,
];

/// Arguments of `sendto`: flags, one of which connects while it sends, and the address, which
/// a connected socket needs not.
pub(super) const SENDTO_FLAGS: u8 = 3;
pub(super) const SENDTO_ADDRESS: u8 = 4;

/// Flags of `clone` that create a namespace.
pub(super) const CLONE_FLAGS: &[libc::c_int] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// The only requests of `ioctl` that are allowed: they concern the descriptor itself, or
/// ask whether it is a terminal. Others type into a terminal (`TIOCSTI`), change
/// attributes of files, freeze file systems, or have signals sent.
#[allow(clippy::unnecessary_cast, reason = "the type differs between libcs")]
pub(super) const IOCTL_REQUESTS: &[u64] = &[
    libc::FIONBIO as u64,
    libc::FIONREAD as u64,
    libc::FIOCLEX as u64,
    libc::FIONCLEX as u64,
    libc::TCGETS as u64,
    libc::TIOCGWINSZ as u64,
];

/// Commands of `fcntl` that have signals sent to another process, or that watch files.
pub(super) const FCNTL_COMMANDS: &[u32] = &[
    libc::F_SETOWN.cast_unsigned(),
    15, // F_SETOWN_EX
    10, // F_SETSIG
    libc::F_NOTIFY.cast_unsigned(),
    libc::F_SETLEASE.cast_unsigned(),
];
