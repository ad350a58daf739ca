//! File systems that the serving thread may ask, and those that may keep it waiting.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::stopwatch::{Stopwatch, Took};
use crate::limits::{FILE_SYSTEM_TTL, KNOWN_FILE_SYSTEMS, SLOW_DISK_PERIOD};
use crate::mounts::Automount;

/// Device number of a mounted file system, from `stx_dev`.
pub(crate) type Device = (u32, u32);

/// Resource that a file system may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: the file system is in memory.
    Memory,
    /// A disk of this machine, for data that the kernel does not have in memory.
    Disk,
    /// A disk of this machine, or anything else, for data that the kernel does not have in
    /// memory: layers of overlayfs may be anywhere.
    Mixed,
    /// A server, a process, or something unknown: for any data, and without a time limit.
    Remote,
}

impl Kind {
    /// Returns the kind for a number of statfs(2). An unknown file system counts as
    /// remote.
    pub(crate) fn of(magic: i64) -> Self {
        #[rustfmt::skip]
        const DISKS: &[i64] = &[
            0xEF53, // ext2, ext3, ext4
            0x5846_5342, // XFS
            0x9123_683E, // Btrfs
            0xF2F5_2010, // F2FS
            0x2FC1_2FC1, // ZFS
            0xCA45_1A4E, // bcachefs
            0x4D44, // FAT
            0x2011_BAB0, // exFAT
            0x7366_746E, 0x5346_544E, // NTFS
            0x9660, // ISO 9660
            0x1501_3346, // UDF
            0x7371_7368, // squashfs
            0xE0F5_E1E2, // EROFS
            0x4244, 0x482B, // HFS, HFS+
            0x3153_464A, // JFS
            0x5265_4973, // ReiserFS
            0x3434, // NILFS
        ];
        match magic {
            // tmpfs, devtmpfs; ramfs.
            0x0102_1994 | 0x8584_58F6 => Self::Memory,
            // overlayfs.
            0x794C_7630 => Self::Mixed,
            _ if DISKS.contains(&magic) => Self::Disk,
            _ => Self::Remote,
        }
    }
}

/// Thread that may ask a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The serving thread.
    Inline,
    /// The serving thread, for data that the kernel has in memory.
    InlineIfCached,
    /// A thread that may wait.
    Offload,
    /// A thread that may wait, and that also finds out the kind.
    Unknown,
}

/// Kinds of the file systems that were used so far.
#[derive(Debug, Default)]
pub(crate) struct FileSystems {
    known: Mutex<Vec<Known>>,
    /// Automounts below the root, or `None` if that is not known. Names of a disk may wait
    /// for one of them.
    automounts: Mutex<Option<Vec<Automount>>>,
}

#[derive(Debug)]
struct Known {
    device: Device,
    kind: Kind,
    learned: Instant,
    /// End of the last call that took long.
    long: Option<Instant>,
    /// Whether such a call is known to have waited. Until then the processor may have been
    /// busy with others.
    waits: bool,
}

impl Known {
    fn was_long_lately(&self) -> bool {
        self.long
            .is_some_and(|long| long.elapsed() <= SLOW_DISK_PERIOD)
    }
}

impl FileSystems {
    pub(crate) fn route(&self, device: Device) -> Route {
        let known = self.lock();
        let Some(known) = known.iter().find(|known| known.device == device) else {
            return Route::Unknown;
        };
        let is_past = |since: Instant, age| since.elapsed() > age;
        match known.kind {
            // Another file system may have the number by now.
            _ if is_past(known.learned, FILE_SYSTEM_TTL) => Route::Unknown,
            Kind::Mixed => Route::InlineIfCached,
            Kind::Memory | Kind::Disk if !self.is_without_automounts() => Route::InlineIfCached,
            Kind::Memory => Route::Inline,
            Kind::Disk if known.waits && known.was_long_lately() => Route::InlineIfCached,
            Kind::Disk => Route::Inline,
            Kind::Remote => Route::Offload,
        }
    }

    fn is_without_automounts(&self) -> bool {
        self.automounts().as_ref().is_some_and(Vec::is_empty)
    }

    pub(crate) fn set_automounts(&self, automounts: Option<Vec<Automount>>) {
        *self.automounts() = automounts;
    }

