//! `wasi:filesystem` over the world's disk.

use wasmtime::component::{Access, Accessor, Resource, StreamReader};
use wasmtime::{Result, bail};

use super::bindings::wasi::clocks::system_clock::Instant;
use super::bindings::wasi::filesystem::preopens;
use super::bindings::wasi::filesystem::types::{
    self, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode,
    HostDescriptor, HostDescriptorWithStore, MetadataHashValue, OpenFlags, PathFlags,
};
use super::outcome::OutcomeReader;
use super::{Fakes, State, directory, reads};
use crate::world::disk::{Kind, Stat, Time};
use crate::world::{SECOND, Shared};

pub(super) type Outcome<T> = std::result::Result<T, ErrorCode>;

/// An open file or directory.
pub struct Descriptor {
    pub path: String,
    /// The number of its inode, or `None` for a directory.
    pub file: Option<u64>,
    world: Shared,
}

impl Descriptor {
    fn new(path: String, file: Option<u64>, world: &Shared) -> Self {
        world.lock().disk.open += 1;
        Self {
            path,
            file,
            world: world.clone(),
        }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.world.lock().disk.open -= 1;
    }
}

/// A disk operation. It takes effect when its delay is over.
pub(super) struct Operation {
    pub(super) world: Shared,
    pub(super) path: String,
    file: Option<u64>,
}

impl types::Host for &mut State {}

impl HostDescriptor for &mut State {
    fn drop(&mut self, descriptor: Resource<Descriptor>) -> Result<()> {
        self.table.delete(descriptor)?;
        Ok(())
    }
}

impl preopens::Host for &mut State {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        let root = Descriptor::new(String::new(), None, &self.world);
        Ok(vec![(self.table.push(root)?, "/".to_owned())])
    }
}

pub(super) async fn begin(
    accessor: &Accessor<State, Fakes>,
    call: &str,
    descriptor: &Resource<Descriptor>,
    name: Option<&str>,
) -> Result<Operation> {
    let operation = accessor.with(|mut store| {
        super::note(&mut store);
        let state = store.get();
        let descriptor = state.table.get(descriptor)?;
        let path = match name {
            None => descriptor.path.clone(),
            Some(_) if descriptor.file.is_some() => bail!("a path below a file"),
            Some(name) => join(&descriptor.path, name),
        };
        let file = descriptor.file;
        let world = state.world.clone();
        Ok(Operation { world, path, file })
    })?;
    let delay = {
        let mut world = operation.world.lock();
        world.trace.call(call, operation.path.len() as u64, 0);
        world.trace.bytes(operation.path.as_bytes());
        let fault = world.disk.faults.get(&operation.path);
        world.disk.delay + fault.map_or(0, |fault| fault.delay)
    };
    if delay > 0 {
        operation.world.sleep(delay).await;
    }
    Ok(operation)
}

/// Joins a path as the disk spells it.
fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        (folder, ".") => folder.to_owned(),
        ("", name) => name.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

impl HostDescriptorWithStore<State> for Fakes {
    async fn stat(
        accessor: &Accessor<State, Self>,
        descriptor: Resource<Descriptor>,
    ) -> Result<Outcome<DescriptorStat>> {
        let operation = begin(accessor, "stat", &descriptor, None).await?;
        let disk = &operation.world.lock().disk;
        Ok(match operation.file {
            Some(number) => Ok(described(disk.stat_inode(number))),
            None => disk.stat(&operation.path).map(described),
        })
    }

    async fn stat_at(
        accessor: &Accessor<State, Self>,
        descriptor: Resource<Descriptor>,
        _: PathFlags,
        path: String,
    ) -> Result<Outcome<DescriptorStat>> {
        let operation = begin(accessor, "stat-at", &descriptor, Some(&path)).await?;
        Ok(operation
            .world
            .lock()
            .disk
            .stat(&operation.path)
            .map(described))
    }

    async fn metadata_hash(
        accessor: &Accessor<State, Self>,
        descriptor: Resource<Descriptor>,
    ) -> Result<Outcome<MetadataHashValue>> {
        let operation = begin(accessor, "metadata-hash", &descriptor, None).await?;
        let disk = &operation.world.lock().disk;
        Ok(match operation.file {
            Some(number) => Ok(hash(number)),
            None => disk.stat(&operation.path).map(|stat| hash(stat.number)),
        })
    }

    async fn metadata_hash_at(
        accessor: &Accessor<State, Self>,
        descriptor: Resource<Descriptor>,
        _: PathFlags,
        path: String,
    ) -> Result<Outcome<MetadataHashValue>> {
        let operation = begin(accessor, "metadata-hash-at", &descriptor, Some(&path)).await?;
        let stat = operation.world.lock().disk.stat(&operation.path);
        Ok(stat.map(|stat| hash(stat.number)))
    }

    async fn open_at(
        accessor: &Accessor<State, Self>,
        descriptor: Resource<Descriptor>,
        _: PathFlags,
        path: String,
        _: OpenFlags,
        _: DescriptorFlags,
    ) -> Result<Outcome<Resource<Descriptor>>> {
        let operation = begin(accessor, "open-at", &descriptor, Some(&path)).await?;
        let stat = match operation.world.lock().disk.may_open(&operation.path) {
            Ok(stat) => stat,
            Err(code) => return Ok(Err(code)),
        };
        let file = (stat.kind == Kind::File).then_some(stat.number);
        let opened = Descriptor::new(operation.path, file, &operation.world);
        accessor.with(|mut store| Ok(Ok(store.get().table.push(opened)?)))
    }

    fn read_via_stream(
        mut store: Access<'_, State, Self>,
        descriptor: Resource<Descriptor>,
        offset: u64,
    ) -> Result<(StreamReader<u8>, OutcomeReader<ErrorCode>)> {
        super::note(&mut store);
        reads::read(store, &descriptor, offset)
    }

    fn read_directory(
        mut store: Access<'_, State, Self>,
        descriptor: Resource<Descriptor>,
    ) -> Result<(StreamReader<DirectoryEntry>, OutcomeReader<ErrorCode>)> {
        super::note(&mut store);
        directory::list(store, &descriptor)
    }
}

/// Returns a value that identifies the file, whatever its name and its content.
fn hash(number: u64) -> MetadataHashValue {
    MetadataHashValue {
        lower: number,
        upper: 0,
    }
}

fn described(stat: Stat) -> DescriptorStat {
    DescriptorStat {
        type_: match stat.kind {
            Kind::File => DescriptorType::RegularFile,
            Kind::Folder => DescriptorType::Directory,
            Kind::Link => DescriptorType::SymbolicLink,
            Kind::Fifo => DescriptorType::Fifo,
        },
        link_count: stat.links,
        size: stat.size,
        data_access_timestamp: None,
        data_modification_timestamp: Some(instant(stat.modified)),
        status_change_timestamp: Some(instant(stat.changed)),
    }
}

fn instant(time: Time) -> Instant {
    let second = i128::from(SECOND);
    Instant {
        seconds: time.div_euclid(second) as i64,
        nanoseconds: time.rem_euclid(second) as u32,
    }
}
