//! The served files, which are made once and used by every run.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::fs::Advice;

/// Number of distinct small files.
pub(crate) const SMALL_FILES: usize = 10_000;
/// Size of each of them in bytes.
const SMALL_BYTES: u64 = 1024;

/// The files with a name of their own, and their sizes in bytes.
const NAMED: [(&str, u64); 4] = [(K1, 1 << 10), (K16, 16 << 10), (K256, 256 << 10), (G1, GIB)];

pub(crate) const K1: &str = "/1k.bin";
pub(crate) const K16: &str = "/16k.bin";
pub(crate) const K256: &str = "/256k.bin";
pub(crate) const G1: &str = "/1g.bin";
pub(crate) const GIB: u64 = 1 << 30;

/// Returns the path of one of the small files: a hundred directories with a hundred files
/// each.
pub(crate) fn small(index: usize) -> String {
    format!("/small/{:02}/{:02}.bin", index / 100, index % 100)
}

/// Returns the name of a file in a folder that is listed.
fn entry(number: usize) -> String {
    format!("The Long Swell {number:06}{ENTRY_END}")
}

/// End of the names in folders that are listed.
pub(crate) const ENTRY_END: &str = ".mkv";

pub(crate) struct Files {
    root: PathBuf,
}

impl Files {
    /// Makes the missing files below `data`.
    pub(crate) fn prepare(data: &Path) -> Result<Self> {
        let files = Self {
            root: data.join("www"),
        };
        for (path, size) in NAMED {
            files.fill(path, size)?;
        }
        for index in 0..SMALL_FILES {
            files.fill(&small(index), SMALL_BYTES)?;
        }
        Ok(files)
    }

    /// Returns the directory that the servers serve.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Reads everything once, so that it is in the page cache.
    pub(crate) fn warm(&self) -> Result<()> {
        let small = (0..SMALL_FILES).map(small);
        for path in NAMED.map(|(path, _)| path.into()).into_iter().chain(small) {
            std::io::copy(&mut File::open(self.locate(&path))?, &mut std::io::sink())?;
        }
        Ok(())
    }

    /// Makes a folder with this number of empty files, unless it is there, and returns the path
    /// for requests.
    pub(crate) fn folder(&self, entries: usize) -> Result<String> {
        let path = format!("/lists/{entries}/");
        let folder = self.locate(&path);
        fs::create_dir_all(&folder)?;
        for number in 0..entries {
            let file = folder.join(entry(number));
            if !file.exists() {
                File::create(file)?;
            }
        }
        Ok(path)
    }

    /// Returns the path of the file for a request path.
    pub(crate) fn locate(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn fill(&self, path: &str, size: u64) -> Result<()> {
        let file = self.locate(path);
        if fs::metadata(&file).is_ok_and(|found| found.len() == size) {
            return Ok(());
        }
        write_noise(&file, size).with_context(|| format!("cannot make {}", file.display()))
    }
}

/// Writes incompressible bytes, because reading a sparse file would cost the disk
/// nothing.
fn write_noise(file: &Path, size: u64) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut random = fastrand::Rng::with_seed(size);
    let mut out = BufWriter::new(File::create(file)?);
    let mut block = [0; 1 << 16];
    let mut left = size;
    while left > 0 {
        random.fill(&mut block);
        let length = left.min(block.len() as u64);
        out.write_all(block.get(..length as usize).unwrap_or(&block))?;
        left -= length;
    }
    out.flush()?;
    Ok(())
}

/// Longest time that pages may stay in the page cache: long enough that readahead is
/// used.
const COLD_PERIOD: Duration = Duration::from_millis(250);

/// A file that must be read from the disk, not from the page cache.
pub(crate) struct Cold {
    file: File,
    dropped: Instant,
}

impl Cold {
    pub(crate) fn new(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        // Pages can't be dropped before they have been written back.
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
        Ok(Self {
            file,
            dropped: Instant::now(),
        })
    }

    /// Drops the pages of the file from the page cache. Must be called again and again.
    pub(crate) fn keep(&mut self) -> Result<()> {
        if self.dropped.elapsed() > COLD_PERIOD {
            rustix::fs::fadvise(&self.file, 0, None, Advice::DontNeed)?;
            self.dropped = Instant::now();
        }
        Ok(())
    }
}
