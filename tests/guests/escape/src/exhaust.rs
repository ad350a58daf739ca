//! Attempts to exhaust the host. Each takes a resource without end, never yields its
//! thread, or passes the host a handle that it did not get.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::hint::black_box;
use core::mem::forget;
use core::pin::Pin;
use core::task::Poll;

use wit_bindgen::rt::async_support::{spawn_local, yield_async};

use crate::bindings::porthole::server::paths::real_path;
use crate::bindings::porthole::server::{passwords, responses, usage};
use crate::bindings::wasi::cli::{stderr, stdout};
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags as Flags, ErrorCode, OpenFlags as Open,
};
use crate::bindings::wasi::sockets::types::{IpAddressFamily, TcpSocket};
use crate::bindings::{wit_future, wit_stream};
use crate::paths;
use crate::report::Report;
use crate::serve::Mood;

enum Attempt {
    Now(fn()),
    Later(fn() -> Pin<Box<dyn Future<Output = ()>>>),
    /// Takes effect with the next connection.
    Mood(Mood),
}

/// Wraps an async function for the table.
macro_rules! later {
    ($attempt:ident) => {
        Attempt::Later(|| Box::pin($attempt()))
    };
}

const ATTEMPTS: &[(&str, Attempt)] = &[
    ("trap", Attempt::Now(|| crate::trap())),
    ("panic", Attempt::Now(|| panic!())),
    ("endless loop", Attempt::Now(spin)),
    ("endless calls of the host", Attempt::Now(call)),
    ("endless yielding", later!(yield_now)),
    ("endless recursion", Attempt::Now(recurse)),
    ("memory without end", Attempt::Now(allocate)),
    ("tasks without end", later!(tasks)),
    ("sockets without end", Attempt::Now(sockets)),
    ("directories without end", Attempt::Now(directories)),
    ("streams without end", Attempt::Now(streams)),
    ("futures without end", Attempt::Now(futures)),
    ("logs without end", Attempt::Now(logs)),
    ("timers without end", later!(timers)),
    ("open files without end", later!(open_files)),
    ("reads without end", later!(reads)),
    ("listings without end", later!(listings)),
    ("transfers without end", later!(transfers)),
    ("path of 2 MiB", later!(long_path)),
    ("forged handle", Attempt::Now(forged)),
    (
        "forged handle of a file",
        Attempt::Now(crate::ranges::forged),
    ),
    ("handle of another kind", Attempt::Now(disguised)),
    ("handle dropped twice", Attempt::Now(dropped_twice)),
    ("clients without end", Attempt::Now(clients)),
    ("reports without end", Attempt::Now(reports)),
    ("passwords without end", later!(compare)),
    ("hashes without bounds", later!(hashes)),
    ("links without end", later!(links)),
    ("log flood", later!(flood_log)),
    ("log without a line feed", later!(endless_line)),
    ("terminal escapes in the log", later!(steer_terminal)),
    ("accept, never read nor answer", Attempt::Mood(Mood::Hold)),
    ("accept and close", Attempt::Mood(Mood::Close)),
    ("never accept", Attempt::Mood(Mood::Ignore)),
    ("return", Attempt::Mood(Mood::Return(Ok(())))),
    ("return an error", Attempt::Mood(Mood::Return(Err(())))),
];

/// Carries out an order. The result, if there is one, is for the client that sent the
/// order.
pub async fn obey(order: &str, mood: &Cell<Mood>) -> Vec<u8> {
    if order == "list" {
        let names = ATTEMPTS.iter().map(|(name, _)| *name);
        return names.collect::<Vec<_>>().join("\n").into_bytes();
    }
    if let Some(path) = order.strip_prefix("open: ") {
        return open(path).await;
    }
    match ATTEMPTS.iter().find(|(name, _)| *name == order) {
        Some((_, Attempt::Now(attempt))) => attempt(),
        Some((_, Attempt::Later(attempt))) => attempt().await,
        Some((_, Attempt::Mood(new))) => mood.set(*new),
        None => return b"no such attempt".into(),
    }
    b"survived".into()
}

async fn open(path: &str) -> Vec<u8> {
    let mut report = Report::default();
    if let Some(root) = root() {
        let opened = paths::open(&root, path, Open::empty(), Flags::READ).await;
        report.outcome(path, &opened);
    }
    report.into_bytes()
}

pub fn root() -> Option<Descriptor> {
    get_directories().pop().map(|(root, _)| root)
}

