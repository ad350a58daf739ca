//! Steps of a connection between the acceptor's queue and an inbox, on the worker's
//! thread: the header of a proxy is read, and TLS is begun. Envoy calls these listener
//! filters.

mod line;
mod proxy_protocol;
#[cfg(feature = "tls")]
mod tls;
mod turns;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::AsyncRead;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use crate::accept::client_limit::{AtLimit, ClientLimits};
use crate::accept::inbox::{Accepted, Inbox};
use crate::accept::listener::without_mapping;
use crate::accept::load::{ConnectionPermit, Load};
use crate::limits;
use crate::net::endpoint::{Endpoint, Secured};
use crate::net::proxy_protocol::Named;
use crate::net::stream::{Stream, TlsVersion};
use crate::net::trusted::TrustedPeers;
use crate::report::counters::Counts;
use crate::report::event::Event;
#[cfg(feature = "tls")]
use crate::report::handshakes::Outcome;
use crate::report::publisher::Publisher;
use crate::report::suppress::{Repeated, Suppressor};
use line::Line;
#[cfg(feature = "tls")]
use tls::Start;
use turns::Turns;

/// Connections that are not the component's yet.
pub(crate) struct Filters {
    queue: mpsc::Receiver<Accepted>,
    /// Most connections at once.
    most: usize,
    /// Longest time of each.
    timeout: Duration,
    /// Turns true when the queue has ended.
    closing: watch::Sender<bool>,
    filter: Filter,
}

/// The inboxes of a listener.
#[derive(Clone)]
struct Outputs {
    own: mpsc::Sender<Accepted>,
    /// For what does not begin with TLS, where it should.
    misdirected: Option<(mpsc::Sender<Accepted>, Inbox)>,
}

impl Filters {
    /// Creates the filters for the connections of `queue`, and returns the inboxes of what
    /// comes out of them. `share` is the worker's share of all connections.
    pub(crate) fn new(
        endpoint: &Endpoint,
        queue: mpsc::Receiver<Accepted>,
        outside: &Outside,
        share: usize,
        load: &Load,
    ) -> (Self, Vec<Inbox>) {
        let inbox = |address| {
            let (sender, receiver) = mpsc::channel(limits::INBOX);
            (sender, Inbox::new(address, receiver, load.clone()))
        };
        let (own, own_inbox) = inbox(endpoint.address);
        let misdirected = endpoint.secured.as_ref();
        let misdirected = misdirected.map(|secured| inbox(secured.misdirected));
        let mut inboxes = vec![own_inbox];
        inboxes.extend(misdirected.iter().map(|(_, inbox)| inbox.clone()));
        let (closing, is_closing) = watch::channel(false);
        let filters = Self {
            queue,
            most: share.div_ceil(limits::HANDSHAKES_DIVISOR),
            timeout: limits::HANDSHAKE_TIMEOUT,
            closing,
            filter: Filter {
                proxies: endpoint.proxies.clone(),
                secured: endpoint.secured.clone(),
                outside: outside.clone(),
                refused: Arc::default(),
                turns: Turns::default(),
                closing: is_closing,
                outputs: Outputs { own, misdirected },
            },
        };
        (filters, inboxes)
    }

    /// Filters connections until the queue has ended and the last of them is through.
    pub(crate) async fn run(mut self) {
        let mut running = JoinSet::new();
        let mut line = Line::new(self.most);
        while let Some(accepted) = self.queue.recv().await {
            while running.try_join_next().is_some() {}
            let filter = self.filter.clone();
            let until = Instant::now().checked_add(self.timeout);
            line.push(running.spawn(async move {
                let filtered = filter.run(accepted);
                match until {
                    Some(until) => drop(timeout_at(until.into(), filtered).await),
                    None => drop(filtered.await),
                }
            }));
        }
        // Clients that send nothing soon try again, the others are served.
        self.closing.send_replace(true);
        while running.join_next().await.is_some() {}
    }
}

/// The surroundings that the filters of all listeners and workers share.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) clients: ClientLimits,
    pub(crate) events: Publisher,
    pub(crate) counts: Counts,
}

/// The filters for one connection.
#[derive(Clone)]
struct Filter {
    proxies: Option<TrustedPeers>,
    secured: Option<Secured>,
    outside: Outside,
    /// Connections that were closed because no trusted proxy has begun them.
    refused: Arc<Mutex<Suppressor<()>>>,
    turns: Turns,
    closing: watch::Receiver<bool>,
    outputs: Outputs,
}

/// The other end of a connection.
struct Client {
    peer: Option<SocketAddr>,
    permit: ConnectionPermit,
}

