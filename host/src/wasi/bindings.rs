//! Rust bindings for `wit/`: those of WASI from wasmtime-wasi, except the sockets.

#![allow(missing_docs, clippy::all, clippy::restriction)]

/// An error code for the component, or an error that ends it.
pub type SocketError = wasmtime_wasi::TrappableError<wasi::sockets::types::ErrorCode>;

wasmtime::component::bindgen!({
    path: "../wit",
    world: "porthole:server/extended",
    imports: {
        "wasi:sockets/types.[method]tcp-socket.listen": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.send": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.receive": store | trappable,
        default: trappable,
    },
    exports: { default: async | store },
    with: {
        "wasi:cli/environment": wasmtime_wasi::p3::bindings::cli::environment,
        "wasi:cli/types": wasmtime_wasi::p3::bindings::cli::types,
        "wasi:cli/stdout": wasmtime_wasi::p3::bindings::cli::stdout,
        "wasi:cli/stderr": wasmtime_wasi::p3::bindings::cli::stderr,
        "wasi:clocks": wasmtime_wasi::p3::bindings::clocks,
        "wasi:filesystem": wasmtime_wasi::p3::bindings::filesystem,
        "wasi:sockets/types.tcp-socket": crate::wasi::tcp_socket::Socket,
    },
    trappable_error_type: {
        "wasi:sockets/types.error-code" => SocketError,
    },
});

/// The interface of the component that shows the counters of a server.
pub mod admin {
    wasmtime::component::bindgen!({
        path: "../wit/admin",
        world: "porthole:admin/extension",
        imports: { default: trappable },
    });
}
