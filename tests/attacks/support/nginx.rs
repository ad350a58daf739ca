//! nginx under the same attack, for comparison.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::attacks::support::scale;
use crate::attacks::support::siege::Siege;
use crate::support::{Folder, Program, TIMEOUT};

const NGINX: Program = Program::new("nginx", "nginx-light");

struct Nginx {
    child: Child,
    address: SocketAddr,
    _home: Folder,
}

impl Nginx {
    /// Serves the folder of a siege over TLS, by two workers.
    fn serving(siege: &Siege) -> Option<Self> {
        let certificate = siege.certificate.as_ref()?;
        let home = Folder::new();
        let free = TcpListener::bind("127.0.0.1:0").ok()?;
        let address = free.local_addr().ok()?;
        drop(free);
        let config = format!(
            "daemon off; user root; pid {home}/pid; error_log /dev/null; worker_processes 2;
            events {{ worker_connections 4096; }}
            http {{
                access_log {home}/log; sendfile on; keepalive_requests 1000000;
                client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
                fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi;
                scgi_temp_path {home}/scgi; ssl_session_cache shared:a:1m;
                server {{
                    listen {address} ssl backlog=4096; root {root};
                    ssl_certificate {chain}; ssl_certificate_key {key};
                }}
            }}",
            home = home.path().display(),
            root = siege.folder.path().display(),
            chain = certificate.chain().display(),
            key = certificate.key().display(),
        );
        let config = home.file("nginx.conf", config);
        let mut command = NGINX.command();
        command.arg("-p").arg(home.path()).arg("-c").arg(config);
        let command = command.stdin(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().ok()?;
        let nginx = Self {
            child,
            address,
            _home: home,
        };
        let deadline = Instant::now() + TIMEOUT;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Some(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it only if it is asked.
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Attacks nginx as porthole was attacked, and prints how its bystanders fare. Only where
/// there is time for that.
pub fn compare(test: &str, siege: &Siege, attacking: impl FnOnce(SocketAddr)) {
    let Some(time) = scale::quiet().filter(|_| NGINX.is_here()) else {
        return;
    };
    let Some(nginx) = Nginx::serving(siege) else {
        return;
    };
    let quiet = siege.beside(nginx.address, || thread::sleep(time));
    let served = siege.beside(nginx.address, || attacking(nginx.address));
    let ratio = served.ratio(&quiet);
    eprintln!("{test}: nginx: {served}; before: {quiet}; p99 is {ratio:.1} times that");
}
