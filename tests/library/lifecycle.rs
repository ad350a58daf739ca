//! Servers of the library from start to end: what their callers wait for, what they are told,
//! and what is left of them.

use std::fs;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use porthole::{Error, Event, Limits, Program, Root, Running, Server, Stopped};

use super::failures::{says_back, talking, talking_server};
use crate::support::{Client, Folder, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_thousand_servers_leave_nothing_behind,
        any_runtime_starts_and_ends_a_server,
        several_servers_serve_their_own_folders,
        a_start_that_takes_long_holds_up_nobody_and_can_be_given_up,
        a_replacement_that_takes_long_holds_up_nobody_and_can_be_given_up,
        a_replacement_may_have_other_arguments,
        a_dropped_server_ends,
        a_stop_shortens_a_drain,
        events_are_published_in_order,
        counters_count,
        a_server_that_has_ended_says_so,
    ]
}

const GRACE: Duration = Duration::from_secs(10);

fn serving(folder: &Folder) -> Server {
    Server::builder()
        .directory(folder.path())
        .listen(([127, 0, 0, 1], 0).into())
        .limits(Limits {
            workers: 2,
            ..Limits::default()
        })
}

/// The environment variable that makes this test's program the child.
const CHILD: &str = "PORTHOLE_TEST_LIFECYCLE";

/// Servers that the child starts and ends.
const SERVERS: usize = 1_000;

/// Memory that may be added after the first servers. One that left a connection, a thread or
/// an instance behind each time would take several times as much.
const GROWTH_BYTES: usize = 8 << 20;

/// Counts in a process of its own, because other tests have threads of theirs.
fn a_thousand_servers_leave_nothing_behind() {
    let folder = Folder::new();
    folder.file("a", "content");
    let output = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

/// Acts as the child. Returns `None` in the test's own process.
pub fn child() -> Option<ExitCode> {
    let folder = std::env::var_os(CHILD)?;
    let program = Program::built_in().unwrap();
    let serve = |number: usize| {
        let running = Server::builder()
            .component(program.clone())
            .directory(&folder)
            .listen(([127, 0, 0, 1], 0).into())
            .limits(Limits {
                workers: 1,
                ..Limits::default()
            })
            .start_blocking()
            .unwrap();
        let mut client = Client::connect(running.addresses()[0]);
        assert_eq!(client.get("/a", "").text(), "content");
        // Each third one is drained, stopped, and dropped with a connection open.
        let ended = running.ended();
        match number % 3 {
            0 => {
                drop(client);
                assert_eq!(running.drain(GRACE).wait().unwrap(), Stopped::Drained);
            }
            1 => assert_eq!(running.stop().wait().unwrap(), Stopped::Cut),
            _ => drop(running),
        }
        ended.wait().unwrap();
    };
    (0..50).for_each(serve);
    let before = settled(usize::MAX);
    (0..SERVERS).for_each(serve);
    let after = settled(before.threads);
    let memory = after.memory.saturating_sub(before.memory);
    eprintln!("{before:?}, {after:?}");
    assert_eq!(after.threads, before.threads);
    assert_eq!(after.descriptors, before.descriptors);
    assert!(memory < GROWTH_BYTES, "{memory} bytes");
    Some(ExitCode::SUCCESS)
}

#[derive(Debug)]
struct Held {
    threads: usize,
    descriptors: usize,
    memory: usize,
}

/// Waits until there are no more than `threads`, or none has ended for a while: a thread
/// lives for a moment after its last word.
fn settled(threads: usize) -> Held {
    let count = |folder: &str| fs::read_dir(folder).unwrap().count();
    let deadline = Instant::now() + TIMEOUT;
    let mut last = (usize::MAX, Instant::now());
    loop {
        let now = count("/proc/self/task");
        if now != last.0 {
            last = (now, Instant::now());
        }
        let is_quiet = last.1.elapsed() > Duration::from_millis(300);
        if is_quiet && now <= threads || Instant::now() > deadline {
            break;
        }
        std::thread::yield_now();
    }
    let status = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = status.split(' ').nth(1).unwrap().parse().unwrap();
    Held {
        threads: last.0,
        descriptors: count("/proc/self/fd"),
        memory: pages * rustix::param::page_size(),
    }
}

/// Starts, asks and drains, all by futures.
async fn served(folder: &Folder) -> Stopped {
    let running = serving(folder).start().await.unwrap();
    let address = running.addresses()[0];
    let asked = std::thread::spawn(move || Client::connect(address).get("/a", "").status);
    assert_eq!(asked.join().unwrap(), 200);
    running.drain(GRACE).await.unwrap()
}

fn any_runtime_starts_and_ends_a_server() {
    type Run = fn(&Folder) -> Stopped;
    let rows: [(&str, Run); 4] = [
        ("a runtime of one thread", |folder| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.build().unwrap().block_on(served(folder))
        }),
        ("a runtime of several threads", |folder| {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            runtime.build().unwrap().block_on(served(folder))
        }),
        ("a local set", |folder| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, served(folder))
        }),
        ("none", |folder| {
            let running = serving(folder).start_blocking().unwrap();
            running.drain(GRACE).wait().unwrap()
        }),
    ];
    let folder = Folder::new();
    folder.file("a", "content");
    each(&rows, |(name, run)| {
        assert_eq!(run(&folder), Stopped::Drained, "{name}");
    });
}

