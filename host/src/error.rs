//! Reasons why a server could not start, and errors as text of one line.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::limits::ERROR_BYTES;
use crate::printable::printable;

/// Reason why a server could not start, be replaced, or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory or file to grant cannot be opened.
    #[error("cannot read {}", printable(path.display()))]
    Root {
        /// Path as it was given.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// An address to grant cannot be bound.
    #[error("cannot listen on {address}")]
    Bind {
        /// Address as it was given.
        address: SocketAddr,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The bytes are not a component, or the component asks for more than is granted.
    #[error("cannot use the component: {0}")]
    Component(String),
    /// The component failed or stalled before it listened. The notices have the reason.
    #[error("the component does not listen; the reason is above")]
    NotListening,
    /// The component returned an error before it listened: it rejects its arguments, or
    /// what it is granted. Its own message is in its log.
    #[error("the component rejected its arguments; see the message above")]
    InvalidArguments,
    /// The `cancelled` function of the call that started or replaced the version returned
    /// true.
    #[error("it was not wanted any more before it listened")]
    Cancelled,
    /// No worker is left. The notices have the reasons.
    #[error("every worker has failed; the reasons are above")]
    WorkersFailed,
    /// A thread that the server needs has ended; the text names it.
    #[error("{0} has ended, and nothing can be served without it")]
    ThreadEnded(&'static str),
    /// The kernel supports confining the process, but an attempt to do so failed.
    #[error("cannot confine the process: {0}")]
    Confinement(String),
    /// The system lacks a thread, an event queue or a descriptor.
    #[error("the system lacks resources")]
    System(#[from] io::Error),
}

impl From<wasmtime::Error> for Error {
    fn from(error: wasmtime::Error) -> Self {
        Self::Component(one_line(&error))
    }
}

/// Returns the chain of causes on one line of bounded length.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    let chain: Vec<String> = error
        .chain()
        .map(|cause| printable(cause.to_string().replace('\n', " ")))
        .collect();
    bounded(chain.join(": "))
}

/// Returns the message of a panic, on one line of bounded length.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    bounded(printable(text.unwrap_or("no message").replace('\n', " ")))
}

/// Returns the beginning of a text that is too long. An error of the runtime repeats names
/// of the component, however long they are.
fn bounded(mut text: String) -> String {
    if text.len() > ERROR_BYTES {
        text.truncate(text.floor_char_boundary(ERROR_BYTES));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_error_is_cut_between_letters() {
        let rows = [
            ("short".to_owned(), "short".to_owned()),
            ("a".repeat(ERROR_BYTES), "a".repeat(ERROR_BYTES)),
            ("a".repeat(ERROR_BYTES + 1), "a".repeat(ERROR_BYTES) + "…"),
            (
                "a".repeat(ERROR_BYTES - 1) + "é",
                "a".repeat(ERROR_BYTES - 1) + "…",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(one_line(&wasmtime::Error::msg(text.clone())), expected);
            assert_eq!(words(&text), expected);
        }
    }
}
