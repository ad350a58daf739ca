//! Reading a file as a server does: only the bytes that are asked for.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use media::{Facts, Reason, Step};

/// The facts of a file, and what they cost.
#[derive(Debug)]
pub struct Reading {
    pub facts: Result<Box<Facts>, Reason>,
    pub reads: u32,
    pub bytes: u64,
}

impl Reading {
    pub fn of(path: &Path) -> Self {
        let file = File::open(path).unwrap();
        let mut step = media::read(file.metadata().unwrap().len());
        let (mut reads, mut bytes) = (0, 0);
        loop {
            step = match step {
                Step::Need(need) => {
                    let span = need.span();
                    let mut piece = vec![0; span.length as usize];
                    file.read_exact_at(&mut piece, span.start).unwrap();
                    (reads, bytes) = (reads + 1, bytes + span.length);
                    need.supply(&piece)
                }
                Step::Done(facts) => {
                    return Self {
                        facts,
                        reads,
                        bytes,
                    };
                }
            };
        }
    }
}
