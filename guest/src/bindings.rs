//! The interfaces of `wit/`, as Rust.

wit_bindgen::generate!({
    path: "../wit",
    world: "porthole:server/server",
    generate_all,
    // `run` blocks in `runtime::waitables`, which knows what the connections wait for.
    sync: ["export:wasi:cli/run@0.3.0#run"],
});
