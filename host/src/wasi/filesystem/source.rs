//! Bytes of open files: those in memory at once, those on a disk by another thread.
//!
//! wasmtime-wasi's reads have two modes. One blocks a worker as long as the disk takes.
//! The other goes through another thread and a buffer of 8 KiB even if all bytes are in
//! the page cache.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

#[cfg(target_os = "linux")]
use crate::disk::Buffer;

/// Bytes that a thread reads.
pub(crate) type Reading = Pin<Box<dyn Future<Output = Result<Buffer, ErrorCode>> + Send>>;

/// Reason why a file was not read at once.
#[derive(Debug)]
pub(crate) enum Refusal {
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "no other system tells")
    )]
    WouldWait,
    Error(ErrorCode),
}

#[cfg(target_os = "linux")]
pub(crate) use linux::Source;
#[cfg(all(test, target_os = "linux"))]
pub(super) use linux::read_cached;
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::{Buffer, Source};

#[cfg(target_os = "linux")]
mod linux {
    use rustix::io::{Errno, ReadWriteFlags, pread, preadv2, retry_on_intr};

    use super::{Arc, File, Reading, Refusal, io};
    use crate::disk::{Device, Disk, Route, code, page_cache};

    /// A file to read from.
    #[derive(Clone)]
    pub(crate) struct Source {
        file: Arc<File>,
        disk: Arc<Disk>,
    }

    impl Source {
        pub(crate) fn new(file: Arc<File>, disk: &Arc<Disk>) -> Self {
            let disk = Arc::clone(disk);
            Self { file, disk }
        }

        /// Reads bytes that are in memory. If the file system cannot tell, reads them if
        /// that is quick.
        pub(crate) fn read_inline(&self, buffer: &mut [u8], at: u64) -> Result<usize, Refusal> {
            match read_cached(&self.file, buffer, at) {
                Ok(count) => Ok(count),
                Err(Errno::AGAIN | Errno::INTR) => Err(Refusal::WouldWait),
                Err(Errno::OPNOTSUPP | Errno::INVAL) => self.read_quickly(buffer, at),
                Err(error) => Err(Refusal::Error(code(error))),
            }
        }

        fn read_quickly(&self, buffer: &mut [u8], at: u64) -> Result<usize, Refusal> {
            let device = self.device()?;
            if self.disk.file_systems.route(device) != Route::Inline {
                return Err(Refusal::WouldWait);
            }
            let begun = self.disk.file_systems.begin(device);
            let read = pread(&*self.file, buffer, at);
            self.disk.file_systems.took(device, begun);
            match read {
                Ok(count) => Ok(count),
                Err(Errno::INTR | Errno::AGAIN) => Err(Refusal::WouldWait),
                Err(error) => Err(Refusal::Error(code(error))),
            }
        }

        /// Reads on another thread, however long that takes.
        pub(crate) fn read_offloaded(&self, at: u64, length: usize) -> Reading {
            let device = match self.device() {
                Ok(device) => device,
                Err(Refusal::Error(error)) => return Box::pin(std::future::ready(Err(error))),
                Err(Refusal::WouldWait) => Device::default(),
            };
            let (file, disk) = (Arc::clone(&self.file), Arc::clone(&self.disk));
            let read = self.disk.threads.run(device, move || {
                disk.learn(device, &file);
                let mut buffer = disk.buffers.take(length);
                let begun = disk.file_systems.begin(device);
                let count = retry_on_intr(|| pread(&*file, &mut buffer[..], at))?;
                disk.file_systems.took(device, begun);
                buffer.truncate(count);
                Ok(buffer)
            });
            Box::pin(async move { read.await.map_err(code) })
        }

        /// Whether all of a range is in memory, so that nothing waits for it. Returns `None` if
        /// the system does not tell.
        pub(crate) fn is_at_hand(&self, at: u64, length: u64) -> Option<bool> {
            if !page_cache::has_pages(&self.file, at, length)? {
                return Some(false);
            }
            Some(match page_cache::have_been_read(&self.file, at, length) {
                Ok(have_been_read) => have_been_read,
                // tmpfs, for example.
                Err(Errno::OPNOTSUPP) => {
                    let device = self.device();
                    device.is_ok_and(|device| self.disk.file_systems.route(device) == Route::Inline)
                }
                Err(_) => false,
            })
        }

        pub(crate) fn file(&self) -> &File {
            &self.file
        }

        fn device(&self) -> Result<Device, Refusal> {
            let device = self.disk.device_of(&self.file);
            device.map_err(|error| Refusal::Error(code(error)))
        }
    }

    /// Reads bytes from the page cache. Returns [`Errno::AGAIN`] when none are at the
    /// offset, and [`Errno::OPNOTSUPP`] when the file system cannot tell.
    pub(crate) fn read_cached(file: &File, buffer: &mut [u8], at: u64) -> Result<usize, Errno> {
        // preadv2(2) takes -1 for the current position of the file, not for an offset.
        if i64::try_from(at).is_err() {
            return Err(Errno::INVAL);
        }
        let mut buffers = [io::IoSliceMut::new(buffer)];
        preadv2(file, &mut buffers, at, ReadWriteFlags::NOWAIT)
    }
}

/// Reading on systems that do not tell whether a read would wait.
#[cfg(not(target_os = "linux"))]
mod portable {
    use super::{Arc, ErrorCode, File, Reading, Refusal, io};
    use crate::wasi::filesystem::Disk;

    pub(crate) type Buffer = Vec<u8>;

    #[derive(Clone)]
    pub(crate) struct Source {
        file: Arc<File>,
    }

    impl Source {
        pub(crate) fn new(file: Arc<File>, _: &Arc<Disk>) -> Self {
            Self { file }
        }

        pub(crate) fn read_inline(&self, buffer: &mut [u8], at: u64) -> Result<usize, Refusal> {
            loop {
                match read(&self.file, buffer, at) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Refusal::Error(error.into())),
                    Ok(count) => return Ok(count),
                }
            }
        }

        pub(crate) fn read_offloaded(&self, _: u64, _: usize) -> Reading {
            Box::pin(std::future::ready(Err(ErrorCode::Io)))
        }
    }

    #[cfg(unix)]
    fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(file, buffer, offset)
    }

    #[cfg(windows)]
    fn read(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
    }
}
