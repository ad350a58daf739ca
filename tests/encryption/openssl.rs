//! openssl and curl as clients: versions, kinds of keys, resumption.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::support::certificate::{Certificate, OPENSSL, only_for_its_owner, openssl};
use crate::support::{Folder, Porthole, Program, each, trials};

const CURL: Program = Program::new("curl", "curl");

pub fn trials() -> Vec<Trial> {
    trials![
        ;
        needs [&OPENSSL] =>
            versions_and_protocols,
            the_server_chooses_the_cipher,
            sessions_are_resumed,
            keys_of_all_kinds,
            a_client_gets_the_kind_of_key_that_it_can_verify;
        needs [&CURL] => curl_verifies_the_certificate
    ]
}

/// Runs `openssl s_client` with one request.
fn s_client(porthole: &Porthole, arguments: &[&str]) -> Output {
    let mut child = OPENSSL
        .command()
        .args(["s_client", "-connect", &porthole.address().to_string()])
        .args(["-servername", "localhost", "-ign_eof"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let request = "GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    // A handshake that fails ends it before.
    let _ = child.stdin.take().unwrap().write_all(request.as_bytes());
    child.wait_with_output().unwrap()
}

fn media() -> Folder {
    let folder = Folder::new();
    folder.file("a", "content of a");
    folder
}

fn versions_and_protocols() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &["--log-format", "json"]);
    let rows: [(&[&str], &[&str]); 7] = [
        (&["-tls1_3"], &["TLSv1.3", "content of a"]),
        (&["-tls1_2"], &["TLSv1.2", "ECDHE", "content of a"]),
        (
            &["-alpn", "h2,http/1.1"],
            &["ALPN protocol: http/1.1", "content of a"],
        ),
        (&["-alpn", "h2"], &["no application protocol"]),
        (
            &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            &["alert handshake failure"],
        ),
        (
            &["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
            &["alert handshake failure"],
        ),
        (
            &["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"],
            &["CHACHA20", "content of a"],
        ),
    ];
    each(&rows, |(arguments, expected)| {
        let done = s_client(&porthole, arguments);
        let said = [done.stdout, done.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        for words in *expected {
            assert!(said.contains(words), "no {words}: {said}");
        }
    });
    // Of the rows that were answered. Two workers may write in another order.
    let lines = porthole
        .log()
        .wait_for_several(4, |line| line.contains("\"/a\""), "the log");
    let versions = lines.iter().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["tls"].as_str().unwrap().to_owned()
    });
    let mut versions: Vec<_> = versions.collect();
    versions.sort_unstable();
    assert_eq!(versions, ["1.2", "1.2", "1.3", "1.3"]);
}

fn sessions_are_resumed() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    // The other worker may get the second connection.
    let porthole = certificate.serving(&folder, &["--workers", "2"]);
    let sessions = Folder::new();
    for version in ["-tls1_2", "-tls1_3"] {
        let session = sessions.join(version).display().to_string();
        let first = s_client(&porthole, &[version, "-sess_out", &session]);
        assert!(
            String::from_utf8_lossy(&first.stdout).contains("New, "),
            "{version}"
        );
        for _ in 0..4 {
            let again = s_client(&porthole, &[version, "-sess_in", &session]);
            let said = String::from_utf8_lossy(&again.stdout);
            assert!(said.contains("Reused, "), "{version}: {said}");
            assert!(said.contains("content of a"), "{said}");
        }
        // Another version of the server has the same tickets.
        porthole.signal(Signal::HUP);
        let reloaded = if version == "-tls1_2" { 1 } else { 2 };
        let words = "reloaded; open connections finish on the old version";
        porthole
            .errors()
            .wait_for_several(reloaded, |line| line.contains(words), words);
        let again = s_client(&porthole, &[version, "-sess_in", &session]);
        assert!(
            String::from_utf8_lossy(&again.stdout).contains("Reused, "),
            "{version}"
        );
    }
}

/// Makes a key by `arguments`, and a certificate of it. Returns their paths.
fn pair(folder: &Folder, name: &str, arguments: &[&str]) -> [String; 2] {
    let file = |end: &str| folder.join(format!("{name}.{end}")).display().to_string();
    let (key, chain) = (file("key"), file("chain"));
    // Numbers come last.
    let (command, rest) = arguments.split_at(1);
    openssl(&[command, &["-out", &key], rest].concat());
    only_for_its_owner(Path::new(&key));
    let subject = ["-subj", "/CN=a", "-addext", "subjectAltName=DNS:localhost"];
    let made = [
        "req", "-x509", "-new", "-days", "30", "-key", &key, "-out", &chain,
    ];
    openssl(&[&made[..], &subject].concat());
    [chain, key]
}

