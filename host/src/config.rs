//! The runtime's configuration, the same at build time and at run time: code that
//! was compiled under another is refused.

use wasmtime::Config;

/// Everything that a server component does not need is off: what is not compiled
/// in can't have a hole.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .wasm_tail_call(false)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_extended_const(false);
    config
}
