//! Tries to reach what was not granted, and prints a line for each attempt: what it
//! was, and what came of it.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Debug;
use core::net::SocketAddr;

use crate::address;
use crate::bindings::wasi::cli::{environment, stdout};
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags as Flags, ErrorCode, NewTimestamp::Now, OpenFlags as Open,
    PathFlags,
};
use crate::bindings::wasi::sockets::types::TcpSocket;
use crate::bindings::wit_stream;

pub async fn run(granted: SocketAddr) -> Result<(), ()> {
    let mut report = Report::default();
    report.line("arguments", &environment::get_arguments().len().to_string());
    report.line(
        "environment",
        &environment::get_environment().len().to_string(),
    );
    report.line(
        "working directory",
        &format!("{:?}", environment::get_initial_cwd()),
    );
    sockets(&mut report, granted).await;
    let mut directories = get_directories();
    report.line("directories", &directories.len().to_string());
    let (root, _) = directories.pop().ok_or(())?;
    reading(&mut report, &root).await;
    opening_to_write(&mut report, &root).await;
    changing(&mut report, &root).await.map_err(|_| ())?;
    report.line("done", "");
    report.print().await;
    Ok(())
}

#[derive(Default)]
struct Report(String);

impl Report {
    fn line(&mut self, attempt: &str, outcome: &str) {
        for part in [attempt, ": ", outcome, "\n"] {
            self.0.push_str(part);
        }
    }

    fn outcome<T, E: Debug>(&mut self, attempt: &str, outcome: &Result<T, E>) {
        match outcome {
            Ok(_) => self.line(attempt, "allowed"),
            Err(error) => self.line(attempt, &format!("refused, {error:?}")),
        }
    }

    async fn print(self) {
        let (mut writer, data) = wit_stream::new();
        let written = stdout::write_via_stream(data);
        writer.write_all(self.0.into_bytes()).await;
        drop(writer);
        let _ = written.await;
    }
}

async fn sockets(report: &mut Report, granted: SocketAddr) {
    let other = granted.port().wrapping_add(1);
    let addresses = [
        ("bind another port", SocketAddr::new(granted.ip(), other)),
        ("bind any port", SocketAddr::new(granted.ip(), 0)),
        ("bind a low port", SocketAddr::new(granted.ip(), 80)),
        (
            "bind every address",
            SocketAddr::new([0, 0, 0, 0].into(), granted.port()),
        ),
        (
            "bind another address",
            SocketAddr::new([127, 0, 0, 2].into(), granted.port()),
        ),
        (
            "bind IPv6",
            SocketAddr::new([0, 0, 0, 0, 0, 0, 0, 1].into(), granted.port()),
        ),
        ("bind the granted address", granted),
    ];
    for (attempt, address) in addresses {
        let bound = TcpSocket::create(address::family(address))
            .and_then(|socket| socket.bind(address::to_wasi(address)));
        report.outcome(attempt, &bound);
    }
    let Ok(unbound) = TcpSocket::create(address::family(granted)) else {
        return;
    };
    report.outcome("listen without an address", &unbound.listen());
    report.outcome("ask for a peer without one", &unbound.get_remote_address());
    let (_writer, data) = wit_stream::new();
    report.outcome("send without a connection", &unbound.send(data).await);
    let (_reader, received) = unbound.receive();
    report.outcome("receive without a connection", &received.await);
}

async fn open(
    root: &Descriptor,
    path: &str,
    how: Open,
    flags: Flags,
) -> Result<Descriptor, ErrorCode> {
    root.open_at(PathFlags::SYMLINK_FOLLOW, path.into(), how, flags)
        .await
}

async fn reading(report: &mut Report, root: &Descriptor) {
    let paths = [
        "inside",
        "../secret",
        "sub/../../secret",
        "./../secret",
        "/etc/passwd",
        "/proc/self/environ",
        "out",
        "out-absolute",
        "out-folder/secret",
        "..",
        "sub/../..",
        "/",
        "",
    ];
    for path in paths {
        let opened = open(root, path, Open::empty(), Flags::READ).await;
        report.outcome(&format!("open '{path}'"), &opened);
        let known = root.stat_at(PathFlags::SYMLINK_FOLLOW, path.into()).await;
        report.outcome(&format!("stat '{path}'"), &known);
    }
    let listed = match open(root, "sub", Open::DIRECTORY, Flags::READ).await {
        Ok(sub) => open(&sub, "../..", Open::DIRECTORY, Flags::READ).await,
        Err(error) => Err(error),
    };
    report.outcome("open '../..' of a folder inside", &listed);
    let (_stream, outcome) = root.read_via_stream(0);
    report.outcome("read a folder as a file", &outcome.await);
}

