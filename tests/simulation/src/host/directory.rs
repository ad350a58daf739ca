//! `read-directory`.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use wasmtime::component::{
    Access, Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult,
};
use wasmtime::{Result, StoreContextMut};

use super::bindings::wasi::filesystem::types::{DescriptorType, DirectoryEntry, ErrorCode};
use super::filesystem::Descriptor;
use super::outcome::{Ending, OutcomeReader, outcome};
use super::{Fakes, State};
use crate::world::{Shared, Sleep};

pub fn list(
    mut store: Access<'_, State, Fakes>,
    descriptor: &Resource<Descriptor>,
) -> Result<(StreamReader<DirectoryEntry>, OutcomeReader<ErrorCode>)> {
    let state = store.get();
    let descriptor = state.table.get(descriptor)?;
    let world = state.world.clone();
    let names = world.lock().disk.names(&descriptor.path);
    let (ending, outcome) = outcome();
    if descriptor.file.is_some() {
        ending.end(Err(ErrorCode::NotDirectory));
    }
    let delay = world.lock().disk.delay;
    let producer = Producer {
        path: descriptor.path.clone(),
        wait: Some(world.sleep(delay)),
        names: names.into_iter(),
        given: 0,
        world,
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
    wait: Option<Sleep>,
    names: std::vec::IntoIter<String>,
    given: usize,
    ending: Ending<ErrorCode>,
}

impl StreamProducer<State> for Producer {
    type Item = DirectoryEntry;
    type Buffer = Option<DirectoryEntry>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        mut destination: Destination<'a, DirectoryEntry, Option<DirectoryEntry>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        super::note(&mut store);
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        if let Some(wait) = &mut self.wait {
            if finish && Pin::new(&mut *wait).poll(cx).is_pending() {
                return Poll::Ready(Ok(StreamResult::Cancelled));
            }
            ready!(Pin::new(wait).poll(cx));
            self.wait = None;
        }
        let fault = {
            let mut world = self.world.lock();
            world.trace.call("entry", self.given as u64, 0);
            let fault = world.disk.faults.get(&self.path);
            fault.and_then(|fault| fault.list.clone())
        };
        if let Some((after, code)) = fault
            && self.given >= after
        {
            self.ending.end(Err(code));
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        let Some(name) = self.names.next() else {
            return Poll::Ready(Ok(StreamResult::Dropped));
        };
        self.given += 1;
        // The component must ask for the kind of each entry: that of a link's target is not
        // known here, and many file systems report no kind at all.
        let type_ = DescriptorType::Other(None);
        destination.set_buffer(Some(DirectoryEntry { type_, name }));
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
