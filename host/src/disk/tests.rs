use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::stopwatch::tests::long;
use super::*;
use crate::limits::{DISK_THREADS_PER_FILE_SYSTEM, PATH_BYTES, SYMLINKS};

/// Creates a directory `root` beside a secret, and the disk for it.
fn disk() -> (TempDir, Disk) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("sub/deep")).unwrap();
    for file in ["secret", "root/inside", "root/sub/deep/inside"] {
        std::fs::write(folder.path().join(file), file).unwrap();
    }
    let paths = vec![root.canonicalize().unwrap()];
    let disk = Disk::new(Arc::new(File::open(root).unwrap()), paths).unwrap();
    (folder, disk)
}

fn place<'a>(from: &'a File, path: &'a str) -> Place<'a> {
    Place {
        from: from.as_fd(),
        path: path.as_bytes(),
        follow: true,
    }
}

fn asked(disk: &Disk, path: &str) -> Lookup {
    Lookup {
        from: Arc::clone(&disk.granted.directory),
        path: path.as_bytes().to_vec(),
        follow: true,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// Expected results, or errors, with the kernel's help and without.
#[test]
fn links_are_followed_as_long_as_they_stay_inside() {
    let (folder, mut disk) = disk();
    let root = folder.path().join("root");
    let links = [
        ("absolute", root.join("inside")),
        ("absolute-folder", root.join("sub/deep")),
        ("to-root", root.clone()),
        ("sub/up", "../inside".into()),
        ("sub/again", "../../root/inside".into()),
        ("sub/deep/all-the-way", "/../".into()),
        ("out", "../secret".into()),
        ("out-absolute", folder.path().join("secret")),
        ("out-again", root.join("../secret")),
        ("out-root", "/".into()),
        ("round", root.join("round")),
    ];
    for (name, target) in &links {
        symlink(target, root.join(name)).unwrap();
    }
    let rows = [
        ("", "inside", Ok(())),
        ("", "absolute", Ok(())),
        ("", "absolute-folder/inside", Ok(())),
        ("", "absolute-folder/../../inside", Err(OUTSIDE)),
        ("", "to-root/sub/deep/inside", Ok(())),
        ("", "sub/up", Ok(())),
        ("", "sub/again", Ok(())),
        ("sub", "up", Ok(())),
        ("sub", "again", Ok(())),
        ("sub", "deep/inside", Ok(())),
        ("sub", "../inside", Err(OUTSIDE)),
        ("sub", "up/", Err(Errno::NOTDIR)),
        ("", "absolute/x", Err(Errno::NOTDIR)),
        ("", "out", Err(OUTSIDE)),
        ("", "out-absolute", Err(OUTSIDE)),
        ("", "out-again", Err(OUTSIDE)),
        ("", "out-root/etc/passwd", Err(OUTSIDE)),
        ("", "sub/deep/all-the-way", Err(OUTSIDE)),
        ("", "round", Err(Errno::LOOP)),
        ("", "/etc/passwd", Err(OUTSIDE)),
        ("", "..", Err(OUTSIDE)),
        ("", "", Err(Errno::NOENT)),
        ("", "missing", Err(Errno::NOENT)),
        ("", "inside\0", Err(Errno::INVAL)),
    ];
    for has_openat2 in [true, false] {
        disk.granted.has_openat2 = has_openat2;
        for (from, path, expected) in rows {
            let from = File::open(root.join(from)).unwrap();
            let opened = disk.granted.open(place(&from, path), false, How::Blocking);
            let found = opened.map(|(_, stat)| assert!(!stat.is_directory()));
            assert_eq!(found, expected, "{path}, openat2: {has_openat2}");
        }
    }
}

/// Expected results in the kernel's memory and on a thread.
#[test]
fn real_paths_have_no_links() {
    let (folder, _) = disk();
    let root = folder.path().join("root");
    let links = [
        ("absolute", root.join("sub/deep")),
        ("to-root", root.clone()),
        ("sub/up", "..".into()),
        ("sub/again", "../../root/sub/./deep//".into()),
        ("out", "../secret".into()),
        ("out-root", "/".into()),
        ("round", "round".into()),
    ];
    for (name, target) in &links {
        symlink(target, root.join(name)).unwrap();
    }
    let rows = [
        (".", Ok(".")),
        ("inside", Ok("inside")),
        ("sub//./deep/", Ok("sub/deep")),
        ("absolute/inside", Ok("sub/deep/inside")),
        ("to-root", Ok(".")),
        ("to-root/sub", Ok("sub")),
        ("sub/up", Ok(".")),
        ("sub/up/sub/up/inside", Ok("inside")),
        ("sub/again/inside", Ok("sub/deep/inside")),
        ("out", Err(OUTSIDE)),
        ("out-root/etc/passwd", Err(OUTSIDE)),
        ("sub/../inside", Err(OUTSIDE)),
        ("/", Err(OUTSIDE)),
        ("", Err(Errno::NOENT)),
        ("missing", Err(Errno::NOENT)),
        ("inside/x", Err(Errno::NOTDIR)),
        ("inside\0", Err(Errno::INVAL)),
        ("round", Err(Errno::LOOP)),
    ];
    for has_openat2 in [true, false] {
        let mut disk = disk_of(&folder);
        disk.granted.has_openat2 = has_openat2;
        let disk = Arc::new(disk);
        for (path, expected) in rows {
            let real = block_on(disk.real_path(asked(&disk, path)));
            let expected = expected.map(|path: &str| path.as_bytes().to_vec());
            assert_eq!(real, expected, "{path}, openat2: {has_openat2}");
        }
    }
}

#[test]
fn links_that_go_on_and_on_end() {
    let (folder, disk) = disk();
    let root = folder.path().join("root");
    let name = |number: usize| root.join(format!("link-{number}"));
    symlink(root.join("inside"), name(0)).unwrap();
    for number in 1..SYMLINKS + 10 {
        symlink(name(number - 1), name(number)).unwrap();
    }
    let from = &disk.granted.directory;
    let follow = |number: usize| {
        let path = format!("link-{number}");
        let found = disk.granted.look(place(from, &path), How::Blocking);
        found.map(|_| ())
    };
    assert_eq!(follow(SYMLINKS - 1), Ok(()));
    assert_eq!(follow(SYMLINKS), Err(Errno::LOOP));
    // Few links, but each of them leads through many names.
    symlink(root.join("sub/../".repeat(500)), root.join("long")).unwrap();
    symlink(root.join("long/".repeat(30)), root.join("longer")).unwrap();
    let found = disk.granted.look(place(from, "longer"), How::Blocking);
    assert_eq!(found.map(|_| ()), Err(Errno::LOOP));
    let path = format!("long/{}", "x/".repeat(PATH_BYTES / 2));
    let found = links::follow(&disk.granted, place(from, &path));
    assert_eq!(found.err(), Some(Errno::NAMETOOLONG));
}

#[test]
fn only_files_and_directories_are_opened() {
    let (folder, disk) = disk();
    let fifo = folder.path().join("root/fifo");
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, mode, 0).unwrap();
    symlink("fifo", folder.path().join("root/to-fifo")).unwrap();
    for path in ["fifo", "to-fifo"] {
        let opened = block_on(Arc::new(disk_of(&folder)).open(asked(&disk, path), false));
        assert_eq!(opened.err(), Some(granted::NOT_OPENED), "{path}");
    }
    let directory = disk.granted.open(
        place(&disk.granted.directory, "inside"),
        true,
        How::Blocking,
    );
    assert_eq!(directory.err(), Some(Errno::NOTDIR));
}

fn disk_of(folder: &TempDir) -> Disk {
    let root = folder.path().join("root");
    let paths = vec![root.canonicalize().unwrap()];
    Disk::new(Arc::new(File::open(root).unwrap()), paths).unwrap()
}

/// Returns the thread that made a call, and how.
fn where_asked(disk: &Arc<Disk>, path: &str) -> (Option<String>, How) {
    let call = |_: &Granted, _: Place<'_>, how: How| match how {
        How::On(_) | How::Blocking => Ok((std::thread::current().name().map(str::to_owned), how)),
        How::Cached(_) | How::Known(_) => Err(Errno::AGAIN),
    };
    block_on(disk.ask(asked(disk, path), call)).unwrap()
}

