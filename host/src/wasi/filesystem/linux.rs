//! The functions that look up and open files by their paths, and that return metadata.

use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, FutureReader, LinkerInstance, StreamReader};
use wasmtime_wasi::filesystem::{self, Descriptor, Dir, FsPerms, OpenMode};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, MetadataHashValue, OpenFlags,
    PathFlags,
};

use super::directory::Entries;
use super::preopens::ON_THIS_THREAD;
use super::{File, HasDisk, HostFuture, Listing, Opening, TOO_MANY, name, refused_listing};
use crate::descriptors::is_for_files;
use crate::disk::{DirectoryReader, Disk, Freshness, Lookup, Stat, code, descriptor_type, names};
use crate::wasi::outcome::Outcome;

/// A directory's handle, flags, and a path, as the component passes them.
type Named = (File, PathFlags, String);

pub(super) fn add_to_linker<T: HasDisk + 'static>(
    types: &mut LinkerInstance<'_, T>,
) -> wasmtime::Result<()> {
    types.func_wrap_concurrent(&name("open-at"), |accessor, opening: Opening| {
        Box::pin(async move { Ok((open_at(accessor, opening).await?,)) })
    })?;
    types.func_wrap_concurrent(&name("stat-at"), |accessor, named: Named| {
        about_path(accessor, named, DescriptorStat::from)
    })?;
    types.func_wrap_concurrent(&name("metadata-hash-at"), |accessor, named: Named| {
        about_path(accessor, named, |stat| -> MetadataHashValue {
            stat.identity()
        })
    })?;
    types.func_wrap_concurrent(
        &name("readlink-at"),
        |accessor, (at, path): (File, String)| {
            Box::pin(async move { Ok((read_link_at(accessor, at, path).await?,)) })
        },
    )?;
    types.func_wrap_concurrent(&name("stat"), |accessor, (file,): (File,)| {
        about(accessor, file, DescriptorStat::from)
    })?;
    types.func_wrap_concurrent(&name("get-type"), |accessor, (file,): (File,)| {
        about(accessor, file, |stat| -> DescriptorType {
            descriptor_type(stat.kind)
        })
    })?;
    types.func_wrap_concurrent(&name("metadata-hash"), |accessor, (file,): (File,)| {
        about(accessor, file, |stat| -> MetadataHashValue {
            stat.identity()
        })
    })?;
    types.func_wrap_concurrent(
        &name("is-same-object"),
        |accessor, (one, other): (File, File)| {
            Box::pin(async move { Ok((is_same_object(accessor, &one, &other)?,)) })
        },
    )?;
    types.func_wrap(&name("read-directory"), |store, (directory,): (File,)| {
        Ok((read_directory(store, &directory)?,))
    })?;
    Ok(())
}

/// Returns the lookup of a path in one of the component's directories.
fn asked<T: HasDisk>(
    accessor: &Accessor<T>,
    (at, how, path): Named,
) -> wasmtime::Result<Result<(Arc<Disk>, Lookup), ErrorCode>> {
    let (disk, descriptor) = accessor.with(|mut access| descriptor(access.get(), &at))?;
    let Descriptor::Dir(directory) = descriptor else {
        return Ok(Err(ErrorCode::NotDirectory));
    };
    Ok(match names::to_bytes(&path) {
        None => Err(ErrorCode::NoEntry),
        Some(path) => Ok((
            disk,
            Lookup {
                from: directory.dir,
                path: path.into_owned(),
                follow: how.contains(PathFlags::SYMLINK_FOLLOW),
            },
        )),
    })
}

fn descriptor<T: HasDisk>(state: &mut T, file: &File) -> wasmtime::Result<(Arc<Disk>, Descriptor)> {
    let descriptor = state.filesystem().table.get(file)?.clone();
    Ok((Arc::clone(state.disk()?), descriptor))
}

/// Returns what `of` makes of the metadata of a path.
fn about_path<T: HasDisk, A: Send + 'static>(
    accessor: &Accessor<T>,
    named: Named,
    of: fn(Stat) -> A,
) -> HostFuture<'_, A> {
    Box::pin(async move {
        let (disk, asked) = match asked(accessor, named)? {
            Ok(asked) => asked,
            Err(error) => return Ok((Err(error),)),
        };
        Ok((disk.look(asked).await.map(of).map_err(code),))
    })
}

/// Returns what `of` makes of the metadata of an open file.
fn about<T: HasDisk, A: Send + 'static>(
    accessor: &Accessor<T>,
    file: File,
    of: fn(Stat) -> A,
) -> HostFuture<'_, A> {
    Box::pin(async move {
        let (disk, descriptor) = accessor.with(|mut access| descriptor(access.get(), &file))?;
        Ok((disk.stat(open_file(descriptor)).await.map(of).map_err(code),))
    })
}

