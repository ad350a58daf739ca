//! The one thread that accepts, and gives each connection to the worker that
//! holds the fewest.
//!
//! Accepting in one place keeps the workers even, puts the connection cap and
//! the descriptor limit where one piece of code sees them, and makes a worker's
//! restart invisible: its inbox waits for the next instance.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use crate::addresses::{Addresses, Claim, Full};
use crate::bursts::Bursts;
use crate::load::{Load, Ticket};
use crate::repeats::{Repeats, Tally};
use crate::sockets::{Connection, Inbox, Inboxes};
use crate::{Limits, Notice, Reporter, limits};

/// A connection on its way to a worker.
pub struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    ticket: Ticket,
}

impl Accepted {
    pub(crate) fn open(self) -> Connection {
        Connection::new(self.stream, self.peer, self.ticket)
    }
}

/// A worker as the acceptor sees it: one inbox per listener, and its load.
pub(crate) struct Lane {
    worker: usize,
    senders: Vec<mpsc::Sender<Accepted>>,
    load: Load,
}

impl Lane {
    /// A worker's lane, and the inboxes at its other end, one for each address.
    pub(crate) fn new(worker: usize, share: usize, addresses: &[SocketAddr]) -> (Self, Inboxes) {
        let load = Load::new(share);
        let (senders, inboxes) = addresses
            .iter()
            .map(|&address| {
                let (sender, receiver) = mpsc::channel(limits::INBOX);
                (sender, Inbox::new(address, receiver, load.clone()))
            })
            .unzip();
        let inboxes = Inboxes {
            inboxes,
            load: load.clone(),
        };
        let lane = Self {
            worker,
            senders,
            load,
        };
        (lane, inboxes)
    }

    fn has_room(&self, listener: usize) -> bool {
        let sender = self.senders.get(listener);
        sender.is_some_and(|sender| sender.capacity() > 0 && !sender.is_closed())
    }

    /// For a lane that has room: no one else sends. A worker that has given up since
    /// closes the connection.
    fn send(&self, arrival: Arrival) {
        if let Some(sender) = self.senders.get(arrival.listener) {
            let _ = sender.try_send(Accepted {
                stream: arrival.stream,
                peer: arrival.peer,
                ticket: self.load.ticket(arrival.claim),
            });
        }
    }
}

/// The lanes that new connections go to, the one that got the latest at the end.
/// Emptied, every worker's stream of connections ends.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Arc<Mutex<Vec<Lane>>>);

impl Lanes {
    /// Sends new connections elsewhere; what waits in the old lanes stays there.
    pub(crate) fn replace(&self, lanes: Vec<Lane>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = lanes;
    }

    fn connections(&self) -> usize {
        let lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.iter().map(|lane| lane.load.connections()).sum()
    }

    /// Gives the connection to the worker that suits it best and has room in its inbox;
    /// gives it back when there is none. Among equals, each has its turn.
    fn dispatch(&self, arrival: Arrival, own: Option<&Addresses>) -> Option<Arrival> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = own.map(|addresses| addresses.worker(arrival.peer.ip(), lanes.len()));
        let best = lanes
            .iter()
            .enumerate()
            .filter(|(_, lane)| lane.has_room(arrival.listener))
            .min_by_key(|(_, lane)| (own.is_some_and(|own| own != lane.worker), lane.load.rank()))
            .map(|(place, _)| place);
        let Some(place) = best else {
            return Some(arrival);
        };
        let lane = lanes.remove(place);
        lane.send(arrival);
        lanes.push(lane);
        None
    }
}

/// A connection that has no worker yet.
struct Arrival {
    listener: usize,
    stream: TcpStream,
    peer: SocketAddr,
    claim: Option<Claim>,
}

/// Accepts until told to stop, then drops the listeners and the lanes.
pub(crate) struct Acceptor {
    pub(crate) listeners: Vec<TcpListener>,
    pub(crate) lanes: Lanes,
    pub(crate) limits: Limits,
    pub(crate) report: Reporter,
}

