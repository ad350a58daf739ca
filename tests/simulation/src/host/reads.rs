//! `read-via-stream`.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use wasmtime::component::{
    Access, Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult,
    VecBuffer,
};
use wasmtime::{Result, StoreContextMut};

use super::bindings::wasi::filesystem::types::ErrorCode;
use super::filesystem::Descriptor;
use super::outcome::{Ending, OutcomeReader, outcome};
use super::{Fakes, State};
use crate::world::{Shared, Sleep, content};

pub fn read(
    mut store: Access<'_, State, Fakes>,
    descriptor: &Resource<Descriptor>,
    offset: u64,
) -> Result<(StreamReader<u8>, OutcomeReader<ErrorCode>)> {
    let state = store.get();
    let descriptor = state.table.get(descriptor)?;
    let (ending, outcome) = outcome();
    let Some(file) = descriptor.file else {
        ending.end(Err(ErrorCode::IsDirectory));
        return Ok((
            StreamReader::new(&mut store, std::iter::empty())?,
            FutureReader::new(&mut store, outcome)?,
        ));
    };
    let producer = Producer {
        path: descriptor.path.clone(),
        world: state.world.clone(),
        file,
        offset,
        waiting: None,
        waited: false,
        ending,
    };
    Ok((
        StreamReader::new(&mut store, producer)?,
        FutureReader::new(&mut store, outcome)?,
    ))
}

struct Producer {
    world: Shared,
    path: String,
    file: u64,
    offset: u64,
    /// Delay of the disk.
    waiting: Option<Sleep>,
    waited: bool,
    ending: Ending<ErrorCode>,
}

impl Producer {
    fn poll_disk(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.waited {
            let delay = {
                let world = self.world.lock();
                let fault = world.disk.faults.get(&self.path);
                world.disk.delay + fault.map_or(0, |fault| fault.delay)
            };
            let world = &self.world;
            let sleep = self.waiting.get_or_insert_with(|| world.sleep(delay));
            ready!(Pin::new(sleep).poll(cx));
            self.waiting = None;
            self.waited = true;
        }
        Poll::Ready(())
    }
}

impl StreamProducer<State> for Producer {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        super::note(&mut store);
        let mut destination = destination.as_direct(store, 0);
        let buffer = destination.remaining();
        if buffer.is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.poll_disk(cx) {
            Poll::Ready(()) => self.waited = false,
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
        }
        let shared = self.world.clone();
        let mut world = shared.lock();
        let inode = world.disk.inode(self.file);
        let mut end = inode.size;
        let fault = world.disk.faults.get(&self.path);
        if let Some((at, code)) = fault.and_then(|fault| fault.read.clone()) {
            if self.offset >= at {
                self.ending.end(Err(code));
                return Poll::Ready(Ok(StreamResult::Dropped));
            }
            end = end.min(at);
        }
        let count = end.saturating_sub(self.offset).min(buffer.len() as u64);
        world.trace.call("read", self.offset, count);
        if count == 0 {
            self.ending.end(Ok(()));
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        content::fill(inode.version, self.offset, &mut buffer[..count as usize]);
        self.offset += count;
        destination.mark_written(count as usize);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
