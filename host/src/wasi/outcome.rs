//! How a stream of the host's ended, which the component learns from a future beside it.

use tokio::sync::oneshot;
use wasmtime::component::StreamResult;

/// The host's end of such a future.
#[derive(Debug)]
pub(crate) struct Outcome<E>(Option<oneshot::Sender<Result<(), E>>>);

impl<E: Send + 'static> Outcome<E> {
    /// Both ends. A stream that is dropped before anything was said of it has ended well.
    pub(crate) fn channel() -> (
        Self,
        impl Future<Output = wasmtime::Result<Result<(), E>>> + Send + 'static,
    ) {
        let (sender, receiver) = oneshot::channel();
        let outcome = async { wasmtime::error::Ok(receiver.await.unwrap_or(Ok(()))) };
        (Self(Some(sender)), outcome)
    }

    /// Ends the stream, and says how; only the first time counts.
    pub(crate) fn end(&mut self, outcome: Result<(), E>) -> StreamResult {
        if let Some(sender) = self.0.take() {
            // No one listens when the component has dropped the future.
            let _ = sender.send(outcome);
        }
        StreamResult::Dropped
    }
}
