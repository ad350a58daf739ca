//! Connections that an embedder hands over: any stream of bytes is served like a socket.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use libtest_mimic::Trial;
use porthole::{
    Error, Kind, Limits, Listeners, Log, Root, Running, Server, StreamSender, stream_listener,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufWriter};

use crate::support::{Client, Folder, Lines, TIMEOUT, each, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        any_stream_is_served,
        peers_of_streams_count_for_the_limit_of_addresses,
        a_full_server_makes_the_sender_wait,
        nothing_is_handed_over_after_the_end,
        streams_and_sockets_are_served_side_by_side,
        descriptors_that_listen_are_inherited,
        addresses_that_cannot_be_told_apart_are_refused,
        a_server_without_root_or_listener_names_it,
    ]
}

const GRACE: Duration = Duration::from_secs(10);

fn listener_address() -> SocketAddr {
    ([127, 0, 0, 1], 80).into()
}

/// Runs a task on a runtime of this thread.
fn on_a_runtime<T>(task: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    let patient = async { tokio::time::timeout(TIMEOUT, task).await };
    runtime.block_on(patient).expect("within the timeout")
}

async fn serving(folder: &Folder, limits: Limits) -> (StreamSender, Running) {
    let (sender, listener) = stream_listener(listener_address());
    let server = Server::builder().directory(folder.path()).limits(limits);
    let running = server.listeners(listener).start().await.unwrap();
    assert_eq!(running.addresses(), [listener_address()]);
    (sender, running)
}