pub async fn inside() -> Result<Descriptor, ErrorCode> {
    let root = root().ok_or(ErrorCode::NoEntry)?;
    paths::open(&root, "inside", Open::empty(), Flags::READ).await
}

fn spin() {
    loop {
        core::hint::spin_loop();
    }
}

fn call() {
    loop {
        black_box(monotonic_clock::now());
    }
}

/// Yields to the host without end, but never waits.
async fn yield_now() {
    loop {
        yield_async().await;
    }
}

fn recurse() {
    black_box(descend(1));
}

#[allow(unconditional_recursion, reason = "that is the point")]
fn descend(depth: u64) -> u64 {
    black_box(descend(black_box(depth).wrapping_add(1))).wrapping_add(depth)
}

fn allocate() {
    loop {
        // The pages are written to, because untouched pages cost the host nothing.
        forget(black_box(vec![1_u8; 1 << 20]));
    }
}

async fn tasks() {
    loop {
        for _ in 0..1_000 {
            forget(spawn_local(core::future::pending::<()>()));
        }
        yield_async().await;
    }
}

fn sockets() {
    loop {
        forget(TcpSocket::create(IpAddressFamily::Ipv4));
    }
}

/// Counts for more clients than there is room for, with all numbers as large as they may be.
fn clients() {
    for number in 0..1_000_000 {
        let client = || usage::Client {
            high: number << 44,
            low: u64::MAX,
        };
        black_box(usage::spend(
            client(),
            usage::Meter::Bytes,
            u64::MAX,
            u64::MAX,
        ));
        usage::give_back(client(), usage::Meter::Requests, u64::MAX);
    }
}

/// Reports more responses than there were, with all numbers as large and as small as they may
/// be.
fn reports() {
    for number in 0..1_000_000_u64 {
        let extreme = |bit: u64| match number & bit {
            0 => 0,
            _ => u64::MAX,
        };
        responses::finished(responses::Response {
            method: match number % 4 {
                0 => responses::Method::Get,
                1 => responses::Method::Head,
                2 => responses::Method::Options,
                _ => responses::Method::Other,
            },
            status: responses::StatusClass::ServerError,
            cache: responses::Cache::Hit,
            password: responses::Password::Wrong,
            bytes: u64::MAX,
            started: extreme(4),
            first_byte: (number & 8 == 0).then(|| extreme(16)),
        });
    }
}

/// A hash that is accepted and costs as little as any, and one that takes the most memory.
const CHEAP: &str = "$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$4rB3swn3f1jaR9G+WkBbmEWXck/9UzA5";
const LARGE: &str =
    "$argon2id$v=19$m=65536,t=1,p=1$c2FsdHNhbHRzYWx0$4rB3swn3f1jaR9G+WkBbmEWXck/9UzA5";

/// Has more passwords compared at once than there is room for, and leaves most of them.
async fn compare() {
    let mut comparing = Vec::new();
    for hash in [LARGE, CHEAP] {
        for _ in 0..1_000 {
            let mut one = Box::pin(passwords::verify(hash.into(), vec![b'x'; 10_000]));
            // It begins with the first poll.
            let begun = poll_fn(|context| Poll::Ready(one.as_mut().poll(context))).await;
            if begun.is_pending() {
                comparing.push(one);
            }
        }
        comparing.truncate(10);
        for _ in 0..10_000 {
            black_box(passwords::secret());
        }
    }
    for one in comparing {
        black_box(one.await.is_ok());
    }
}

/// Asks for hashes that would take all memory and time, and for what is no hash.
async fn hashes() {
    let long = "$".repeat(100_000);
    let salt = "c2FsdHNhbHRzYWx0$4rB3swn3f1jaR9G+WkBbmEWXck/9UzA5";
    let costs = [
        "m=4294967295,t=1,p=1",
        "m=64,t=4294967295,p=1",
        "m=64,t=1,p=4294967295",
        "m=18446744073709551616,t=1,p=1",
        "m=0,t=0,p=0",
    ];
    let costs = costs.map(|costs| ["$argon2id$v=19$", costs, "$", salt].concat());
    let others = [
        "",
        "$argon2id$",
        "$2y$31$",
        "$2y$99$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq",
        &long,
    ];
    for hash in costs.iter().map(String::as_str).chain(others) {
        for _ in 0..1_000 {
            let verified = passwords::verify(hash.into(), vec![0; 1_000]).await;
            if verified.is_ok() {
                crate::trap();
            }
        }
    }
}

