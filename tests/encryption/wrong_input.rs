//! Wrong certificates, keys and options: one line, and nothing is started.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::process::Command;

use libtest_mimic::Trial;

use super::support::certificate::Certificate;
use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        wrong_certificates_keys_and_options_are_said_in_a_line,
        nothing_is_opened_or_made_before_all_sockets_are_bound,
    ]
}

fn wrong_certificates_keys_and_options_are_said_in_a_line() {
    let (one, other) = (Certificate::of(&["a"]), Certificate::of(&["b"]));
    let folder = Folder::new();
    let wrong = Folder::new();
    let [chain, key] = [one.chain(), one.key()].map(|path| path.display().to_string());
    let other_key = other.key().display().to_string();
    let file = |name: &str, text: &str| wrong.file(name, text).display().to_string();
    let missing = wrong.join("missing").display().to_string();
    let empty = file("empty", "");
    let text = file("text", "no PEM at all\n");
    let directory = wrong.folder("directory").display().to_string();
    let passphrase = file(
        "passphrase",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    let fifo = wrong.fifo("fifo").display().to_string();
    let served = folder
        .file("key.pem", fs::read(one.key()).unwrap())
        .display()
        .to_string();
    let unreadable = wrong.file("unreadable", fs::read(one.key()).unwrap());
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o000)).unwrap();
    let unreadable = unreadable.display().to_string();
    let state = format!("--tls-self-signed={}/x", file("file", ""));
    let within = format!("--tls-self-signed={}/new", folder.path().display());
    fs::copy(other.key(), wrong.folder("spoilt").join("key.pem")).unwrap();
    file("spoilt/certificate.pem", "no PEM at all\n");
    let spoilt = format!("--tls-self-signed={}/spoilt", wrong.path().display());
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = busy.local_addr().unwrap();
    let busy_port = busy.port().to_string();
    // (options, exit status, what is said)
    let rows: Vec<(Vec<&str>, i32, String)> = vec![
        (
            vec!["--tls-cert", &missing, "--tls-key", &key],
            1,
            format!("cannot read {missing}: No such file"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &missing],
            1,
            format!("cannot read {missing}: No such file"),
        ),
        (
            vec!["--tls-cert", &directory, "--tls-key", &key],
            1,
            format!("cannot read {directory}: it is no regular file"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &fifo],
            1,
            format!("cannot read {fifo}: it is no regular file"),
        ),
        (
            vec!["--tls-cert", &empty, "--tls-key", &key],
            1,
            format!("cannot use {empty} with {key}: there is no certificate in PEM form"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &text],
            1,
            format!("cannot use {chain} with {text}: there is no private key in PEM form"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &passphrase],
            1,
            format!(
                "cannot use {chain} with {passphrase}: there is no private key in PEM form (one with a passphrase cannot be used)"
            ),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &other_key],
            1,
            format!(
                "cannot use {chain} with {other_key}: the private key is not that of the certificate"
            ),
        ),
        (
            vec!["--tls-cert", &chain],
            1,
            format!("cannot use {chain}: there is no private key in PEM form"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &served],
            1,
            format!(
                "the private key {served} is in what is served, where anyone could read it: move it"
            ),
        ),
        // The second pair counts, too.
        (
            vec![
                "--tls-cert",
                &chain,
                "--tls-key",
                &key,
                "--tls-cert",
                &missing,
                "--tls-key",
                &key,
            ],
            1,
            format!("cannot read {missing}: No such file"),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-key", &unreadable],
            1,
            format!("cannot read {unreadable}: Permission denied"),
        ),
        (vec![&state], 1, "cannot make the folder".to_owned()),
        (
            vec![&within],
            1,
            "is in what is served, where anyone could read it: move it".to_owned(),
        ),
        (vec![&spoilt], 1, "is no certificate for".to_owned()),
        (vec!["--tls-key", &key], 2, "--tls-cert <FILE>".to_owned()),
        (
            vec![
                "--tls-cert",
                &chain,
                "--tls-cert",
                &chain,
                "--tls-key",
                &key,
            ],
            2,
            "there are 2 of '--tls-cert' and 1 of '--tls-key'".to_owned(),
        ),
        (
            vec!["--tls-cert", &chain, "--tls-self-signed"],
            2,
            "cannot be used with".to_owned(),
        ),
        (
            vec!["--redirect-http", "0"],
            2,
            "'--redirect-http <PORT>' needs https".to_owned(),
        ),
        (
            vec![
                "--redirect-http",
                "x",
                "--tls-cert",
                &chain,
                "--tls-key",
                &key,
            ],
            2,
            "invalid value 'x' for '--redirect-http <PORT>'".to_owned(),
        ),
        (
            vec![
                "--redirect-http",
                &busy_port,
                "--tls-cert",
                &chain,
                "--tls-key",
                &key,
            ],
            1,
            format!("cannot listen on {busy}: Address already in use"),
        ),
        (
            vec![
                "--bind",
                "http://127.0.0.1",
                "--tls-cert",
                &chain,
                "--tls-key",
                &key,
            ],
            1,
            "no address is https, because Unix sockets and those after 'http://' are plain"
                .to_owned(),
        ),
        (
            vec![
                "--bind=http://127.0.0.1",
                "--redirect-http=0",
                "--tls-cert",
                &chain,
                "--tls-key",
                &key,
            ],
            1,
            "--redirect-http 0 listens beside the https addresses of --bind, and there is none"
                .to_owned(),
        ),
        (vec!["--hsts"], 2, "'--hsts' needs https".to_owned()),
        (
            vec!["--hsts=soon", "--tls-cert", &chain],
            2,
            "invalid value 'soon'".to_owned(),
        ),
        (
            vec!["--hsts", "--tls-self-signed"],
            2,
            "'--hsts' would lock browsers out".to_owned(),
        ),
    ];
    let unix = Folder::new();
    let unix = unix.join("socket");
    each(&rows, |(options, status, said)| {
        let mut command = without_the_rights_of_root();
        command
            .arg(folder.path())
            .args(["--port", "0"])
            .args(options);
        // Beside what is to be the only address, a Unix socket is none either.
        let alone = ["--redirect", "--bind"];
        if !options
            .iter()
            .any(|it| alone.iter().any(|option| it.starts_with(option)))
        {
            let bind = format!("127.0.0.1,unix:{}", unix.display());
            command.args(["--bind", &bind]);
        }
        let done = command.output().unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(*status), "{errors}");
        assert!(errors.contains(said.as_str()), "{errors}");
        if *status == 1 {
            assert_eq!(errors.lines().count(), 1, "{errors}");
        }
        assert!(done.stdout.is_empty());
        assert!(!unix.exists(), "a socket is left behind");
    });
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// Returns a command for porthole that opens no more than what modes allow.
pub fn without_the_rights_of_root() -> Command {
    if !rustix::process::geteuid().is_root() {
        return Porthole::command();
    }
    let rights = [
        "--bounding-set=-dac_override,-dac_read_search",
        "--inh-caps=-dac_override,-dac_read_search",
    ];
    Porthole::command_through("setpriv", rights)
}

fn nothing_is_opened_or_made_before_all_sockets_are_bound() {
    let folder = Folder::new();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = busy.local_addr().unwrap().to_string();
    let store = Folder::new();
    let state = store.join("state");
    let own = format!("--tls-self-signed={}", state.display());
    let missing = folder.join("missing").display().to_string();
    let live = store.join("live");
    let _live = UnixListener::bind(&live).unwrap();
    let live = format!("unix:{}", live.display());
    // (what cannot be bound, what cannot be opened or is to be made)
    let rows: [(&str, &[&str]); 5] = [
        (&busy, &[&own]),
        (&busy, &["--tls-cert", &missing]),
        (&busy, &["--component", &missing]),
        (&live, &[&own]),
        ("nowhere.invalid", &[&own]),
    ];
    each(&rows, |(bind, others)| {
        let mut command = Porthole::command();
        command.arg(&missing).args(["--port=0", "--bind", bind]);
        let done = command.args(*others).output().unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{errors}");
        let words = format!("porthole: cannot listen on {bind}: ");
        assert!(errors.starts_with(&words), "{errors}");
        assert!(!state.exists(), "a key is left behind");
    });
}
