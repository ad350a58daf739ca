//! Archives as files, written part by part.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use archive::{Manifest, Part};

/// Writes an archive to a file. `content` has the bytes of each file; zeros, and files without
/// content, are left to the file system.
pub fn write(manifest: &Manifest, content: impl Fn(usize) -> Vec<u8>, folder: &Path) -> PathBuf {
    let path = folder.join("archive.tar");
    let mut file = File::create(&path).unwrap();
    let mut at = 0;
    for part in manifest.parts(0..manifest.length()) {
        file.seek(SeekFrom::Start(at)).unwrap();
        match &part {
            Part::Bytes(bytes) => file.write_all(bytes).unwrap(),
            Part::File { entry, length, .. } => {
                let bytes = content(*entry);
                assert!(bytes.is_empty() || bytes.len() as u64 == *length);
                file.write_all(&bytes).unwrap();
            }
            Part::Zeros(_) => {}
        }
        at += part.length();
    }
    file.set_len(at).unwrap();
    path
}
