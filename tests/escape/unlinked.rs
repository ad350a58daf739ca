//! Functions of WASI that the host does not link. A component that imports one does not
//! start, whatever the function would do.

use libtest_mimic::Trial;
use porthole::{Error, Program};

use super::{Case, attempt};
use crate::library::imports::{of_component, of_wit};

/// An attempt, and the interface and the function that it needs.
type Row = (&'static str, &'static str, &'static str);

const ENFORCED_BY: &str = "not linked";
const MISSING: &str = "implementation is missing";
const SOCKETS: &str = "wasi:sockets/types@0.3.0";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("connect out", SOCKETS, "[method]tcp-socket.connect"),
    ("learn an own address", SOCKETS, "[method]tcp-socket.get-local-address"),
    ("ask whether it listens", SOCKETS, "[method]tcp-socket.get-is-listening"),
    ("ask for the address family", SOCKETS, "[method]tcp-socket.get-address-family"),
    ("lengthen the backlog", SOCKETS, "[method]tcp-socket.set-listen-backlog-size"),
    ("ask for keep-alive", SOCKETS, "[method]tcp-socket.get-keep-alive-enabled"),
    ("set keep-alive", SOCKETS, "[method]tcp-socket.set-keep-alive-enabled"),
    ("ask for the keep-alive time", SOCKETS, "[method]tcp-socket.get-keep-alive-idle-time"),
    ("set the keep-alive time", SOCKETS, "[method]tcp-socket.set-keep-alive-idle-time"),
    ("ask for the keep-alive interval", SOCKETS, "[method]tcp-socket.get-keep-alive-interval"),
    ("set the keep-alive interval", SOCKETS, "[method]tcp-socket.set-keep-alive-interval"),
    ("ask for the keep-alive count", SOCKETS, "[method]tcp-socket.get-keep-alive-count"),
    ("set the keep-alive count", SOCKETS, "[method]tcp-socket.set-keep-alive-count"),
    ("ask for the hop limit", SOCKETS, "[method]tcp-socket.get-hop-limit"),
    ("set the hop limit", SOCKETS, "[method]tcp-socket.set-hop-limit"),
    ("ask for the receive buffer", SOCKETS, "[method]tcp-socket.get-receive-buffer-size"),
    ("set the receive buffer", SOCKETS, "[method]tcp-socket.set-receive-buffer-size"),
    ("ask for the send buffer", SOCKETS, "[method]tcp-socket.get-send-buffer-size"),
    ("set the send buffer", SOCKETS, "[method]tcp-socket.set-send-buffer-size"),
    ("create a UDP socket", SOCKETS, "[static]udp-socket.create"),
    ("bind a UDP socket", SOCKETS, "[method]udp-socket.bind"),
    ("connect a UDP socket", SOCKETS, "[method]udp-socket.connect"),
    ("disconnect a UDP socket", SOCKETS, "[method]udp-socket.disconnect"),
    ("send over UDP", SOCKETS, "[method]udp-socket.send"),
    ("receive over UDP", SOCKETS, "[method]udp-socket.receive"),
    ("learn an own UDP address", SOCKETS, "[method]udp-socket.get-local-address"),
    ("learn a UDP peer's address", SOCKETS, "[method]udp-socket.get-remote-address"),
    ("ask for the UDP address family", SOCKETS, "[method]udp-socket.get-address-family"),
    ("ask for the UDP hop limit", SOCKETS, "[method]udp-socket.get-unicast-hop-limit"),
    ("set the UDP hop limit", SOCKETS, "[method]udp-socket.set-unicast-hop-limit"),
    ("ask for the UDP receive buffer", SOCKETS, "[method]udp-socket.get-receive-buffer-size"),
    ("set the UDP receive buffer", SOCKETS, "[method]udp-socket.set-receive-buffer-size"),
    ("ask for the UDP send buffer", SOCKETS, "[method]udp-socket.get-send-buffer-size"),
    ("set the UDP send buffer", SOCKETS, "[method]udp-socket.set-send-buffer-size"),
    ("look up names", "wasi:sockets/ip-name-lookup@0.3.0", "resolve-addresses"),
    ("read standard input", "wasi:cli/stdin@0.3.0", "read-via-stream"),
    ("end the process", "wasi:cli/exit@0.3.0", "exit"),
    ("end the process with a code", "wasi:cli/exit@0.3.0", "exit-with-code"),
    ("find a terminal to read", "wasi:cli/terminal-stdin@0.3.0", "get-terminal-stdin"),
    ("find a terminal to write", "wasi:cli/terminal-stdout@0.3.0", "get-terminal-stdout"),
    ("find a terminal for errors", "wasi:cli/terminal-stderr@0.3.0", "get-terminal-stderr"),
    ("get random bytes", "wasi:random/random@0.3.0", "get-random-bytes"),
    ("get a random number", "wasi:random/random@0.3.0", "get-random-u64"),
    ("get bad random bytes", "wasi:random/insecure@0.3.0", "get-insecure-random-bytes"),
    ("get a bad random number", "wasi:random/insecure@0.3.0", "get-insecure-random-u64"),
    ("get a seed", "wasi:random/insecure-seed@0.3.0", "get-insecure-seed"),
];

