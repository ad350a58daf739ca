//! Every attempt that should achieve nothing and leave the instance running.

use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::report::Report;
use crate::{network, paths, ranges, surroundings, writes};

/// Makes all attempts. Both streams of `connection` have been taken already.
pub async fn run(granted: SocketAddr, connection: &TcpSocket) -> Vec<u8> {
    let mut report = Report::default();
    surroundings::look(&mut report).await;
    network::bind(&mut report, granted);
    network::misuse(&mut report, granted, connection).await;
    let mut directories = get_directories();
    report.found("directories", directories.len());
    if let Some((root, name)) = directories.pop() {
        report.found("name of the directory", name);
        paths::read(&mut report, &root).await;
        ranges::misuse(&mut report, &root, connection).await;
        writes::open(&mut report, &root).await;
        writes::change_names(&mut report, &root).await;
        writes::change_files(&mut report, &root).await;
    }
    report.found("done", "");
    report.into_bytes()
}
