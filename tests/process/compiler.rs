//! Components from elsewhere are compiled in a process of its own, with limits.

use std::path::PathBuf;
use std::time::Instant;

use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Folder, Porthole, TIMEOUT, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        components_that_cannot_be_compiled_leave_the_old_version_serving,
        components_that_cannot_be_compiled_do_not_start,
        the_built_in_component_needs_no_compiler,
        the_compiler_holds_nothing_of_the_server,
        the_compiler_ends_with_the_server,
        a_compiler_that_is_gone_is_reported,
        signals_for_everyone_leave_the_compiler_to_the_server,
    ]
}

const DONE: &str = "reloaded; open connections finish on the old version";

/// The start of the line that a reload has which takes long.
const WAITS: &str = "porthole: the reload waits for ";

/// Longest line that an error may take. It has a reason of a KiB at most.
const LINE: usize = 1_500;

/// A name, the component, and the words of the error.
type Row = (&'static str, fn() -> Vec<u8>, &'static str);

const ROWS: [Row; 5] = [
    ("types without end", deep, "overflowed its stack"),
    ("instances without end", doubled, BEYOND),
    ("many variables in many loops", loops, BEYOND),
    ("long name", named, "cannot use the component: "),
    ("text", || b"text".to_vec(), "cannot use the component: "),
];

/// On a slow machine the time is over before all memory is taken.
const BEYOND: &str = "could not be compiled within 10 s of processor time and 51";

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], leb(content.len()).as_slice(), content].concat()
}

fn component(sections: &[u8]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".as_slice(), sections].concat()
}

/// The type of a component that declares the type of a component that declares …: reading
/// it overflows the stack.
fn deep() -> Vec<u8> {
    let types = [
        b"\x01".to_vec(),
        b"\x41\x01\x01".repeat(20_000),
        b"\x41\0".to_vec(),
    ]
    .concat();
    component(&section(7, &types))
}

/// Each of 30 components has two instances of the one inside it.
fn doubled() -> Vec<u8> {
    (0..30).fold(component(&[]), |inside, _| {
        component(&[section(4, &inside), section(5, b"\x02\0\0\0\0\0\0")].concat())
    })
}

/// A function with 5,000 variables that change in each of 1,000 loops.
fn loops() -> Vec<u8> {
    const LOOPS: usize = 1_000;
    const VARIABLES: usize = 5_000;
    let add = |index| {
        [
            b"\x20".to_vec(),
            leb(index),
            b"\x41\x01\x6a\x21".to_vec(),
            leb(index),
        ]
    };
    let body = [
        b"\x01".to_vec(),
        leb(VARIABLES),
        b"\x7f".to_vec(),
        b"\x03\x40".repeat(LOOPS),
        (0..VARIABLES).flat_map(add).flatten().collect(),
        b"\x20\0\x0d\0\x0b".repeat(LOOPS),
        b"\x0b".to_vec(),
    ]
    .concat();
    let code = [b"\x01".to_vec(), leb(body.len()), body].concat();
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, b"\x01\x60\0\0"),
        section(3, b"\x01\0"),
        section(10, &code),
    ];
    component(&section(1, &module.concat()))
}

/// The error of the runtime repeats the name.
fn named() -> Vec<u8> {
    let name = "a".repeat(90_000);
    wat::parse_str(format!("(component (import \"{name}\" (func)))")).unwrap()
}

/// A server with a component that can be replaced, and the component's path.
fn replaceable(folder: &Folder, place: &Folder) -> (Porthole, PathBuf) {
    let component = place.file("component.wasm", porthole::PORTABLE);
    let flags = ["--component", component.to_str().unwrap()];
    (Porthole::with(folder, &flags), component)
}

fn components_that_cannot_be_compiled_leave_the_old_version_serving() {
    let (folder, place) = (Folder::new(), Folder::new());
    folder.file("a", "a");
    let (porthole, component) = replaceable(&folder, &place);
    porthole.errors().wait_for("  stop ");
    // A busy machine may take so long that the program says that it waits.
    let said = || {
        let mut lines = porthole.errors().so_far();
        lines.retain(|line| !line.starts_with(WAITS));
        lines
    };
    let before = said().len();
    for (number, (name, content, words)) in ROWS.iter().enumerate() {
        std::fs::write(&component, content()).unwrap();
        porthole.signal(Signal::HUP);
        let deadline = Instant::now() + TIMEOUT * 3;
        let line = loop {
            // It serves meanwhile.
            let mut client = porthole.client();
            assert_eq!(client.get("/a", "").text(), "a", "{name}");
            if let Some(line) = said().get(before + number) {
                break line.clone();
            }
            assert!(Instant::now() < deadline, "{name}");
            client.has_more_within(TIMEOUT / 1_000);
        };
        let failed = "porthole: reload failed, the old version goes on: ";
        assert!(line.starts_with(failed), "{name}: {line:.500}");
        assert!(line.contains(words), "{name}: {line:.500}");
        assert!(line.len() < LINE, "{name}: {} bytes", line.len());
    }
    let lines = said();
    assert_eq!(lines.len(), before + ROWS.len(), "{lines:#?}");
    // A component that can be compiled is loaded as before, by the same compiler.
    std::fs::write(&component, porthole::PORTABLE).unwrap();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(DONE);
    assert_eq!(porthole.get("/a").text(), "a");
}

