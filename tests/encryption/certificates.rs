//! Certificates: the one that a client gets, and their replacement while serving.

use std::fs;
use std::time::SystemTime;

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::support::certificate::{Certificate, DAY};
use super::support::secure::{Secure, client};
use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        the_name_chooses_the_certificate,
        certificates_are_replaced_without_losing_a_connection,
        a_broken_certificate_leaves_the_old_one_serving,
        a_certificate_behind_a_replaced_link_is_found,
        a_certificate_out_of_its_time_is_said,
        a_key_that_others_can_read_is_said,
        the_grants_have_the_files_of_certificates,
    ]
}

const RELOADED: &str = "reloaded; open connections finish on the old version";

fn media() -> Folder {
    let folder = Folder::new();
    folder.file("a", "content");
    folder
}

fn the_name_chooses_the_certificate() {
    let first = Certificate::of(&["localhost"]);
    let second = Certificate::of(&["two.example", "*.wild.example"]);
    let mut flags = first.flags().to_vec();
    flags.extend(second.flags());
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let folder = media();
    let porthole = Porthole::with(&folder, &flags);
    let mut trusted = first.trusted();
    trusted.add(second.der.clone()).unwrap();
    let client = client(trusted);
    let rows = [
        ("localhost", Some(&first)),
        ("two.example", Some(&second)),
        ("a.wild.example", Some(&second)),
        // It gets the first one, and does not accept it.
        ("three.example", None),
    ];
    for (name, expected) in rows {
        let connected = Secure::to(porthole.address(), name, &client).ok();
        let certificate = connected.map(|secure| secure.certificate());
        assert_eq!(certificate, expected.map(|it| it.der.clone()), "{name}");
    }
}

fn certificates_are_replaced_without_losing_a_connection() {
    let (old, new) = (
        Certificate::of(&["localhost"]),
        Certificate::of(&["localhost"]),
    );
    let folder = media();
    let porthole = old.serving(&folder, &[]);
    let mut kept = Secure::connect(porthole.address(), &old);
    assert_eq!(kept.get("/a", "").text(), "content");
    // In place, as a confined process can still read them.
    fs::copy(new.chain(), old.chain()).unwrap();
    fs::copy(new.key(), old.key()).unwrap();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(RELOADED);
    let mut fresh = Secure::connect(porthole.address(), &new);
    assert_eq!(fresh.certificate(), new.der);
    assert_eq!(fresh.get("/a", "").text(), "content");
    drop(kept);
}

fn a_broken_certificate_leaves_the_old_one_serving() {
    let certificate = Certificate::of(&["localhost"]);
    let other = Certificate::of(&["localhost"]);
    let folder = media();
    let porthole = certificate.serving(&folder, &[]);
    let whole = fs::read(certificate.chain()).unwrap();
    let rows: [(Vec<u8>, &str); 4] = [
        (b"".to_vec(), "there is no certificate in PEM form"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(),
            "the certificate cannot be read",
        ),
        (
            whole[..whole.len() / 2].to_vec(),
            "the certificate cannot be read",
        ),
        (
            fs::read(other.chain()).unwrap(),
            "the private key is not that of the certificate",
        ),
    ];
    for (number, (text, reason)) in rows.iter().enumerate() {
        fs::write(certificate.chain(), text).unwrap();
        porthole.signal(Signal::HUP);
        let failed =
            |line: &str| line.contains("reload failed, the old version goes on: cannot use");
        let lines = porthole
            .errors()
            .wait_for_several(number + 1, failed, reason);
        assert!(lines[number].contains(reason), "{lines:?}");
        let mut client = Secure::connect(porthole.address(), &certificate);
        assert_eq!(client.get("/a", "").text(), "content");
    }
    fs::write(certificate.chain(), &whole).unwrap();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(RELOADED);
}

