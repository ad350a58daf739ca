//! HAProxy as the peer that sends headers of the PROXY protocol.

use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::process::Stdio;

use libtest_mimic::Trial;
use rustix::io::{FdFlags, fcntl_setfd};

use super::programs::{CURL, HAPROXY, Running};
use crate::clients::support::run::run;
use crate::encryption::support::certificate::Certificate;
use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![; needs [&HAPROXY, &CURL] => its_headers_name_the_client]
}

/// The side that encrypts what porthole gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encrypts {
    Nobody,
    /// HAProxy passes the client's bytes on.
    Client,
    Proxy,
}

fn its_headers_name_the_client() {
    let versions = ["send-proxy", "send-proxy-v2"];
    let encrypting = [Encrypts::Nobody, Encrypts::Client, Encrypts::Proxy];
    let rows = versions.map(|version| encrypting.map(|encrypts| (version, encrypts)));
    let folder = Folder::new();
    let certificate = Certificate::of(&["localhost"]);
    each(&rows.concat(), |&(version, encrypts)| {
        let trusted = [
            "--proxy-protocol",
            "--trust-proxy",
            "127.0.0.1",
            "--verbose",
        ];
        let served = Folder::new();
        served.file("a", "content");
        let porthole = match encrypts {
            Encrypts::Nobody => Porthole::with(&served, &trusted),
            Encrypts::Client | Encrypts::Proxy => certificate.serving(&served, &trusted),
        };
        let authority = certificate.chain();
        let authority = authority.display();
        let encrypted = match encrypts {
            Encrypts::Proxy => format!(
                "ssl ca-file {authority} verify required verifyhost localhost sni str(localhost) check-sni localhost"
            ),
            Encrypts::Nobody | Encrypts::Client => String::new(),
        };
        // HAProxy gets a listener that is bound, so nobody has to choose a port.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        fcntl_setfd(&listener, FdFlags::empty()).unwrap();
        let config = format!(
            "global
                stats timeout 1s
            defaults
                mode tcp
                timeout connect 5s
                timeout client 5s
                timeout server 5s
            frontend outside
                bind fd@{number}
                default_backend inside
            backend inside
                server porthole {address} {version} check inter 100ms {encrypted}
",
            number = listener.as_raw_fd(),
            address = porthole.address(),
        );
        let config = served.file("haproxy.cfg", config);
        let mut haproxy = HAPROXY.command();
        haproxy.args(["-db", "-f"]).arg(config);
        let haproxy = haproxy.stdin(Stdio::null()).stdout(Stdio::null());
        let haproxy = haproxy.stderr(Stdio::null()).spawn();
        let _haproxy = Running(haproxy.expect("it starts"));
        let port = listener.local_addr().unwrap().port();
        let scheme = match encrypts {
            Encrypts::Client => "https",
            Encrypts::Nobody | Encrypts::Proxy => "http",
        };
        let url = format!("{scheme}://localhost:{port}/a");
        let here = format!("localhost:{port}:127.0.0.1");
        let authority = authority.to_string();
        // From another address than HAProxy's own.
        let known = ["-q", "-sS", "--fail", "--interface", "127.0.0.2"];
        let ask = ["--cacert", &authority, "--resolve", &here, &url];
        let content = run(&CURL, &folder, &[known, ask].concat()).success();
        assert_eq!(content, "content");
        let line = porthole.log().wait_for("\"GET /a ");
        assert!(line.starts_with("127.0.0.2 - - ["), "{line}");
        // Its health checks have a header for no client. Where it does not encrypt what is to
        // be encrypted, none of them gets further.
        if encrypts != Encrypts::Client {
            porthole.log().wait_for("Client connected: 127.0.0.1");
        }
        let said = porthole.errors().so_far().concat();
        assert!(!said.contains("no trusted proxy has begun them"), "{said}");
    });
}