fn several_servers_serve_their_own_folders() {
    let program = Program::built_in().unwrap();
    let servers: Vec<(Folder, Running)> = (0..3)
        .map(|number| {
            let folder = Folder::new();
            folder.file("a", format!("content {number}"));
            let server = serving(&folder).component(program.clone());
            (folder, server.start_blocking().unwrap())
        })
        .collect();
    let content = |running: &Running| {
        let mut client = Client::connect(running.addresses()[0]);
        client.get("/a", "").text().to_owned()
    };
    for (number, (_, running)) in servers.iter().enumerate() {
        assert_eq!(content(running), format!("content {number}"));
    }
    servers[0].1.stop().wait().unwrap();
    assert_eq!(content(&servers[1].1), "content 1");
}

/// A component that never listens, for whose start one would wait for a minute.
fn waiting(folder: &Folder) -> Server {
    serving(folder)
        .component(Program::compile(artifacts::ESCAPE).unwrap())
        .without_listen_arguments()
        .arguments(["wait"])
        .limits(Limits {
            workers: 1,
            start: Duration::from_secs(60),
            ..Limits::default()
        })
}

fn a_start_that_takes_long_holds_up_nobody_and_can_be_given_up() {
    let folder = Folder::new();
    let began = Instant::now();
    let mut starting = waiting(&folder).start();
    assert!(starting.wait_for(Duration::ZERO).is_none());
    drop(starting);
    // The end of a start that was given up can be seen: what it had is dropped.
    let dropped = Arc::new(());
    let held = Arc::clone(&dropped);
    let starting = waiting(&folder).on_event(move |_| _ = &held).start();
    drop(starting);
    while Arc::strong_count(&dropped) > 1 {
        assert!(began.elapsed() < TIMEOUT);
        std::thread::yield_now();
    }
}

fn a_replacement_that_takes_long_holds_up_nobody_and_can_be_given_up() {
    let (folder, hosted) = talking(1);
    let running = hosted.running();
    // Its first argument makes the component talk, so a component of another kind is needed
    // that never listens.
    let never = wat::parse_str(NEVER).unwrap();
    let never = Program::compile(&never).unwrap();
    let root = || Root::open(folder.path()).unwrap();
    let mut replacing = running.replace(never.clone(), root());
    assert!(replacing.wait_for(Duration::from_millis(50)).is_none());
    says_back(&mut hosted.client(), "the old version goes on");
    drop(replacing);
    let program = Program::compile(artifacts::ESCAPE).unwrap();
    running.replace(program, root()).wait().unwrap();
    assert_eq!(running.counters().versions, 2);
    // A stop does not wait for a replacement either.
    let replacing = running.replace(never, root());
    running.stop().wait().unwrap();
    let error = replacing.wait().unwrap_err();
    assert!(matches!(error, Error::Cancelled | Error::Ended), "{error}");
}

