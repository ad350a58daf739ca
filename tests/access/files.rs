//! The operator's files: read again by SIGHUP, and shown to nobody.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use base64ct::{Base64, Encoding as _};
use libtest_mimic::Trial;
use rustix::process::Signal;

use super::{ALICE, BOB, KEY, Secrets, USERS, link};
use crate::support::{Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_changed_password_holds_for_new_connections,
        a_broken_file_leaves_the_old_one_in_force,
        a_changed_key_takes_links_back,
        secrets_are_in_no_list_of_processes,
        files_that_others_can_read_are_said,
        passwords_without_encryption_are_said,
    ]
}

const RELOADED: &str = "reloaded; open connections finish on the old version";

fn media() -> Folder {
    let folder = Folder::new();
    folder.file("a", "content");
    folder
}

fn reload(porthole: &Porthole) {
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for(RELOADED);
}

fn a_changed_password_holds_for_new_connections() {
    let (folder, secrets) = (media(), Secrets::new());
    let porthole = secrets.serving(&folder, &[]);
    let mut kept = porthole.client();
    assert_eq!(kept.get("/a", ALICE).text(), "content");
    // Alice gets Bob's password, and Bob has none any more.
    let users = USERS.lines().find_map(|line| line.strip_prefix("bob:"));
    let users = format!("alice:{}\n", users.unwrap());
    fs::write(secrets.0.join("users"), users).unwrap();
    reload(&porthole);
    let credentials = Base64::encode_string("alice:Пароль".as_bytes());
    let new = format!("Authorization: Basic {credentials}\r\n");
    assert_eq!(porthole.client().get("/a", &new).text(), "content");
    assert_eq!(porthole.client().get("/a", ALICE).status, 401);
    assert_eq!(porthole.client().get("/a", BOB).status, 401);
    // The connection that knew the old one has no further request.
    kept.expect_end();
}

fn a_broken_file_leaves_the_old_one_in_force() {
    let (folder, secrets) = (media(), Secrets::new());
    let porthole = secrets.with_key(&folder, &["--auth-for=/private=alice"]);
    let rows: [(&str, &[u8], &str); 5] = [
        ("users", b"", "there is no user in it"),
        (
            "users",
            b"alice:correct horse\n",
            "line 1: a password is stored as a hash",
        ),
        (
            "users",
            b"alice:$apr1$V3Xf5yym$MA2npk2mHzG6wRgcNyzGt0\n",
            "line 1: MD5",
        ),
        (
            "users",
            &USERS.as_bytes()[..20],
            "line 2: a password is stored as a hash",
        ),
        ("key", b"short", "a key has at least 32 bytes"),
    ];
    for (number, (name, content, reason)) in rows.iter().enumerate() {
        let file = secrets.0.join(name);
        let whole = fs::read(&file).unwrap();
        fs::write(&file, content).unwrap();
        porthole.signal(Signal::HUP);
        let words = "reload failed, the old version goes on: cannot use ";
        let failed = |line: &str| line.contains(words);
        let lines = porthole
            .errors()
            .wait_for_several(number + 1, failed, reason);
        assert!(lines[number].contains(reason), "{lines:?}");
        let mut client = porthole.client();
        assert_eq!(client.get("/a", "").status, 401);
        assert_eq!(client.get("/a", ALICE).text(), "content");
        assert_eq!(client.get(&link("/a"), "").text(), "content");
        fs::write(&file, whole).unwrap();
    }
    // A rule may name somebody who is gone.
    let bob = USERS.lines().find(|line| line.starts_with("bob:")).unwrap();
    fs::write(secrets.0.join("users"), bob).unwrap();
    porthole.signal(Signal::HUP);
    porthole.errors().wait_for("the file has no user \"alice\"");
    assert_eq!(porthole.client().get("/a", ALICE).text(), "content");
    fs::write(secrets.0.join("users"), USERS).unwrap();
    reload(&porthole);
}

fn a_changed_key_takes_links_back() {
    let (folder, secrets) = (media(), Secrets::new());
    let porthole = secrets.with_key(&folder, &[]);
    assert_eq!(porthole.get(&link("/a")).text(), "content");
    fs::write(secrets.0.join("key"), [KEY, b"x"].concat()).unwrap();
    reload(&porthole);
    assert_eq!(porthole.get(&link("/a")).status, 403);
}

