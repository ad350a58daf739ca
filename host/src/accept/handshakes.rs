//! TLS handshakes of one worker, on its own thread: between the acceptor's queue and the
//! inboxes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::accept::inbox::{Accepted, Inbox};
use crate::accept::load::Load;
use crate::limits;
use crate::net::endpoint::{Endpoint, Secured};
use crate::net::stream::Stream;
use crate::net::tls::Tls;

/// First byte of a TLS connection: the content type of a handshake (RFC 8446 §5.1).
const HANDSHAKE: u8 = 0x16;

/// Connections that are not the component's yet.
pub(crate) struct Handshakes {
    queue: mpsc::Receiver<Accepted>,
    tls: Tls,
    /// Most handshakes at once.
    most: usize,
    /// Longest time of each.
    timeout: Duration,
    doors: Doors,
}

/// The inboxes of a listener.
#[derive(Clone)]
struct Doors {
    /// For what was decrypted.
    secured: mpsc::Sender<Accepted>,
    /// For what does not begin with TLS.
    misdirected: mpsc::Sender<Accepted>,
    misdirected_inbox: Inbox,
}

impl Handshakes {
    /// Creates them for the connections of `queue`, and returns the inboxes of what comes out
    /// of them. `share` is the worker's share of all connections.
    pub(crate) fn new(
        endpoint: &Endpoint,
        secured: &Secured,
        queue: mpsc::Receiver<Accepted>,
        share: usize,
        load: &Load,
    ) -> (Self, [Inbox; 2]) {
        let inbox = |address| {
            let (sender, receiver) = mpsc::channel(limits::INBOX);
            (sender, Inbox::new(address, receiver, load.clone()))
        };
        let (secured_sender, secured_inbox) = inbox(endpoint.address);
        let (misdirected, misdirected_inbox) = inbox(secured.misdirected);
        let handshakes = Self {
            queue,
            tls: secured.tls.clone(),
            most: share.div_ceil(limits::HANDSHAKES_DIVISOR),
            timeout: limits::HANDSHAKE_TIMEOUT,
            doors: Doors {
                secured: secured_sender,
                misdirected,
                misdirected_inbox: misdirected_inbox.clone(),
            },
        };
        (handshakes, [secured_inbox, misdirected_inbox])
    }

    /// Runs handshakes until the queue has ended and the last of them is done.
    pub(crate) async fn run(mut self) {
        let computing = Arc::new(Semaphore::new(1));
        let (closing, is_closing) = watch::channel(false);
        let mut running = JoinSet::new();
        let mut in_order: VecDeque<AbortHandle> = VecDeque::new();
        while let Some(accepted) = self.queue.recv().await {
            while running.try_join_next().is_some() {}
            in_order.retain(|handshake| !handshake.is_finished());
            // As for idle connections: the oldest one makes way for a new one.
            if in_order.len() >= self.most
                && let Some(oldest) = in_order.pop_front()
            {
                oldest.abort();
            }
            let handshake = Handshake {
                config: self.tls.config(),
                computing: Arc::clone(&computing),
                closing: is_closing.clone(),
                doors: self.doors.clone(),
            };
            let limited = tokio::time::timeout(self.timeout, handshake.run(accepted));
            in_order.push_back(running.spawn(async { drop(limited.await) }));
        }
        // Clients that send nothing soon try again, the others are served.
        closing.send_replace(true);
        while running.join_next().await.is_some() {}
    }
}

/// A handshake, from the first byte to the inbox.
struct Handshake {
    config: Arc<ServerConfig>,
    /// Permit to compute.
    computing: Arc<Semaphore>,
    closing: watch::Receiver<bool>,
    doors: Doors,
}

impl Handshake {
    /// An error closes the connection: nobody but the client can tell why it failed.
    async fn run(mut self, accepted: Accepted) -> io::Result<()> {
        let Accepted {
            stream: Stream::Tcp(stream),
            peer,
            permit,
        } = accepted
        else {
            return Ok(());
        };
        let stream = TcpStream::from_std(stream)?;
        let first = tokio::select! {
            biased;
            first = first_byte(&stream) => first?,
            () = self.closed_for_a_while() => return Ok(()),
        };
        let (door, stream) = match first {
            None => return Ok(()),
            Some(HANDSHAKE) => {
                let secured = self.secure(stream).await?;
                (&self.doors.secured, Stream::Bytes(Box::new(secured)))
            }
            // Nobody would ever take it out.
            _ if !self.doors.misdirected_inbox.has_listened() => return Ok(()),
            _ => (&self.doors.misdirected, Stream::Tcp(stream.into_std()?)),
        };
        let accepted = Accepted {
            stream,
            peer,
            permit,
        };
        // A worker that has given up takes nothing out.
        let _ = door.send(accepted).await;
        Ok(())
    }

    /// Waits until the queue has ended, and then for a client that has just connected.
    async fn closed_for_a_while(&mut self) {
        // An error means that the sender is gone, which is the same.
        let _ = self.closing.wait_for(|&closing| closing).await;
        tokio::time::sleep(limits::HANDSHAKE_DRAIN).await;
    }

    async fn secure(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
        let asked = acceptor.await?;
        let mut handshake = pin!(asked.into_stream(Arc::clone(&self.config)));
        // A signature takes up to milliseconds of the worker's thread. Between two of them
        // the component has its turn, however many clients ask at once.
        let permit = self.computing.acquire().await;
        let computed = poll_fn(|cx| Poll::Ready(handshake.as_mut().poll(cx))).await;
        tokio::task::yield_now().await;
        drop(permit);
        match computed {
            Poll::Ready(secured) => secured,
            Poll::Pending => handshake.await,
        }
    }
}

/// Returns the first byte without taking it, or `None` at the end.
async fn first_byte(stream: &TcpStream) -> io::Result<Option<u8>> {
    let mut first = [0];
    let length = stream.peek(&mut first).await?;
    Ok((length > 0).then_some(first[0]))
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener};
    use std::time::Duration;

    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::net::tls::KeyPair;
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
            };
            let load = Load::new(share, Traffic::default());
            let (queue, receiver) = mpsc::channel(8);
            let parts = endpoint.secured.as_ref().unwrap();
            let (mut handshakes, [secured, misdirected]) =
                Handshakes::new(&endpoint, parts, receiver, share, &load);
            handshakes.timeout = timeout;
            tokio::spawn(handshakes.run());
            Self {
                listener: TcpListener::bind(address(0)).unwrap(),
                queue,
                load,
                secured,
                misdirected,
                connector: TlsConnector::from(Arc::new(client)),
            }
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
    async fn what_is_decrypted_and_what_is_plain_have_inboxes_of_their_own() {
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

    #[tokio::test]
    async fn what_is_no_handshake_after_all_is_closed() {
        let bench = Bench::new(8, LONG);
        let mut garbage = bench.connect().await;
        garbage.write_all(&[HANDSHAKE; 64]).await.unwrap();
        let mut alert = Vec::new();
        // The alert, and the end.
        let _ = garbage.read_to_end(&mut alert).await;
        assert_eq!(bench.load.connections(), 0);
    }
}
