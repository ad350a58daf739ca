//! Wrong certificates, keys and options: one line, and nothing is started.

use std::fs;

use libtest_mimic::Trial;

use super::support::certificate::Certificate;
use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![wrong_certificates_keys_and_options_are_said_in_a_line]
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
    let state = format!("--tls-self-signed={}/x", file("file", ""));
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
        (vec![&state], 1, "cannot make the folder".to_owned()),
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
    each(&rows, |(options, status, said)| {
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(["--port", "0"])
            .args(options);
        let done = command.output().unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(*status), "{errors}");
        assert!(errors.contains(said.as_str()), "{errors}");
        if *status == 1 {
            assert_eq!(errors.lines().count(), 1, "{errors}");
        }
    });
}
