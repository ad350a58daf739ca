//! A page in a headless Chromium. It reports by requesting `/report?step=…` from the
//! server, which logs the request.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::encryption::support::certificate::Certificate;
use crate::support::{Folder, Porthole, Program};

pub const CHROMIUM: Program = Program::new("chromium", "chromium");

/// Flags for the page alone: no sandbox, because containers forbid it, no proxy, no
/// window, no requests of its own. Videos play without a click.
const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-extensions",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
];

/// Script that the pages share.
const SCRIPT: &str = include_str!("../pages/report.js");

/// A browser with one page, killed when the test is over.
pub struct Browser {
    child: Child,
    _profile: Folder,
}

impl Browser {
    /// Puts a page into the served directory and opens it.
    pub fn open(folder: &Folder, porthole: &Porthole, page: &str) -> Self {
        Self::open_at(&porthole.url("/page/"), folder, page, None)
    }

    /// Does the same over TLS, with a certificate that the browser is told to accept.
    pub fn open_secure(
        folder: &Folder,
        porthole: &Porthole,
        page: &str,
        certificate: &Certificate,
    ) -> Self {
        let url = porthole.url("/page/").replace("http://", "https://");
        Self::open_at(&url, folder, page, Some(certificate))
    }

    fn open_at(url: &str, folder: &Folder, page: &str, certificate: Option<&Certificate>) -> Self {
        folder.file("page/report.js", SCRIPT);
        folder.file("page/index.html", page);
        let profile = Folder::new();
        let child = CHROMIUM
            .command()
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(certificate.map(|certificate| {
                let key = certificate.key_digest();
                format!("--ignore-certificate-errors-spki-list={key}")
            }))
            .arg(url)
            // All processes of the browser end together.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromium starts");
        Self {
            child,
            _profile: profile,
        }
    }
}

/// Returns the document that a page shows, as HTML.
pub fn dump(url: &str) -> String {
    let profile = Folder::new();
    let shown = CHROMIUM
        .command()
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--dump-dom", url])
        .output()
        .expect("chromium starts");
    String::from_utf8_lossy(&shown.stdout).into_owned()
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Values that a page reports at a step.
#[derive(Debug)]
pub struct Report(String);

impl Report {
    /// Waits for a step. A page that has failed reports its own message.
    pub fn of(porthole: &Porthole, step: &str) -> Self {
        let (step, failed) = (said(step), said("failed"));
        let here = |line: &str| line.contains(&step) || line.contains(&failed);
        let line = porthole
            .log()
            .wait_for_several(1, here, &step)
            .swap_remove(0);
        assert!(!line.contains(&failed), "{line}");
        let (_, values) = line.split_once(&step).unwrap();
        Self(values.split(' ').next().unwrap().to_owned())
    }

    pub fn text(&self, name: &str) -> &str {
        self.0
            .split('&')
            .find_map(|value| value.strip_prefix(name)?.strip_prefix('='))
            .unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }

    pub fn number(&self, name: &str) -> f64 {
        self.text(name).parse().unwrap()
    }
}

/// Returns the request of a report as in the access log.
fn said(step: &str) -> String {
    format!("\"GET /report?step={step}&")
}