/// Functions that are not in WASI 0.3.0: unstable, older, or not WASI at all.
#[rustfmt::skip]
const OTHERS: &[Row] = &[
    ("learn the time zone", "wasi:clocks/timezone@0.3.0", "utc-offset"),
    ("send a request", "wasi:http/client@0.3.0", "send"),
    ("connect as in 0.2", "wasi:sockets/tcp@0.2.6", "[method]tcp-socket.start-connect"),
    ("write as in 0.2", "wasi:filesystem/types@0.2.6", "[method]descriptor.write"),
    ("poll as in 0.2", "wasi:io/poll@0.2.6", "poll"),
    ("read the environment as in 0.2", "wasi:cli/environment@0.2.6", "get-environment"),
    ("set the clock", "wasi:clocks/system-clock@0.3.0", "set"),
    ("change an owner", "wasi:filesystem/types@0.3.0", "[method]descriptor.set-owner-at"),
    ("change permissions", "wasi:filesystem/types@0.3.0", "[method]descriptor.set-permissions-at"),
    ("lock a file", "wasi:filesystem/types@0.3.0", "[method]descriptor.lock-exclusive"),
    ("start a program", "porthole:host/process", "spawn"),
];

pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let each = ROWS
        .iter()
        .chain(OTHERS)
        .map(|&(name, interface, function)| {
            attempt(module, name, move || is_refused(interface, function))
        });
    each.chain([
        attempt(module, "no function is missing", every_function_is_tried),
        attempt(
            module,
            "what is linked is found",
            every_linked_function_is_explained,
        ),
    ])
    .collect()
}

pub fn cases() -> Vec<Case> {
    let case = |(name, interface, function): &Row| Case {
        attempt: format!("{name}: `{interface}` `{function}`"),
        outcome: "not started".to_owned(),
        enforced_by: ENFORCED_BY,
        costs: None,
    };
    ROWS.iter().chain(OTHERS).map(case).collect()
}

fn is_refused(interface: &str, function: &str) {
    let error = refusal(interface, function);
    println!("{error}");
    let named = error.contains(interface) || error.contains(function);
    assert!(named && error.ends_with(MISSING), "{error}");
}

/// The hostile component calls every function of WASI 0.3.0 and of `wit/`, or this file checks
/// that it is refused.
fn every_function_is_tried() {
    let (mut tried, _) = of_component(artifacts::ESCAPE);
    let refused = ROWS
        .iter()
        .map(|(_, interface, function)| format!("{interface} {function}"));
    for function in refused {
        assert!(tried.insert(function.clone()), "{function} is linked");
    }
    let mut all = of_wit("../tests/guests/escape/wit/deps");
    assert!(all.len() > 80, "{all:#?}");
    all.extend(of_wit("../wit"));
    let missing: Vec<_> = all.symmetric_difference(&tried).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// A linked function is refused only if its type is wrong, and with another message.
fn every_linked_function_is_explained() {
    let error = refusal("wasi:clocks/monotonic-clock@0.3.0", "wait-for");
    assert!(
        error.contains("`wait-for`") && !error.ends_with(MISSING),
        "{error}"
    );
}

fn refusal(interface: &str, function: &str) -> String {
    let component = wat::parse_str(importing(interface, function)).unwrap();
    match Program::compile(&component) {
        Err(Error::Component(error)) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("{interface} {function} is linked"),
    }
}

/// Returns a component that only imports one function.
fn importing(interface: &str, function: &str) -> String {
    let resource = function
        .split_once(']')
        .and_then(|(_, name)| name.split_once('.'));
    let resource = resource.map_or(String::new(), |(resource, _)| {
        format!(r#"(export "{resource}" (type $resource (sub resource)))"#)
    });
    let receiver = match function.starts_with("[method]") {
        true => r#"(param "self" (borrow $resource))"#,
        false => "",
    };
    format!(
        r#"(component (import "{interface}" (instance
             {resource} (export "{function}" (func {receiver})))))"#
    )
}
