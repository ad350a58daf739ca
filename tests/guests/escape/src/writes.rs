//! Everything that would change a file, a name or a date.

use crate::bindings::wasi::filesystem::types::{
    Advice, Descriptor, DescriptorFlags as Flags, ErrorCode, NewTimestamp::Now, OpenFlags as Open,
    PathFlags,
};
use crate::bindings::wit_stream;
use crate::paths;
use crate::report::Report;

const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
const AS_IT_IS: PathFlags = PathFlags::empty();

pub async fn open(report: &mut Report, root: &Descriptor) {
    let both = Flags::READ | Flags::WRITE;
    let attempts = [
        ("open to write", "inside", Open::empty(), Flags::WRITE),
        ("open to read and write", "inside", Open::empty(), both),
        (
            "open to write with a slash",
            "inside/",
            Open::empty(),
            Flags::WRITE,
        ),
        (
            "open to write by a link",
            "link-inside",
            Open::empty(),
            Flags::WRITE,
        ),
        ("open a FIFO to write", "fifo", Open::empty(), Flags::WRITE),
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
            "new-too",
            Open::CREATE | Open::EXCLUSIVE,
            both,
        ),
        ("create in a folder", "sub/new", Open::CREATE, both),
        ("create outside", "../new", Open::CREATE, both),
        (
            "create by a link that leads out",
            "link-to-nothing",
            Open::CREATE,
            both,
        ),
        ("open a folder to write", "sub", Open::DIRECTORY, both),
        (
            "open for synchronous writes",
            "inside",
            Open::empty(),
            Flags::READ | Flags::FILE_INTEGRITY_SYNC,
        ),
    ];
    for (attempt, path, how, flags) in attempts {
        report.outcome(attempt, &paths::open(root, path, how, flags).await);
    }
    // Opening a directory for changes may succeed. Only a change proves the right to it.
    let flags = Flags::READ | Flags::MUTATE_DIRECTORY;
    if let Ok(sub) = paths::open(root, "sub", Open::DIRECTORY, flags).await {
        let file = paths::open(&sub, "inside", Open::empty(), Flags::WRITE).await;
        report.outcome("open to write by way of a folder", &file);
        let file = paths::open(&sub, "new", Open::CREATE, both).await;
        report.outcome("create by way of a folder", &file);
        let unlinked = sub.unlink_file_at("removed".into()).await;
        report.outcome("remove by way of a folder", &unlinked);
        let moved = sub
            .rename_at("moved".into(), root, "moved-new".into())
            .await;
        report.outcome("move out of a folder", &moved);
    }
}

#[rustfmt::skip]
pub async fn change_names(report: &mut Report, root: &Descriptor) {
    let outcomes = [
        ("create a folder", root.create_directory_at("folder".into()).await),
        ("create a folder with a slash", root.create_directory_at("folder-too/".into()).await),
        ("create a folder outside", root.create_directory_at("../new".into()).await),
        ("remove a folder", root.remove_directory_at("empty".into()).await),
        ("remove a folder with a slash", root.remove_directory_at("empty/".into()).await),
        ("remove a folder outside", root.remove_directory_at("../beside".into()).await),
        ("remove the root", root.remove_directory_at(".".into()).await),
        ("remove a file", root.unlink_file_at("removed".into()).await),
        ("remove a link", root.unlink_file_at("link-removed".into()).await),
        ("remove a file outside", root.unlink_file_at("../secret".into()).await),
        ("rename", root.rename_at("renamed".into(), root, "renamed-new".into()).await),
        ("rename over another", root.rename_at("replacing".into(), root, "replaced".into()).await),
        ("rename a folder", root.rename_at("renamed-folder".into(), root, "folder-new".into()).await),
        ("rename out", root.rename_at("inside".into(), root, "../new".into()).await),
        ("rename in", root.rename_at("../secret".into(), root, "new".into()).await),
        ("rename in by a link", root.rename_at("link-folder/secret".into(), root, "new".into()).await),
        ("link", root.link_at(AS_IT_IS, "linked".into(), root, "linked-new".into()).await),
        ("link and follow", root.link_at(FOLLOW, "inside".into(), root, "new".into()).await),
        ("link what is outside", root.link_at(AS_IT_IS, "../secret".into(), root, "new".into()).await),
        ("link what a link leads to", root.link_at(FOLLOW, "link-out".into(), root, "new".into()).await),
        ("link to outside", root.link_at(AS_IT_IS, "inside".into(), root, "../new".into()).await),
        ("link by symbol", root.symlink_at("inside".into(), "symbol-new".into()).await),
        ("link by symbol what is outside", root.symlink_at("/etc".into(), "symbol-out".into()).await),
        ("link by symbol outside", root.symlink_at("inside".into(), "../new".into()).await),
        ("date", root.set_times_at(FOLLOW, "dated".into(), Now, Now).await),
        ("date a link", root.set_times_at(AS_IT_IS, "link-out".into(), Now, Now).await),
        ("date what is outside", root.set_times_at(FOLLOW, "../secret".into(), Now, Now).await),
        ("date the root", root.set_times(Now, Now).await),
    ];
    for (attempt, outcome) in outcomes {
        report.outcome(attempt, &outcome);
    }
}

pub async fn change_files(report: &mut Report, root: &Descriptor) {
    let flags = Flags::READ;
    let Ok(file) = paths::open(root, "inside", Open::empty(), flags).await else {
        return;
    };
    report.outcome("date an open file", &file.set_times(Now, Now).await);
    report.outcome("empty an open file", &file.set_size(0).await);
    report.outcome("lengthen an open file", &file.set_size(1 << 40).await);
    report.outcome("flush a file", &file.sync().await);
    report.outcome("flush a file's data", &file.sync_data().await);
    report.outcome("flush a folder", &root.sync().await);
    report.outcome(
        "advise about a file",
        &file.advise(0, 1 << 40, Advice::WillNeed).await,
    );
    report.outcome("write to an open file", &write(&file, Some(0)).await);
    report.outcome(
        "write far beyond its end",
        &write(&file, Some(1 << 62)).await,
    );
    report.outcome("append to an open file", &write(&file, None).await);
    report.outcome("write to a folder", &write(root, Some(0)).await);
}

/// Writes at an offset, or at the end.
async fn write(file: &Descriptor, offset: Option<u64>) -> Result<(), ErrorCode> {
    let (mut writer, data) = wit_stream::new();
    let written = match offset {
        Some(offset) => file.write_via_stream(data, offset),
        None => file.append_via_stream(data),
    };
    writer.write_all(b"written".into()).await;
    drop(writer);
    written.await
}
