//! Bytes from a connection to the component.

use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::component::{Destination, StreamProducer, StreamResult, VecBuffer};
use wasmtime::{Result, StoreContextMut};

use super::State;
use super::bindings::wasi::sockets::types::ErrorCode;
use super::outcome::Ending;
use crate::world::{Event, MICROSECOND, Shared};

pub struct Producer {
    world: Shared,
    link: usize,
    ending: Ending<ErrorCode>,
}

impl Producer {
    pub fn new(world: Shared, link: usize, ending: Ending<ErrorCode>) -> Self {
        Self {
            world,
            link,
            ending,
        }
    }
}

impl StreamProducer<State> for Producer {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        super::note(&mut store);
        let mut destination = destination.as_direct(store, 0);
        let buffer = destination.remaining();
        let mut world = self.world.lock();
        let world = &mut *world;
        let link = &mut world.network.links[self.link];
        if link.reset {
            self.ending.end(Err(ErrorCode::ConnectionReset));
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        if link.inbound.is_empty() {
            if link.half_closed {
                if buffer.is_empty() {
                    return Poll::Ready(Ok(StreamResult::Completed));
                }
                self.ending.end(Ok(()));
                return Poll::Ready(Ok(StreamResult::Dropped));
            }
            if finish {
                return Poll::Ready(Ok(StreamResult::Cancelled));
            }
            link.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = buffer.len().min(link.inbound.len());
        for (place, byte) in buffer.iter_mut().zip(link.inbound.drain(..count)) {
            *place = byte;
        }
        world.trace.call("receive", self.link as u64, count as u64);
        destination.mark_written(count);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let mut world = self.world.lock();
        let now = world.now;
        let link = &mut world.network.links[self.link];
        link.release(now);
        let client = link.client;
        world.schedule(MICROSECOND, Event::Client(client));
    }
}
