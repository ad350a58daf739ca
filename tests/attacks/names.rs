//! Names of any bytes, and times of any age.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use libtest_mimic::Trial;
use rustix::fs::{Timespec, Timestamps, futimens};

use crate::attacks::support::scale;
use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Folder, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![every_byte, the_ends_of_time]
}

/// Every byte that a name may have, alone and between letters, is listed and served.
fn every_byte() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (1..=255).filter(|byte| !b"./".contains(byte)).collect();
    for &byte in &bytes {
        for name in [&[byte][..], &[b'a', byte, b'z']] {
            folder.file(Path::new("all").join(OsStr::from_bytes(name)), [byte]);
        }
    }
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::names::every_byte",
        what: "names with every byte value, also such as are no UTF-8",
        clients: 1,
        outcome: "200, and a row in the listing",
    };
    siege.withstand(&attack, || {
        each(&bytes, |&byte| {
            for (target, named) in [
                (format!("/all/%{byte:02x}"), true),
                (format!("/all/a%{byte:02X}z"), true),
                (format!("/all/b%{byte:02x}z"), false),
            ] {
                let response = siege.client().get(&target, "");
                assert_eq!(response.status, if named { 200 } else { 404 }, "{target}");
                assert!(!named || response.body == [byte]);
            }
        });
        let listing = siege.client().get("/all/", "");
        let shown = listing.text().matches("<tr>").count();
        assert_eq!(shown, 2 * bytes.len() + 1, "{}", listing.text());
    });
}

/// Files are modified at the extremes of time. A file system in memory stores any time,
/// and one on a disk the nearest that it can.
fn the_ends_of_time() {
    let times = [
        i64::MIN,
        -62_135_596_801,
        -2_147_483_649,
        -1,
        0,
        4_294_967_296,
        253_402_300_799,
        253_402_300_800,
        i64::MAX,
    ];
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => Folder::within(memory),
        false => Folder::new(),
    };
    for (number, seconds) in times.into_iter().enumerate() {
        let file = File::create(folder.join(format!("times/{number}"))).unwrap();
        let time = Timespec {
            tv_sec: seconds,
            tv_nsec: 999_999_999,
        };
        let times = Timestamps {
            last_access: time,
            last_modification: time,
        };
        futimens(&file, &times).unwrap();
    }
    // The times as the file system stored them.
    let modified: Vec<i64> = (0..times.len())
        .map(|number| folder.join(format!("times/{number}")))
        .map(|path| path.metadata().unwrap().mtime())
        .collect();
    let siege = Siege::of(folder);
    let attack = Attack {
        test: "attacks::names::the_ends_of_time",
        what: "files that were modified at the ends of 64 bits, in the year 0 and 10,000",
        clients: scale::connections(),
        outcome: "200, with Last-Modified where HTTP can say the time",
    };
    siege.withstand(&attack, || {
        let mut crowd = siege.clients(attack.clients);
        for client in &mut crowd {
            for (number, modified) in modified.iter().enumerate() {
                let target = format!("/times/{number}");
                let response = client.get(
                    &target,
                    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
                );
                let tag = response.field("ETag").unwrap();
                // Not every host can pass every time. Then the tag has no time either.
                let is_old = tag.contains('-') && *modified <= 0;
                assert_eq!(response.status, if is_old { 304 } else { 200 }, "{target}");
                let same = client.get(&target, &format!("If-None-Match: {tag}\r\n"));
                assert_eq!(same.status, 304);
                if let Some(time) = response.field("Last-Modified") {
                    let since = format!("If-Unmodified-Since: {time}\r\n");
                    let again = client.get(&target, &since);
                    // A time in the future is replaced by the Date of the response. A
                    // second later the file counts as changed.
                    let aged =
                        response.field("Date") == Some(time) && again.field("Date") != Some(time);
                    let expected = if aged { 412 } else { 200 };
                    assert_eq!(again.status, expected, "{time}");
                }
            }
        }
        let listing = siege.client().get("/times/", "");
        assert_eq!(listing.text().matches("<tr>").count(), times.len() + 1);
    });
}
