//! Transfers from one end of the host to another. A component may pass a stream that the
//! host produces to a host function that consumes it, and then takes no part in the
//! transfer. No watchdog stops such a transfer, so it yields by itself.

use std::task::{Context, Poll};

use wasmtime::component::Destination;
use wasmtime::{AsContextMut, StoreContextMut};

/// The turns of a producer of bytes.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// Whether the producer must yield before its next bytes.
    owed: bool,
}

impl Turns {
    /// Yields once (`Pending`) after each piece of bytes that the host consumed. A
    /// producer for a component does not yield: components yield to each other, and to
    /// the watchdog.
    pub(crate) fn poll<T, B>(
        &mut self,
        cx: &Context<'_>,
        store: &mut StoreContextMut<'_, T>,
        destination: &Destination<'_, u8, B>,
    ) -> Poll<()> {
        if std::mem::take(&mut self.owed) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.owed = destination.remaining(store.as_context_mut()).is_none();
        Poll::Ready(())
    }
}
