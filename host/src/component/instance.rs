//! One instance of the component, from its first instruction to its end.

use std::sync::Arc;

use tokio::task::unconstrained;
use wasmtime::Store;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::WasiCtxBuilder;

use super::{Program, watchdog};
use crate::accept::inbox::Inboxes;
use crate::limits::{self, Limits};
use crate::net::fast_readers::FastReaders;
use crate::report::log::Log;
use crate::report::worker_counts::WorkerCounts;
use crate::wasi::counters::Observer;
use crate::wasi::filesystem::Disk;
use crate::wasi::filesystem::preopens::Preopen;
use crate::wasi::limiter::InstanceLimiter;
use crate::wasi::passwords::SharedPasswords;
use crate::wasi::sendfile::Scratch;
use crate::wasi::state::State;
use crate::wasi::transfers::Transfers;
use crate::wasi::usage::SharedUsage;

/// Grants of an instance: all that it can ever reach.
pub(crate) struct Grants {
    pub(crate) arguments: Arc<[String]>,
    pub(crate) inboxes: Inboxes,
    pub(crate) files: Option<(Preopen, Arc<Disk>)>,
    pub(crate) stdout: Log,
    pub(crate) stderr: Log,
    pub(crate) usage: SharedUsage,
    pub(crate) passwords: SharedPasswords,
    pub(crate) fast_readers: FastReaders,
    pub(crate) counts: WorkerCounts,
    pub(crate) observer: Observer,
}

/// Result of `wasi:cli/run`.
pub(crate) type Returned = Result<(), ()>;

/// Runs an instance until it returns.
///
/// # Errors
/// A trap.
pub(crate) async fn run(
    program: &Program,
    grants: Grants,
    limits: &Limits,
) -> wasmtime::Result<Returned> {
    let mut store = store(program, grants, limits);
    let instance = program.server.instantiate_async(&mut store).await?;
    let run = instance.wasi_cli_run();
    // With tokio's cooperative budget, ready tasks beyond it would be put off in
    // reverse order, and behind tasks that become ready meanwhile: of many connections, a
    // few would be served again and again. Without it, all ready tasks are served in turn
    // before the sockets are polled.
    let serving = store.run_concurrent(async |store| run.call_run(store).await);
    unconstrained(serving).await?
}

fn store(program: &Program, grants: Grants, limits: &Limits) -> Store<State> {
    // Each connection costs the host handles and table entries.
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
        .args(&grants.arguments)
        .stdout(grants.stdout)
        .stderr(grants.stderr)
        .max_random_size(0)
        // Our own functions replace those that may wait.
        .allow_blocking_current_thread(true)
        .build();
    let state = State {
        wasi,
        table,
        limiter: InstanceLimiter::new(limits.memory, grants.counts.clone()),
        inboxes: grants.inboxes,
        files: grants.files,
        transfers: Transfers::new(per_worker.saturating_add(limits::SPARE_TRANSFERS)),
        scratch: Scratch::default(),
        usage: grants.usage,
        passwords: grants.passwords,
        fast_readers: grants.fast_readers,
        counts: grants.counts,
        observer: grants.observer,
    };
    let mut store = Store::new(&program.engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_max_component_handles(handles);
    store.set_hostcall_fuel(limits::HOSTCALL_BYTES);
    watchdog::watch(&mut store);
    store
}
