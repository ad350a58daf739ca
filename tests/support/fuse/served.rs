//! The files of a [`super::Fuse`], and its replies to the kernel.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use super::{Gate, Operation};

/// Size of a film.
pub(super) const FILM_BYTES: usize = 1 << 20;

/// The root holds a directory with the file `inside`, a file whose bytes can't be read,
/// a directory that fails half-way through its entries, and one with names that can't be
/// looked up, and names that begin with `late`. Every name that begins with `film` and is longer is a film.
///
/// In the directories `same` and `untold` letters in another case lead to the directory `closed`.
/// In the second one, each spelling has an inode of its own.
const ROOT: u64 = 1;
const FOLDER: u64 = 2;
const INSIDE: u64 = 3;
const BROKEN: u64 = 4;
const HALF: u64 = 5;
const SICK: u64 = 6;
const SAME: u64 = 7;
const UNTOLD: u64 = 8;
const CLOSED: u64 = 9;
const CLOSED_AGAIN: u64 = 10;
const FILM: u64 = 256;

pub(super) struct Served {
    pub(super) kernel: File,
    pub(super) gate: Arc<Gate>,
    pub(super) film: Arc<[u8]>,
}

struct Request {
    operation: u32,
    unique: u64,
    inode: u64,
    /// Part of the message that depends on the operation.
    body: Vec<u8>,
}

impl Request {
    fn new(bytes: &[u8]) -> Self {
        Self {
            operation: number(bytes, 4, 4) as u32,
            unique: number(bytes, 8, 8),
            inode: number(bytes, 16, 8),
            body: bytes[40..].to_vec(),
        }
    }

