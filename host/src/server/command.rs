//! Orders for the thread that controls a server.

use tokio::sync::oneshot;

use super::given_up::GivenUp;
use crate::component::Program;
use crate::error::Error;
use crate::root::Root;

/// An order for the thread.
pub(super) enum Command {
    Replace {
        program: Program,
        root: Root,
        /// Other arguments than before, if any.
        arguments: Option<Vec<String>>,
        given_up: GivenUp,
        reply: oneshot::Sender<Result<(), Error>>,
    },
    /// The [`StopRequest`](super::end::StopRequest) has changed.
    Stop,
}