/// PKCS#8, SEC1 and PKCS#1.
fn keys_of_all_kinds() {
    let folder = media();
    let made = Folder::new();
    let rows: [(&str, &[&str], &str); 6] = [
        (
            "p256",
            &[
                "genpkey",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ],
            "BEGIN PRIVATE KEY",
        ),
        (
            "p384",
            &[
                "genpkey",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-384",
            ],
            "BEGIN PRIVATE KEY",
        ),
        (
            "ed25519",
            &["genpkey", "-algorithm", "ED25519"],
            "BEGIN PRIVATE KEY",
        ),
        (
            "rsa",
            &[
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ],
            "BEGIN PRIVATE KEY",
        ),
        (
            "sec1",
            &["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
            "BEGIN EC PRIVATE KEY",
        ),
        (
            "pkcs1",
            &["genrsa", "-traditional", "2048"],
            "BEGIN RSA PRIVATE KEY",
        ),
    ];
    each(&rows, |(name, arguments, form)| {
        let [chain, key] = pair(&made, name, arguments);
        let text = std::fs::read_to_string(&key).unwrap();
        assert!(text.contains(form), "{text}");
        let porthole = Porthole::with(&folder, &["--tls-cert", &chain, "--tls-key", &key]);
        let done = s_client(&porthole, &["-CAfile", &chain, "-verify_return_error"]);
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(said.contains("content of a"), "{said}");
    });
    // Both in one file, as some tools write them.
    let [chain, key] = [made.join("p256.chain"), made.join("p256.key")];
    let both = [std::fs::read(key).unwrap(), std::fs::read(chain).unwrap()].concat();
    let both = made.file("both", both);
    only_for_its_owner(&both);
    let both = both.display().to_string();
    let porthole = Porthole::with(&folder, &["--tls-cert", &both]);
    let done = s_client(&porthole, &[]);
    assert!(String::from_utf8_lossy(&done.stdout).contains("content of a"));
}

fn a_client_gets_the_kind_of_key_that_it_can_verify() {
    let folder = media();
    let made = Folder::new();
    let rsa = pair(&made, "rsa", &["genrsa", "2048"]);
    let curve = pair(
        &made,
        "p256",
        &["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
    );
    let mut flags = Vec::new();
    for [chain, key] in [&curve, &rsa] {
        flags.extend(["--tls-cert", chain, "--tls-key", key]);
    }
    let porthole = Porthole::with(&folder, &flags);
    let rows = [
        ("ECDSA+SHA256", "ECDSA"),
        ("RSA-PSS+SHA256:RSA+SHA256", "RSA"),
        ("ECDSA+SHA256:RSA-PSS+SHA256", "ECDSA"),
    ];
    for (signatures, expected) in rows {
        for version in ["-tls1_2", "-tls1_3"] {
            let done = s_client(&porthole, &[version, "-sigalgs", signatures]);
            let said = String::from_utf8_lossy(&done.stdout);
            let line = said
                .lines()
                .find(|line| line.starts_with("Peer signature type"));
            assert!(
                line.is_some_and(|line| line.contains(expected)),
                "{signatures}: {said}"
            );
        }
    }
}

fn curl_verifies_the_certificate() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &[]);
    let port = porthole.address().port();
    let authority = certificate.chain().display().to_string();
    let curl = |arguments: &[&str]| {
        let mut command: Command = CURL.command();
        command.args([
            "-q",
            "-sS",
            "--resolve",
            &format!("localhost:{port}:127.0.0.1"),
        ]);
        command.args(arguments).output().unwrap()
    };
    let url = format!("https://localhost:{port}/a");
    let known = curl(&["--cacert", &authority, &url]);
    assert_eq!(known.stdout, b"content of a", "{known:?}");
    // CURLE_PEER_FAILED_VERIFICATION
    assert_eq!(curl(&[&url]).status.code(), Some(60));
    let other = format!("https://127.0.0.1:{port}/a");
    assert_eq!(
        curl(&["--cacert", &authority, &other]).status.code(),
        Some(60)
    );
}

/// However the client puts them.
fn the_server_chooses_the_cipher() {
    let (folder, certificate) = (media(), Certificate::of(&["localhost"]));
    let porthole = certificate.serving(&folder, &[]);
    let (long, short) = (
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
    );
    let chacha = "ECDHE-ECDSA-CHACHA20-POLY1305";
    let rows = [
        ("-tls1_2", "-cipher", [long, chacha, short], short),
        ("-tls1_2", "-cipher", [short, chacha, long], short),
        ("-tls1_2", "-cipher", [chacha, long, long], long),
        (
            "-tls1_3",
            "-ciphersuites",
            [
                "TLS_CHACHA20_POLY1305_SHA256",
                "TLS_AES_256_GCM_SHA384",
                "TLS_AES_128_GCM_SHA256",
            ],
            "TLS_AES_128_GCM_SHA256",
        ),
    ];
    each(&rows, |(version, option, offered, expected)| {
        let done = s_client(&porthole, &[version, option, &offered.join(":")]);
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(said.contains(&format!("Cipher is {expected}")), "{said}");
    });
}