/// Asks for a target and the end of the connection, and returns the whole answer.
async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), target: &str) -> Vec<u8> {
    let head = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

/// Returns the ends of the client and of the server.
type Connect = fn() -> (Box<dyn Stream>, Box<dyn Stream>);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

fn any_stream_is_served() {
    let folder = Folder::new();
    folder.file("film", noise(3 << 20));
    // Each few bytes of it take two switches between threads.
    folder.file("page", noise(30 << 10));
    let rows: [(&str, &str, Connect); 4] = [
        ("in memory", "/film", || {
            let (client, server) = tokio::io::duplex(1 << 16);
            (Box::new(client), Box::new(server))
        }),
        ("in memory, byte by byte", "/page", || {
            let (client, server) = tokio::io::duplex(7);
            (Box::new(client), Box::new(server))
        }),
        ("a Unix socket", "/film", || {
            let (client, server) = tokio::net::UnixStream::pair().unwrap();
            (Box::new(client), Box::new(server))
        }),
        ("bytes kept back until they are flushed", "/film", || {
            let (client, server) = tokio::io::duplex(1 << 12);
            (
                Box::new(client),
                Box::new(BufWriter::with_capacity(1 << 20, server)),
            )
        }),
    ];
    each(&rows, |(name, target, connect)| {
        let content = std::fs::read(folder.path().join(&target[1..])).unwrap();
        on_a_runtime(async {
            let (sender, running) = serving(&folder, Limits::default()).await;
            let (mut client, server) = connect();
            sender.send(server, None).await.unwrap();
            let answer = answer(&mut client, target).await;
            assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{name}");
            assert!(answer.ends_with(&content), "{name}: {} bytes", answer.len());
            drop(client);
            running.drain(GRACE).await.unwrap();
            let counters = running.counters();
            assert_eq!((counters.accepted, counters.open), (1, 0), "{name}");
            assert_eq!(counters.sent, answer.len() as u64, "{name}");
            assert!(counters.received > 20, "{name}: {counters:?}");
        });
    });
}

fn peers_of_streams_count_for_the_limit_of_addresses() {
    let folder = Folder::new();
    folder.file("a", "content");
    let (reader, writer) = std::io::pipe().unwrap();
    let lines = Lines::of(reader);
    let (log, _) = Log::to(writer).unwrap();
    on_a_runtime(async {
        let (sender, listener) = stream_listener(listener_address());
        let running = Server::builder()
            .directory(folder.path())
            .listeners(listener)
            .limits(Limits {
                per_address: 1,
                ..Limits::default()
            })
            .stdout(log)
            .start()
            .await
            .unwrap();
        let mut events = running.events();
        let peer: IpAddr = "192.0.2.7".parse().unwrap();
        let connect = async |peer| {
            let (client, server) = tokio::io::duplex(1 << 16);
            sender.send(server, peer).await.unwrap();
            client
        };
        let mut first = connect(Some(peer)).await;
        // The second one of the same peer is closed, the others are served.
        let mut second = connect(Some(peer)).await;
        assert_eq!(second.read(&mut [0; 8]).await.unwrap(), 0);
        let event = events.next().await.unwrap();
        let words = "closed 1 new connections; the latest is from 192.0.2.7";
        assert!(event.to_string().starts_with(words), "{event}");
        for mut client in [connect(None).await, connect(None).await] {
            assert!(answer(&mut client, "/a").await.ends_with(b"content"));
        }
        assert!(answer(&mut first, "/a").await.ends_with(b"content"));
        assert_eq!(running.counters().refused, 1);
        running.drain(GRACE).await.unwrap();
    });
    lines.wait_for(":: - - [");
    lines.wait_for("192.0.2.7 - - [");
}

fn a_full_server_makes_the_sender_wait() {
    let folder = Folder::new();
    folder.file("a", "content");
    on_a_runtime(async {
        let limits = Limits {
            connections: 2,
            workers: 1,
            ..Limits::default()
        };
        let (sender, running) = serving(&folder, limits).await;
        let mut clients = Vec::new();
        // Two are served, one is in the acceptor's hands, and the queue is bounded.
        let mut waits = false;
        while !waits {
            assert!(clients.len() < 1_000, "nothing makes it wait");
            let connect = tokio::time::timeout(Duration::from_millis(300), sender.connect());
            match connect.await {
                Ok(client) => clients.push(client.unwrap()),
                Err(_) => waits = true,
            }
        }
        assert!(running.counters().open <= 2);
        // All get their turn as the earlier ones end.
        for mut client in clients {
            assert!(answer(&mut client, "/a").await.ends_with(b"content"));
        }
        running.drain(GRACE).await.unwrap();
    });
}

fn nothing_is_handed_over_after_the_end() {
    let folder = Folder::new();
    on_a_runtime(async {
        let (sender, running) = serving(&folder, Limits::default()).await;
        drop(sender.connect().await.unwrap());
        running.stop().await.unwrap();
        let error = sender.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    });
}

fn streams_and_sockets_are_served_side_by_side() {
    let folder = Folder::new();
    folder.file("a", "content");
    let (sender, listener) = stream_listener(listener_address());
    let running = Server::builder()
        .directory(folder.path())
        .listen(([127, 0, 0, 1], 0).into())
        .listeners(listener)
        .listeners(vec![std::net::TcpListener::bind("127.0.0.1:0").unwrap()])
        .start_blocking()
        .unwrap();
    let [first, second, third] = *running.addresses() else {
        panic!("{:?}", running.addresses());
    };
    assert_eq!(second, listener_address());
    for address in [first, third] {
        assert_eq!(Client::connect(address).get("/a", "").text(), "content");
    }
    let mut client = on_a_runtime(sender.connect()).unwrap();
    assert!(on_a_runtime(answer(&mut client, "/a")).ends_with(b"content"));
    // Sockets are served after the last sender is gone, too.
    drop((sender, client));
    assert_eq!(Client::connect(first).get("/a", "").text(), "content");
}

fn descriptors_that_listen_are_inherited() {
    let folder = Folder::new();
    folder.file("a", "content");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let running = Server::builder()
        .directory(folder.path())
        .listeners(Listeners::inherit([OwnedFd::from(listener)]).unwrap())
        .start_blocking()
        .unwrap();
    assert_eq!(running.addresses(), [address]);
    assert_eq!(Client::connect(address).get("/a", "").text(), "content");
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let (pair, _other) = std::os::unix::net::UnixStream::pair().unwrap();
    let connected = std::net::TcpStream::connect(address).unwrap();
    let file = std::fs::File::open(folder.join("a")).unwrap();
    let rows: [(OwnedFd, &str); 4] = [
        (udp.into(), "it is no socket for streams"),
        (pair.into(), "it does not listen"),
        (connected.into(), "it does not listen"),
        (file.into(), "not a socket"),
    ];
    for (descriptor, reason) in rows {
        let error = Listeners::inherit([descriptor]).unwrap_err();
        let Error::Inherit { source, .. } = &error else {
            panic!("{error}");
        };
        let source = source.to_string();
        assert!(
            source.contains(reason) || source.contains("non-socket"),
            "{source}"
        );
    }
}

fn addresses_that_cannot_be_told_apart_are_refused() {
    let folder = Folder::new();
    let (_first, one) = stream_listener(listener_address());
    let (_second, other) = stream_listener(listener_address());
    let server = Server::builder().directory(folder.path());
    let started = server.listeners(one).listeners(other).start_blocking();
    let Err(Error::SameAddress(address)) = started else {
        panic!("{:?}", started.err());
    };
    assert_eq!(address, listener_address());
}

fn a_server_without_root_or_listener_names_it() {
    let folder = Folder::new();
    let file = folder.file("a", "a");
    let address = ([127, 0, 0, 1], 0).into();
    let rows: [(Server, &str); 5] = [
        (Server::builder(), "no directory or file was granted"),
        (
            Server::builder().listen(address),
            "no directory or file was granted",
        ),
        (
            Server::builder().directory(folder.path()),
            "no listener was granted",
        ),
        (
            Server::builder().directory(&file).listen(address),
            "cannot read ",
        ),
        (
            Server::builder().file(folder.path()).listen(address),
            "cannot read ",
        ),
    ];
    for (server, words) in rows {
        let error = server.start_blocking().err().expect(words).to_string();
        assert!(error.starts_with(words), "{error}");
    }
    assert_eq!(Root::open_as(&file, Kind::File).unwrap().kind(), Kind::File);
}
