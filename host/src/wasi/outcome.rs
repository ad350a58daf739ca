//! The outcome of a stream of the host, which the component gets from a future beside it.

use tokio::sync::oneshot;
use wasmtime::component::StreamResult;

/// The host's end of such a future.
#[derive(Debug)]
pub(crate) struct Outcome<E>(Option<oneshot::Sender<Result<(), E>>>);

impl<E: Send + 'static> Outcome<E> {
    /// Creates both ends. A stream that is dropped without an outcome has ended well.
    pub(crate) fn channel() -> (
        Self,
        impl Future<Output = wasmtime::Result<Result<(), E>>> + Send + 'static,
    ) {
        let (sender, receiver) = oneshot::channel();
        let outcome = async { wasmtime::error::Ok(receiver.await.unwrap_or(Ok(()))) };
        (Self(Some(sender)), outcome)
    }

    /// Ends the stream with an outcome. Only the first call counts.
    pub(crate) fn end(&mut self, outcome: Result<(), E>) -> StreamResult {
        if let Some(sender) = self.0.take() {
            // The component may have dropped the future.
            let _ = sender.send(outcome);
        }
        StreamResult::Dropped
    }
}
