//! `wasi:filesystem/preopens`: hands the root to the component.
//!
//! WASI only knows directories here. We may also hand out a single regular file, so that
//! serving one file grants one file.

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::filesystem::{Descriptor, Dir, File, FsPerms, OpenMode};
use wasmtime_wasi::p3::bindings::filesystem::preopens;

use crate::root::{Kind, Root};

/// The root, as the component gets it.
#[derive(Clone)]
pub(crate) struct Preopen {
    /// Each call returns the same descriptor, so a component that asks without end takes
    /// no further descriptor of the process.
    descriptor: Descriptor,
    name: String,
}

/// The functions that [`super`] leaves to wasmtime-wasi wait for nothing.
pub(crate) const ON_THIS_THREAD: bool = true;

impl Preopen {
    /// Takes the root's descriptor.
    ///
    /// # Errors
    /// When the process has no descriptor left.
    pub(crate) fn new(root: &Root) -> std::io::Result<Self> {
        let file = root.file()?;
        let (perms, mode) = (FsPerms::ReadOnly, OpenMode::READ);
        let descriptor = match root.kind() {
            Kind::Directory => Descriptor::Dir(Dir::new(file, perms, mode, ON_THIS_THREAD)),
            Kind::File => Descriptor::File(File::new(file, perms, mode, ON_THIS_THREAD)),
        };
        Ok(Self {
            descriptor,
            name: root.name(),
        })
    }

    /// Returns the descriptor that is handed out.
    #[cfg(target_os = "linux")]
    pub(crate) fn file(&self) -> &std::sync::Arc<std::fs::File> {
        match &self.descriptor {
            Descriptor::Dir(directory) => &directory.dir,
            Descriptor::File(file) => &file.file,
        }
    }
}

pub(crate) struct View<'a> {
    /// `None` if no file is granted.
    pub(crate) preopen: Option<&'a Preopen>,
    pub(crate) table: &'a mut ResourceTable,
}

struct Preopens;

impl HasData for Preopens {
    type Data<'a> = View<'a>;
}

pub(crate) trait HasPreopens: Send {
    fn preopens(&mut self) -> View<'_>;
}

pub(crate) fn add_to_linker<T: HasPreopens + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    preopens::add_to_linker::<T, Preopens>(linker, T::preopens)
}

impl preopens::Host for View<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let Some(preopen) = self.preopen else {
            return Ok(Vec::new());
        };
        let descriptor = self.table.push(preopen.descriptor.clone())?;
        Ok(vec![(descriptor, preopen.name.clone())])
    }
}