impl Filter {
    /// Filters a connection. An error closes it: nobody but the client can tell why it failed.
    async fn run(mut self, accepted: Accepted) -> io::Result<()> {
        let Accepted {
            stream,
            peer,
            permit,
            ..
        } = accepted;
        let mut client = Client { peer, permit };
        let mut output = self.outputs.own.clone();
        let mut tls = TlsVersion::None;
        let stream = match stream {
            Stream::Tcp(stream) => {
                let mut stream = TcpStream::from_std(stream)?;
                self.read_header(&mut stream, &mut client).await?;
                match self.begin_tls(stream).await? {
                    Begun::Own(stream) => stream,
                    Begun::Secured(stream, version) => {
                        tls = version;
                        stream
                    }
                    Begun::Misdirected(stream) => {
                        match self.outputs.misdirected.take() {
                            Some((misdirected, inbox)) if inbox.has_listened() => {
                                output = misdirected
                            }
                            // Nobody would ever take it out.
                            _ => return Ok(()),
                        }
                        stream
                    }
                }
            }
            Stream::Bytes(mut stream) => {
                self.read_header(&mut stream, &mut client).await?;
                Stream::Bytes(stream)
            }
        };
        let Client { peer, permit } = client;
        let accepted = Accepted {
            stream,
            peer,
            tls,
            permit,
        };
        // A worker that has given up takes nothing out.
        let _ = output.send(accepted).await;
        Ok(())
    }

    /// Reads the header of a proxy where there must be one, and takes the client that it names
    /// for the peer.
    async fn read_header(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        client: &mut Client,
    ) -> io::Result<()> {
        let Some(proxies) = self.proxies.take() else {
            return Ok(());
        };
        let peer = client.peer.map(|peer| peer.ip());
        let read = async {
            match proxies.trust(peer) {
                true => proxy_protocol::read(stream).await,
                false => Err(io::ErrorKind::PermissionDenied.into()),
            }
        };
        let named = tokio::select! {
            biased;
            named = read => named,
            () = self.closed_for_a_while() => return Err(io::ErrorKind::TimedOut.into()),
        };
        match named {
            Ok(Named::Nobody) => Ok(()),
            Ok(Named::Client(address)) => {
                let address = without_mapping(address);
                client.peer = Some(address);
                match self.outside.clients.acquire(address.ip()) {
                    Ok(permit) => {
                        client.permit.count_for(permit);
                        Ok(())
                    }
                    Err(AtLimit) => {
                        self.outside.counts.refused();
                        Err(io::ErrorKind::QuotaExceeded.into())
                    }
                }
            }
            Err(error) => {
                self.refuse(peer);
                Err(error)
            }
        }
    }

    /// Reports a connection that does not begin with the header of a trusted proxy.
    fn refuse(&self, peer: Option<IpAddr>) {
        self.outside.counts.headerless();
        let refused = self.refused.lock();
        let mut refused = refused.unwrap_or_else(PoisonError::into_inner);
        for Repeated { times, .. } in refused.record(Instant::now(), ()) {
            let event = Event::HeaderMissing { peer, times };
            self.outside.events.publish(event);
        }
    }

    /// Begins TLS where the listener speaks it.
    #[cfg(feature = "tls")]
    async fn begin_tls(&mut self, stream: TcpStream) -> io::Result<Begun> {
        let Some(secured) = self.secured.take() else {
            return Ok(Begun::Own(Stream::Tcp(stream.into_std()?)));
        };
        let handshake = self.outside.counts.handshakes().begin();
        let begun = self.handshake(stream, &secured).await;
        handshake.end(match &begun {
            Ok(Begun::Secured(_, TlsVersion::Tls12)) => Outcome::Tls12,
            Ok(Begun::Secured(..)) => Outcome::Tls13,
            Ok(Begun::Misdirected(_) | Begun::Own(_)) => Outcome::Plain,
            Err(error) => tls::failure(error),
        });
        begun
    }

    #[cfg(feature = "tls")]
    async fn handshake(&mut self, stream: TcpStream, secured: &Secured) -> io::Result<Begun> {
        let start = tokio::select! {
            biased;
            start = tls::start(&stream) => start?,
            () = self.closed_for_a_while() => None,
        };
        let Some(start) = start else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let rank = start.rank();
        if start == Start::Other {
            self.turns.run(rank, async {}).await;
            return Ok(Begun::Misdirected(Stream::Tcp(stream.into_std()?)));
        }
        let handshake = tls::secure(stream, secured.tls.config());
        let secured = self.turns.run(rank, handshake).await?;
        let version = tls::version(&secured);
        Ok(Begun::Secured(Stream::Bytes(Box::new(secured)), version))
    }

    #[cfg(not(feature = "tls"))]
    #[allow(clippy::unused_async, reason = "as with TLS")]
    async fn begin_tls(&mut self, stream: TcpStream) -> io::Result<Begun> {
        match self.secured.take() {
            None => Ok(Begun::Own(Stream::Tcp(stream.into_std()?))),
            Some(secured) => match secured.tls {},
        }
    }

    /// Waits until the queue has ended, and then for a client that has just connected.
    async fn closed_for_a_while(&mut self) {
        // An error means that the sender is gone, which is the same.
        let _ = self.closing.wait_for(|&closing| closing).await;
        tokio::time::sleep(limits::HANDSHAKE_DRAIN).await;
    }
}

/// A stream whose TLS has begun, or that has none.
enum Begun {
    Own(Stream),
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    Secured(Stream, TlsVersion),
    /// It does not begin with TLS, and should.
    #[cfg_attr(not(feature = "tls"), allow(dead_code))]
    Misdirected(Stream),
}

#[cfg(test)]
mod tests;
