//! One instance of the component, from its first instruction to its end.

use std::sync::Arc;

use tokio::task::unconstrained;
use wasmtime::Store;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::{WasiCliCtxView, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocksCtxView, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystemCtxView, WasiFilesystemView};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use crate::bounds::Bounds;
use crate::engine::Program;
use crate::files::{Disk, HasDisk};
use crate::log::Log;
use crate::preopens::{self, HasPreopens, Preopen};
use crate::sockets::{self, HasSockets, Inboxes};
use crate::{Limits, limits, watchdog};

/// What an instance is given: all that it can ever reach.
pub(crate) struct Gifts {
    pub(crate) arguments: Vec<String>,
    pub(crate) inboxes: Inboxes,
    pub(crate) preopen: Preopen,
    pub(crate) disk: Arc<Disk>,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
}

/// The data of a store.
pub(crate) struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    bounds: Bounds,
    inboxes: Inboxes,
    preopen: Preopen,
    disk: Arc<Disk>,
}

/// What `wasi:cli/run` returns.
pub(crate) type Returned = Result<(), ()>;

/// Runs an instance until it returns.
///
/// # Errors
/// A trap.
pub(crate) async fn run(
    program: &Program,
    gifts: Gifts,
    limits: &Limits,
) -> wasmtime::Result<Returned> {
    let mut store = store(program, gifts, limits);
    let instance = program.server.instantiate_async(&mut store).await?;
    let run = instance.wasi_cli_run();
    // With tokio's budget, what is ready beyond it would be put off in reverse order, and
    // behind whatever comes meanwhile: of many connections a few would be served again and
    // again. Without, all that are ready are served in turn before the sockets are asked.
    let serving = store.run_concurrent(async |store| run.call_run(store).await);
    unconstrained(serving).await?
}

fn store(program: &Program, gifts: Gifts, limits: &Limits) -> Store<State> {
    // Handles and table entries are what a connection costs the host.
    let per_worker = limits
        .connections
        .div_ceil(limits.workers.max(1))
        .saturating_mul(2);
    let handles = per_worker
        .saturating_mul(limits::HANDLES_PER_CONNECTION)
        .saturating_add(limits::SPARE_HANDLES);
    let mut table = ResourceTable::new();
    table.set_max_capacity(handles);

    let wasi = WasiCtxBuilder::new()
        .args(&gifts.arguments)
        .stdout(gifts.stdout)
        .stderr(gifts.stderr)
        .max_random_size(0)
        // What may wait is in our own hands.
        .allow_blocking_current_thread(true)
        .build();
    let state = State {
        wasi,
        table,
        bounds: Bounds::new(limits.memory),
        inboxes: gifts.inboxes,
        preopen: gifts.preopen,
        disk: gifts.disk,
    };
    let mut store = Store::new(&program.engine, state);
    store.limiter(|state| &mut state.bounds);
    store.set_max_component_handles(handles);
    store.set_hostcall_fuel(limits::HOSTCALL_BYTES);
    watchdog::watch(&mut store);
    store
}

impl WasiCliView for State {
    fn cli(&mut self) -> WasiCliCtxView<'_> {
        WasiCliCtxView {
            ctx: self.wasi.cli(),
            table: &mut self.table,
        }
    }
}

impl WasiClocksView for State {
    fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        WasiClocksCtxView {
            ctx: self.wasi.clocks(),
            table: &mut self.table,
        }
    }
}

impl WasiFilesystemView for State {
    fn filesystem(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView {
            ctx: self.wasi.filesystem(),
            table: &mut self.table,
        }
    }
}

impl HasDisk for State {
    fn disk(&self) -> &Arc<Disk> {
        &self.disk
    }
}

impl HasPreopens for State {
    fn preopens(&mut self) -> preopens::View<'_> {
        preopens::View {
            preopen: &self.preopen,
            table: &mut self.table,
        }
    }
}

impl HasSockets for State {
    fn sockets(&mut self) -> sockets::View<'_> {
        sockets::View {
            inboxes: &self.inboxes,
            table: &mut self.table,
        }
    }
}