/// As certbot replaces certificates: `live/` has links into `archive/`.
fn a_certificate_behind_a_replaced_link_is_found() {
    let (old, new) = (
        Certificate::of(&["localhost"]),
        Certificate::of(&["localhost"]),
    );
    let store = Folder::new();
    for (name, certificate) in [("old", &old), ("new", &new)] {
        fs::create_dir(store.join(name)).unwrap();
        for file in ["chain.pem", "key.pem"] {
            fs::copy(certificate.folder.join(file), store.join(name).join(file)).unwrap();
        }
    }
    let live = store.folder("live");
    let link = |to: &str| {
        for file in ["chain.pem", "key.pem"] {
            let (new, at) = (live.join("new"), live.join(file));
            std::os::unix::fs::symlink(format!("../{to}/{file}"), &new).unwrap();
            fs::rename(new, at).unwrap();
        }
    };
    link("old");
    let folder = media();
    let [chain, key, from] = [
        live.join("chain.pem"),
        live.join("key.pem"),
        store.path().into(),
    ]
    .map(|path| path.display().to_string());
    let flags = [
        "--tls-cert",
        &chain,
        "--tls-key",
        &key,
        "--reload-from",
        &from,
    ];
    let porthole = Porthole::with(&folder, &flags);
    assert_eq!(
        Secure::connect(porthole.address(), &old).certificate(),
        old.der
    );
    link("new");
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(RELOADED);
    assert_eq!(
        Secure::connect(porthole.address(), &new).certificate(),
        new.der
    );
}

fn a_certificate_out_of_its_time_is_said() {
    let now = SystemTime::now();
    let rows = [
        (
            now - 9 * DAY,
            now - 3 * DAY / 2,
            Some("has expired 1 day ago: clients refuse it"),
        ),
        (
            now + 5 * DAY / 2,
            now + 9 * DAY,
            Some("is not valid yet, but in 2 days"),
        ),
        (
            now - DAY,
            now + 3 * DAY / 2,
            Some("is valid for 1 day more"),
        ),
        (now - DAY, now + 30 * DAY, None),
    ];
    let folder = media();
    each(&rows, |(from, to, expected)| {
        let certificate = Certificate::valid(&["localhost"], *from, *to);
        let mut porthole = certificate.serving(&folder, &[]);
        let shown = certificate.chain();
        let shown = format!("the certificate {} ", shown.display());
        if let Some(expected) = expected {
            porthole.errors().wait_for(&format!("{shown}{expected}"));
        }
        porthole.signal(Signal::TERM);
        porthole.wait();
        let said = porthole.errors().to_end();
        let said = said.iter().filter(|line| line.contains(&shown));
        assert_eq!(said.count(), usize::from(expected.is_some()));
    });
}

fn the_grants_have_the_files_of_certificates() {
    let certificate = Certificate::of(&["localhost"]);
    let folder = media();
    let [chain, key] = [certificate.chain(), certificate.key()];
    let grants = |format: &str| {
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(certificate.flags())
            .arg(format);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let text = grants("--grants");
    for file in [&chain, &key] {
        let line = format!(
            "  for TLS    {}, read by the process alone\n",
            file.display()
        );
        assert!(text.contains(&line), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&grants("--grants=json")).unwrap();
    assert_eq!(json["tls_files"], serde_json::json!([chain, key]));
}

fn a_key_that_others_can_read_is_said() {
    use std::os::unix::fs::PermissionsExt as _;

    let certificate = Certificate::of(&["localhost"]);
    let folder = media();
    for (mode, is_said) in [(0o640, false), (0o644, true)] {
        fs::set_permissions(certificate.key(), fs::Permissions::from_mode(mode)).unwrap();
        let mut porthole = certificate.serving(&folder, &[]);
        porthole.signal(Signal::TERM);
        porthole.wait();
        let said = porthole.errors().to_end();
        let words = "every user of this machine can read the private key: chmod o-r ";
        assert_eq!(
            said.iter().any(|line| line.contains(words)),
            is_said,
            "{said:?}"
        );
    }
}
