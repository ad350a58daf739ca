//! The counters that embedders have.

use std::time::Duration;

use libtest_mimic::Trial;
use porthole::{Counters, Limits, Method, Responses, Running, Server, StatusClass};

use crate::library::failures::says_back;
use crate::support::{Client, Folder, Hosted, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        responses_are_counted_as_clients_see_them,
        responses_to_pipelined_requests_are_counted_each,
        a_response_that_is_cut_is_counted_with_what_was_sent,
        content_that_the_component_has_is_a_hit,
        a_worker_that_fails_keeps_its_counts,
        a_replaced_version_keeps_its_counts,
        memory_is_that_of_the_instances,
    ]
}

const GRACE: Duration = Duration::from_secs(10);

fn serving(folder: &Folder, arguments: &[&str]) -> Running {
    let server = Server::builder()
        .directory(folder.path())
        .listen(([127, 0, 0, 1], 0).into())
        .arguments(arguments.iter().copied())
        .limits(Limits {
            workers: 2,
            ..Limits::default()
        });
    server.start_blocking().unwrap()
}

/// Returns the counters once all connections have ended.
fn at_the_end(running: &Running) -> Counters {
    running.drain(GRACE).wait().unwrap();
    running.counters()
}

/// Numbers of responses by method and class, where there are some.
fn counted(responses: &Responses) -> Vec<(Method, StatusClass, u64)> {
    let rows = Method::ALL.iter().flat_map(|method| {
        let classes = StatusClass::ALL.iter();
        classes.map(|class| (*method, *class, responses.count(*method, *class)))
    });
    rows.filter(|(.., count)| *count > 0).collect()
}

