//! Statements of trusted proxies about a request, the path below which they have porthole, and the
//! names that it answers to.

use std::time::Instant;

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_trusted_proxy_names_the_client,
        each_client_behind_a_proxy_has_one_rate_over_all_workers,
        playlists_have_the_address_that_clients_use,
        every_link_stays_below_the_base_path,
        only_known_names_are_answered_on_this_machine,
        wrong_options_are_named,
    ]
}

fn media() -> Folder {
    let folder = Folder::new();
    folder.folder("films");
    folder.file("films/a.mp4", "film");
    folder.file("a", "content");
    folder
}

fn a_trusted_proxy_names_the_client() {
    // (options, fields, client in the log)
    let rows: [(&[&str], &str, &str); 6] = [
        (&[], "X-Forwarded-For: 192.0.2.1\r\n", "127.0.0.1"),
        (
            &["--trust-proxy", "10.0.0.0/8"],
            "X-Forwarded-For: 192.0.2.1\r\n",
            "127.0.0.1",
        ),
        (
            &["--trust-proxy", "127.0.0.0/8"],
            "X-Forwarded-For: 192.0.2.1\r\n",
            "192.0.2.1",
        ),
        (
            &["--trust-proxy", "127.0.0.1,10.0.0.0/8"],
            "X-Forwarded-For: 1.1.1.1, 2001:db8::1, 10.0.0.1\r\n",
            "2001:db8::1",
        ),
        (
            &["--trust-proxy", "127.0.0.1"],
            "Forwarded: for=\"[2001:db8::2]:1\"\r\n",
            "2001:db8::2",
        ),
        (
            &["--trust-proxy", "127.0.0.1"],
            "X-Forwarded-For: unknown\r\n",
            "127.0.0.1",
        ),
    ];
    let folder = media();
    each(&rows, |(options, fields, client)| {
        let porthole = Porthole::with(&folder, options);
        assert_eq!(porthole.client().get("/a", fields).text(), "content");
        let line = porthole.log().wait_for("GET /a");
        assert!(line.starts_with(&format!("{client} - - [")), "{line}");
    });
}

/// The requests of a client behind a proxy come to any worker.
fn each_client_behind_a_proxy_has_one_rate_over_all_workers() {
    const RATE: f64 = 3.0;
    let folder = media();
    let options = [
        "--trust-proxy",
        "127.0.0.1",
        "--rate",
        "3",
        "--workers",
        "4",
    ];
    let porthole = Porthole::with(&folder, &options);
    // Each connection of the proxy has the requests of three clients in turn. Each goes to
    // the worker that has the fewest, which is another one.
    let mut connections: Vec<_> = (0..4).map(|_| porthole.client()).collect();
    let clients = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
    let mut served = [0; 3];
    let start = Instant::now();
    for proxy in &mut connections {
        for _ in 0..4 {
            for (client, served) in clients.iter().zip(&mut served) {
                let field = format!("X-Forwarded-For: {client}\r\n");
                match proxy.get("/a", &field).status {
                    200 => *served += 1,
                    status => assert_eq!(status, 429),
                }
            }
        }
    }
    let allowed = RATE + RATE * start.elapsed().as_secs_f64();
    for served in served.map(f64::from) {
        assert!((RATE..=allowed).contains(&served), "{served} of {allowed}");
    }
}

fn playlists_have_the_address_that_clients_use() {
    let said =
        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: films.example\r\nX-Forwarded-Prefix: /x\r\n";
    let trusted = ["--trust-proxy", "127.0.0.1"];
    // (options, target, fields, address of the film)
    let rows: [(&[&str], &str, &str, &str); 6] = [
        (&[], "/films/?get=m3u", said, "http://a/films/a.mp4"),
        (
            &trusted,
            "/films/?get=m3u",
            said,
            "https://films.example/x/films/a.mp4",
        ),
        (
            &trusted,
            "/films/?get=m3u",
            "Forwarded: for=192.0.2.1;proto=https;host=b.example\r\n",
            "https://b.example/films/a.mp4",
        ),
        (
            &trusted,
            "/films/?get=m3u",
            "X-Forwarded-Host: evil.example/<\r\n",
            "http://a/films/a.mp4",
        ),
        (
            &["--base-path", "/media"],
            "/media/films/?get=m3u",
            "",
            "http://a/media/films/a.mp4",
        ),
        (
            &[
                "--public-url",
                "https://p.example/films-of-mine/",
                "--trust-proxy",
                "127.0.0.1",
            ],
            "/films/?get=m3u",
            said,
            "https://p.example/films-of-mine/films/a.mp4",
        ),
    ];
    let folder = media();
    each(&rows, |(options, target, fields, address)| {
        let porthole = Porthole::with(&folder, options);
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let playlist = porthole.client().send(request).read();
        let film = playlist.text().lines().last().unwrap().to_owned();
        assert_eq!(film, *address, "{}", playlist.text());
    });
}