#[test]
fn each_directory_is_known_by_its_own_file_system() {
    let (folder, disk) = disk();
    let open = |path: &str| Arc::new(File::open(path).unwrap());
    let root = folder.path().join("root");
    let (one, other) = (open(root.to_str().unwrap()), open("/proc"));
    let device = |file: &Arc<File>| disk.device_of(file).unwrap();
    let expected = |file: &Arc<File>| Stat::of(file, Freshness::Cached).unwrap().device;
    for file in [&one, &one, &other, &other, &one] {
        assert_eq!(device(file), expected(file));
    }
    assert_ne!(device(&one), device(&other));
    // A file that takes the place of a closed one in memory is another.
    drop((one, other));
    let next = open("/proc");
    assert_eq!(device(&next), expected(&next));
}

#[test]
fn a_disk_that_was_slow_is_asked_beside() {
    let (_folder, disk) = disk();
    let disk = Arc::new(disk.with(Kind::Disk));
    let here = std::thread::current().name().map(str::to_owned);
    let device = disk.device;
    assert_eq!(
        where_asked(&disk, "inside"),
        (here.clone(), How::On(device))
    );
    // The processor may have been busy with others, until a call is seen to wait.
    disk.file_systems.took(device, long(false, true));
    assert_eq!(where_asked(&disk, "inside"), (here, How::On(device)));
    disk.file_systems.took(device, long(true, true));
    let beside = (Some("disk".to_owned()), How::Blocking);
    assert_eq!(where_asked(&disk, "inside"), beside);
    // A path that the kernel has in memory takes no thread.
    let found = block_on(disk.look(asked(&disk, "inside")));
    assert!(found.is_ok());
}

