//! A component that is composed of several. Between two modules with memories of their
//! own the runtime generates an adapter, which needs more WebAssembly features than
//! either module.

use std::net::SocketAddr;

use libtest_mimic::Trial;
use porthole::{Limits, Stopped};

use super::portability::free_address;
use crate::escape::hostile::Hostile;
use crate::support::{Folder, Hosted, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        it_starts_in_the_library,
        it_starts_in_the_program,
        it_replaces_another
    ]
}

fn it_starts_in_the_library() {
    let folder = Folder::new();
    let address = free_address();
    let listener = std::net::TcpListener::bind(address).unwrap();
    let limits = Limits {
        workers: 1,
        grace: std::time::Duration::ZERO,
        ..Limits::default()
    };
    let component = composed(address);
    let hosted = Hosted::on(listener, &component, &folder, |_| Vec::new(), limits).unwrap();
    assert_eq!(hosted.notices().so_far(), [""; 0]);
    // The component never returns, so it is killed. No connection was open.
    assert_eq!(hosted.drain(), Stopped::Drained);
}

fn it_starts_in_the_program() {
    let folder = Folder::new();
    let address = free_address();
    let file = folder.file("composed.wasm", composed(address));
    let mut command = Porthole::command();
    command
        .arg(folder.path())
        .args(["--port", &address.port().to_string(), "--workers", "1"])
        .arg("--component")
        .arg(&file);
    let porthole = Porthole::start(command);
    assert_eq!(porthole.address(), address);
}

fn it_replaces_another() {
    let hostile = Hostile::start(porthole::PORTABLE);
    hostile.replace(&composed(hostile.server.address()));
    hostile.server.errors().wait_for("porthole: reloaded; ");
    // And a version that can't be compiled replaces nothing.
    hostile.replace(&wat::parse_str("(component (core module (func (drop))))").unwrap());
    let line = hostile
        .server
        .errors()
        .wait_for("porthole: reload failed, the old version goes on: ");
    assert!(line.contains("cannot use the component: "), "{line}");
}

/// One part calls another by a function and by an async function, with strings in both
/// directions, and traps if the result is wrong. Then a third part listens.
fn composed(address: SocketAddr) -> Vec<u8> {
    let listener = listener(address.port());
    let text = format!(
        "(component {SOCKETS} {ANSWERER} {ASKER} {PARTS}
           (component $server {SOCKETS} {listener} {SERVER})
           {WHOLE})"
    );
    wat::parse_str(text).unwrap()
}

/// Returns the string with an `H` as its first letter.
const ANSWERER: &str = r#"
(component $answerer
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "greet") (param $at i32) (param $length i32) (result i32)
      (i32.store8 (local.get $at) (i32.const 72))
      (i32.store (i32.const 16) (local.get $at))
      (i32.store (i32.const 20) (local.get $length))
      (i32.const 16)))
  (core instance $m (instantiate $m))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $m "greet") (memory $m "memory") (realloc (func $m "realloc"))))
  (func (export "greet-later") async (param "name" string) (result string)
    (canon lift (core func $m "greet") (memory $m "memory") (realloc (func $m "realloc")))))
"#;

const ASKER: &str = r#"
(component $asker
  (import "greet" (func $greet (param "name" string) (result string)))
  (import "greet-later" (func $later async (param "name" string) (result string)))
  (core module $own
    (memory (export "memory") 1)
    (data (i32.const 0) "jello")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048)))
  (core instance $own (instantiate $own))
  (core func $greet (canon lower (func $greet)
    (memory $own "memory") (realloc (func $own "realloc"))))
  (core func $later (canon lower (func $later) async
    (memory $own "memory") (realloc (func $own "realloc"))))
  (core module $m
    (import "own" "memory" (memory 1))
    (import "ask" "greet" (func $greet (param i32 i32 i32)))
    (import "ask" "later" (func $later (param i32 i32 i32) (result i32)))
    (func $look (param $at i32)
      (if (i32.ne (i32.load8_u (i32.load (local.get $at))) (i32.const 72)) (then unreachable))
      (if (i32.ne (i32.load offset=4 (local.get $at)) (i32.const 5)) (then unreachable)))
    (func (export "check")
      (call $greet (i32.const 0) (i32.const 5) (i32.const 32))
      (call $look (i32.const 32))
      ;; 2: it has returned.
      (if (i32.ne (call $later (i32.const 0) (i32.const 5) (i32.const 64)) (i32.const 2))
        (then unreachable))
      (call $look (i32.const 64))))
  (core instance $ask (export "greet" (func $greet)) (export "later" (func $later)))
  (core instance $m (instantiate $m (with "own" (instance $own)) (with "ask" (instance $ask))))
  (func (export "check") async (canon lift (core func $m "check"))))
