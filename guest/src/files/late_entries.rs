//! Entries of a directory of which a slow file system says nothing for a while.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use crate::limits::{LATE_ENTRIES, LATE_ENTRY_SECONDS};
use crate::reason::Reason;
use crate::runtime::deadlines::{Deadline, Watch};

/// Entries for which a listing may still wait, when the file system says nothing of them.
pub(super) struct LateEntries<'d> {
    watch: Watch<'d>,
    left: usize,
}

impl<'d> LateEntries<'d> {
    pub(super) fn new(watch: Watch<'d>) -> Self {
        Self {
            watch,
            left: LATE_ENTRIES,
        }
    }

    /// Waits for a call. If none may be late any more, only a result that is there at once
    /// counts.
    pub(super) async fn wait<T>(
        &mut self,
        call: impl Future<Output = Result<T, Reason>>,
    ) -> Result<T, Reason> {
        let mut call = pin!(call);
        if self.left == 0 {
            let at_once = |result| match result {
                Poll::Ready(result) => Poll::Ready(result),
                Poll::Pending => Poll::Ready(Err(Reason::Busy)),
            };
            return poll_fn(|cx| at_once(call.as_mut().poll(cx))).await;
        }
        let deadline = Deadline::At(self.watch.after(LATE_ENTRY_SECONDS));
        self.watch.until(deadline, call).await.unwrap_or_else(|_| {
            self.left = self.left.saturating_sub(1);
            Err(Reason::Busy)
        })
    }
}
