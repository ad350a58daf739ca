//! Components that no compiler makes. Each is to replace the real one, which goes on
//! serving. A component that fails to compile or to start replaces nothing.

use libtest_mimic::Trial;

use super::hostile::{Hostile, MEMORY};
use super::{Case, attempt};

/// A name, the parts of the component beside a `run` that returns, the words that the
/// operator reads, and the reason.
type Row = (&'static str, fn() -> String, &'static str, &'static str);

const FEATURES: &str = "features of wasm that are off";
const LIMIT: &str = "limit of memory";
const PARTS: &str = "limit of parts";
const START: &str = "a component must listen to replace another";
const ABI: &str = "what crosses the boundary is checked";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("start a thread", || module(r#"(memory 1 1 shared)"#), "threads", FEATURES),
    ("wait on shared memory", || module(r#"(memory 1) (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))"#), "threads", FEATURES),
    ("memory of 64 bits", || module("(memory i64 1)"), "memory64", FEATURES),
    ("several memories in one module", || module("(memory 100) (memory 200)"), "memory minimum size", LIMIT),
    ("memory of 4 GiB", || module("(memory 65536)"), "memory minimum size", LIMIT),
    ("many memories", || module("(memory 100)") + &"(core instance (instantiate $m))".repeat(9), "memory minimum size", LIMIT),
    ("modules without number", || module("") + &"(core instance (instantiate $m))".repeat(200), "instance count too high", PARTS),
    ("table of ten million", || module("(table 10000000 funcref)"), "table minimum size", "limit of table elements"),
    ("many tables", || module("(table 9000 funcref)") + &"(core instance (instantiate $m))".repeat(3), "table minimum size", "limit of table elements"),
    ("loop before it starts", || module("(func $f (loop (br 0))) (start $f)"), "trap: interrupt", "watchdog"),
    ("trap before it starts", || module("(func $f unreachable) (start $f)"), "unreachable", START),
    ("recursion before it starts", || module("(func $f (call $f)) (start $f)"), "call stack exhausted", "limit of stack"),
    ("return without listening", || module(""), "returned while it was to serve", START),
    ("a list outside of its memory", || liar("0xfffffff0"), "realloc return", ABI),
    ("a list that is not aligned", || liar("1"), "realloc return", ABI),
];

pub fn trials() -> Vec<Trial> {
    let module = module_path!();
    let each = ROWS
        .iter()
        .map(|row| attempt(module, row.0, || replace(row)));
    each.collect()
}

pub fn cases() -> Vec<Case> {
    let case = |(name, _, words, enforced_by): &Row| Case {
        attempt: (*name).to_owned(),
        outcome: format!("not started: {words}"),
        enforced_by,
        costs: None,
    };
    ROWS.iter().map(case).collect()
}

fn replace((_, parts, words, _): &Row) {
    let component = wat::parse_str(component(&parts())).unwrap();
    let mut hostile = Hostile::start(porthole::PORTABLE);
    let mut open = hostile.server.client();
    assert_eq!(open.get("/inside", "").text(), "inside");
    hostile.measure();
    hostile.replace(&component);
    hostile.server.errors().wait_for("reload failed");
    hostile.server.errors().wait_for(words);
    assert_eq!(open.get("/inside", "").text(), "inside");
    assert_eq!(hostile.server.get("/inside").text(), "inside");
    let (memory, processor, time) = hostile.costs();
    println!("{memory} MiB, {processor:?} of processor, {time:?}");
    // One worker tries three times. The others are not started then.
    assert!(memory <= MEMORY + 16, "{memory} MiB");
}

/// Returns a module and an instance of it, which is one instance more than the text has.
fn module(parts: &str) -> String {
    format!("(core module $m {parts}) (core instance (instantiate $m))")
}

/// Requests the arguments, and tells the host to write them to `address`.
fn liar(address: &str) -> String {
    format!(
        r#"(import "wasi:cli/environment@0.3.0" (instance $environment
             (export "get-arguments" (func (result (list string))))))
           (core module $liar
             (memory (export "memory") 1)
             (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const {address})))
           (core instance $liar (instantiate $liar))
           (core func $get (canon lower (func $environment "get-arguments")
             (memory $liar "memory") (realloc (func $liar "realloc"))))
           (core module $asker
             (import "" "get" (func $get (param i32)))
             (func $f (call $get (i32.const 0)))
             (start $f))
           (core instance $get (export "get" (func $get)))
           (core instance (instantiate $asker (with "" (instance $get))))"#
    )
}

/// Returns a component that the host accepts as a server.
fn component(parts: &str) -> String {
    format!(
        r#"(component
             {parts}
             (core module $run (func (export "run") (result i32) (i32.const 0)))
             (core instance $run (instantiate $run))
             (type $function (func async (result (result))))
             (func $function (type $function) (canon lift (core func $run "run")))
             (instance $interface (export "run" (func $function)))
             (export "wasi:cli/run@0.3.0" (instance $interface)))"#
    )
}
