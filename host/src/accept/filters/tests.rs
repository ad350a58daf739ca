//! Filters over real sockets.

#![cfg(feature = "tls")]

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::task::{LocalSet, yield_now};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::tls::HANDSHAKE;
use super::turns::Rank::{self, First, Last};
use super::*;
use crate::limits::Limits;
use crate::net::tls::{KeyPair, Tls};
use crate::report::counters::Traffic;

/// The queue to handshakes that run, and what comes out of them.
struct Bench {
    listener: TcpListener,
    queue: mpsc::Sender<Accepted>,
    load: Load,
    secured: Inbox,
    misdirected: Inbox,
    connector: TlsConnector,
}

fn address(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

impl Bench {
    fn new(share: usize, timeout: Duration) -> Self {
        let bench = Self::without_listener(share, timeout);
        bench.misdirected.set_listening();
        bench
    }

    /// The component does not listen for what is plain.
    fn without_listener(share: usize, timeout: Duration) -> Self {
        let (bench, filters) = Self::unstarted(share, timeout);
        tokio::spawn(filters.run());
        bench
    }

    fn unstarted(share: usize, timeout: Duration) -> (Self, Filters) {
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (own.cert.pem(), own.signing_key.serialize_pem());
        let pair = KeyPair::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(own.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider);
        let client = client.with_safe_default_protocol_versions().unwrap();
        let client = client.with_root_certificates(roots).with_no_client_auth();
        let tls = Tls::new(vec![pair], &[]).unwrap();
        let endpoint = Endpoint {
            address: address(443),
            told_as: String::new(),
            secured: Some(Secured::new(tls.clone(), 0, 443)),
            proxies: None,
        };
        let load = Load::new(share, Traffic::default());
        let (queue, receiver) = mpsc::channel(64);
        let outside = Outside {
            clients: ClientLimits::new(&Limits::default()),
            events: Publisher::new(None),
            counts: Counts::new(1),
        };
        let (mut filters, inboxes) = Filters::new(&endpoint, receiver, &outside, share, &load);
        filters.timeout = timeout;
        let [secured, misdirected] = inboxes.try_into().ok().unwrap();
        let bench = Self {
            listener: TcpListener::bind(address(0)).unwrap(),
            queue,
            load,
            secured,
            misdirected,
            connector: TlsConnector::from(Arc::new(client)),
        };
        (bench, filters)
    }

    /// Returns the client's end of a connection that waits for its handshake.
    async fn connect(&self) -> TcpStream {
        let connecting = TcpStream::connect(self.listener.local_addr().unwrap());
        let client = connecting.await.unwrap();
        let (stream, peer) = self.listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let accepted = Accepted {
            stream: Stream::Tcp(stream),
            peer: Some(peer),
            tls: TlsVersion::None,
            permit: self.load.acquire(None),
        };
        assert!(self.queue.send(accepted).await.is_ok());
        client
    }
}

/// Returns the next connection, read to the end of its first bytes.
async fn first_bytes(inbox: &Inbox, most: usize) -> Vec<u8> {
    let accepted = poll_fn(|cx| inbox.poll(cx)).await.unwrap();
    let mut bytes = vec![0; most];
    match accepted.stream {
        Stream::Tcp(stream) => {
            let mut stream = TcpStream::from_std(stream).unwrap();
            stream.read_exact(&mut bytes).await.unwrap();
        }
        Stream::Bytes(mut stream) => {
            stream.read_exact(&mut bytes).await.unwrap();
        }
    }
    bytes
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn decrypted_and_plain_bytes_have_inboxes_of_their_own() {
    let bench = Bench::new(8, LONG);
    let mut plain = bench.connect().await;
    plain.write_all(b"plain bytes").await.unwrap();
    assert_eq!(first_bytes(&bench.misdirected, 11).await, b"plain bytes");
    let client = bench.connect().await;
    let name = ServerName::try_from("localhost").unwrap();
    let exchange = async {
        let mut client = bench.connector.connect(name, client).await.unwrap();
        client.write_all(b"secret").await.unwrap();
        client.flush().await.unwrap();
        client
    };
    let (_client, got) = tokio::join!(exchange, first_bytes(&bench.secured, 6));
    assert_eq!(got, b"secret");
}

#[tokio::test]
async fn plain_bytes_are_closed_where_the_component_does_not_listen_for_them() {
    let bench = Bench::without_listener(8, LONG);
    let mut plain = bench.connect().await;
    plain.write_all(b"abc").await.unwrap();
    // Unread bytes make it a reset on some systems.
    assert!(matches!(plain.read(&mut [0; 8]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn handshakes_that_never_end_are_closed() {
    let bench = Bench::new(8, Duration::from_millis(50));
    let mut silent = bench.connect().await;
    let mut halfway = bench.connect().await;
    halfway
        .write_all(&[HANDSHAKE, 3, 1, 2, 0, 1])
        .await
        .unwrap();
    for client in [&mut silent, &mut halfway] {
        assert!(matches!(client.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    }
    assert_eq!(bench.load.connections(), 0);
}

#[tokio::test]
async fn the_oldest_handshake_makes_way() {
    let bench = Bench::new(4, LONG);
    let mut clients = [bench.connect().await, bench.connect().await];
    let _third = bench.connect().await;
    assert_eq!(clients[0].read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(bench.load.connections(), 2);
}

#[tokio::test]
async fn no_handshake_outlives_its_queue_but_those_that_have_begun() {
    let bench = Bench::new(8, LONG);
    let mut silent = bench.connect().await;
    let begun = bench.connect().await;
    let name = ServerName::try_from("localhost").unwrap();
    let Bench {
        queue,
        secured,
        connector,
        ..
    } = bench;
    let (connected, ended) = tokio::join!(connector.connect(name, begun), async {
        drop(queue);
        silent.read(&mut [0; 8]).await.unwrap()
    });
    connected.unwrap();
    assert_eq!(ended, 0);
    assert!(poll_fn(|cx| secured.poll(cx)).await.is_some());
    assert!(poll_fn(|cx| secured.poll(cx)).await.is_none());
}

/// Its handshake is over when few of those before it are through.
#[tokio::test]
async fn a_new_client_does_not_wait_behind_a_flood() {
    const FLOOD: usize = 40;
    let (bench, filters) = Bench::unstarted(200, LONG);
    let mut flood = Vec::new();
    for _ in 0..FLOOD {
        let mut garbage = bench.connect().await;
        garbage.write_all(&[HANDSHAKE; 64]).await.unwrap();
        flood.push(garbage);
    }
    let client = bench.connect().await;
    tokio::spawn(filters.run());
    let name = ServerName::try_from("localhost").unwrap();
    let (connected, accepted) = tokio::join!(
        bench.connector.connect(name, client),
        poll_fn(|cx| bench.secured.poll(cx))
    );
    assert!(connected.is_ok() && accepted.is_some());
    let left = bench.load.connections();
    assert!(left > FLOOD / 2, "{left} of {FLOOD} are left");
}

#[tokio::test]
async fn those_that_wait_count_and_make_way_too() {
    let (bench, filters) = Bench::unstarted(4, LONG);
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(bench.connect().await);
    }
    tokio::spawn(filters.run());
    for client in clients.iter_mut().take(3) {
        assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0);
    }
    assert_eq!(bench.load.connections(), 2);
}

/// Returns the order of turns of tasks that ask for one at the same time, and of the component.
async fn order_of(tasks: &[(&'static str, Rank)]) -> Vec<&'static str> {
    let turns = Turns::default();
    let order = Rc::new(RefCell::new(Vec::new()));
    let local = LocalSet::new();
    for (name, rank) in tasks.iter().copied() {
        let (turns, order) = (turns.clone(), order.clone());
        local.spawn_local(async move {
            turns
                .run(rank, async { order.borrow_mut().push(name) })
                .await
        });
    }
    let component = order.clone();
    local.spawn_local(async move { component.borrow_mut().push("component") });
    local.await;
    order.take()
}

/// However many begin at once: each has a turn, and so has the component in between.
#[tokio::test]
async fn no_two_handshakes_share_a_turn() {
    assert_eq!(
        order_of(&[("one", First), ("two", First)]).await,
        ["one", "component", "two"]
    );
}

#[tokio::test]
async fn of_those_that_wait_for_a_turn_the_last_one_has_the_next() {
    let order = order_of(&[("first", First), ("other", First), ("third", First)]).await;
    assert_eq!(order, ["first", "component", "third", "other"]);
}

#[tokio::test]
async fn the_first_rank_has_its_turns_before_the_last() {
    let order = order_of(&[
        ("late", Last),
        ("later", Last),
        ("first", First),
        ("last", Last),
    ]);
    assert_eq!(order.await, ["late", "component", "first", "last", "later"]);
}

/// A wake during its turn is not lost.
#[tokio::test]
async fn a_task_that_can_go_on_has_another_turn() {
    let mut turns_left = 3;
    let future = poll_fn(|cx| {
        cx.waker().wake_by_ref();
        turns_left -= 1;
        match turns_left {
            0 => Poll::Ready(()),
            _ => Poll::Pending,
        }
    });
    Turns::default().run(First, future).await;
}

#[tokio::test]
async fn a_turn_that_nobody_takes_any_more_passes_to_the_next() {
    let turns = Turns::default();
    let (hold, held) = oneshot::channel::<()>();
    let local = LocalSet::new();
    let first = turns.clone();
    local.spawn_local(async move {
        first.run(First, async {}).await;
        drop(hold);
    });
    let (second, third) = (turns.clone(), turns.clone());
    let second = local.spawn_local(async move { second.run(First, async {}).await });
    let third = local.spawn_local(async move { third.run(First, pending::<()>()).await });
    local.spawn_local(async move { third.abort() });
    local.await;
    assert!(second.await.is_ok() && held.await.is_err());
    turns.run(First, async {}).await;
}

#[tokio::test]
async fn malformed_handshakes_are_closed() {
    let bench = Bench::new(8, LONG);
    let mut garbage = bench.connect().await;
    garbage.write_all(&[HANDSHAKE; 64]).await.unwrap();
    let mut alert = Vec::new();
    // The alert, and the end.
    let _ = garbage.read_to_end(&mut alert).await;
    // It no longer counts when its turn is over.
    let uncounted = async {
        while bench.load.connections() > 0 {
            yield_now().await;
        }
    };
    assert!(timeout(LONG, uncounted).await.is_ok());
}
