//! Folders of films, tracks and pictures that were made to keep their reader busy.

mod files;

use std::thread;
use std::time::Instant;

use libtest_mimic::Trial;

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Folder, Random, trials};

pub fn trials() -> Vec<Trial> {
    trials![hostile_files]
}

/// Files of the folder.
const FILES: u64 = 1_000;

/// Clients that each wait for their response before they send the next request.
const CLIENTS: usize = 16;

/// Whatever is in a file, it has facts and pictures, or none.
fn hostile_files() {
    let folder = Folder::new();
    for number in 0..FILES {
        folder.file(format!("media/{number}"), files::hostile(number));
    }
    let siege = Siege::with(folder, &["--quiet"]);
    let attack = Attack {
        test: "attacks::media::hostile_files",
        what: "facts, covers and thumbnails of 1,000 damaged, truncated and circular media files",
        clients: CLIENTS,
        outcome: "200, 404, or 503 beyond the reads of a folder and second",
    };
    siege.withstand(&attack, || {
        let end = Instant::now() + scale::time();
        thread::scope(|scope| {
            for number in 0..CLIENTS {
                let (siege, mut random) = (&siege, Random::new(number as u64));
                scope.spawn(move || {
                    let mut client = siege.client();
                    while Instant::now() < end {
                        let file = random.below(0..FILES);
                        let form = ["info", "cover", "thumb"][random.below(0..3) as usize];
                        let response = client.get(&format!("/media/{file}?get={form}"), "");
                        let status = response.status;
                        assert!(matches!(status, 200 | 404 | 503), "{file} {form}: {status}");
                        assert!(!response.closes(), "{file} {form}: {status}");
                    }
                });
            }
        });
    });
}