/// Neither the command line nor the environment, which others can read, nor a log has more than
/// the names of the files.
fn secrets_are_in_no_list_of_processes() {
    let (folder, secrets) = (media(), Secrets::new());
    let mut porthole = secrets.with_key(&folder, &["--verbose"]);
    let mut client = porthole.client();
    assert_eq!(client.get("/a", ALICE).text(), "content");
    assert_eq!(client.get(&link("/a"), "").text(), "content");
    reload(&porthole);
    let mut seen = Vec::new();
    for name in ["cmdline", "environ", "comm", "status"] {
        let path = format!("/proc/{}/{name}", porthole.pid());
        seen.push(fs::read_to_string(path).unwrap());
    }
    assert!(seen[0].contains("--auth-file"), "{seen:?}");
    drop(client);
    porthole.signal(Signal::TERM);
    porthole.wait();
    seen.extend(porthole.log().to_end());
    seen.extend(porthole.errors().to_end());
    let key = std::str::from_utf8(KEY).unwrap();
    let of_alice = ALICE.trim_end().rsplit(' ').next().unwrap();
    let secrets = [
        "$argon2id$",
        "$2y$",
        key,
        &Base64::encode_string(KEY),
        of_alice,
        "correct horse",
    ];
    for text in seen {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}

fn files_that_others_can_read_are_said() {
    let (folder, secrets) = (media(), Secrets::new());
    for (mode, is_said) in [(0o640, false), (0o644, true)] {
        for name in ["users", "key"] {
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(secrets.0.join(name), mode).unwrap();
        }
        let mut porthole = secrets.with_key(&folder, &[]);
        porthole.signal(Signal::TERM);
        porthole.wait();
        let said = porthole.errors().to_end();
        for what in ["file of passwords", "key for links"] {
            let words = format!("every user of this machine can read the {what}: chmod o-r ");
            let found = said.iter().any(|line| line.contains(&words));
            assert_eq!(found, is_said, "{said:?}");
        }
    }
}

/// Others on the network can read and use what is sent without TLS.
fn passwords_without_encryption_are_said() {
    let (folder, secrets) = (media(), Secrets::new());
    let [users, key] = ["users", "key"].map(|name| secrets.0.join(name));
    let users = ["--auth-file", users.to_str().unwrap()];
    let key = ["--link-key", key.to_str().unwrap()];
    let both = [users, key].concat();
    let kept = secrets.0.join("certificate");
    let encrypted = format!("--tls-self-signed={}", kept.display());
    let socket = format!("unix:{}", secrets.0.join("socket").display());
    let everywhere = ["--bind", "0.0.0.0"];
    // (options, what is said to cross the network)
    let rows: [(&[&str], &[&str], Option<&str>); 9] = [
        (&users, &everywhere, Some("passwords")),
        (&key, &everywhere, Some("links")),
        (&both, &everywhere, Some("passwords and links")),
        (
            &users,
            &["--bind", "127.0.0.1", "--bind", "::"],
            Some("passwords"),
        ),
        (&both, &["--bind", "127.0.0.1", "--bind", "::1"], None),
        (&both, &["--bind", "127.0.0.1", "--bind", &socket], None),
        (&both, &["--bind", "0.0.0.0", &encrypted], None),
        (
            &both,
            &["--bind", "0.0.0.0", "--trust-proxy", "10.0.0.1"],
            None,
        ),
        (&[], &everywhere, None),
    ];
    for (secrets, options, what) in rows {
        let mut porthole = Porthole::with(&folder, &[secrets, options].concat());
        porthole.signal(Signal::TERM);
        porthole.wait();
        let said = porthole.errors().to_end();
        let said: Vec<_> = said
            .iter()
            .filter(|line| line.contains("unencrypted"))
            .collect();
        match what {
            None => assert!(said.is_empty(), "{said:?}"),
            Some(what) => {
                let words = format!(
                    "{what} cross the network unencrypted, and others can use them: add --tls"
                );
                assert!(said.len() == 1 && said[0].contains(&words), "{said:?}");
            }
        }
    }
}