fn components_that_cannot_be_compiled_do_not_start() {
    let folder = Folder::new();
    let rows = ROWS.map(|(_, content, words)| (content, words, None));
    let flags = ["--no-confine", "--grants"];
    let flagged = flags.map(|flag| (deep as fn() -> Vec<u8>, BEYOND, Some(flag)));
    let rows: Vec<_> = rows.into_iter().chain(flagged).collect();
    each(&rows, |(content, words, flag)| {
        let place = Folder::new();
        let component = place.file("component.wasm", content());
        let mut command = Porthole::command();
        command.arg(folder.path()).args(["--port", "0"]).args(flag);
        let output = command.arg("--component").arg(&component).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        // On a slow machine the program says that it waits.
        let waits = "porthole: the component takes long to load\n";
        let text = text.strip_prefix(waits).unwrap_or(&text);
        assert_eq!(output.status.code(), Some(1), "{text:.500}");
        assert!(output.stdout.is_empty() && text.len() < LINE, "{text:.500}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.starts_with("porthole: ") && text.contains(words),
            "{text}"
        );
    });
}

fn the_built_in_component_needs_no_compiler() {
    let folder = Folder::new();
    let porthole = Porthole::serving(&folder);
    assert_eq!(children(porthole.pid()), [0; 0]);
}

fn the_compiler_holds_nothing_of_the_server() {
    let (folder, place) = (Folder::new(), Folder::new());
    let (porthole, component) = replaceable(&folder, &place);
    let compiler = only_child(porthole.pid());
    let own = descriptors(compiler);
    let [stream, out, errors] = own.as_slice() else {
        panic!("{own:?}");
    };
    let is_socket = |target: &String| target.starts_with("socket:");
    assert!(is_socket(stream), "{own:?}");
    assert_eq!([out, errors], ["/dev/null"; 2], "{own:?}");
    // Nor does the process of a compilation hold the compiler's stream to the server.
    std::fs::write(&component, loops()).unwrap();
    porthole.signal(Signal::HUP);
    let compilation = wait_for_child(compiler);
    let deadline = Instant::now() + TIMEOUT;
    // It has been confined when it compiles, after it has closed what it does not need.
    while status(compilation, "Seccomp:") != Some("2".to_owned()) {
        assert!(Instant::now() < deadline, "it is not confined");
    }
    let held = descriptors(compilation);
    assert_eq!(held.len(), 3, "{held:?}");
    assert!(held.iter().all(is_socket), "{held:?}");
    assert!(!held.contains(stream), "{held:?}, {own:?}");
}

fn the_compiler_ends_with_the_server() {
    let folder = Folder::new();
    let rows = [
        (Signal::TERM, false),
        (Signal::KILL, false),
        (Signal::TERM, true),
        (Signal::KILL, true),
    ];
    each(&rows, |&(signal, compiling)| {
        let place = Folder::new();
        let (mut porthole, component) = replaceable(&folder, &place);
        let compiler = only_child(porthole.pid());
        let mut processes = vec![compiler];
        if compiling {
            std::fs::write(&component, loops()).unwrap();
            porthole.signal(Signal::HUP);
            processes.push(wait_for_child(compiler));
        }
        porthole.signal(signal);
        porthole.wait();
        let deadline = Instant::now() + TIMEOUT / 10;
        while processes.iter().any(|&process| is_running(process)) {
            assert!(Instant::now() < deadline, "they run on");
        }
    });
}

fn a_compiler_that_is_gone_is_reported() {
    let (folder, place) = (Folder::new(), Folder::new());
    folder.file("a", "a");
    let (porthole, _) = replaceable(&folder, &place);
    send(only_child(porthole.pid()), Signal::KILL);
    for reload in 1..=2 {
        porthole.signal(Signal::HUP);
        let words = "reload failed, the old version goes on: the compiler has ended; start again";
        let ended = |line: &str| line.contains(words);
        porthole.errors().wait_for_several(reload, ended, words);
        assert_eq!(porthole.get("/a").text(), "a");
    }
    assert_eq!(children(porthole.pid()), [0; 0], "a zombie");
}

/// A terminal sends its signals to all processes of the program, and so do supervisors.
fn signals_for_everyone_leave_the_compiler_to_the_server() {
    let (folder, place) = (Folder::new(), Folder::new());
    let (porthole, _) = replaceable(&folder, &place);
    let compiler = only_child(porthole.pid());
    for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
        send(compiler, signal);
    }
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(DONE);
    assert_eq!(children(porthole.pid()), [compiler]);
}

fn send(process: u32, signal: Signal) {
    let pid = Pid::from_raw(process.cast_signed()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Returns the value of a field of `status`: proc(5).
fn status(process: u32, field: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(field))?;
    Some(value.trim().to_owned())
}

/// A process that has ended is shown until its parent has asked for its status. The parent
/// may be another program here.
fn is_running(process: u32) -> bool {
    status(process, "State:").is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// Returns the children of a process, also those that have ended and were not waited for.
fn children(process: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let number = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let all = entries.filter_map(|entry| number(entry.unwrap()));
    let parent = Some(process.to_string());
    all.filter(|&child| status(child, "PPid:") == parent)
        .collect()
}

fn only_child(process: u32) -> u32 {
    let children = children(process);
    let [child] = children.as_slice() else {
        panic!("{children:?}");
    };
    *child
}

fn wait_for_child(process: u32) -> u32 {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(child) = children(process).first() {
            return *child;
        }
        assert!(Instant::now() < deadline, "it starts nothing");
        std::thread::yield_now();
    }
}

/// Returns what a process holds open, in the order of its descriptors.
fn descriptors(process: u32) -> Vec<String> {
    let folder = PathBuf::from(format!("/proc/{process}/fd"));
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut numbers: Vec<u32> = entries
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    numbers.sort_unstable();
    let target = |number: u32| std::fs::read_link(folder.join(number.to_string())).unwrap();
    let targets = numbers.into_iter().map(target);
    targets
        .map(|target| target.to_string_lossy().into_owned())
        .collect()
}