fn responses_are_counted_as_clients_see_them() {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    folder.file("film.mp4", noise(1_000_000));
    folder.folder("sub");
    use Method::{Get, Head, Options, Other};
    use StatusClass::{ClientError, Redirection, ServerError, Successful};
    // Request line and fields; how it is counted.
    let rows: &[(&str, &str, Method, StatusClass)] = &[
        ("GET /a.txt", "", Get, Successful),
        ("GET /film.mp4", "", Get, Successful),
        ("GET /film.mp4", "Range: bytes=5-9\r\n", Get, Successful),
        (
            "GET /film.mp4",
            "Range: bytes=9999999-\r\n",
            Get,
            ClientError,
        ),
        ("GET /a.txt", "If-None-Match: *\r\n", Get, Redirection),
        ("GET /sub", "", Get, Redirection),
        ("GET /", "", Get, Successful),
        ("GET /missing", "", Get, ClientError),
        ("HEAD /film.mp4", "", Head, Successful),
        ("HEAD /missing", "", Head, ClientError),
        ("OPTIONS /", "", Options, Successful),
        ("POST /a.txt", "Content-Length: 0\r\n", Other, ClientError),
        ("BREW /pot", "", Other, ServerError),
    ];
    each(&[&[][..], &["--quiet"][..]], |arguments| {
        let running = serving(&folder, arguments);
        let mut bytes = 0;
        let times = 3;
        for _ in 0..times {
            for (line, fields, ..) in rows {
                let mut client = Client::connect(running.addresses()[0]);
                let request = format!("{line} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
                let response = match line.starts_with("HEAD") {
                    true => client.send(request).read_head(),
                    false => client.send(request).read(),
                };
                bytes += response.body.len() as u64;
            }
            // What is no request.
            let mut client = Client::connect(running.addresses()[0]);
            bytes += client.send("\x01\r\n\r\n").read().body.len() as u64;
        }
        let counters = at_the_end(&running);
        let responses = &counters.responses;
        let mut expected = Vec::new();
        for method in Method::ALL {
            for class in StatusClass::ALL {
                let is_same =
                    |row: &&(&str, &str, Method, StatusClass)| row.2 == method && row.3 == class;
                let same = rows.iter().filter(is_same).count() as u64;
                let garbled = u64::from((method, class) == (Other, ClientError));
                if same + garbled > 0 {
                    expected.push((method, class, (same + garbled) * times));
                }
            }
        }
        assert_eq!(counted(responses), expected);
        assert_eq!(responses.bytes, bytes);
        assert_eq!(counters.accepted, responses.total());
        for histogram in [&responses.first_byte, &responses.duration] {
            assert_eq!(histogram.count(), responses.total());
            assert!(histogram.sum < counters.uptime * 8, "{histogram:?}");
        }
        assert!(responses.first_byte.sum <= responses.duration.sum);
    });
}

fn responses_to_pipelined_requests_are_counted_each() {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    each(&[&[][..], &["--quiet"][..]], |arguments| {
        let running = serving(&folder, arguments);
        let mut client = Client::connect(running.addresses()[0]);
        client.send("GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));
        for _ in 0..100 {
            assert_eq!(client.read().text(), "content");
        }
        drop(client);
        let responses = at_the_end(&running).responses;
        let expected = [(Method::Get, StatusClass::Successful, 100)];
        assert_eq!(counted(&responses), expected);
        assert_eq!(responses.bytes, 700);
    });
}

fn a_response_that_is_cut_is_counted_with_what_was_sent() {
    let folder = Folder::new();
    folder.sparse("film.mp4", 1 << 40);
    let running = serving(&folder, &[]);
    let mut client = Client::with_a_small_window(running.addresses()[0]);
    client.send("GET /film.mp4 HTTP/1.1\r\nHost: a\r\n\r\n");
    let read = client.read_until(1 << 20);
    client.reset();
    let counters = at_the_end(&running);
    let responses = counters.responses;
    let expected = [(Method::Get, StatusClass::Successful, 1)];
    assert_eq!(counted(&responses), expected);
    assert!(responses.bytes > read / 2 && responses.bytes < 1 << 30);
    assert_eq!(responses.duration.count(), 1);
}

fn content_that_the_component_has_is_a_hit() {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    let running = serving(&folder, &[]);
    // From then on it may be kept.
    Client::connect(running.addresses()[0]).strong_tag("/a.txt");
    // A connection ends after its last response was counted.
    while running.counters().open > 0 {
        std::thread::yield_now();
    }
    let before = running.counters().responses;
    let mut client = Client::connect(running.addresses()[0]);
    for _ in 0..10 {
        client.get("/a.txt", "");
    }
    client.ask("HEAD", "/a.txt", "");
    client.get("/", "");
    drop(client);
    let after = at_the_end(&running).responses;
    let misses = after.cache_misses - before.cache_misses;
    assert_eq!(after.cache_hits - before.cache_hits + misses, 10);
    assert!(misses <= 1, "{misses} misses");
}

fn a_worker_that_fails_keeps_its_counts() {
    let folder = Folder::new();
    let arguments = |granted: std::net::SocketAddr| vec![format!("--listen={granted}")];
    let limits = Limits {
        workers: 1,
        ..Limits::default()
    };
    let hosted = Hosted::start(artifacts::ESCAPE, folder.path(), arguments, limits).unwrap();
    for _ in 0..2 {
        let mut client = hosted.client();
        says_back(&mut client, "!reports without end");
        const WORDS: u64 = "survived".len() as u64;
        assert_eq!(client.read_until(WORDS), WORDS);
        says_back(&mut client, "!trap");
        client.read_until_cut();
    }
    says_back(&mut hosted.client(), "again");
    let counters = hosted.running().counters();
    assert_eq!((counters.failures, counters.restarts), (2, 2));
    assert_eq!(counters.responses.total(), 2_000_000);
}

fn a_replaced_version_keeps_its_counts() {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    let running = serving(&folder, &[]);
    let get = || {
        Client::connect(running.addresses()[0])
            .get("/a.txt", "")
            .status
    };
    for version in 1..=3 {
        for _ in 0..5 {
            assert_eq!(get(), 200);
        }
        let root = porthole::Root::open(folder.path()).unwrap();
        let program = porthole::Program::built_in().unwrap();
        running.replace(program, root).wait().unwrap();
        assert_eq!(running.counters().versions, version + 1);
    }
    let counters = at_the_end(&running);
    assert_eq!(counters.responses.total(), 15);
    assert_eq!(counters.workers.len(), 0, "they have ended");
}

fn memory_is_that_of_the_instances() {
    let folder = Folder::new();
    folder.file("a.txt", "content");
    let running = serving(&folder, &[]);
    let mut workers = running.counters().workers;
    workers.sort_by_key(|worker| worker.number);
    let numbers: Vec<_> = workers.iter().map(|worker| worker.number).collect();
    assert_eq!(numbers, [0, 1]);
    let most = Limits::default().memory;
    for worker in workers {
        assert!((1 << 16..most).contains(&worker.memory), "{worker:?}");
        assert!(worker.memory % (1 << 16) == 0, "pages of WebAssembly");
    }
}
