//! `wasi:filesystem` as wasmtime-wasi has it, with our own rules. No call makes this
//! thread wait for a file. Files leave descriptors for connections. A component that may
//! not write may not flush or advise either. Names may be any bytes.

use std::pin::Pin;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{FutureReader, Linker, Resource, StreamReader};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    self, Advice, DescriptorFlags, DirectoryEntry, ErrorCode, OpenFlags, PathFlags,
};

use crate::wasi::transfers::HasTransfers;
#[cfg(target_os = "linux")]
use linux::real_path;
#[cfg(not(target_os = "linux"))]
use portable::real_path;
use read::read_via_stream;

#[cfg(target_os = "linux")]
mod directory;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
pub(crate) mod preopens;
mod read;
pub(crate) mod source;

#[cfg(target_os = "linux")]
pub(crate) use crate::disk::Disk;
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::Disk;

/// Data of a store to which files may be granted.
pub(crate) trait HasDisk: WasiFilesystemView {
    /// Returns the access to the files.
    ///
    /// # Errors
    /// When none are granted. No component gets that far, because it has no descriptor.
    fn disk(&self) -> wasmtime::Result<&Arc<Disk>>;
}

type File = Resource<Descriptor>;
type Opening = (File, PathFlags, String, OpenFlags, DescriptorFlags);
/// Future of one of our functions: the component's result, or a trap.
type HostFuture<'a, T> =
    Pin<Box<dyn Future<Output = wasmtime::Result<(Result<T, ErrorCode>,)>> + Send + 'a>>;
type Listing = (
    StreamReader<DirectoryEntry>,
    FutureReader<Result<(), ErrorCode>>,
);

/// Adds `wasi:filesystem/types`. The granted directory itself is in [`preopens`].
pub(crate) fn add_to_linker<T: HasDisk + HasTransfers + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    types::add_to_linker::<T, WasiFilesystem>(linker, T::filesystem)?;
    linker.allow_shadowing(true);
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    types.func_wrap(
        &name("read-via-stream"),
        |store, (file, offset): (File, u64)| Ok((read_via_stream(store, &file, offset)?,)),
    )?;
    types.func_wrap_concurrent(&name("sync"), |_, (_,): (File,)| refuse())?;
    types.func_wrap_concurrent(&name("sync-data"), |_, (_,): (File,)| refuse())?;
    types.func_wrap_concurrent(
        &name("advise"),
        |_, (_, _, _, _): (File, u64, u64, Advice)| refuse(),
    )?;
    #[cfg(target_os = "linux")]
    linux::add_to_linker(&mut types)?;
    #[cfg(not(target_os = "linux"))]
    portable::add_to_linker(&mut types)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Adds `porthole:server/paths`.
pub(crate) fn add_paths_to_linker<T: HasDisk + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    let mut paths = linker.instance("porthole:server/paths@0.1.0")?;
    paths.func_wrap_concurrent("real-path", |accessor, (at, path): (File, String)| {
        Box::pin(async move { Ok((real_path(accessor, at, path).await?,)) })
    })
}

fn name(function: &str) -> String {
    format!("[method]descriptor.{function}")
}

/// Refuses to flush and to advise. These change no file, but they load the disk and evict
/// pages from the page cache that everyone shares.
fn refuse<'a>() -> HostFuture<'a, ()> {
    Box::pin(async { Ok((Err(ErrorCode::NotPermitted),)) })
}

/// Returns a listing that ends with an error at once.
fn refused_listing<T: 'static>(
    mut store: StoreContextMut<'_, T>,
    error: ErrorCode,
) -> wasmtime::Result<Listing> {
    let refused = async { wasmtime::error::Ok(Err(error)) };
    Ok((
        StreamReader::new(&mut store, std::iter::empty())?,
        FutureReader::new(&mut store, refused)?,
    ))
}

/// WASI has no code of its own for EMFILE.
const TOO_MANY: ErrorCode = ErrorCode::InsufficientMemory;
