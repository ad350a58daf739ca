//! Reasons why a component is not used.

/// Reason why a component is not used. The text is one line of bounded length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// It has more than [`Program::MAX_BYTES`](crate::Program::MAX_BYTES).
    #[error("it is larger than {most} MiB")]
    TooLarge {
        /// Most mebibytes that a component may have.
        most: usize,
    },
    /// The bytes are not a WebAssembly component. They may be a core module, of which
    /// `wasm-tools component new` makes a component.
    #[error("{0}")]
    NotAComponent(String),
    /// It imports something that is not granted, or not in this form.
    #[error("{reason}")]
    Import {
        /// Interface, and the function after a space: `wasi:random/random@0.3.0 get-random-bytes`.
        name: String,
        /// The runtime's reason.
        reason: String,
    },
    /// It does not export `wasi:cli/run`.
    #[error("{0}")]
    Export(String),
    /// It is malformed, or uses a feature of WebAssembly that is off.
    #[error("{0}")]
    Invalid(String),
    /// The machine code was compiled by another version, for another processor or with other
    /// settings.
    #[error("{0}")]
    Code(String),
    /// The runtime panicked over it.
    #[error("the runtime panicked: {0}")]
    Panicked(String),
}
