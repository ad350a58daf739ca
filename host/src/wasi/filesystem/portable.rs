//! File access on systems that cannot keep a path inside by themselves: wasmtime-wasi
//! walks the path, and a file is checked before it is opened.

use wasmtime::component::{Access, Accessor, LinkerInstance};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorStat, DescriptorType, ErrorCode, HostDescriptorWithStore as _, PathFlags,
};
use wasmtime_wasi::p3::filesystem::FilesystemResult;

use super::{File, HasDisk, HostFuture, Listing, Opening, TOO_MANY, name, refused_listing};

/// Disk access needs no state here.
#[derive(Debug)]
pub(crate) struct Disk;

pub(super) fn add_to_linker<T: HasDisk + 'static>(
    types: &mut LinkerInstance<'_, T>,
) -> wasmtime::Result<()> {
    types.func_wrap_concurrent(&name("open-at"), |accessor, opening: Opening| {
        let accessor = accessor.with_getter::<WasiFilesystem>(T::filesystem);
        Box::pin(async move { returned(open(&accessor, opening).await) })
    })?;
    types.func_wrap_concurrent(
        &name("stat-at"),
        |accessor, (at, how, path): (File, PathFlags, String)| {
            let accessor = accessor.with_getter::<WasiFilesystem>(T::filesystem);
            look(accessor, at, how, path)
        },
    )?;
    types.func_wrap(&name("read-directory"), |store, (directory,): (File,)| {
        let access = Access::<T, WasiFilesystem>::new(store, T::filesystem);
        Ok((list(access, directory)?,))
    })?;
    Ok(())
}

fn returned<T>(result: FilesystemResult<T>) -> wasmtime::Result<(Result<T, ErrorCode>,)> {
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(error.downcast()?),
    },))
}

fn look<T: HasDisk + 'static>(
    accessor: Accessor<T, WasiFilesystem>,
    at: File,
    how: PathFlags,
    path: String,
) -> HostFuture<'static, DescriptorStat> {
    Box::pin(async move {
        if !is_path(&path) {
            return Ok((Err(ErrorCode::NoEntry),));
        }
        returned(WasiFilesystem::stat_at(&accessor, at, how, path).await)
    })
}

/// Returns a path in which there is no link. Where a link leads is not known here, so it is an
/// error.
pub(super) async fn real_path<T: HasDisk + 'static>(
    accessor: &Accessor<T>,
    at: File,
    path: String,
) -> wasmtime::Result<Result<String, ErrorCode>> {
    let accessor = accessor.with_getter::<WasiFilesystem>(T::filesystem);
    let mut real = String::new();
    for name in path.split('/').filter(|name| !matches!(*name, "" | ".")) {
        if name == ".." || !is_path(name) {
            return Ok(Err(ErrorCode::NotPermitted));
        }
        if !real.is_empty() {
            real.push('/');
        }
        real.push_str(name);
        let (how, at) = (PathFlags::empty(), again(&at));
        let look = WasiFilesystem::stat_at(&accessor, at, how, real.clone());
        match returned(look.await)? {
            (Ok(stat),) if matches!(stat.type_, DescriptorType::SymbolicLink) => {
                return Ok(Err(ErrorCode::Loop));
            }
            (Ok(_),) => {}
            (Err(error),) => return Ok(Err(error)),
        }
    }
    let is_root = real.is_empty();
    Ok(Ok(if is_root { ".".to_owned() } else { real }))
}

/// Opens regular files and directories. Opening a FIFO would wait for a writer, opening a
/// device may have side effects, and this thread serves all of a worker's connections.
async fn open<T: HasDisk + 'static>(
    accessor: &Accessor<T, WasiFilesystem>,
    (at, how, path, open_flags, flags): Opening,
) -> FilesystemResult<File> {
    if !is_path(&path) {
        return Err(ErrorCode::NoEntry.into());
    }
    let look = WasiFilesystem::stat_at(accessor, again(&at), how, path.clone());
    // A file without metadata cannot be opened either: opening it returns the reason.
    if let Ok(stat) = look.await
        && !may_be_opened(&stat.type_)
    {
        return Err(ErrorCode::NotPermitted.into());
    }
    let opened = WasiFilesystem::open_at(accessor, at, how, path, open_flags, flags).await?;
    let left = accessor.with(|mut store| {
        let table = store.get().table;
        let left = is_left_for_files(table.get(&opened)?);
        if !left {
            table.delete(again(&opened))?;
        }
        FilesystemResult::Ok(left)
    })?;
    match left {
        true => Ok(opened),
        false => Err(TOO_MANY.into()),
    }
}

/// Whether it is a path here, too. Windows takes a backslash for a slash, but the
/// component splits paths only at slashes.
fn is_path(path: &str) -> bool {
    cfg!(unix) || !path.contains('\\')
}

/// Returns the same handle again. Dropping it closes nothing.
fn again(file: &File) -> File {
    File::new_own(file.rep())
}

/// Whether it may be opened. Opening a link that is not followed fails by itself.
fn may_be_opened(kind: &DescriptorType) -> bool {
    matches!(
        kind,
        DescriptorType::RegularFile | DescriptorType::Directory | DescriptorType::SymbolicLink
    )
}

/// Returns a listing, which reads through a descriptor of its own.
fn list<T: HasDisk + 'static>(
    mut store: Access<'_, T, WasiFilesystem>,
    directory: File,
) -> wasmtime::Result<Listing> {
    if is_another_left(store.get().table.get(&directory)?) {
        return WasiFilesystem::read_directory(store, directory);
    }
    refused_listing(wasmtime::AsContextMut::as_context_mut(&mut store), TOO_MANY)
}

#[cfg(unix)]
fn is_left_for_files(opened: &Descriptor) -> bool {
    match opened {
        Descriptor::File(file) => crate::descriptors::is_for_files(&*file.file),
        Descriptor::Dir(directory) => crate::descriptors::is_for_files(&*directory.dir),
    }
}

#[cfg(unix)]
fn is_another_left(known: &Descriptor) -> bool {
    match known {
        Descriptor::Dir(directory) => {
            let another = directory.dir.try_clone();
            another.is_ok_and(|another| crate::descriptors::is_for_files(another))
        }
        // It is not a directory, so there will be no listing.
        Descriptor::File(_) => true,
    }
}

#[cfg(not(unix))]
fn is_left_for_files(_: &Descriptor) -> bool {
    true
}

#[cfg(not(unix))]
fn is_another_left(_: &Descriptor) -> bool {
    true
}