impl Acceptor {
    /// # Errors
    /// When a listener can't be watched.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) -> io::Result<()> {
        let listeners = self
            .listeners
            .iter()
            .map(Listener::new)
            .collect::<io::Result<Vec<_>>>()?;
        tokio::select! {
            () = self.accept_all(&listeners) => {}
            // An error means that the one who could have said stop is gone.
            _ = stop.wait_for(|&stop| stop) => {}
        }
        self.lanes.replace(Vec::new());
        Ok(())
    }

    async fn accept_all(&self, listeners: &[Listener]) {
        let addresses = Addresses::new(&self.limits);
        let mut refusing = false;
        let mut full = Repeats::default();
        let (mut bursts, mut batch) = (Bursts::default(), 0_usize);
        loop {
            let (listener, accepted) = tokio::select! {
                biased;
                waiting = accept_any(listeners) => waiting,
                () = std::future::ready(()) => {
                    // This thread has nothing else to do, and tokio's clock is too coarse.
                    std::thread::sleep(bursts.rest(Instant::now(), batch));
                    batch = 0;
                    accept_any(listeners).await
                }
            };
            batch = batch.saturating_add(1);
            match accepted {
                Ok((stream, peer)) => {
                    refusing = false;
                    let claim = match addresses.claim(peer.ip()) {
                        Ok(claim) => claim,
                        Err(Full) => {
                            self.refuse(peer, &mut full);
                            continue;
                        }
                    };
                    let arrival = Arrival {
                        listener,
                        stream,
                        peer,
                        claim,
                    };
                    self.place(arrival, &addresses).await;
                }
                Err(error) if is_the_peers(&error) => {}
                Err(error) => {
                    // Say it once, not for every attempt while it lasts.
                    if !std::mem::replace(&mut refusing, true) {
                        (self.report)(Notice::AcceptFailed(error));
                    }
                    tokio::time::sleep(limits::ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Closes the connection: nothing can be said to a client from out here.
    fn refuse(&self, peer: SocketAddr, full: &mut Repeats<()>) {
        for Tally { times, .. } in full.note(Instant::now(), ()) {
            (self.report)(Notice::AddressRefused {
                address: peer.ip(),
                times,
            });
        }
    }

    /// Waits for room under the cap and in an inbox, then hands over.
    async fn place(&self, mut arrival: Arrival, addresses: &Addresses) {
        let own = self.limits.by_address.then_some(addresses);
        loop {
            if self.lanes.connections() < self.limits.connections {
                match self.lanes.dispatch(arrival, own) {
                    None => return,
                    Some(back) => arrival = back,
                }
            }
            tokio::time::sleep(limits::ROOM_PAUSE).await;
        }
    }
}

/// The next connection of any listener, by the listener's index.
async fn accept_any(listeners: &[Listener]) -> (usize, io::Result<(TcpStream, SocketAddr)>) {
    std::future::poll_fn(|cx| {
        for (index, listener) in listeners.iter().enumerate() {
            if let Poll::Ready(accepted) = listener.poll_accept(cx) {
                return Poll::Ready((index, accepted));
            }
        }
        Poll::Pending
    })
    .await
}

/// A listener whose connections are not registered with this thread's runtime:
/// another thread's serves them.
#[cfg(unix)]
struct Listener(tokio::io::unix::AsyncFd<TcpListener>);

#[cfg(unix)]
impl Listener {
    fn new(listener: &TcpListener) -> io::Result<Self> {
        let listener = listener.try_clone()?;
        listener.set_nonblocking(true)?;
        // SAFETY: the listener owns its descriptor, and the `AsyncFd` the listener:
        // it stays the same, and open, for as long as it is registered.
        let registered = unsafe { tokio::io::unix::AsyncFd::register(listener) };
        Ok(Self(registered?))
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        loop {
            let mut ready = std::task::ready!(self.0.poll_read_ready(cx))?;
            match ready.try_io(|listener| listener.get_ref().accept()) {
                Ok(Ok((stream, peer))) => {
                    stream.set_nonblocking(true)?;
                    return Poll::Ready(Ok((stream, peer)));
                }
                Ok(Err(error)) => return Poll::Ready(Err(error)),
                Err(_would_block) => {}
            }
        }
    }
}

#[cfg(not(unix))]
struct Listener(tokio::net::TcpListener);

#[cfg(not(unix))]
impl Listener {
    fn new(listener: &TcpListener) -> io::Result<Self> {
        let listener = listener.try_clone()?;
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener).map(Self)
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let (stream, peer) = std::task::ready!(self.0.poll_accept(cx))?;
        Poll::Ready(stream.into_std().map(|stream| (stream, peer)))
    }
}

/// Whether the connection failed, and not accepting as such (accept(2), under
/// "Error handling").
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
