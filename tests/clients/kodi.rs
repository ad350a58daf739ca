//! The real Kodi on a virtual screen. It is asked by JSON-RPC what it sees in a
//! directory.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::clients::support::film::{FFMPEG, MP4, films};
use crate::clients::support::run::PROXIES;
use crate::support::{Client, Folder, Porthole, Program, each, where_installed};

const KODI: Program = Program::new("kodi", "kodi");
const SCREEN: Program = Program::new("xvfb-run", "xvfb");

/// Longest start of Kodi on a busy machine. It renders with the processor.
const START: Duration = Duration::from_secs(120);

pub fn trials() -> Vec<Trial> {
    let path = concat!(module_path!(), "::sees_names_sizes_and_dates_and_plays");
    let programs = [&KODI, &SCREEN, &FFMPEG];
    vec![where_installed(
        &programs,
        path,
        sees_names_sizes_and_dates_and_plays,
    )]
}

const FILES: [(&str, u64); 9] = [
    ("1:2.mkv", 512),
    ("it's & \"so\".mp3", 0),
    ("1+1;2=3.txt", 1_023),
    ("100%25.txt", 1_536),
    ("what? #1.txt", 11 << 20),
    ("[1] {2} (3)~!$*,@.txt", 1),
    ("grüße 水.txt", 1),
    ("...And Justice.mp3", 1),
    ("large.mkv", 2_000 << 30),
];

fn sees_names_sizes_and_dates_and_plays() {
    let folder = Folder::new();
    for (name, size) in FILES {
        let file = folder.sparse(format!("films/{name}"), size);
        super::age(&file, Duration::from_secs(3_600));
    }
    folder.folder("films/Season 1: new");
    std::fs::copy(films().join(MP4), folder.join("films/a film.mp4")).unwrap();
    let porthole = Porthole::serving(&folder);
    let kodi = Kodi::start(&porthole.url("/"));
    let url = porthole.url("/films/");
    let listing = kodi.ask(
        "Files.GetDirectory",
        &format!("{{\"directory\":\"{url}\",\"properties\":[\"size\",\"lastmodified\"]}}"),
    );
    let entries: Vec<&str> = listing.split("{\"file\":").skip(1).collect();
    assert_eq!(entries.len(), FILES.len() + 2, "{listing}");
    each(&FILES, |(name, size)| {
        let label = format!("\"label\":\"{}\"", name.replace('"', "\\\""));
        let entry = entries.iter().find(|entry| entry.contains(&label));
        let entry = entry.unwrap_or_else(|| panic!("{label} in {listing}"));
        let (_, seen) = entry.split_once("\"size\":").unwrap();
        let seen: u64 = seen[..seen.find([',', '}']).unwrap()].parse().unwrap();
        assert!(seen.abs_diff(*size) <= size / 20, "{entry}");
        assert!(entry.contains("\"lastmodified\":\"20"), "{entry}");
    });
    assert!(listing.contains("\"label\":\"Season 1: new\""), "{listing}");
    let film = format!("{{\"item\":{{\"file\":\"{url}a%20film.mp4\"}}}}");
    kodi.ask("Player.Open", &film);
    porthole
        .log()
        .wait_for("\"GET /films/a%20film.mp4 HTTP/1.1\" 206 ");
}

/// A running Kodi with a home of its own, killed when the test is over.
struct Kodi {
    child: Child,
    address: SocketAddr,
    _home: Folder,
}

impl Kodi {
    /// Starts with `source` as its only source, and returns when it responds.
    fn start(source: &str) -> Self {
        let home = Folder::new();
        // Kodi can't choose a free port and report it. So the test binds a free port and
        // releases it. The system will assign others first.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let setting = |id: &str, value: &str| format!("<setting id=\"{id}\">{value}</setting>");
        let settings = [
            setting("services.webserver", "true"),
            setting("services.webserverport", &address.port().to_string()),
            setting("services.webserverauthentication", "false"),
            setting("services.zeroconf", "false"),
            setting("services.esenabled", "false"),
        ];
        let settings = format!("<settings version=\"2\">{}</settings>", settings.concat());
        home.file(".kodi/userdata/guisettings.xml", settings);
        home.file(
            ".kodi/userdata/sources.xml",
            format!(
                "<sources><video><source><name>porthole</name><path pathversion=\"1\">{source}\
                 </path><allowsharing>true</allowsharing></source></video></sources>"
            ),
        );
        let mut command = SCREEN.command();
        for name in PROXIES {
            command.env_remove(name);
        }
        let child = command
            .args(["-a", "-s", "-screen 0 320x240x24", "kodi", "--standalone"])
            .current_dir(&home)
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("LC_ALL", "C.UTF-8")
            // Kodi and its screen end together.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("kodi starts");
        let kodi = Self {
            child,
            address,
            _home: home,
        };
        let deadline = Instant::now() + START;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "kodi does not listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        kodi
    }

    /// Returns the result of a call (JSON-RPC 2.0), which must not be an error.
    fn ask(&self, method: &str, parameters: &str) -> String {
        let call = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{parameters}}}"
        );
        let head = format!(
            "POST /jsonrpc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            call.len()
        );
        let mut client = Client::connect(self.address);
        let answer = client.send(head + &call).read_to_end();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains("\"result\":"), "{call}: {answer}");
        answer
    }
}

impl Drop for Kodi {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}
