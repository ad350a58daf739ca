//! Transfers from one end of the host to another: a component may hand a stream that the
//! host produces to a function of the host that consumes one, and takes no part in it any
//! more. No watchdog reaches them, so they give way by themselves.

use std::task::{Context, Poll};

use wasmtime::component::Destination;
use wasmtime::{AsContextMut, StoreContextMut};

/// The turns of a producer of bytes.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// Whether the runtime has had no turn since the last bytes.
    owed: bool,
}

impl Turns {
    /// Lets the runtime have its turn when the host has been given bytes since: pending,
    /// once. Components are not waited for: they give way to each other, and to the
    /// watchdog.
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
