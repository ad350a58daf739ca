//! Transfers from one end of the host to another. A component may pass a stream that the
//! host produces to a host function that consumes it, and then takes no part in the
//! transfer, and holds no handle of it. No watchdog stops such a transfer, so it yields by
//! itself, and its number has a bound of its own.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Destination;
use wasmtime::{AsContextMut, StoreContextMut};

/// The transfers that an instance may still begin.
#[derive(Clone, Debug)]
pub(crate) struct Transfers(Arc<Semaphore>);

/// Data of a store that counts transfers.
pub(crate) trait HasTransfers {
    fn transfers(&self) -> &Transfers;
}

impl Transfers {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))))
    }
}

/// The turns of a producer of bytes.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// Whether the producer must yield before its next bytes.
    owed: bool,
    /// `None` for a connection: it has one stream each way, and connections are counted.
    counted: Option<Transfers>,
    /// Its place among the transfers, once it is one.
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Returns the turns of a producer that counts as a transfer once the host consumes it.
    pub(crate) fn counted(transfers: &Transfers) -> Self {
        Self {
            counted: Some(transfers.clone()),
            ..Self::default()
        }
    }

    /// Yields once (`Pending`) after each piece of bytes that the host consumed. A
    /// producer for a component does not yield: components yield to each other, and to
    /// the watchdog.
    ///
    /// # Errors
    /// A trap: the component has begun too many transfers.
    pub(crate) fn poll<T, B>(
        &mut self,
        cx: &Context<'_>,
        store: &mut StoreContextMut<'_, T>,
        destination: &Destination<'_, u8, B>,
    ) -> Poll<wasmtime::Result<()>> {
        if std::mem::take(&mut self.owed) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.owed = destination.remaining(store.as_context_mut()).is_none();
        Poll::Ready(match self.owed {
            true => self.count(),
            false => Ok(()),
        })
    }

    fn count(&mut self) -> wasmtime::Result<()> {
        if let (Some(Transfers(free)), None) = (&self.counted, &self.permit) {
            let permit = Arc::clone(free).try_acquire_owned();
            let permit = permit.map_err(|_| {
                wasmtime::Error::msg("too many streams of the host go to the host itself")
            })?;
            self.permit = Some(permit);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfers_are_bounded_and_free_their_place() {
        let transfers = Transfers::new(2);
        let begin = || {
            let mut turns = Turns::counted(&transfers);
            turns.count().map(|()| turns)
        };
        let (mut one, other) = (begin().unwrap(), begin().unwrap());
        assert!(begin().is_err());
        // It has its place already.
        assert!(one.count().is_ok());
        drop(other);
        assert!(begin().is_ok());
        let mut of_a_connection = Turns::default();
        assert!(of_a_connection.count().is_ok());
    }
}
