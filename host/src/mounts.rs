//! The table of mounts, from proc(5).

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::limits::MOUNT_TABLE_BYTES;

/// The table, opened while the process may still open it. `None` without `/proc`.
static TABLE: OnceLock<Option<Mutex<File>>> = OnceLock::new();

/// Opens the table, if it is not open yet.
pub(crate) fn open() {
    TABLE.get_or_init(|| File::open("/proc/self/mountinfo").ok().map(Mutex::new));
}

/// A directory at which another file system is mounted once someone enters it: autofs. Who
/// looks at its name meanwhile waits, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Automount {
    pub(crate) path: PathBuf,
    /// Device number of the autofs itself.
    pub(crate) device: (u32, u32),
}

/// Returns the automounts below a directory, or `None` if the table cannot be read.
pub(crate) fn automounts(below: &Path) -> Option<Vec<Automount>> {
    open();
    let table = TABLE.get()?.as_ref()?;
    let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
    table.rewind().ok()?;
    let mut text = Vec::new();
    let most = MOUNT_TABLE_BYTES as u64;
    let read = (&*table)
        .take(most.saturating_add(1))
        .read_to_end(&mut text);
    match read.ok()? > MOUNT_TABLE_BYTES {
        true => None,
        false => Some(parse(&text, below)),
    }
}

fn parse(table: &[u8], below: &Path) -> Vec<Automount> {
    let lines = table.split(|&byte| byte == b'\n');
    let all = lines.filter_map(automount);
    all.filter(|mount| mount.path != below && mount.path.starts_with(below))
        .collect()
}

/// Reads a line like `36 35 0:32 / /home/nas rw shared:9 - autofs systemd-1 rw`.
fn automount(line: &[u8]) -> Option<Automount> {
    let mut fields = line.split(|&byte| byte == b' ');
    let device = str::from_utf8(fields.nth(2)?).ok()?;
    let (major, minor) = device.split_once(':')?;
    let path = fields.nth(1)?;
    fields.find(|field| *field == b"-")?;
    let is_autofs = fields.next()? == b"autofs";
    is_autofs.then_some(Automount {
        path: Path::new(std::ffi::OsStr::from_bytes(&unescape(path))).to_owned(),
        device: (major.parse().ok()?, minor.parse().ok()?),
    })
}

/// Spaces, tabs, line feeds and backslashes are written as `\040` and the like.
fn unescape(path: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.first_chunk::<3>().filter(|_| first == b'\\');
        let digits = digits.and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automounts_below_a_directory_are_found() {
        let table = b"22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
            30 22 0:28 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw,fd=29\n\
            36 22 0:32 / /media/nas rw,relatime shared:9 master:2 - autofs systemd-1 rw\n\
            37 22 0:33 / /media/my\\040films rw - autofs systemd-1 rw,direct\n\
            38 36 0:50 / /media/nas rw - nfs4 nas:/films rw\n\
            39 22 0:34 / /mediathek rw - autofs systemd-1 rw\n\
            broken\n";
        let found = parse(table, Path::new("/media"));
        let expected = [("/media/nas", (0, 32)), ("/media/my films", (0, 33))];
        let expected = expected.map(|(path, device)| Automount {
            path: path.into(),
            device,
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn the_table_of_this_process_is_read_again_and_again() {
        open();
        for _ in 0..3 {
            assert!(automounts(Path::new("/nothing/here")).is_some_and(|all| all.is_empty()));
        }
    }
}
