//! `wasi:cli/stdout` and `stderr`.

use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::component::{
    Access, FutureReader, Source, StreamConsumer, StreamReader, StreamResult,
};
use wasmtime::{Result, StoreContextMut};

use super::bindings::wasi::cli::types::{self, ErrorCode};
use super::bindings::wasi::cli::{stderr, stdout};
use super::outcome::{Ending, OutcomeReader, outcome};
use super::{Fakes, State};
use crate::world::{Shared, World};

impl types::Host for &mut State {}
impl stdout::Host for &mut State {}
impl stderr::Host for &mut State {}

impl stdout::HostWithStore<State> for Fakes {
    fn write_via_stream(
        store: Access<'_, State, Self>,
        data: StreamReader<u8>,
    ) -> Result<OutcomeReader<ErrorCode>> {
        pipe(store, data, |world| &mut world.log)
    }
}

impl stderr::HostWithStore<State> for Fakes {
    fn write_via_stream(
        store: Access<'_, State, Self>,
        data: StreamReader<u8>,
    ) -> Result<OutcomeReader<ErrorCode>> {
        pipe(store, data, |world| &mut world.complaints)
    }
}

fn pipe(
    mut store: Access<'_, State, Fakes>,
    data: StreamReader<u8>,
    to: fn(&mut World) -> &mut Vec<u8>,
) -> Result<OutcomeReader<ErrorCode>> {
    let (ending, outcome) = outcome();
    let world = store.get().world.clone();
    data.pipe(
        &mut store,
        Consumer {
            world,
            to,
            _ending: ending,
        },
    )?;
    FutureReader::new(&mut store, outcome)
}

struct Consumer {
    world: Shared,
    to: fn(&mut World) -> &mut Vec<u8>,
    _ending: Ending<ErrorCode>,
}

impl StreamConsumer<State> for Consumer {
    type Item = u8;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'_, State>,
        source: Source<'_, u8>,
        _: bool,
    ) -> Poll<Result<StreamResult>> {
        super::note(&mut store);
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        let mut world = self.world.lock();
        world.trace.bytes(bytes);
        (self.to)(&mut world).extend_from_slice(bytes);
        drop(world);
        let count = bytes.len();
        source.mark_read(count);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