"#;

const PARTS: &str = r#"
(instance $answerer (instantiate $answerer))
(instance $asker (instantiate $asker
  (with "greet" (func $answerer "greet")) (with "greet-later" (func $answerer "greet-later"))))
"#;

const WHOLE: &str = r#"
(instance $server (instantiate $server
  (with "wasi:sockets/types@0.3.0" (instance $sockets)) (with "check" (func $asker "check"))))
(instance $interface (export "run" (func $server "run")))
(export "wasi:cli/run@0.3.0" (instance $interface))
"#;

const SOCKETS: &str = r#"
(import "wasi:sockets/types@0.3.0" (instance $sockets
  (export "tcp-socket" (type $socket (sub resource)))
  (type $error-code (variant
    (case "access-denied") (case "not-supported") (case "invalid-argument")
    (case "out-of-memory") (case "timeout") (case "invalid-state")
    (case "address-not-bindable") (case "address-in-use") (case "remote-unreachable")
    (case "connection-refused") (case "connection-broken") (case "connection-reset")
    (case "connection-aborted") (case "datagram-too-large") (case "other" (option string))))
  (export "error-code" (type $error (eq $error-code)))
  (type $ip-address-family (enum "ipv4" "ipv6"))
  (export "ip-address-family" (type $family (eq $ip-address-family)))
  (type $ipv4 (record (field "port" u16) (field "address" (tuple u8 u8 u8 u8))))
  (export "ipv4-socket-address" (type $v4 (eq $ipv4)))
  (type $ipv6 (record (field "port" u16) (field "flow-info" u32)
    (field "address" (tuple u16 u16 u16 u16 u16 u16 u16 u16)) (field "scope-id" u32)))
  (export "ipv6-socket-address" (type $v6 (eq $ipv6)))
  (type $ip (variant (case "ipv4" $v4) (case "ipv6" $v6)))
  (export "ip-socket-address" (type $address (eq $ip)))
  (type $connections (stream (own $socket)))
  (export "[static]tcp-socket.create" (func
    (param "address-family" $family) (result (result (own $socket) (error $error)))))
  (export "[method]tcp-socket.bind" (func
    (param "self" (borrow $socket)) (param "local-address" $address)
    (result (result (error $error)))))
  (export "[method]tcp-socket.listen" (func
    (param "self" (borrow $socket))
    (result (result $connections (error $error)))))))
"#;

/// Listens on `port` of 127.0.0.1, and waits for nothing.
fn listener(port: u16) -> String {
    format!(
        r#"
(core module $listener
  (import "" "check" (func $check))
  (import "" "create" (func $create (param i32 i32)))
  (import "" "bind" (func $bind
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "" "listen" (func $listen (param i32 i32)))
  (import "" "set" (func $set (result i32)))
  (import "" "wait" (func $wait (param i32 i32) (result i32)))
  (import "own" "memory" (memory 1))
  (func $socket (result i32) (i32.load (i32.const 68)))
  (func $succeeded (param $at i32)
    (if (i32.load8_u (local.get $at)) (then unreachable)))
  (func (export "run") (result i32)
    (call $check)
    (call $create (i32.const 0) (i32.const 64))
    (call $succeeded (i32.const 64))
    (call $bind (call $socket) (i32.const 0) (i32.const {port})
      (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 96))
    (call $succeeded (i32.const 96))
    (call $listen (call $socket) (i32.const 128))
    (call $succeeded (i32.const 128))
    (drop (call $wait (call $set) (i32.const 160)))
    (i32.const 0)))
"#
    )
}

const SERVER: &str = r#"
(import "check" (func $ask async))
(core module $own
  (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
(core instance $own (instantiate $own))
(core func $check (canon lower (func $ask)))
(core func $create (canon lower (func $sockets "[static]tcp-socket.create")
  (memory $own "memory") (realloc (func $own "realloc"))))
(core func $bind (canon lower (func $sockets "[method]tcp-socket.bind")
  (memory $own "memory") (realloc (func $own "realloc"))))
(core func $listen (canon lower (func $sockets "[method]tcp-socket.listen")
  (memory $own "memory") (realloc (func $own "realloc"))))
(core func $set (canon waitable-set.new))
(core func $wait (canon waitable-set.wait (memory $own "memory")))
(core instance $imports
  (export "check" (func $check)) (export "create" (func $create)) (export "bind" (func $bind))
  (export "listen" (func $listen)) (export "set" (func $set)) (export "wait" (func $wait)))
(core instance $server (instantiate $listener
  (with "" (instance $imports)) (with "own" (instance $own))))
(func (export "run") async (result (result)) (canon lift (core func $server "run")))
"#;
