//! The data of a store: everything that an instance reaches through its imports.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::cli::{WasiCliCtxView, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocksCtxView, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystemCtxView, WasiFilesystemView};

use crate::accept::inbox::Inboxes;
use crate::net::fast_readers::FastReaders;
use crate::report::worker_counts::WorkerCounts;
use crate::wasi::counters::{HasObserver, Observer};
use crate::wasi::filesystem::preopens::{self, HasPreopens, Preopen};
use crate::wasi::filesystem::{Disk, HasDisk};
use crate::wasi::limiter::InstanceLimiter;
use crate::wasi::passwords::{HasPasswords, SharedPasswords};
use crate::wasi::responses::{self, HasReports};
use crate::wasi::sendfile::{self, HasSendfile, Scratch};
use crate::wasi::sockets::{self, HasSockets};
use crate::wasi::transfers::{HasTransfers, Transfers};
use crate::wasi::usage::{HasUsage, SharedUsage};

/// Data of a store.
pub(crate) struct State {
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) limiter: InstanceLimiter,
    pub(crate) inboxes: Inboxes,
    /// The root, and the access to what is below it, unless no file is granted.
    pub(crate) files: Option<(Preopen, Arc<Disk>)>,
    pub(crate) transfers: Transfers,
    pub(crate) scratch: Scratch,
    pub(crate) fast_readers: FastReaders,
    pub(crate) usage: SharedUsage,
    pub(crate) passwords: SharedPasswords,
    pub(crate) counts: WorkerCounts,
    pub(crate) observer: Observer,
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
    fn disk(&self) -> wasmtime::Result<&Arc<Disk>> {
        let disk = self.files.as_ref().map(|(_, disk)| disk);
        disk.ok_or_else(|| wasmtime::format_err!("no file is granted"))
    }
}

impl HasTransfers for State {
    fn transfers(&self) -> &Transfers {
        &self.transfers
    }
}

impl HasUsage for State {
    fn usage(&mut self) -> &mut SharedUsage {
        &mut self.usage
    }
}

impl HasPasswords for State {
    fn passwords(&mut self) -> &mut SharedPasswords {
        &mut self.passwords
    }
}

impl HasReports for State {
    fn reports(&mut self) -> responses::View<'_> {
        responses::View {
            counts: &self.counts,
            clocks: WasiClocksCtxView {
                ctx: self.wasi.clocks(),
                table: &mut self.table,
            },
        }
    }
}

impl HasSendfile for State {
    fn sendfile(&mut self) -> sendfile::View<'_> {
        sendfile::View {
            table: &self.table,
            disk: self.files.as_ref().map(|(_, disk)| disk),
            scratch: &mut self.scratch,
            fast_readers: &self.fast_readers,
        }
    }
}

impl HasObserver for State {
    fn observer(&mut self) -> &mut Observer {
        &mut self.observer
    }
}

impl HasPreopens for State {
    fn preopens(&mut self) -> preopens::View<'_> {
        preopens::View {
            preopen: self.files.as_ref().map(|(preopen, _)| preopen),
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