    fn operation(&self) -> Option<Operation> {
        match self.operation {
            1 if self.body.starts_with(b"late") => Some(Operation::LateLookup),
            1 => Some(Operation::Lookup),
            3 => Some(Operation::Attributes),
            14 => Some(Operation::Open),
            15 => Some(Operation::Read),
            17 => Some(Operation::Kind),
            25 => Some(Operation::Flush),
            28 => Some(Operation::ReadDirectory),
            _ => None,
        }
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes[at..at + length].iter().rev();
    bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

type Reply = Result<Vec<u8>, i32>;

impl Served {
    /// Runs until the file system is unmounted and no one uses it.
    pub(super) fn serve(self: Arc<Self>) {
        let mut buffer = vec![0; 1 << 17];
        loop {
            let count = match (&self.kernel).read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.raw_os_error() == Some(libc::ENODEV) => return,
                Err(_) => continue,
            };
            let request = Request::new(&buffer[..count]);
            // FORGET and INTERRUPT have no reply.
            if matches!(request.operation, 2 | 36 | 42) {
                continue;
            }
            let operation = request.operation();
            if !self.gate.is_closed(operation) {
                self.reply(&request);
                continue;
            }
            let this = Arc::clone(&self);
            std::thread::spawn(move || {
                this.gate.wait(operation);
                this.reply(&request);
            });
        }
    }

    fn reply(&self, request: &Request) {
        let (error, body) = match self.find(request) {
            Ok(body) => (0, body),
            Err(error) => (-error, Vec::new()),
        };
        let mut bytes = Vec::new();
        bytes.extend((16 + body.len() as u32).to_ne_bytes());
        bytes.extend(error.to_ne_bytes());
        bytes.extend(request.unique.to_ne_bytes());
        bytes.extend(body);
        // Fails when the asking process was interrupted.
        let _ = (&self.kernel).write(&bytes);
    }

    fn find(&self, request: &Request) -> Reply {
        match request.operation {
            1 => lookup(request),
            3 => Ok(words(&[0, 0])
                .into_iter()
                .chain(attributes(request.inode))
                .collect()),
            // Open a file, open a directory.
            14 | 27 => Ok(words(&[0, 0])),
            15 => self.read(request),
            17 => Ok(vec![0; 80]),
            // Release a file, release a directory, end the session.
            18 | 29 | 38 => Ok(Vec::new()),
            // Flush: without a reply the kernel would not ask again.
            25 => Ok(Vec::new()),
            26 => Ok(initialized()),
            28 => entries(request),
            _ => Err(libc::ENOSYS),
        }
    }

    fn read(&self, request: &Request) -> Reply {
        let offset = number(&request.body, 8, 8) as usize;
        let size = number(&request.body, 16, 4) as usize;
        let content: &[u8] = match request.inode {
            FILM.. => &self.film,
            INSIDE => b"inside",
            _ => return Err(libc::EIO),
        };
        let rest = content.get(offset..).unwrap_or_default();
        Ok(rest[..rest.len().min(size)].to_vec())
    }
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn halves(halves: &[u32]) -> Vec<u8> {
    halves.iter().flat_map(|half| half.to_ne_bytes()).collect()
}

/// Version, readahead, flags; background, largest write, granularity. The rest is 0.
fn initialized() -> Vec<u8> {
    let mut reply = halves(&[7, 31, 1 << 17, 0, 0, 4096, 1]);
    reply.resize(64, 0);
    reply
}

fn lookup(request: &Request) -> Reply {
    let name = request.body.strip_suffix(b"\0").unwrap_or(&request.body);
    let inode = match (request.inode, name) {
        (ROOT, b"folder") => FOLDER,
        (ROOT, b"broken") => BROKEN,
        (ROOT, b"half") => HALF,
        (ROOT, b"sick") => SICK,
        (ROOT, b"same") => SAME,
        (ROOT, b"untold") => UNTOLD,
        (SAME | UNTOLD, b"closed") => CLOSED,
        (SAME, name) if name.eq_ignore_ascii_case(b"closed") => CLOSED,
        (UNTOLD, name) if name.eq_ignore_ascii_case(b"closed") => CLOSED_AGAIN,
        (SICK, b"file" | b"folder") => return Err(libc::EIO),
        (FOLDER | HALF | SICK | CLOSED | CLOSED_AGAIN, b"inside") => INSIDE,
        (SICK, [b'l', b'a', b't', b'e', ..]) => INSIDE,
        (ROOT, [b'f', b'i', b'l', b'm', .., last]) => FILM + u64::from(*last),
        _ => return Err(libc::ENOENT),
    };
    // The kernel must not cache anything of it.
    let mut reply = words(&[inode, 0, 0, 0, 0]);
    reply.extend(attributes(inode));
    Ok(reply)
}

fn attributes(inode: u64) -> Vec<u8> {
    const LONG_AGO: u64 = 1_000_000_000;
    let (mode, size) = match inode {
        ROOT | FOLDER | HALF..=CLOSED_AGAIN => (0o40_755, 0),
        INSIDE => (0o100_644, 6),
        _ => (0o100_644, FILM_BYTES as u64),
    };
    let mut bytes = words(&[inode, size, size / 512, LONG_AGO, LONG_AGO, LONG_AGO]);
    bytes.extend(halves(&[0, 0, 0, mode, 1, 0, 0, 0, 4096, 0]));
    bytes
}

fn entries(request: &Request) -> Reply {
    let offset = number(&request.body, 8, 8);
    // The types of directory entries are those of readdir(3).
    const FILE: u32 = 8;
    const DIRECTORY: u32 = 4;
    let entries: &[(u64, &str, u32)] = match request.inode {
        ROOT => &[
            (FILM + 49, "film-1", FILE),
            (FILM + 50, "film-2", FILE),
            (FILM + 51, "film-3", FILE),
            (FOLDER, "folder", DIRECTORY),
        ],
        SAME | UNTOLD => &[(CLOSED, "closed", DIRECTORY)],
        HALF if offset > 0 => return Err(libc::EIO),
        SICK => &[
            (7, "file", FILE),
            (8, "folder", DIRECTORY),
            (INSIDE, "inside", FILE),
            (9, "late-1", FILE),
            (10, "late-2", FILE),
            (11, "late-3", DIRECTORY),
        ],
        _ => &[(INSIDE, "inside", FILE)],
    };
    let mut bytes = Vec::new();
    for (number, (inode, name, type_)) in (1..).zip(entries) {
        if number <= offset {
            continue;
        }
        bytes.extend(words(&[*inode, number]));
        bytes.extend(halves(&[name.len() as u32, *type_]));
        bytes.extend(name.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
    }
    Ok(bytes)
}
