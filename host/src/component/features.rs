//! The runtime's configuration, the same at build time and at run time: code that
//! was compiled under another is refused.

use wasmtime::{Config, WasmFeatures};

/// What of WebAssembly our component uses, and not one proposal more: what is off
/// can't have a hole. The runtime is also built without garbage collection, threads
/// and stack switching.
pub(crate) const OURS: WasmFeatures = WasmFeatures::SIGN_EXTENSION
    .union(WasmFeatures::BULK_MEMORY_OPT)
    // Not `REFERENCE_TYPES`, only the way in which the compiler then writes the number
    // of a table.
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::COMPONENT_MODEL)
    .union(WasmFeatures::CM_ASYNC);

/// What a component from elsewhere may use: what compilers emit who were not asked for
/// more (LLVM's "lime1": floating point, multiple values, …), as a component; and what
/// the runtime itself writes between components that are composed. Such an adapter copies
/// from one memory to another, and to call an async function it passes references to
/// functions. The runtime panics over an adapter that may not.
pub(crate) const ANYONES: WasmFeatures = WasmFeatures::LIME1
    .difference(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(OURS);

/// What the component that is built in may use.
pub(crate) const BUILT_IN: WasmFeatures = match option_env!("PORTHOLE_BUILD_COMPONENT") {
    Some(_) => ANYONES,
    None => OURS,
};

pub(crate) fn config(features: WasmFeatures) -> Config {
    let mut config = Config::new();
    config
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(features, true)
        .epoch_interruption(true)
        // It would put memories into files that it makes without a name: once the process
        // is confined, none can be made (memfd_create).
        .memory_init_cow(false)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false);
    config
}

#[cfg(test)]
mod tests {
    use wasmtime::Engine;

    use super::*;

    fn compiles(features: WasmFeatures) -> bool {
        Engine::new(&config(features)).is_ok_and(|engine| {
            engine
                .precompile_component(crate::component::COMPONENT)
                .is_ok()
        })
    }

    #[test]
    fn our_component_needs_every_feature_that_is_on() {
        assert!(compiles(OURS));
        for (name, feature) in OURS.iter_names() {
            assert!(!compiles(OURS.difference(feature)), "{name} is not needed");
        }
    }
}