impl Disk {
    /// Pretends that it is on another kind of file system.
    fn with(self, kind: Kind) -> Self {
        self.file_systems.set_automounts(Some(Vec::new()));
        self.file_systems.learn(self.device, kind);
        self
    }
}

#[test]
fn remote_file_systems_are_asked_by_threads() {
    let (_folder, disk) = disk();
    let disk = Arc::new(disk.with(Kind::Remote));
    let beside = (Some("disk".to_owned()), How::Blocking);
    for path in ["inside", "sub/deep/inside", "missing"] {
        assert_eq!(where_asked(&disk, path), beside, "{path}");
    }
}

/// A rename during a lookup, or a lease, is not an error: the file is found later.
#[test]
fn a_lease_is_waited_for() {
    let (folder, disk) = disk();
    let path = folder.path().join("root/inside");
    let file = File::options().read(true).write(true).open(&path).unwrap();
    // Not the usual signal, which would end this process.
    set_lease(&file, F_SETSIG, libc::SIGURG);
    set_lease(&file, libc::F_SETLEASE, libc::F_WRLCK);
    let (sender, receiver) = std::sync::mpsc::channel();
    // More than the threads that one file system may occupy.
    const CLIENTS: usize = 2 * DISK_THREADS_PER_FILE_SYSTEM;
    let disk = Arc::new(disk);
    let waiting = Arc::clone(&disk);
    let opening = std::thread::spawn(move || {
        block_on(async {
            let mut all = tokio::task::JoinSet::new();
            for _ in 0..CLIENTS {
                let (disk, asked) = (Arc::clone(&waiting), asked(&waiting, "inside"));
                all.spawn(async move { disk.open(asked, false).await.map(|_| ()) });
            }
            for opened in all.join_all().await {
                sender.send(opened).unwrap();
            }
        });
    });
    // Someone wants the file: the lease is to be given up.
    let wanted = || set_lease(&file, libc::F_GETLEASE, 0) != libc::F_WRLCK;
    while !wanted() {
        std::thread::yield_now();
    }
    // Meanwhile the threads make other calls.
    for number in 0..100 {
        let result = disk.threads.run(disk.device, move || Ok(number));
        assert_eq!(block_on(result), Ok(number));
    }
    assert!(receiver.try_recv().is_err());
    set_lease(&file, libc::F_SETLEASE, libc::F_UNLCK);
    for _ in 0..CLIENTS {
        assert_eq!(receiver.recv().unwrap(), Ok(()));
    }
    opening.join().unwrap();
}

/// From linux/fcntl.h.
const F_SETSIG: i32 = 10;

fn set_lease(file: &File, command: i32, argument: i32) -> i32 {
    // SAFETY: the commands take a number, and touch no memory.
    let result = unsafe { libc::fcntl(file.as_raw_fd(), command, argument) };
    assert!(result >= 0, "{}", std::io::Error::last_os_error());
    result
}

