//! A component that uses a WebAssembly feature that is off is refused, whatever it would
//! do with it.

use libtest_mimic::Trial;
use porthole::{Error, Program};

use crate::support::{each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        features_of_compilers_and_compositions_are_accepted,
        proposals_of_modules_are_refused,
        proposals_of_components_are_refused,
    ]
}

/// Returns the reason why a component with these parts is refused.
fn refusal(parts: &str) -> String {
    let component = wat::parse_str(format!("(component {parts})")).unwrap();
    match Program::compile(&component) {
        Err(Error::Component(error)) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is used"),
    }
}

/// These parts are like the ones below without the proposal. They are refused only
/// because they are not a complete component.
#[rustfmt::skip]
fn features_of_compilers_and_compositions_are_accepted() {
    let rows = [
        ("nothing", "(func)"),
        ("sign extension", "(func (drop (i32.extend8_s (i32.const 0))))"),
        ("floating point", "(func (drop (f64.sqrt (f64.const 2))))"),
        ("saturation", "(func (drop (i64.trunc_sat_f64_u (f64.const 2))))"),
        ("filling", "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"),
        ("multiple values", "(func (result i32 i32) (i32.const 0) (i32.const 0))"),
        ("a memory", "(memory 1 1)"),
        ("a table", "(table 1 funcref)"),
        ("a global", "(global (mut i32) (i32.const 0))"),
        ("several memories", "(memory 1) (memory 1)"),
        ("references to functions", "(func (drop (ref.null func)))"),
    ];
    each(&rows, |(_, part)| {
        let error = refusal(&format!("(core module {part})"));
        assert!(error.contains("`wasi:cli/run"), "{error}");
    });
}

#[rustfmt::skip]
fn proposals_of_modules_are_refused() {
    let rows = [
        ("SIMD", "SIMD support is not enabled",
            "(func (drop (v128.const i64x2 0 0)))"),
        ("relaxed SIMD", "SIMD support is not enabled",
            "(func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))"),
        ("threads: memory", "threads must be enabled", "(memory 1 1 shared)"),
        ("threads: instructions", "threads support is not enabled", "(func (atomic.fence))"),
        ("shared-everything threads", "shared-everything-threads proposal",
            "(global (shared mut i32) (i32.const 0))"),
        ("tail calls", "tail calls support is not enabled", "(func $f (return_call $f))"),
        ("64-bit memory", "memory64 must be enabled", "(memory i64 1)"),
        ("custom page sizes", "custom page sizes proposal must be enabled",
            "(memory 1 (pagesize 1))"),
        ("bulk memory: segments", "require the bulk-memory proposal", "(memory 1) (data \"a\")"),
        ("reference types: from outside", "gc types are disallowed",
            "(table 1 externref)"),
        ("function references", "function references required",
            "(type $f (func)) (func (param (ref null $f)))"),
        ("garbage collection: structures", "without the gc feature", "(type (struct (field i32)))"),
        ("garbage collection: arrays", "without the gc feature", "(type (array i32))"),
        ("exceptions", "exceptions proposal not enabled", "(tag $t) (func (throw $t))"),
        ("wide arithmetic", "wide arithmetic support is not enabled",
            "(func (result i64 i64)
                (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))"),
        ("stack switching", "stack switching is disabled", "(type $f (func)) (type (cont $f))"),
    ];
    each(&rows, |(_, reason, part)| {
        let error = refusal(&format!("(core module {part})"));
        assert!(error.contains(reason), "{error}");
    });
}

#[rustfmt::skip]
fn proposals_of_components_are_refused() {
    let rows = [
        ("error contexts", "requires the component model error-context feature",
            "(type error-context)"),
        ("error contexts: functions", "requires the component model error-context feature",
            "(core func (canon error-context.drop))"),
        ("maps", "require the component model map feature", "(type (map u8 u8))"),
        ("lists of fixed length", "require the component model fixed-length lists feature",
            "(type (list u8 4))"),
        ("more async functions", "requires the component model more async builtins feature",
            "(type $s (stream u8)) (core func (canon stream.cancel-read $s async))"),
        ("threads", "requires the component model threading feature",
            "(core func (canon thread.index))"),
        ("parallelism", "requires the shared-everything-threads proposal",
            "(core func (canon thread.available_parallelism))"),
        ("64-bit contexts", "requires the component model 64-bit feature",
            "(core func (canon context.get i64 0))"),
        ("garbage collection", "requires the `cm-gc` feature",
            "(core func (canon task.return gc))"),
    ];
    each(&rows, |(_, reason, parts)| {
        let error = refusal(parts);
        assert!(error.contains(reason), "{error}");
    });
}
