//! Rust bindings of `wit/`, for functions that are all simulated.

#![allow(missing_docs, clippy::all, clippy::restriction)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "porthole:server/extended",
    imports: {
        "wasi:cli/stdout": store | trappable,
        "wasi:cli/stderr": store | trappable,
        "wasi:filesystem/types.[method]descriptor.read-via-stream": store | trappable,
        "wasi:filesystem/types.[method]descriptor.read-directory": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.listen": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.send": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.receive": store | trappable,
        default: trappable,
    },
    exports: { default: async | store },
    with: {
        "wasi:filesystem/types.descriptor": crate::host::filesystem::Descriptor,
        "wasi:sockets/types.tcp-socket": crate::host::sockets::Socket,
    },
});