/// Whether two open files are the same object. The kernel knows that without a file
/// system.
fn is_same_object<T: HasDisk>(
    accessor: &Accessor<T>,
    one: &File,
    other: &File,
) -> wasmtime::Result<bool> {
    let stat = |file| -> wasmtime::Result<Stat> {
        let (_, descriptor) = accessor.with(|mut access| descriptor(access.get(), file))?;
        Ok(Stat::of(open_file(descriptor), Freshness::Cached)?)
    };
    Ok(stat(one)?.is_same_object(&stat(other)?))
}

fn open_file(descriptor: Descriptor) -> Arc<std::fs::File> {
    match descriptor {
        Descriptor::File(file) => file.file,
        Descriptor::Dir(directory) => directory.dir,
    }
}

async fn read_link_at<T: HasDisk>(
    accessor: &Accessor<T>,
    at: File,
    path: String,
) -> wasmtime::Result<Result<String, ErrorCode>> {
    let (disk, asked) = match asked(accessor, (at, PathFlags::empty(), path))? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    Ok(match disk.read_link(asked).await {
        // The component must not learn the path of the root.
        Ok(target) if target.starts_with(b"/") => Err(ErrorCode::NotPermitted),
        Ok(target) => names::to_text(&target).ok_or(ErrorCode::IllegalByteSequence),
        Err(error) => Err(code(error)),
    })
}

/// Returns a path without links. The component learns no path of the root.
pub(super) async fn real_path<T: HasDisk>(
    accessor: &Accessor<T>,
    at: File,
    path: String,
) -> wasmtime::Result<Result<String, ErrorCode>> {
    let (disk, asked) = match asked(accessor, (at, PathFlags::SYMLINK_FOLLOW, path))? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    Ok(match disk.real_path(asked).await {
        Ok(path) => names::to_text(&path).ok_or(ErrorCode::IllegalByteSequence),
        Err(error) => Err(code(error)),
    })
}

/// Opens a regular file or a directory for reading.
async fn open_at<T: HasDisk>(
    accessor: &Accessor<T>,
    (at, how, path, open_flags, flags): Opening,
) -> wasmtime::Result<Result<File, ErrorCode>> {
    let (disk, asked) = match asked(accessor, (at, how, path))? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    if let Err(error) = refuse_changes(open_flags, flags) {
        return Ok(Err(error));
    }
    let opened = disk.open(asked, open_flags.contains(OpenFlags::DIRECTORY));
    let (file, stat) = match opened.await {
        Ok((file, _)) if !is_for_files(&file) => return Ok(Err(TOO_MANY)),
        Ok(opened) => opened,
        Err(error) => return Ok(Err(code(error))),
    };
    let (perms, mode) = (FsPerms::ReadOnly, OpenMode::READ);
    let descriptor = match stat.is_directory() {
        true => Descriptor::Dir(Dir::new(file.into(), perms, mode, ON_THIS_THREAD)),
        false => {
            let file = filesystem::File::new(file.into(), perms, mode, ON_THIS_THREAD);
            disk.close_elsewhere(stat.device, &file.file);
            Descriptor::File(file)
        }
    };
    let opened = accessor.with(|mut access| access.get().filesystem().table.push(descriptor))?;
    Ok(Ok(opened))
}

/// Refuses changes before they reach the kernel: the root is granted read-only.
fn refuse_changes(open: OpenFlags, flags: DescriptorFlags) -> Result<(), ErrorCode> {
    let changes = OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE;
    let synchronous = DescriptorFlags::FILE_INTEGRITY_SYNC
        | DescriptorFlags::DATA_INTEGRITY_SYNC
        | DescriptorFlags::REQUESTED_WRITE_SYNC;
    if flags.intersects(synchronous) {
        return Err(ErrorCode::Unsupported);
    }
    if open.contains(OpenFlags::DIRECTORY) && open.intersects(changes) {
        return Err(ErrorCode::Invalid);
    }
    let writes = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    match open.intersects(writes) || flags.contains(DescriptorFlags::WRITE) {
        true => Err(ErrorCode::NotPermitted),
        false => Ok(()),
    }
}

/// Returns a listing, which reads through a descriptor of its own.
fn read_directory<T: HasDisk + 'static>(
    mut store: StoreContextMut<'_, T>,
    directory: &File,
) -> wasmtime::Result<Listing> {
    let (disk, descriptor) = descriptor(store.data_mut(), directory)?;
    let Descriptor::Dir(directory) = descriptor else {
        return refused_listing(store, ErrorCode::NotDirectory);
    };
    let (outcome, ended) = Outcome::channel();
    let reader = DirectoryReader::new(disk, directory.dir);
    Ok((
        StreamReader::new(&mut store, Entries { reader, outcome })?,
        FutureReader::new(&mut store, ended)?,
    ))
}
