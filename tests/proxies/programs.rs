//! Real proxies in front of porthole, below a path. Some strip the path from targets, some
//! pass it on. Redirects and links lead below it all the same, and absolute addresses are
//! those of the proxy.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::encryption::support::certificate::Certificate;
use crate::support::{Folder, Porthole, Program, TIMEOUT, each, trials};

const NGINX: Program = Program::new("nginx", "nginx-light");
const CADDY: Program = Program::new("caddy", "caddy");
pub(super) const HAPROXY: Program = Program::new("haproxy", "haproxy");
pub(super) const CURL: Program = Program::new("curl", "curl");

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![; needs [&NGINX, &CURL] => below_a_path_of_nginx];
    trials.extend(trials![; needs [&CADDY, &CURL] => below_a_path_of_caddy]);
    trials.extend(trials![; needs [&HAPROXY, &CURL] => below_a_path_of_haproxy]);
    trials
}

/// The fate of the path below which a proxy has porthole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    Stripped,
    PassedOn,
}

fn below_a_path_of_nginx() {
    each(&BOTH, |prefix| {
        let scene = Scene::new(*prefix);
        let config = format!(
            "daemon off; master_process off; pid {home}/pid; error_log stderr; events {{}}
            http {{
                access_log off;
                client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
                fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi;
                scgi_temp_path {home}/scgi;
                server {{
                    listen unix:{home}/socket ssl;
                    ssl_certificate {chain}; ssl_certificate_key {key};
                    location /files/ {{
                        proxy_pass http://{address}{end};
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-For 192.0.2.1;
                        proxy_set_header X-Forwarded-Proto $scheme;
                        proxy_set_header X-Forwarded-Prefix {prefix};
                    }}
                }}
            }}",
            home = scene.home(),
            address = scene.porthole.address(),
            chain = scene.certificate.chain().display(),
            key = scene.certificate.key().display(),
            end = scene.either("/", ""),
            prefix = scene.either("/files", "\"\""),
        );
        let config = scene.folder.file("nginx.conf", config);
        let mut nginx = NGINX.command();
        nginx.args(["-p", scene.home(), "-c"]).arg(config);
        scene.check(nginx);
    });
}

