//! The stream of accepted connections.

use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, Resource, StreamProducer, StreamResult};

use super::View;
use crate::accept::inbox::Inbox;
use crate::wasi::tcp_socket::{Connection, Socket};

pub(super) struct Producer<T: 'static> {
    inbox: Inbox,
    getter: for<'a> fn(&'a mut T) -> View<'a>,
}

impl<T: 'static> Producer<T> {
    pub(super) fn new(inbox: Inbox, getter: for<'a> fn(&'a mut T) -> View<'a>) -> Self {
        inbox.set_listening();
        Self { inbox, getter }
    }
}

impl<T: 'static> Drop for Producer<T> {
    fn drop(&mut self) {
        self.inbox.give_back();
    }
}

impl<T: Send + 'static> StreamProducer<T> for Producer<T> {
    type Item = Resource<Socket>;
    type Buffer = Option<Resource<Socket>>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, T>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        // A zero-length read asks whether a connection waits. An inbox cannot tell
        // without taking one out, so the result is "try".
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let accepted = match self.inbox.poll(cx) {
            Poll::Ready(Some(accepted)) => accepted,
            Poll::Ready(None) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
        };
        let table = (self.getter)(store.data_mut()).table;
        destination.set_buffer(Some(
            table.push(Socket::Accepted(Connection::from(accepted)))?,
        ));
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
