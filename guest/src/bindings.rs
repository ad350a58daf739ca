//! What `wit/` says, as Rust.

wit_bindgen::generate!({
    path: "../wit",
    world: "porthole:server/server",
    generate_all,
    // It blocks in `runtime::waitables`, which knows what the connections wait for.
    sync: ["export:wasi:cli/run@0.3.0#run"],
});