#[test]
fn the_longest_part_in_memory_says_which_file_system_is_asked() {
    let (folder, disk) = disk();
    let root = folder.path().join("root");
    // The path is in memory after this.
    std::fs::metadata(root.join("sub/deep/inside")).unwrap();
    let rows = [
        ("sub/deep/inside", "sub/deep/inside", ""),
        ("sub/deep/none/x", "sub/deep", "none/x"),
        ("none", ".", "none"),
        ("sub//deep/", "sub/deep", ""),
    ];
    for (path, at, rest) in rows {
        let place = place(&disk.granted.directory, path);
        let nearest = disk.granted.nearest(place).unwrap();
        let expected = Stat::of(File::open(root.join(at)).unwrap(), Freshness::Queried).unwrap();
        let found = Stat::of(&nearest.at, Freshness::Queried).unwrap();
        assert!(found.is_same_object(&expected), "{path}");
        assert_eq!(nearest.rest, rest.as_bytes(), "{path}");
    }
}

#[test]
fn metadata_equals_what_the_system_says() {
    use std::os::unix::fs::MetadataExt as _;
    use wasmtime_wasi::p3::bindings::filesystem::types::DescriptorStat;

    let (folder, disk) = disk();
    let path = folder.path().join("root/inside");
    let before_1970 = rustix::fs::Timestamps {
        last_access: rustix::fs::Timespec {
            tv_sec: -3,
            tv_nsec: 7,
        },
        last_modification: rustix::fs::Timespec {
            tv_sec: -2,
            tv_nsec: 500_000_000,
        },
    };
    let flags = rustix::fs::AtFlags::empty();
    rustix::fs::utimensat(rustix::fs::CWD, &path, &before_1970, flags).unwrap();
    let metadata = path.metadata().unwrap();
    let found = block_on(Arc::new(disk).look_at("inside"));
    let stat = DescriptorStat::from(found);
    let time = |time: Option<wasmtime_wasi::p3::bindings::clocks::system_clock::Instant>| {
        time.map(|time| (time.seconds, i64::from(time.nanoseconds)))
    };
    let modified = (metadata.mtime(), metadata.mtime_nsec());
    assert_eq!(modified, (-2, 500_000_000));
    assert_eq!(time(stat.data_modification_timestamp), Some(modified));
    // Not the time of creation, but of the last change of any kind.
    let changed = (metadata.ctime(), metadata.ctime_nsec());
    assert_eq!(time(stat.status_change_timestamp), Some(changed));
    assert_eq!(
        (stat.size, stat.link_count),
        (metadata.len(), metadata.nlink())
    );
}

impl Disk {
    async fn look_at(self: Arc<Self>, path: &str) -> Stat {
        self.look(asked(&self, path)).await.unwrap()
    }
}

#[test]
fn a_file_that_takes_the_place_of_another_is_another() {
    let (folder, disk) = disk();
    let disk = Arc::new(disk);
    let identity = |path: &str| {
        let identity = block_on(Arc::clone(&disk).look_at(path)).identity();
        (identity.lower, identity.upper)
    };
    let root = folder.path().join("root");
    let before = identity("inside");
    std::fs::write(root.join("inside"), "written over").unwrap();
    assert_eq!(identity("inside"), before);
    std::fs::write(root.join("new"), "root/inside").unwrap();
    std::fs::rename(root.join("new"), root.join("inside")).unwrap();
    assert_ne!(identity("inside"), before);
}

#[test]
fn every_name_is_listed_and_opened() {
    let (folder, disk) = disk();
    let many = folder.path().join("root/many");
    std::fs::create_dir(&many).unwrap();
    let mut expected = Vec::new();
    for number in 0..200 {
        let name = [format!("Bj{number}").as_bytes(), b"\xF6rk\\\t".as_slice()].concat();
        std::fs::write(many.join(std::ffi::OsStr::from_bytes(&name)), "").unwrap();
        expected.push(names::to_text(&name).unwrap());
    }
    std::fs::write(many.join("\u{10FF80}"), "").unwrap();
    let mut found = Vec::new();
    let mut rest = None;
    loop {
        let batch = listing::read(&File::open(&many).unwrap(), rest).unwrap();
        found.extend(batch.entries.into_iter().map(|entry| entry.name));
        rest = batch.rest;
        if rest.is_none() {
            break;
        }
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let disk = Arc::new(disk);
    for name in expected {
        let path = names::to_bytes(&name).unwrap();
        let asked = Lookup {
            path: [b"many/", &path[..]].concat(),
            ..asked(&disk, "")
        };
        assert!(block_on(disk.look(asked)).is_ok(), "{name}");
    }
}
