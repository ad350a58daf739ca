//! The path that a path really has: the one without symbolic links.

use std::sync::Arc;

use rustix::io::Errno;

use super::links::{Stop, follow, follow_in_memory};
use super::{Disk, Lookup, Route};

impl Disk {
    /// Returns the path from the root to what a path leads to; `.` is the root. The walk asks
    /// the kernel's memory first, and a thread goes on where a file system must be asked.
    ///
    /// # Errors
    /// [`super::OUTSIDE`] when the path leads out, [`Errno::LOOP`] when it has too many links,
    /// and any error of the file system.
    pub(crate) async fn real_path(self: &Arc<Self>, asked: Lookup) -> Result<Vec<u8>, Errno> {
        let device = self.device_of(&asked.from)?;
        if self.granted.has_openat2 {
            match follow_in_memory(&self.granted, asked.place(), &self.file_systems) {
                Ok(path) => return Ok(path),
                // This file system would say the same.
                Err(Stop::Error(error)) if self.file_systems.route(device) == Route::Inline => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        let nearby = self.nearby(asked, device);
        let real = self.offload(nearby, |granted, place| {
            follow(granted, place).map(|end| end.path)
        });
        real.await
    }
}