fn every_link_stays_below_the_base_path() {
    let folder = media();
    let porthole = Porthole::with(&folder, &["--base-path", "/media/"]);
    let said = porthole.errors().wait_for("  at  ");
    assert!(said.ends_with(&porthole.url("/media/")), "{said}");
    let rows = [
        ("/media/a", 200, None),
        ("/media/", 200, None),
        ("/media", 301, Some("media/")),
        ("/media?x", 301, Some("media/?x")),
        ("/media/films", 301, Some("films/")),
        ("/media/missing", 404, None),
        ("/a", 404, None),
        ("/", 404, None),
        ("/mediator", 404, None),
        ("/media/../a", 200, None),
    ];
    each(&rows, |(target, status, location)| {
        let response = porthole.client().get(target, "");
        assert_eq!(response.status, *status);
        assert_eq!(response.field("Location"), *location);
    });
    // Styles and the way up are as far away as a browser sees them.
    let page = porthole
        .client()
        .get("/media/films/", "Accept: text/html\r\n");
    assert!(
        page.text().contains("href=\"../.porthole/"),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("href=\"/"), "{}", page.text());
    let style = page.text().split("href=\"../").nth(1).unwrap();
    let style = style.split('"').next().unwrap();
    let style = porthole.client().get(&format!("/media/{style}"), "");
    assert_eq!(style.status, 200);
}

fn only_known_names_are_answered_on_this_machine() {
    let folder = media();
    let rows: [(&[&str], &str, u16); 11] = [
        (&[], "localhost", 200),
        (&[], "LocalHost:80", 200),
        (&[], "films.localhost", 200),
        (&[], "127.0.0.1", 200),
        (&[], "[::1]:80", 200),
        (&[], "evil.example", 421),
        (&["--any-host"], "evil.example", 200),
        (
            &["--public-url", "https://films.example/x"],
            "films.example:80",
            200,
        ),
        (
            &["--public-url", "https://films.example/x"],
            "evil.example",
            421,
        ),
        // A trusted proxy has its own reasons for a name.
        (&["--trust-proxy", "127.0.0.1"], "evil.example", 200),
        // The network is not this machine alone.
        (&["--bind", "0.0.0.0"], "evil.example", 200),
    ];
    each(&rows, |(options, host, status)| {
        let mut command = Porthole::command();
        command.env_remove("PORTHOLE_ANY_HOST");
        command
            .arg(folder.path())
            .args(["--port", "0"])
            .args(*options);
        let porthole = Porthole::start(command);
        let mut client = Client::connect(([127, 0, 0, 1], porthole.address().port()).into());
        for target in ["/a", "/", "/films/?get=json"] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(client.send(request).read().status, *status, "{target}");
        }
        // The address that was asked for counts, not the field.
        let request = format!("GET http://{host}/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(client.send(request).read().status, *status);
    });
}

fn wrong_options_are_named() {
    let rows: [(&[&str], &str); 6] = [
        (
            &["--base-path", "media"],
            "error: --base-path: a path of letters, digits and -._~ is needed, such as /media",
        ),
        (&["--base-path", "/a/../b"], "error: --base-path: a path"),
        (
            &["--public-url", "films.example"],
            "error: --public-url: an address is needed, such as https://media.example.org/films",
        ),
        (
            &["--trust-proxy", "proxy.example"],
            "error: invalid value 'proxy.example' for '--trust-proxy <NETWORK>': a network such as 10.0.0.0/8, an address, or 'unix' is needed",
        ),
        (
            &["--trust-proxy", "10.0.0.0/33"],
            "error: invalid value '10.0.0.0/33' for '--trust-proxy",
        ),
        (
            &["--proxy-protocol"],
            "error: '--proxy-protocol' needs '--trust-proxy <NETWORK>'",
        ),
    ];
    let folder = media();
    each(&rows, |(options, words)| {
        let mut command = Porthole::command();
        command
            .arg(folder.path())
            .args(["--port", "0"])
            .args(*options);
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.starts_with(words), "{said}");
    });
}
