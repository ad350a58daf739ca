//! File systems on which a rule for a folder would not hold.
//!
//! The component compares folders by their identity, so that another spelling of a name leads to
//! the same rule. These file systems take letters in another case for the same, and number a
//! file anew each time that the kernel has forgotten it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use porthole::printable;

/// Names of such file systems in proc(5).
const IGNORING_CASE: [&[u8]; 7] = [
    b"cifs", b"exfat", b"msdos", b"ntfs", b"smb3", b"smbfs", b"vfat",
];

/// Returns the name and the place of such a file system at or below a folder, as far as the
/// system tells what is mounted.
pub(super) fn ignoring_case(served: &Path) -> Option<String> {
    let table = std::fs::read("/proc/self/mountinfo").ok()?;
    let served = served.canonicalize().ok()?;
    let (path, kind) = find(&table, &served)?;
    let kind = String::from_utf8_lossy(kind);
    Some(format!("{kind} ({})", printable(path.display())))
}

fn find<'t>(table: &'t [u8], served: &Path) -> Option<(PathBuf, &'t [u8])> {
    let mounts: Vec<_> = table
        .split(|byte| *byte == b'\n')
        .filter_map(mount)
        .collect();
    // Later mounts at the same place cover earlier ones.
    let above = mounts.iter().filter(|(path, _)| served.starts_with(path));
    let own = above.max_by_key(|(path, _)| path.components().count());
    let below = mounts.iter();
    let below = below.filter(|(path, _)| path != served && path.starts_with(served));
    let mut all = own.into_iter().chain(below);
    let found = all.find(|(_, kind)| IGNORING_CASE.contains(kind));
    found.cloned()
}

/// Reads the place and the kind of a line like
/// `36 35 8:17 / /media/stick rw shared:9 - vfat /dev/sdb1 rw`.
fn mount(line: &[u8]) -> Option<(PathBuf, &[u8])> {
    let mut fields = line.split(|byte| *byte == b' ');
    let path = unescaped(fields.nth(4)?);
    fields.find(|field| *field == b"-")?;
    Some((
        Path::new(OsStr::from_bytes(&path)).to_owned(),
        fields.next()?,
    ))
}

/// Spaces, tabs, line feeds and backslashes are written as `\040` and the like.
fn unescaped(path: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut parts = path.split(|byte| *byte == b'\\');
    bytes.extend(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.first_chunk::<3>();
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(part.get(3..).unwrap_or_default());
            }
            None => {
                bytes.push(b'\\');
                bytes.extend(part);
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_that_ignore_case_are_found_at_and_below_a_folder() {
        let table = b"22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
            36 22 8:17 / /media/my\\040stick rw,relatime shared:9 master:2 - vfat /dev/sdb1 rw\n\
            37 22 8:18 / /media/card rw - exfat /dev/sdc1 rw\n\
            38 37 8:19 / /media/card/linux rw - ext4 /dev/sdd1 rw\n\
            39 22 0:34 / /nas rw - cifs //nas/films rw\n\
            40 39 0:35 / /nas rw - nfs4 nas:/films rw\n\
            broken\n";
        let rows: [(&str, Option<&[u8]>); 9] = [
            ("/", Some(b"vfat")),
            ("/home", None),
            ("/media", Some(b"vfat")),
            ("/media/my stick", Some(b"vfat")),
            ("/media/my stick/films", Some(b"vfat")),
            ("/media/card/films", Some(b"exfat")),
            ("/media/card/linux/films", None),
            ("/media/cards", None),
            ("/nas/films", None),
        ];
        for (served, expected) in rows {
            let found = find(table, Path::new(served)).map(|(_, kind)| kind);
            assert_eq!(found, expected, "{served}");
        }
    }
}
