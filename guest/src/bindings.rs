//! The interfaces of `wit/`, as Rust.

wit_bindgen::generate!({
    path: "../wit",
    world: "porthole:server/server",
    generate_all,
    // The crates of the two components export it.
    pub_export_macro: true,
    // `run` blocks in `runtime::waitables`, which knows what the connections wait for.
    sync: ["export:wasi:cli/run@0.3.0#run"],
});