fn below_a_path_of_caddy() {
    each(&BOTH, |prefix| {
        let scene = Scene::new(*prefix);
        let config = format!(
            "{{\n admin off\n auto_https disable_redirects\n}}
            https://localhost {{
                bind unix/{home}/socket
                tls {chain} {key}
                {handle} /files/* {{
                    reverse_proxy {address} {{
                        header_up X-Forwarded-For 192.0.2.1
                        header_up X-Forwarded-Proto https
                        {prefix}
                    }}
                }}
            }}",
            home = scene.home(),
            address = scene.porthole.address(),
            chain = scene.certificate.chain().display(),
            key = scene.certificate.key().display(),
            handle = scene.either("handle_path", "handle"),
            prefix = scene.either("header_up X-Forwarded-Prefix /files", ""),
        );
        let config = scene.folder.file("Caddyfile", config);
        let mut caddy = CADDY.command();
        caddy
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(config);
        scene.check(caddy);
    });
}

fn below_a_path_of_haproxy() {
    each(&BOTH, |prefix| {
        let scene = Scene::new(*prefix);
        let both = [scene.certificate.chain(), scene.certificate.key()].map(std::fs::read);
        let both = both.map(Result::unwrap).concat();
        let both = scene.folder.file("both.pem", both);
        let strip = scene.either(
            "http-request set-header X-Forwarded-Prefix /files
                http-request replace-path /files/(.*) /\\1",
            "",
        );
        let config = format!(
            "global
                stats timeout 1s
            defaults
                mode http
                timeout connect 5s
                timeout client 5s
                timeout server 5s
            frontend outside
                bind unix@{home}/socket ssl crt {both}
                {strip}
                http-request set-header X-Forwarded-Proto https
                http-request set-header X-Forwarded-For 192.0.2.1
                default_backend inside
            backend inside
                server porthole {address}
",
            home = scene.home(),
            both = both.display(),
            address = scene.porthole.address(),
        );
        let config = scene.folder.file("haproxy.cfg", config);
        let mut haproxy = HAPROXY.command();
        haproxy.args(["-db", "-f"]).arg(config);
        scene.check(haproxy);
    });
}

const BOTH: [Prefix; 2] = [Prefix::Stripped, Prefix::PassedOn];

/// A directory for the proxy's socket and configuration, and porthole behind it. A Unix
/// socket needs no port.
struct Scene {
    prefix: Prefix,
    folder: Folder,
    certificate: Certificate,
    porthole: Porthole,
}

impl Scene {
    fn new(prefix: Prefix) -> Self {
        let folder = Folder::new();
        folder.file("served/sub/a:b/file", "found");
        folder.file("served/sub/film.mp4", "film");
        let trusted = ["--trust-proxy", "127.0.0.1"];
        let options = match prefix {
            Prefix::Stripped => &[][..],
            Prefix::PassedOn => &["--base-path", "/files"],
        };
        let porthole = Porthole::with(folder.join("served"), &[&trusted, options].concat());
        Self {
            prefix,
            folder,
            certificate: Certificate::of(&["localhost"]),
            porthole,
        }
    }

    fn home(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn either<'t>(&self, stripped: &'t str, passed_on: &'t str) -> &'t str {
        match self.prefix {
            Prefix::Stripped => stripped,
            Prefix::PassedOn => passed_on,
        }
    }

    /// Runs the proxy, and asks through it as curl does.
    fn check(&self, mut proxy: Command) {
        let proxy = proxy
            .env("HOME", self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the proxy starts");
        let _proxy = Running(proxy);
        wait_for(&self.folder.path().join("socket"));
        let rows = [
            ("/files/sub", "/files/sub/"),
            ("/files/sub?a=b", "/files/sub/?a=b"),
            ("/files/sub/a:b", "/files/sub/a%3Ab/"),
            ("/files/sub/a%3Ab/file", "/files/sub/a%3Ab/file"),
        ];
        each(&rows, |(target, end)| {
            let tell = ["-L", "-o", "/dev/null", "-w", "%{url_effective}"];
            let effective = self.curl(&[&tell, &[&*url(target)][..]].concat());
            assert_eq!(effective, url(end));
        });
        let playlist = self.curl(&[&url("/files/sub/?get=m3u")]);
        let film = playlist.lines().last().unwrap_or_default();
        assert_eq!(film, url("/files/sub/film.mp4"), "{playlist}");
        let page = self.curl(&["-H", "Accept: text/html", &url("/files/sub/")]);
        let style = page.split("href=\"../").nth(1).unwrap_or_default();
        let style = style.split('"').next().unwrap_or_default();
        assert!(
            !self.curl(&[&url(&format!("/files/{style}"))]).is_empty(),
            "{page}"
        );
        let line = self.porthole.log().wait_for("/file HTTP");
        assert!(line.starts_with("192.0.2.1 - - ["), "{line}");
    }

    fn curl(&self, arguments: &[&str]) -> String {
        let socket = format!("{}/socket", self.home());
        let authority = self.certificate.chain().display().to_string();
        let known = [
            "-q",
            "-sS",
            "--fail",
            "--unix-socket",
            &socket,
            "--cacert",
            &authority,
        ];
        run(&CURL, &self.folder, &[&known, arguments].concat()).success()
    }
}

fn url(target: &str) -> String {
    format!("https://localhost{target}")
}

/// A program that runs until the test is over.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until a connection to the socket succeeds. The proxy gives no sign when it is
/// ready.
fn wait_for(socket: &Path) {
    let deadline = Instant::now() + TIMEOUT;
    while std::os::unix::net::UnixStream::connect(socket).is_err() {
        assert!(Instant::now() < deadline, "the proxy does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
}
