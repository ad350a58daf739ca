//! `wasi:filesystem` as wasmtime-wasi has it, with three walls more: nothing is
//! opened that would make this thread wait, files leave descriptors for connections,
//! and who may not write may not flush or advise either. And reading is
//! [`crate::reads`]' concern.

use std::pin::Pin;

use wasmtime::component::{Access, Accessor, FutureReader, Linker, Resource, StreamReader};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorType, DirectoryEntry, ErrorCode,
    HostDescriptorWithStore as _, OpenFlags, PathFlags,
};
use wasmtime_wasi::p3::filesystem::FilesystemResult;

use crate::limits;
use crate::reads::read_via_stream;

type File = Resource<Descriptor>;
type Opening = (File, PathFlags, String, OpenFlags, DescriptorFlags);
/// What a function of ours comes to: the component's result, or a trap.
type Answer<'a, T> =
    Pin<Box<dyn Future<Output = wasmtime::Result<(Result<T, ErrorCode>,)>> + Send + 'a>>;

/// `wasi:filesystem/types`; the directories themselves are in [`crate::preopens`].
pub(crate) fn add_to_linker<T: WasiFilesystemView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    types::add_to_linker::<T, WasiFilesystem>(linker, T::filesystem)?;
    linker.allow_shadowing(true);
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    let name = |function: &str| format!("[method]descriptor.{function}");
    types.func_wrap_concurrent(&name("open-at"), |accessor, opening: Opening| {
        let accessor = accessor.with_getter::<WasiFilesystem>(T::filesystem);
        Box::pin(async move { answer(open(&accessor, opening).await) })
    })?;
    types.func_wrap(
        &name("read-via-stream"),
        |store, (file, offset): (File, u64)| Ok((read_via_stream(store, &file, offset)?,)),
    )?;
    types.func_wrap(&name("read-directory"), |store, (directory,): (File,)| {
        let access = Access::<T, WasiFilesystem>::new(store, T::filesystem);
        Ok((list(access, directory)?,))
    })?;
    types.func_wrap_concurrent(&name("sync"), |_, (_,): (File,)| refuse())?;
    types.func_wrap_concurrent(&name("sync-data"), |_, (_,): (File,)| refuse())?;
    types.func_wrap_concurrent(
        &name("advise"),
        |_, (_, _, _, _): (File, u64, u64, Advice)| refuse(),
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Flushing and advising change no file, but cost the disk and everyone's page cache.
fn refuse<'a>() -> Answer<'a, ()> {
    Box::pin(async { Ok((Err(ErrorCode::NotPermitted),)) })
}

fn answer<T>(result: FilesystemResult<T>) -> wasmtime::Result<(Result<T, ErrorCode>,)> {
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(error.downcast()?),
    },))
}

/// Opens regular files and directories. To open a FIFO waits for a writer, to open a
/// device may do anything, and this thread serves all of a worker's connections.
async fn open<T: WasiFilesystemView + 'static>(
    accessor: &Accessor<T, WasiFilesystem>,
    (at, how, path, open_flags, flags): Opening,
) -> FilesystemResult<File> {
    let look = WasiFilesystem::stat_at(accessor, again(&at), how, path.clone());
    // What can't be looked at can't be opened either: opening says why.
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

/// The same handle: nothing here closes it by dropping this.
fn again(file: &File) -> File {
    Resource::new_own(file.rep())
}

/// A link that is not followed is refused by the opening itself.
fn may_be_opened(kind: &DescriptorType) -> bool {
    matches!(
        kind,
        DescriptorType::RegularFile | DescriptorType::Directory | DescriptorType::SymbolicLink
    )
}

type Listing = (
    StreamReader<DirectoryEntry>,
    FutureReader<Result<(), ErrorCode>>,
);

/// Each listing reads by a descriptor of its own.
fn list<T: WasiFilesystemView + 'static>(
    mut store: Access<'_, T, WasiFilesystem>,
    directory: File,
) -> wasmtime::Result<Listing> {
    if is_another_left(store.get().table.get(&directory)?) {
        return WasiFilesystem::read_directory(store, directory);
    }
    let refused = async { wasmtime::error::Ok(Err(TOO_MANY)) };
    Ok((
        StreamReader::new(&mut store, std::iter::empty())?,
        FutureReader::new(&mut store, refused)?,
    ))
}

/// WASI has no code of its own for EMFILE.
const TOO_MANY: ErrorCode = ErrorCode::InsufficientMemory;

#[cfg(unix)]
fn is_left_for_files(opened: &Descriptor) -> bool {
    use std::os::fd::AsFd as _;
    is_for_files(match opened {
        Descriptor::File(file) => file.file.as_fd(),
        Descriptor::Dir(directory) => directory.dir.as_fd(),
    })
}

#[cfg(unix)]
fn is_another_left(known: &Descriptor) -> bool {
    use std::os::fd::AsFd as _;
    match known {
        Descriptor::Dir(directory) => directory
            .dir
            .try_clone()
            .is_ok_and(|another| is_for_files(another.as_fd())),
        // Not a directory: there will be no listing.
        Descriptor::File(_) => true,
    }
}

/// The system gives out the lowest number that is free: a high one says that few are
/// left, and those are for connections.
#[cfg(unix)]
fn is_for_files(descriptor: std::os::fd::BorrowedFd<'_>) -> bool {
    use std::os::fd::AsRawFd as _;

    use rustix::process::{Resource, getrlimit};
    let Some(all) = getrlimit(Resource::Nofile).current else {
        return true;
    };
    let kept = all.div_ceil(limits::KEPT_DESCRIPTORS);
    let number = u64::try_from(descriptor.as_raw_fd());
    number.is_ok_and(|number| number < all.saturating_sub(kept))
}

#[cfg(not(unix))]
fn is_left_for_files(_: &Descriptor) -> bool {
    true
}

#[cfg(not(unix))]
fn is_another_left(_: &Descriptor) -> bool {
    true
}