    /// Returns the file system of an automount, if it is at that path.
    pub(crate) fn automount_at(&self, path: impl FnOnce() -> Option<PathBuf>) -> Option<Device> {
        if self.is_without_automounts() {
            return None;
        }
        let path = path()?;
        let automounts = self.automounts();
        let mut all = automounts.iter().flatten();
        all.find(|mount| mount.path == path)
            .map(|mount| mount.device)
    }

    fn automounts(&self) -> MutexGuard<'_, Option<Vec<Automount>>> {
        self.automounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn learn(&self, device: Device, kind: Kind) {
        let mut all = self.lock();
        let before = all.iter().position(|known| known.device == device);
        let before = before.map(|index| all.swap_remove(index));
        if all.len() >= KNOWN_FILE_SYSTEMS {
            all.clear();
        }
        all.push(Known {
            device,
            kind,
            learned: Instant::now(),
            long: before.as_ref().and_then(|before| before.long),
            waits: before.is_some_and(|before| before.waits),
        });
    }

    /// Begins a call. After one that took long, the next ones are watched closely.
    pub(crate) fn begin(&self, device: Device) -> Stopwatch {
        let known = self.lock();
        let known = known.iter().find(|known| known.device == device);
        Stopwatch::begin(known.is_some_and(|known| !known.waits && known.was_long_lately()))
    }

    /// Notes the end of a call.
    pub(crate) fn took(&self, device: Device, call: Stopwatch) {
        let took = call.took();
        if took == Took::NotLong {
            return;
        }
        if let Some(known) = self.lock().iter_mut().find(|known| known.device == device) {
            known.long = Some(Instant::now());
            known.waits |= took == Took::LongWait;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Known>> {
        // No code panics while it holds the lock.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::stopwatch::tests::long;

    #[test]
    fn remote_file_systems_never_block_the_serving_thread() {
        let file_systems = FileSystems::default();
        file_systems.set_automounts(Some(Vec::new()));
        let (memory, disk, remote, overlay) = ((0, 1), (8, 1), (0, 2), (0, 3));
        assert_eq!(file_systems.route(disk), Route::Unknown);
        let magics = [
            (memory, 0x0102_1994),
            (disk, 0xEF53),
            (remote, 0x6573_5546),
            (overlay, 0x794C_7630),
        ];
        for (device, magic) in magics {
            file_systems.learn(device, Kind::of(magic));
        }
        let routes = [
            (memory, Route::Inline, Route::Inline),
            (disk, Route::Inline, Route::InlineIfCached),
            (remote, Route::Offload, Route::Offload),
            (overlay, Route::InlineIfCached, Route::InlineIfCached),
        ];
        for (device, before, after) in routes {
            file_systems.took(device, file_systems.begin(device));
            assert_eq!(file_systems.route(device), before, "{device:?}");
            file_systems.took(device, long(false, true));
            assert_eq!(file_systems.route(device), before, "{device:?}");
            file_systems.took(device, long(true, true));
            assert_eq!(file_systems.route(device), after, "{device:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_in_memory_may_be_an_automount() {
        let file_systems = FileSystems::default();
        let automount = Automount {
            path: "/media/nas".into(),
            device: (0, 32),
        };
        for (device, kind) in [((0, 1), Kind::Memory), ((8, 1), Kind::Disk)] {
            file_systems.learn(device, kind);
            file_systems.set_automounts(Some(Vec::new()));
            assert_eq!(file_systems.route(device), Route::Inline);
            for automounts in [None, Some(vec![automount.clone()])] {
                file_systems.set_automounts(automounts);
                assert_eq!(file_systems.route(device), Route::InlineIfCached);
            }
        }
        let at = |path: &str| file_systems.automount_at(|| Some(path.into()));
        assert_eq!(at("/media/nas"), Some((0, 32)));
        assert_eq!(at("/media/nas/films"), None);
    }

    #[test]
    fn known_file_systems_are_bounded_and_expire() {
        let file_systems = FileSystems::default();
        file_systems.set_automounts(Some(Vec::new()));
        for minor in 0..1_000 {
            file_systems.learn((0, minor), Kind::Disk);
            assert!(file_systems.lock().len() <= KNOWN_FILE_SYSTEMS);
            assert_eq!(file_systems.route((0, minor)), Route::Inline);
        }
        let age = FILE_SYSTEM_TTL * 2;
        for known in file_systems.lock().iter_mut() {
            known.learned = Instant::now().checked_sub(age).unwrap();
        }
        assert_eq!(file_systems.route((0, 999)), Route::Unknown);
    }
}
