//! The runtime's configuration, the same at build time and at run time: the runtime
//! rejects code that was compiled with another one.

use wasmtime::{Config, WasmFeatures};

/// WebAssembly features that our component uses, and not one proposal more: a feature
/// that is off cannot have an exploitable fault. The runtime is also built without
/// garbage collection, threads and stack switching.
pub(crate) const OURS: WasmFeatures = WasmFeatures::SIGN_EXTENSION
    .union(WasmFeatures::BULK_MEMORY_OPT)
    // This is not `REFERENCE_TYPES`, but only the encoding of a table's number that the
    // compiler then uses.
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::COMPONENT_MODEL)
    .union(WasmFeatures::CM_ASYNC);

/// Features that a component from elsewhere may use. These are the features that
/// compilers use by default (LLVM's "lime1": floating point, multiple values, …), in a
/// component, and those of the adapters that the runtime itself writes between composed
/// components. Such an adapter copies from one memory to another, and passes references
/// to functions when it calls an async function. The runtime panics if an adapter may not
/// use them.
pub(crate) const ANYONES: WasmFeatures = WasmFeatures::LIME1
    .difference(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(OURS);

/// Features that the built-in component may use.
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
        // The option would put memories into anonymous files. Once the process is
        // confined, it cannot create those (memfd_create).
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
                .precompile_component(crate::component::PORTABLE)
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
