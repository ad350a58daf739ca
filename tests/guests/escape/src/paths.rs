//! Paths that lead out of the root, or to something that is neither a file nor a
//! directory.

use alloc::format;
use alloc::string::String;

use crate::bindings::porthole::server::paths::real_path;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags as Flags, ErrorCode, OpenFlags as Open, PathFlags,
};
use crate::report::Report;

const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;

/// The paths that the test has created: see `tests/escape/survey.rs`.
const PATHS: &[&str] = &[
    "inside",
    "sub/../inside",
    "../secret",
    "sub/../../secret",
    "./../secret",
    "sub/./.././../secret",
    "inside/../../secret",
    "../root/inside",
    "/etc/passwd",
    "//etc/passwd",
    "/proc/self/environ",
    "/proc/self/root/etc/passwd",
    "/dev/null",
    "/dev/stdin",
    "/",
    "..",
    "../",
    "sub/../..",
    "",
    "inside/",
    "inside/.",
    "..\\secret",
    "%2e%2e/secret",
    "inside\0../secret",
    "link-out",
    "link-absolute",
    "link-folder/secret",
    "link-chain",
    "link-by-parent",
    "link-to-proc",
    "link-to-device",
    "link-to-itself",
    "fifo",
    "link-to-fifo",
    "socket",
];

pub async fn read(report: &mut Report, root: &Descriptor) {
    known(report, root).await;
    for path in PATHS {
        let shown = path.escape_default();
        let opened = open(root, path, Open::empty(), Flags::READ).await;
        report.outcome(&format!("open '{shown}'"), &opened);
        let known = root.stat_at(FOLLOW, (*path).into()).await;
        report.outcome(&format!("stat '{shown}'"), &known);
        let hashed = root.metadata_hash_at(FOLLOW, (*path).into()).await;
        report.outcome(&format!("hash '{shown}'"), &hashed);
        let followed = real_path(root, (*path).into()).await;
        report.outcome(&format!("follow '{shown}'"), &followed);
    }
    let long = "a".repeat(5_000);
    let opened = open(root, &long, Open::empty(), Flags::READ).await;
    report.outcome("open a name of 5,000 letters", &opened);
    let deep = ["sub/../".repeat(2_000).as_str(), "inside"].concat();
    let opened = open(root, &deep, Open::empty(), Flags::READ).await;
    report.outcome("open a path of 14,000 letters", &opened);
    report.outcome("climb from a folder inside", &climb(root).await);
    report.outcome("read a link that leads out", &read_outside(root).await);
    let (_stream, outcome) = root.read_via_stream(0);
    report.outcome("read a folder as a file", &outcome.await);
    report.outcome("read beyond the greatest offset", &read_beyond(root).await);
}

/// Reports what can be learned of the directory itself.
async fn known(report: &mut Report, root: &Descriptor) {
    report.outcome("type of the folder", &root.get_type().await);
    report.outcome("metadata of the folder", &root.stat().await);
    report.outcome("hash of the folder", &root.metadata_hash().await);
    let flags = Flags::READ | Flags::MUTATE_DIRECTORY;
    if let Ok(again) = open(root, ".", Open::DIRECTORY, flags).await {
        report.found("is the folder itself", again.is_same_object(root).await);
        let writable = match again.get_flags().await {
            Ok(flags) => flags.intersects(Flags::WRITE | Flags::MUTATE_DIRECTORY),
            Err(_) => false,
        };
        report.found("may be changed when opened to be", writable);
    }
}

/// Opens `path`, also for orders that come over a connection.
pub async fn open(
    root: &Descriptor,
    path: &str,
    how: Open,
    flags: Flags,
) -> Result<Descriptor, ErrorCode> {
    root.open_at(FOLLOW, path.into(), how, flags).await
}

async fn climb(root: &Descriptor) -> Result<Descriptor, ErrorCode> {
    let sub = open(root, "sub", Open::DIRECTORY, Flags::READ).await?;
    open(&sub, "../..", Open::DIRECTORY, Flags::READ).await
}

/// The text of a link is inside the root, but its target is not.
async fn read_outside(root: &Descriptor) -> Result<String, ErrorCode> {
    let target = root.readlink_at("link-out".into()).await?;
    open(root, &target, Open::empty(), Flags::READ).await?;
    Ok(target)
}

async fn read_beyond(root: &Descriptor) -> Result<(), ErrorCode> {
    let file = open(root, "inside", Open::empty(), Flags::READ).await?;
    let (mut stream, outcome) = file.read_via_stream(u64::MAX);
    stream.next().await;
    outcome.await
}