/// Asks where a link leads that leads to itself, and where long paths do.
async fn links() {
    let Some(root) = root() else { return };
    let deep = "inside/".repeat(10_000);
    for _ in 0..1_000 {
        for path in ["link-to-itself", "", "..", &deep, "\u{10ffff}"] {
            black_box(real_path(&root, path.into()).await.is_ok());
        }
    }
}

fn directories() {
    loop {
        forget(get_directories());
    }
}

fn streams() {
    loop {
        forget(wit_stream::new::<u8>());
    }
}

fn futures() {
    loop {
        forget(wit_future::new::<Result<(), ErrorCode>>(|| Ok(())));
    }
}

fn logs() {
    loop {
        let (writer, data) = wit_stream::new();
        forget((writer, stdout::write_via_stream(data)));
    }
}

async fn timers() {
    loop {
        for _ in 0..1_000 {
            forget(spawn_local(monotonic_clock::wait_for(u64::MAX)));
        }
        yield_async().await;
    }
}

/// Opens files until no more can be opened, and keeps them open.
async fn open_files() {
    while let Ok(file) = inside().await {
        forget(file);
    }
}

async fn reads() {
    let Ok(file) = inside().await else { return };
    loop {
        let (mut stream, outcome) = file.read_via_stream(0);
        stream.read(Vec::with_capacity(1)).await;
        forget((stream, outcome));
    }
}

async fn transfers() {
    let Some(root) = root() else { return };
    let large = paths::open(&root, "large", Open::empty(), Flags::READ).await;
    let Ok(large) = large else { return };
    loop {
        let (stream, ended) = large.read_via_stream(0);
        drop(ended);
        drop(stdout::write_via_stream(stream));
        yield_async().await;
    }
}

async fn listings() {
    let Some(root) = root() else { return };
    loop {
        let (mut stream, outcome) = root.read_directory();
        stream.read(Vec::with_capacity(1)).await;
        forget((stream, outcome));
    }
}

async fn long_path() {
    if let Some(root) = root() {
        let path = "a".repeat(2 << 20);
        let _ = paths::open(&root, &path, Open::empty(), Flags::READ).await;
    }
}

/// Uses the number of a socket that the host never returned.
fn forged() {
    // SAFETY: none is claimed. The test is what the host does with this handle.
    let socket = unsafe { TcpSocket::from_handle(999_999) };
    let _ = black_box(socket.get_remote_address());
}

fn disguised() {
    let Some(root) = root() else { return };
    // SAFETY: as for `forged`.
    let socket = unsafe { TcpSocket::from_handle(root.take_handle()) };
    let _ = black_box(socket.get_remote_address());
}

fn dropped_twice() {
    let Some(root) = root() else { return };
    // SAFETY: as for `forged`.
    drop(unsafe { Descriptor::from_handle(root.handle()) });
    drop(root);
}

/// Prints 64 MiB as many lines. `endless_line` prints 64 MiB as one line.
async fn flood_log() {
    print(&b"a line that says nothing at all, over and over again, all day.\n".repeat(1_024)).await;
}

async fn endless_line() {
    print(&vec![b'a'; 64 << 10]).await;
}

async fn print(text: &[u8]) {
    let (mut writer, data) = wit_stream::new();
    let written = stdout::write_via_stream(data);
    for _ in 0..1_024 {
        writer.write_all(text.to_vec()).await;
    }
    drop(writer);
    let _ = written.await;
}

/// Prints control characters directly, as halves of an encoded character, and from two
/// logs at once.
async fn steer_terminal() {
    const PIECES: &[&[u8]] = &[
        b"\x1b]0;title\x07\x1b[2J\r\x08\x7f\x00",
        "\u{9b}2J\u{9d}0;title\u{9c}".as_bytes(),
        b"\xc2",
        b"\x9b2J",
        b"\x9b2J\xff\xfe\n",
    ];
    let ((mut out, out_data), (mut err, err_data)) = (wit_stream::new(), wit_stream::new());
    let written = (
        stdout::write_via_stream(out_data),
        stderr::write_via_stream(err_data),
    );
    for piece in PIECES {
        out.write_all(piece.to_vec()).await;
        err.write_all(piece.to_vec()).await;
    }
    for log in [&mut out, &mut err] {
        log.write_all(String::from("end of escapes\n").into_bytes())
            .await;
    }
    drop((out, err));
    let _ = (written.0.await, written.1.await);
}
