//! Proxies that serve porthole below a prefix, which they strip from the target. The
//! redirect of a directory must lead below the prefix as well.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::clients::support::run::run;
use crate::support::{Folder, Porthole, Program, TIMEOUT, each, trials};

const NGINX: Program = Program::new("nginx", "nginx-light");
const CADDY: Program = Program::new("caddy", "caddy");
const CURL: Program = Program::new("curl", "curl");

pub fn trials() -> Vec<Trial> {
    let mut trials = trials![; needs [&NGINX, &CURL] => below_a_prefix_of_nginx];
    trials.extend(trials![; needs [&CADDY, &CURL] => below_a_prefix_of_caddy]);
    trials
}

fn below_a_prefix_of_nginx() {
    let (scene, porthole) = Scene::new();
    let config = format!(
        "daemon off; master_process off; pid {home}/pid; error_log stderr; events {{}}
        http {{
            access_log off;
            client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
            fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi;
            scgi_temp_path {home}/scgi;
            server {{
                listen unix:{home}/socket;
                location /files/ {{ proxy_pass http://{address}/; }}
            }}
        }}",
        home = scene.home(),
        address = porthole.address(),
    );
    let config = scene.0.file("nginx.conf", config);
    let mut nginx = NGINX.command();
    nginx.args(["-p", scene.home(), "-c"]).arg(config);
    scene.check(nginx);
}

fn below_a_prefix_of_caddy() {
    let (scene, porthole) = Scene::new();
    let config = format!(
        "{{\n admin off\n auto_https off\n}}
        http://:80 {{
            bind unix/{home}/socket
            handle_path /files/* {{\n reverse_proxy {address}\n }}
        }}",
        home = scene.home(),
        address = porthole.address(),
    );
    let config = scene.0.file("Caddyfile", config);
    let mut caddy = CADDY.command();
    caddy
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(config);
    scene.check(caddy);
}

/// A directory for the proxy's socket and configuration. A Unix socket needs no port.
struct Scene(Folder);

impl Scene {
    fn new() -> (Self, Porthole) {
        let folder = Folder::new();
        folder.file("served/sub/a:b/file", "found");
        let porthole = Porthole::serving(folder.join("served"));
        (Self(folder), porthole)
    }

    fn home(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    /// Runs the proxy, and follows redirects as curl does.
    fn check(&self, mut proxy: Command) {
        let proxy = proxy
            .env("HOME", self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the proxy starts");
        let _proxy = Running(proxy);
        wait_for(&self.0.path().join("socket"));
        let rows = [
            ("/files/sub", "/files/sub/"),
            ("/files/sub?a=b", "/files/sub/?a=b"),
            ("/files/sub/a:b", "/files/sub/a%3Ab/"),
            ("/files/sub/a%3Ab/file", "/files/sub/a%3Ab/file"),
        ];
        each(&rows, |(target, end)| {
            let socket = format!("{}/socket", self.home());
            let url = format!("http://localhost{target}");
            let follow = ["-sS", "-L", "--fail", "-o", "/dev/null"];
            let tell = ["-w", "%{url_effective}", "--unix-socket", &socket, &url];
            let effective = run(&CURL, &self.0, &[follow, tell].concat()).success();
            assert_eq!(effective, format!("http://localhost{end}"));
        });
    }
}

/// A program that runs until the test is over.
struct Running(Child);

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