async fn opening_to_write(report: &mut Report, root: &Descriptor) {
    let both = Flags::READ | Flags::WRITE;
    let attempts = [
        ("open to write", "inside", Open::empty(), Flags::WRITE),
        ("open to read and write", "inside", Open::empty(), both),
        ("truncate", "inside", Open::TRUNCATE, Flags::WRITE),
        (
            "truncate unannounced",
            "inside",
            Open::TRUNCATE,
            Flags::READ,
        ),
        ("create", "new", Open::CREATE, Flags::WRITE),
        ("create unannounced", "new", Open::CREATE, Flags::READ),
        (
            "create exclusively",
            "new",
            Open::CREATE | Open::EXCLUSIVE,
            both,
        ),
        ("create in a folder", "sub/new", Open::CREATE, both),
        ("create outside", "../new", Open::CREATE, both),
    ];
    for (attempt, path, how, flags) in attempts {
        report.outcome(attempt, &open(root, path, how, flags).await);
    }
    // Whether a folder opened to be changed can be: that is for the next attempts.
    let flags = Flags::READ | Flags::MUTATE_DIRECTORY;
    if let Ok(sub) = open(root, "sub", Open::DIRECTORY, flags).await {
        let file = open(&sub, "inside", Open::empty(), Flags::WRITE).await;
        report.outcome("open to write by way of a folder", &file);
        let file = open(&sub, "new", Open::CREATE, both).await;
        report.outcome("create by way of a folder", &file);
        let unlinked = sub.unlink_file_at("inside".into()).await;
        report.outcome("remove by way of a folder", &unlinked);
    }
}

async fn changing(report: &mut Report, root: &Descriptor) -> Result<(), ErrorCode> {
    const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
    let outcomes = [
        (
            "create a folder",
            root.create_directory_at("new".into()).await,
        ),
        (
            "remove a folder",
            root.remove_directory_at("empty".into()).await,
        ),
        ("remove a file", root.unlink_file_at("inside".into()).await),
        (
            "remove a file outside",
            root.unlink_file_at("../secret".into()).await,
        ),
        (
            "rename",
            root.rename_at("inside".into(), root, "new".into()).await,
        ),
        (
            "rename out",
            root.rename_at("inside".into(), root, "../new".into()).await,
        ),
        (
            "rename in",
            root.rename_at("../secret".into(), root, "new".into()).await,
        ),
        (
            "link",
            root.link_at(FOLLOW, "inside".into(), root, "new".into())
                .await,
        ),
        (
            "link what is outside",
            root.link_at(FOLLOW, "../secret".into(), root, "new".into())
                .await,
        ),
        (
            "link by symbol",
            root.symlink_at("inside".into(), "new".into()).await,
        ),
        (
            "link by symbol what is outside",
            root.symlink_at("/etc".into(), "new".into()).await,
        ),
        (
            "date",
            root.set_times_at(FOLLOW, "inside".into(), Now, Now).await,
        ),
    ];
    for (attempt, outcome) in outcomes {
        report.outcome(attempt, &outcome);
    }
    let file = open(root, "inside", Open::empty(), Flags::READ).await?;
    report.outcome("date an open file", &file.set_times(Now, Now).await);
    report.outcome("resize an open file", &file.set_size(0).await);
    let (mut writer, data) = wit_stream::new();
    let written = file.write_via_stream(data, 0);
    writer.write_all(b"written".into()).await;
    drop(writer);
    report.outcome("write to an open file", &written.await);
    let (mut writer, data) = wit_stream::new();
    let written = file.append_via_stream(data);
    writer.write_all(b"written".into()).await;
    drop(writer);
    report.outcome("append to an open file", &written.await);
    Ok(())
}
