//! Confinement: what the kernel forbids the process itself, whatever code it runs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::{self, UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Once};

use libtest_mimic::Trial;
use porthole::{Error, Limits, Listeners, Program, Root, Server};
use rustix::process::{getppid, test_kill_process};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::support::{Folder, each, needing_landlock, trial};

pub fn trials() -> Vec<Trial> {
    vec![
        trial(
            "confinement::native_code::without_confinement_every_attempt_succeeds",
            without_confinement_every_attempt_succeeds,
        ),
        needing_landlock(
            "confinement::native_code::native_code_reaches_nothing_else",
            native_code_reaches_nothing_else,
        ),
    ]
}

/// Variable that tells the child what to try to reach.
const CHILD: &str = "PORTHOLE_TEST_CONFINED";

/// An attempt of native code, and the mechanism that refuses it.
type Attempt = (&'static str, By, fn(&Outside) -> io::Result<()>);

#[derive(Clone, Copy, Debug)]
enum By {
    NoOne,
    /// Refused by Landlock since this version.
    Landlock(u32),
    Seccomp,
}

use By::{Landlock, NoOne, Seccomp};

#[rustfmt::skip]
const ATTEMPTS: &[Attempt] = &[
    ("read a file inside", NoOne, |at| read(at.inside("file"))),
    ("read a file of a folder inside", NoOne, |at| read(at.inside("sub/file"))),
    ("read by a link inside", NoOne, |at| read(at.inside("link"))),
    ("list the folder", NoOne, |at| list(at.inside(""))),
    ("see that there is a file outside", NoOne, |at| at.secret().metadata().map(drop)),
    ("read a file outside", Landlock(1), |at| read(at.secret())),
    ("read a file outside by way of the folder", Landlock(1), |at| read(at.inside("../secret"))),
    ("read a file outside by a link inside", Landlock(1), |at| read(at.inside("out"))),
    ("read a file of the system", Landlock(1), |_| read("/etc/passwd".into())),
    ("read its own environment", Landlock(1), |_| read("/proc/self/environ".into())),
    ("read a device", Landlock(1), |_| read("/dev/zero".into())),
    ("list the parent", Landlock(1), |at| list(at.inside(".."))),
    ("list the root of the system", Landlock(1), |_| list("/".into())),
    ("open a file inside to write", Landlock(1), |at| write(at.inside("file"))),
    ("open a file outside to write", Landlock(1), |at| write(at.secret())),
    ("create a file inside", Landlock(1), |at| File::create_new(at.inside("new-file")).map(drop)),
    ("create a file outside", Landlock(1), |at| File::create_new(at.folder.join("new")).map(drop)),
    ("create a folder", Landlock(1), |at| fs::create_dir(at.inside("new-folder"))),
    ("create a link", Landlock(1), |at| symlink("file", at.inside("new-link"))),
    ("create a hard link", Landlock(1), |at| fs::hard_link(at.inside("file"), at.inside("new-name"))),
    ("create a socket", Landlock(1), |at| UnixListener::bind(at.inside("new-socket")).map(drop)),
    ("bring a file in", Landlock(1), |at| fs::hard_link(at.secret(), at.inside("new-secret"))),
    ("rename a link", Landlock(1), |at| fs::rename(at.inside("link"), at.inside("new-link-name"))),
    ("remove a link", Landlock(1), |at| fs::remove_file(at.inside("out"))),
    ("remove a folder", Landlock(1), |at| fs::remove_dir(at.inside("sub/empty"))),
    ("run a program", Seccomp, |_| Command::new("/bin/true").status().map(drop)),
    ("truncate a file", Landlock(1), |at| OpenOptions::new().write(true).truncate(true).open(at.inside("file")).map(drop)),
    ("open a log to append to it", NoOne, |at| write(at.logs("log"))),
    ("create a log", NoOne, |at| OpenOptions::new().append(true).create(true).open(at.logs("new")).map(drop)),
    ("read a log", Landlock(1), |at| read(at.logs("log"))),
    ("list the folder of logs", Landlock(1), |at| list(at.logs(""))),
    ("truncate a log", Landlock(3), |at| OpenOptions::new().write(true).truncate(true).open(at.logs("log")).map(drop)),
    ("create a folder beside logs", Landlock(1), |at| fs::create_dir(at.logs("new-folder"))),
    ("create a link beside logs", Landlock(1), |at| symlink("log", at.logs("new-link"))),
    ("move a log", Landlock(1), |at| fs::rename(at.logs("log"), at.logs("moved"))),
    ("remove a log", Landlock(1), |at| fs::remove_file(at.logs("moved"))),
    ("connect", Landlock(4), |at| TcpStream::connect(at.server).map(drop)),
    ("bind another port", Landlock(4), |_| TcpListener::bind("127.0.0.1:0").map(drop)),
    ("bind another port of another address", Landlock(4), |_| TcpListener::bind("127.0.0.2:0").map(drop)),
    ("send a signal", Seccomp, |_| test_kill_process(getppid().unwrap()).map_err(Into::into)),
    ("make a socket", Seccomp, |_| Socket::new(Domain::IPV4, Type::STREAM, None).map(drop)),
    ("listen without a port", Seccomp, |_| Socket::new(Domain::IPV4, Type::STREAM, None)?.listen(1)),
    ("connect by MPTCP", Seccomp, |at| {
        Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::MPTCP))?.connect(&at.server.into())
    }),
    ("connect while sending", Seccomp, |at| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.send_to_with_flags(b"x", &at.server.into(), libc::MSG_FASTOPEN).map(drop)
    }),
    ("send a datagram", Seccomp, |at| UdpSocket::bind("127.0.0.1:0")?.connect(at.server)),
    ("connect to a socket of the file system", Seccomp, |at| {
        UnixStream::connect(at.folder.join("socket")).map(drop)
    }),
    ("connect to an abstract socket", Seccomp, |at| {
        let address = net::SocketAddr::from_abstract_name(at.server.to_string())?;
        UnixStream::connect_addr(&address).map(drop)
    }),
    ("make a pair of datagram sockets", Seccomp, |_| UnixDatagram::pair().map(drop)),
    ("make a pair of raw sockets", Seccomp, |_| Socket::pair_raw(Domain::UNIX, Type::from(libc::SOCK_RAW), None).map(drop)),
    ("make a pair of sockets for sequences", Seccomp, |_| Socket::pair_raw(Domain::UNIX, Type::SEQPACKET, None).map(drop)),
    ("make a file in memory", Seccomp, |_| made(libc::SYS_memfd_create, c"program".as_ptr().addr(), 0)),
    ("open another process", Seccomp, |_| made(libc::SYS_pidfd_open, parent(), 0)),
    ("watch files", Seccomp, |_| made(libc::SYS_inotify_init1, 0, 0)),
    ("change the mode of a file inside", Seccomp, |at| fs::set_permissions(at.inside("file"), at.inside("file").metadata()?.permissions())),
    ("date a file inside", Seccomp, |at| File::open(at.inside("file"))?.set_modified(std::time::SystemTime::now())),
    ("change the limits of another process", Seccomp, |_| made(libc::SYS_prlimit64, parent(), 0)),
    ("tell the service manager", NoOne, |at| at.notify.send(b"READY=1").map(drop)),
    ("send to another process by the socket to the manager", Seccomp, |at| {
        at.notify.send_to(b"x", at.folder.join("other")).map(drop)
    }),
    ("send a message to another process by it", Seccomp, |at| {
        let other = socket2::SockAddr::unix(at.folder.join("other"))?;
        SockRef::from(&at.notify).send_to_vectored(&[io::IoSlice::new(b"x")], &other).map(drop)
    }),
    ("connect it to another process", Seccomp, |at| at.notify.connect(at.folder.join("other"))),
    ("send a message that could bring a descriptor", Seccomp, |at| {
        SockRef::from(&at.notify).send_vectored(&[io::IoSlice::new(b"x")]).map(drop)
    }),
    ("receive a message that could bring a descriptor", Seccomp, |_| received()),
    ("remove the file of a Unix socket", Landlock(1), |at| fs::remove_file(at.folder.join("left"))),
    ("make a pair of streams", NoOne, |_| UnixStream::pair().map(drop)),
    ("connect a socket that there is while sending", Seccomp, |at| {
        at.early[3].send_to_with_flags(b"x", &at.server.into(), libc::MSG_FASTOPEN).map(drop)
    }),
    ("have signals sent for a socket", Seccomp, |_| owned_by_its_parent()),
    ("bind a socket that there is", Seccomp, |at| at.early[0].bind(&at.free.into())),
    ("listen on a socket that there is", Seccomp, |at| at.early[1].listen(1)),
    ("connect a socket that there is", Seccomp, |at| at.early[2].connect(&at.server.into())),
];

