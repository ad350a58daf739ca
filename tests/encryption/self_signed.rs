//! `--tls-self-signed`.

use std::fs;

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::support::secure::{Secure, client};
use crate::support::{Folder, Porthole, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        it_is_made_once_and_its_fingerprint_said,
        its_folder_is_that_of_the_service_or_of_the_user,
    ]
}

fn it_is_made_once_and_its_fingerprint_said() {
    let (folder, store) = (Folder::new(), Folder::new());
    folder.file("a", "content");
    let kept = store.join("own");
    let flag = format!("--tls-self-signed={}", kept.display());
    let mut fingerprints = Vec::new();
    for _ in 0..2 {
        let mut porthole = Porthole::with(&folder, &[&flag]);
        let said = porthole.errors().wait_for("SHA-256 fingerprint ");
        let said = said.split("fingerprint ").nth(1).unwrap().to_owned();
        porthole
            .errors()
            .wait_for("is signed by no authority: browsers warn");
        let chain = fs::read(kept.join("certificate.pem")).unwrap();
        let key = fs::read(kept.join("key.pem")).unwrap();
        let pair = porthole::KeyPair::from_pem(&chain, &key).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, pair.certificate());
        let hexadecimal: Vec<String> = digest.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        assert_eq!(said, hexadecimal.join(":"));
        fingerprints.push(said);
        let mut roots = rustls::RootCertStore::empty();
        roots.add(pair.certificate().to_vec().into()).unwrap();
        for name in ["localhost", "127.0.0.1"] {
            let mut secure = Secure::to(porthole.address(), name, &client(roots.clone())).unwrap();
            assert_eq!(secure.get("/a", "").text(), "content");
        }
        porthole.signal(Signal::TERM);
        porthole.wait();
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
}

fn its_folder_is_that_of_the_service_or_of_the_user() {
    let folder = Folder::new();
    let rows = [
        ("STATE_DIRECTORY", ""),
        ("XDG_STATE_HOME", "porthole"),
        ("HOME", ".local/state/porthole"),
    ];
    for (variable, below) in rows {
        let store = Folder::new();
        let mut command = Porthole::command();
        for (other, _) in rows {
            command.env_remove(other);
        }
        command.env(variable, store.path());
        command
            .arg(folder.path())
            .args(["--port", "0", "--tls-self-signed"]);
        let _porthole = Porthole::start(command);
        assert!(store.join(below).join("key.pem").is_file(), "{variable}");
    }
}
