//! Checks that the attempts are real: they succeed where their needs are granted.

use libtest_mimic::Trial;
use tokio::sync::oneshot;
use wasmtime_wasi::FsPerms;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use super::attempt;
use super::survey::{furnish, outcomes};
use crate::library::failures::says_back;
use crate::library::portability::{Compiled, Stock, connect, free_address};
use crate::support::Folder;

pub fn trials() -> Vec<Trial> {
    vec![attempt(module_path!(), "what is granted succeeds", granted)]
}

/// Attempts that our host refuses, but that succeed with a writable directory and the
/// right to bind any address.
const POSSIBLE: &[&str] = &[
    "bind any port",
    "bind another address",
    "open to write",
    "open to read and write",
    "open to write by a link",
    "truncate",
    "create",
    "create exclusively",
    "create in a folder",
    "open to write by way of a folder",
    "create by way of a folder",
    "remove by way of a folder",
    "move out of a folder",
    "create a folder",
    "create a folder with a slash",
    "remove a folder",
    "remove a file",
    "remove a link",
    "rename",
    "rename over another",
    "rename a folder",
    "link",
    "link by symbol",
    "date",
    "date an open file",
    "flush a file",
    "flush a file's data",
    "flush a folder",
    "advise about a file",
];

fn granted() {
    let folder = Folder::new();
    let _socket = furnish(&folder);
    // This host would wait for a writer.
    std::fs::remove_file(folder.join("root/fifo")).unwrap();
    let root = folder.join("root");
    let stock = Stock {
        component: Compiled::of(artifacts::ESCAPE),
        root: &root,
        perms: FsPerms::ReadWrite,
        address: free_address(),
        arguments: &[],
        stderr: MemoryOutputPipe::new(1 << 20),
    };
    let (stop, stopped) = oneshot::channel();
    let outcomes = std::thread::scope(|scope| {
        let server = scope.spawn(|| stock.serve(stopped));
        let mut client = connect(stock.address, || server.is_finished());
        says_back(&mut client, "!survey");
        let outcomes = outcomes(&mut client);
        stop.send(()).unwrap();
        outcomes
    });
    let refused: Vec<_> = POSSIBLE
        .iter()
        .map(|attempt| (attempt, outcomes.get(*attempt)))
        .filter(|(_, outcome)| outcome.is_none_or(|outcome| outcome != "allowed"))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    assert_eq!(std::fs::read(folder.join("secret")).unwrap(), b"SECRET");
}