/// Makes a system call for which our libraries have no function. If the call creates a
/// descriptor, it is closed.
fn made(call: std::ffi::c_long, first: usize, second: usize) -> io::Result<()> {
    // SAFETY: the arguments are numbers or a name that outlives the call, and the kernel
    // only reads them.
    let made = unsafe { libc::syscall(call, first, second, 0, 0) };
    if made < 0 {
        return Err(io::Error::last_os_error());
    }
    if made > 2 {
        // SAFETY: this very call has created the descriptor.
        drop(unsafe { OwnedFd::from_raw_fd(i32::try_from(made).unwrap()) });
    }
    Ok(())
}

/// Receives a message by a stream.
fn received() -> io::Result<()> {
    let (mut one, other) = UnixStream::pair()?;
    one.write_all(b"x")?;
    let mut room = [MaybeUninit::uninit()];
    let mut rooms = [socket2::MaybeUninitSlice::new(&mut room)];
    SockRef::from(&other).recv_vectored(&mut rooms).map(drop)
}

/// Makes the parent the one that gets signals for a socket.
fn owned_by_its_parent() -> io::Result<()> {
    let (one, _other) = UnixStream::pair()?;
    let parent = i32::try_from(parent()).unwrap();
    // SAFETY: the descriptor is open, and the other arguments are numbers.
    match unsafe { libc::fcntl(one.as_raw_fd(), libc::F_SETOWN, parent) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn parent() -> usize {
    getppid()
        .unwrap()
        .as_raw_nonzero()
        .get()
        .try_into()
        .unwrap()
}

/// Targets of the child's attempts: `root`, to which it is confined, beside a secret, and
/// the sockets of its parent.
struct Outside {
    folder: PathBuf,
    server: SocketAddr,
    /// Sockets that were created before the confinement, and an address that they could
    /// bind.
    early: [Socket; 4],
    free: SocketAddr,
    /// A socket that was connected before the confinement.
    notify: UnixDatagram,
}

impl Outside {
    fn inside(&self, name: &str) -> PathBuf {
        self.folder.join("root").join(name)
    }

    fn logs(&self, name: &str) -> PathBuf {
        self.folder.join("logs").join(name)
    }

    fn secret(&self) -> PathBuf {
        self.folder.join("secret")
    }
}

fn read(path: PathBuf) -> io::Result<()> {
    File::open(path).map(drop)
}

fn list(path: PathBuf) -> io::Result<()> {
    fs::read_dir(path).map(drop)
}

fn write(path: PathBuf) -> io::Result<()> {
    OpenOptions::new().append(true).open(path).map(drop)
}

/// A child makes all attempts on all kinds of threads, because the test's own process
/// must stay unconfined.
fn native_code_reaches_nothing_else() {
    let report = report_of_a_child("confined");
    let (first, outcomes) = report.split_once('\n').unwrap();
    let version: u32 = first.strip_prefix("Landlock ").unwrap().parse().unwrap();
    assert!(version >= 1);
    let outcomes: Vec<&str> = outcomes.lines().collect();
    let expected: Vec<(&str, &Attempt)> = THREADS
        .iter()
        .flat_map(|thread| ATTEMPTS.iter().map(move |attempt| (*thread, attempt)))
        .collect();
    each(&expected, |(thread, (attempt, by, _))| {
        let start = format!("{thread}: {attempt}: ");
        let outcome = outcomes.iter().find_map(|line| line.strip_prefix(&start));
        let outcome = outcome.expect("an outcome");
        match *by {
            NoOne => assert_eq!(outcome, "allowed"),
            // This kernel version can't refuse it.
            Landlock(since) if since > version => {}
            Landlock(_) | Seccomp => assert!(outcome.starts_with("refused"), "{outcome}"),
        }
    });
    assert_eq!(outcomes.len(), expected.len());
}

/// Without confinement every attempt succeeds if the kernel supports it. So it is the
/// confinement that refuses them.
fn without_confinement_every_attempt_succeeds() {
    let report = report_of_a_child("free");
    let failed: Vec<&str> = report
        .lines()
        .filter(|line| !line.ends_with(": allowed") && !line.contains("not supported"))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(report.lines().count(), ATTEMPTS.len());
}

/// Gives a child the targets, and returns its report.
fn report_of_a_child(how: &str) -> String {
    let folder = Folder::new();
    folder.file("secret", "SECRET");
    folder.file("root/file", "file");
    folder.file("root/sub/file", "file");
    folder.folder("root/sub/empty");
    folder.file("logs/log", "line\n");
    folder.link("root/link", "sub/file");
    folder.link("root/out", "../secret");
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = tcp.local_addr().unwrap();
    let name = net::SocketAddr::from_abstract_name(server.to_string()).unwrap();
    let _abstract = UnixListener::bind_addr(&name).unwrap();
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    let _left = UnixListener::bind(folder.join("left")).unwrap();
    let _datagrams = ["notify", "other"].map(|name| UnixDatagram::bind(folder.join(name)).unwrap());
    let output = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, format!("{how} {server} {}", folder.path().display()))
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{errors}");
    print!("{report}");
    report
}

/// Threads of the child that make the attempts.
const THREADS: [&str; 3] = [
    "the thread that confined",
    "a thread started later",
    "a worker",
];

/// Acts as the child: it confines itself as `porthole` does, or stays free, and makes the
/// attempts. Returns `None` in the test's own process.
pub fn child() -> Option<ExitCode> {
    let task = std::env::var(CHILD).ok()?;
    let (how, task) = task.split_once(' ').unwrap();
    let (server, folder) = task.split_once(' ').unwrap();
    let outside = Arc::new(Outside {
        folder: folder.into(),
        server: server.parse().unwrap(),
        early: [(); 4].map(|()| Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()),
        free: "127.0.0.1:0".parse().unwrap(),
        notify: UnixDatagram::unbound().unwrap(),
    });
    outside
        .notify
        .connect(outside.folder.join("notify"))
        .unwrap();
    if how == "free" {
        attempt(how, &outside);
        return Some(ExitCode::SUCCESS);
    }
    let root = Root::open(outside.inside("")).unwrap();
    let listeners = Listeners::bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
    let logs = outside.logs("");
    let confined = porthole::confine_with_logs(&root, &[], &[&logs]).unwrap();
    println!("Landlock {}", confined.landlock);
    assert!(confined.no_new_sockets && confined.no_new_privileges && confined.every_thread);

    attempt(THREADS[0], &outside);
    std::thread::scope(|scope| {
        scope.spawn(|| attempt(THREADS[1], &outside));
    });
    attempt_in_a_worker(root, listeners, outside);
    Some(ExitCode::SUCCESS)
}

fn attempt(thread: &str, outside: &Outside) {
    for (name, _, attempt) in ATTEMPTS {
        match attempt(outside) {
            Ok(()) => println!("{thread}: {name}: allowed"),
            Err(error) => println!("{thread}: {name}: refused, {error}"),
        }
    }
}

/// Makes the attempts on the thread of a worker. The host reports a failure on that
/// thread, here of a component that traps at once.
fn attempt_in_a_worker(root: Root, listeners: Listeners, outside: Arc<Outside>) {
    let once = Once::new();
    let server = Server::builder()
        .component(Program::compile(artifacts::ESCAPE).unwrap())
        .root(root)
        .listeners(listeners)
        .without_listen_arguments()
        .arguments(["trap"])
        .limits(Limits {
            workers: 1,
            ..Limits::default()
        })
        .on_event(move |_| once.call_once(|| attempt(THREADS[2], &outside)));
    let started = server.start_blocking();
    assert!(matches!(started, Err(Error::NotListening { .. })));
}
