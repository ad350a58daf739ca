//! Sockets that cannot be: what is said, and that nothing is left behind.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, privileged, trials};

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![failed_binds_are_one_line, bad_addresses_are_wrong_usage,];
    trials.push(privileged(
        concat!(module_path!(), "::a_low_port_has_three_ways"),
        Command::new("unshare")
            .args(WITHOUT_THE_RIGHT)
            .arg("true")
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success()),
        "make a network of its own",
        a_low_port_has_three_ways,
    ));
    trials
}

fn failed_binds_are_one_line() {
    let folder = Folder::new();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = busy.local_addr().unwrap().to_string();
    let _held = TcpListener::bind(&*busy);
    let live = folder.join("live");
    let _live = UnixListener::bind(&live).unwrap();
    let file = folder.file("file", "");
    let unix = |path: &std::path::Path| format!("unix:{}", path.display());
    let long = unix(&folder.path().join("x".repeat(108)));
    let fresh = folder.join("fresh");
    let rows: Vec<(Vec<String>, String)> = vec![
        (
            vec!["nowhere.invalid".into()],
            "cannot listen on nowhere.invalid: give it an address (/etc/hosts), or give an address instead: ".into(),
        ),
        (
            // Reserved for documentation (RFC 5737).
            vec!["192.0.2.1".into()],
            "cannot listen on 192.0.2.1:0: Cannot assign requested address (os error 99); this system does not have that address".into(),
        ),
        (
            vec![unix(&live)],
            format!("cannot listen on {}: another server listens there", unix(&live)),
        ),
        (
            vec![unix(&file)],
            format!("cannot listen on {}: there is a file that is no socket", unix(&file)),
        ),
        (vec![long.clone()], format!("cannot listen on {long}: ")),
        (
            vec![unix(&folder.path().join("none/a"))],
            format!("cannot listen on {}/none/a: No such file or directory (os error 2)", unix(folder.path())),
        ),
        (
            vec![unix(&fresh), "--unix-owner=no-such-user".into()],
            "there is no user no-such-user (--unix-owner)".into(),
        ),
        (
            vec!["127.0.0.1:81".into(), "--bind=http://127.0.0.1:81".into()],
            "127.0.0.1:81 is plain by 'http://' and is not, ".into(),
        ),
        // What was bound before is gone again.
        (
            vec![unix(&fresh), "--bind".into(), unix(&live)],
            format!("cannot listen on {}: another server listens there", unix(&live)),
        ),
    ];
    each(&rows, |(arguments, reason)| {
        let mut command = Porthole::command();
        command.args([folder.path().to_str().unwrap(), "--port=0", "--bind"]);
        let output = command.args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with(&format!("porthole: {reason}")), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!fresh.exists());
    });
    assert!(file.is_file() && live.exists());
}

fn bad_addresses_are_wrong_usage() {
    let folder = Folder::new();
    let rows: [(&[&str], &str); 9] = [
        (&["--bind="], "neither an address nor a name"),
        (&["--bind=1.2.3"], "neither an address nor a name"),
        (&["--bind=127.0.0.1:65536"], "'65536' is no port"),
        (&["--bind=[::1"], "the bracket is not closed"),
        (&["--bind=https://127.0.0.1"], "leave 'https://' out"),
        (
            &["--bind=unix:"],
            "a path is needed, as in unix:/run/porthole.sock",
        ),
        (
            &["--bind=unix:a", "--unix-mode=rw"],
            "three octal digits are needed, such as 660",
        ),
        (
            &["--bind=unix:a", "--unix-owner=:"],
            "USER, USER:GROUP or :GROUP is needed",
        ),
        (
            &["--unix-mode=660"],
            "'--unix-mode <MODE>' needs a Unix socket: give '--bind unix:PATH'",
        ),
    ];
    each(&rows, |(arguments, reason)| {
        let mut command = Porthole::command();
        let output = command
            .arg(folder.path())
            .args(*arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.starts_with("error: ") && text.contains(reason),
            "{text}"
        );
    });
}

/// Has `unshare` run a program in a network of its own, where no one has changed which ports need a right,
/// and without that right.
const WITHOUT_THE_RIGHT: [&str; 6] = [
    "--user",
    "--map-root-user",
    "--net",
    "setpriv",
    "--bounding-set=-net_bind_service",
    "--inh-caps=-net_bind_service",
];

fn a_low_port_has_three_ways() {
    let folder = Folder::new();
    let mut command = Porthole::command_through("unshare", WITHOUT_THE_RIGHT);
    command
        .arg(folder.path())
        .args(["--bind=0.0.0.0", "--port=80"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(
        text,
        "porthole: cannot listen on 0.0.0.0:80: Permission denied (os error 13); \
         a port below 1024 needs a socket unit of systemd, or \
         AmbientCapabilities=CAP_NET_BIND_SERVICE in its service, or take another port\n"
    );
}