/// A component whose `run` waits for a minute.
const NEVER: &str = r#"(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $clock
    (export "wait-for" (func async (param "how-long" u64)))))
  (core func $wait (canon lower (func $clock "wait-for")))
  (core module $m
    (import "" "wait" (func $wait (param i64)))
    (func (export "run") (result i32)
      (call $wait (i64.const 60000000000)) (i32.const 0)))
  (core instance $m (instantiate $m (with "" (instance (export "wait" (func $wait))))))
  (func $run async (result (result)) (canon lift (core func $m "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.3.0" (instance $cli)))"#;

fn a_dropped_server_ends() {
    let folder = Folder::new();
    folder.file("a", "content");
    let running = serving(&folder).start_blocking().unwrap();
    let ended = running.ended();
    let mut client = Client::connect(running.addresses()[0]);
    assert_eq!(client.get("/a", "").text(), "content");
    drop(running);
    assert_eq!(client.read_until_cut(), 0);
    assert_eq!(ended.wait().unwrap(), Stopped::Cut);
}

fn a_stop_shortens_a_drain() {
    let folder = Folder::new();
    folder.sparse("film", 1 << 30);
    let running = serving(&folder).start_blocking().unwrap();
    let mut client = Client::connect(running.addresses()[0]);
    client.send("GET /film HTTP/1.1\r\nHost: a\r\n\r\n").head();
    let mut draining = running.drain(Duration::MAX);
    assert!(draining.wait_for(Duration::from_millis(50)).is_none());
    assert_eq!(running.stop().wait().unwrap(), Stopped::Cut);
    assert_eq!(draining.wait().unwrap(), Stopped::Cut);
}

/// By a callback from the start on, and as a stream from its subscription on.
fn events_are_published_in_order() {
    let folder = Folder::new();
    let called = Arc::new(Mutex::new(Vec::new()));
    let calls = Arc::clone(&called);
    let (address, server) = talking_server(&folder);
    let running = server
        .on_event(move |event: Event| calls.lock().unwrap().push(event.to_string()))
        .start_blocking()
        .unwrap();
    let mut events = running.events();
    let mut client = Client::connect(address);
    says_back(&mut client, "before");
    says_back(&mut client, "!trap");
    assert_eq!(client.read_until_cut(), 0);
    let mut client = Client::connect(address);
    says_back(&mut client, "after");
    let root = Root::open(folder.path()).unwrap();
    let program = Program::compile(artifacts::ESCAPE).unwrap();
    running.replace(program, root).wait().unwrap();
    running.drain(Duration::from_millis(10)).wait().unwrap();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.build().unwrap();
    let mut streamed = Vec::new();
    while let Some(event) = runtime.block_on(events.next()) {
        streamed.push(event.to_string());
    }
    let called = called.lock().unwrap();
    let expected = [
        format!("listening on {address}"),
        "worker 0 failed: ".to_owned(),
        "replaced; ".to_owned(),
        "accepts no more connections, ".to_owned(),
        "cut 1 connections ".to_owned(),
        "ended; open connections were cut".to_owned(),
    ];
    assert_eq!(called.len(), expected.len(), "{called:#?}");
    for (event, expected) in called.iter().zip(&expected) {
        assert!(event.starts_with(expected), "{called:#?}");
    }
    assert_eq!(streamed, called[1..]);
    assert_eq!(running.counters().restarts, 1);
}

fn a_replacement_may_have_other_arguments() {
    let folder = Folder::new();
    folder.file("one", "one");
    folder.file("two", "two");
    let running = serving(&folder).arguments(["--index=one"]).start_blocking();
    let running = running.unwrap();
    let index = || {
        let mut client = Client::connect(running.addresses()[0]);
        client.get("/", "").text().to_owned()
    };
    let replace = |arguments: Option<[&str; 1]>| {
        let (program, root) = (
            Program::built_in().unwrap(),
            Root::open(folder.path()).unwrap(),
        );
        match arguments {
            Some(arguments) => running
                .replace_with_arguments(program, root, arguments)
                .wait(),
            None => running.replace(program, root).wait(),
        }
    };
    assert_eq!(index(), "one");
    replace(None).unwrap();
    assert_eq!(index(), "one");
    replace(Some(["--index=two"])).unwrap();
    assert_eq!(index(), "two");
    // What cannot be used leaves the old arguments, too.
    let refused = replace(Some(["--indices"]));
    assert!(
        matches!(refused, Err(Error::InvalidArguments)),
        "{refused:?}"
    );
    assert_eq!(index(), "two");
    replace(None).unwrap();
    assert_eq!(index(), "two");
}

fn counters_count() {
    let folder = Folder::new();
    folder.file("a", "content");
    let running = serving(&folder).start_blocking().unwrap();
    let mut first = Client::connect(running.addresses()[0]);
    let mut second = Client::connect(running.addresses()[0]);
    for client in [&mut first, &mut second] {
        assert_eq!(client.get("/a", "").text(), "content");
    }
    let counters = running.counters();
    assert_eq!(
        (counters.accepted, counters.open, counters.most_open),
        (2, 2, 2)
    );
    assert_eq!((counters.versions, counters.restarts), (1, 0));
    drop((first, second));
    running.drain(GRACE).wait().unwrap();
    // A client can have bytes that are counted a moment later.
    let counters = running.counters();
    assert!(
        counters.received > 50 && counters.sent > 200,
        "{counters:?}"
    );
    assert_eq!((counters.accepted, counters.open), (2, 0));
}

fn a_server_that_has_ended_says_so() {
    let folder = Folder::new();
    let running = serving(&folder).start_blocking().unwrap();
    running.stop().wait().unwrap();
    let program = Program::built_in().unwrap();
    let replaced = running.replace(program, Root::open(folder.path()).unwrap());
    assert!(matches!(replaced.wait(), Err(Error::Ended)));
    assert_eq!(running.ended().wait().unwrap(), Stopped::Drained);
    assert_eq!(running.drain(GRACE).wait().unwrap(), Stopped::Drained);
}
