//! The one thread that accepts, and gives each connection to the worker that
//! holds the fewest.
//!
//! Accepting in one place keeps the workers even, puts the connection cap and
//! the descriptor limit where one piece of code sees them, and makes a worker's
//! restart invisible: its inbox waits for the next instance.

mod listener;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use crate::addresses::{Addresses, Claim, Full};
use crate::bursts::Bursts;
use crate::error::say;
use crate::load::{Load, Ticket};
use crate::repeats::{Repeats, Tally};
use crate::scheduling::work_in_batches;
use crate::sockets::{Connection, Inbox, Inboxes};
use crate::{Error, Limits, Listeners, Notice, Reporter, limits};
use listener::{Listener, Turn, accept_any, is_the_peers};

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

/// The lanes that new connections go to, and what else is open.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Arc<Mutex<Versions>>);

#[derive(Default)]
struct Versions {
    /// The newest version's, the one that got the latest connection at the end. Emptied,
    /// every worker's stream of connections ends.
    lanes: Vec<Lane>,
    /// Workers of replaced versions that still have connections.
    replaced: Vec<Load>,
}

impl Lanes {
    /// Sends new connections elsewhere; what waits in the old lanes stays there.
    pub(crate) fn replace(&self, lanes: Vec<Lane>) {
        let mut versions = self.versions();
        let old = std::mem::replace(&mut versions.lanes, lanes);
        let old = old.into_iter().map(|lane| lane.load);
        versions.replaced.extend(old);
        versions.replaced.retain(|load| load.connections() > 0);
    }

    fn versions(&self) -> MutexGuard<'_, Versions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more connection may be open.
    fn have_room(&self, limits: &Limits) -> bool {
        let versions = self.versions();
        let replaced = versions.replaced.iter().map(Load::connections).sum();
        let newest = versions.lanes.iter().map(|lane| lane.load.connections());
        let open = newest.sum::<usize>().saturating_add(replaced);
        open < most(limits, replaced, versions.lanes.len())
    }

    /// Gives the connection to the worker that suits it best and has room in its inbox;
    /// gives it back when there is none. Among equals, each has its turn.
    fn dispatch(&self, arrival: Arrival, own: Option<&Addresses>) -> Option<Arrival> {
        let lanes = &mut self.versions().lanes;
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

/// How many connections may be open, of all versions, when replaced ones still have so
/// many. The newest version knows nothing of those: it would serve as many once more
/// instead of making room, so newcomers wait for room out here. But each of its workers
/// may always have one, or the old downloads would keep everyone waiting.
fn most(limits: &Limits, replaced: usize, workers: usize) -> usize {
    match replaced {
        0 => limits.connections,
        _ => limits
            .full
            .max(replaced.saturating_add(workers))
            .min(limits.connections),
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
    pub(crate) lanes: Lanes,
    pub(crate) limits: Limits,
    pub(crate) report: Reporter,
}

impl Acceptor {
    /// Starts the thread that accepts.
    ///
    /// # Errors
    /// When a listener can't be watched, or the system has no thread left.
    pub(crate) fn start(
        self,
        listeners: Listeners,
        stop: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listeners = {
            let _entered = runtime.enter();
            let listeners = listeners.0.into_iter().map(Listener::new);
            listeners.collect::<io::Result<Vec<_>>>()?
        };
        let thread = std::thread::Builder::new()
            .name("accept".to_owned())
            .spawn(move || {
                work_in_batches();
                runtime.block_on(self.run(listeners, stop));
            })?;
        Ok(thread)
    }

    async fn run(self, listeners: Vec<Listener>, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.accept_all(&listeners) => {}
            // An error means that the one who could have said stop is gone.
            _ = stop.wait_for(|&stop| stop) => {}
        }
        self.lanes.replace(Vec::new());
    }

    async fn accept_all(&self, listeners: &[Listener]) {
        let addresses = Addresses::new(&self.limits);
        let mut refusing = false;
        let mut full = Repeats::default();
        let (mut bursts, mut batch) = (Bursts::default(), 0_usize);
        let mut turn = Turn::default();
        loop {
            let (listener, accepted) = tokio::select! {
                biased;
                waiting = accept_any(listeners, &turn) => waiting,
                () = std::future::ready(()) => {
                    // This thread has nothing else to do, and tokio's clock is too coarse.
                    std::thread::sleep(bursts.rest(Instant::now(), batch));
                    batch = 0;
                    accept_any(listeners, &turn).await
                }
            };
            turn.served(listener);
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
                        say(&self.report, Notice::AcceptFailed(error));
                    }
                    tokio::time::sleep(limits::ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Closes the connection: nothing can be said to a client from out here.
    fn refuse(&self, peer: SocketAddr, full: &mut Repeats<()>) {
        for Tally { times, .. } in full.note(Instant::now(), ()) {
            let address = peer.ip();
            say(&self.report, Notice::AddressRefused { address, times });
        }
    }

    /// Waits for room under the cap and in an inbox, then hands over.
    async fn place(&self, mut arrival: Arrival, addresses: &Addresses) {
        let own = self.limits.by_address.then_some(addresses);
        loop {
            if self.lanes.have_room(&self.limits) {
                match self.lanes.dispatch(arrival, own) {
                    None => return,
                    Some(back) => arrival = back,
                }
            }
            tokio::time::sleep(limits::ROOM_PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_versions_together_have_so_many() {
        let limits = Limits::default().serving(20);
        // What replaced versions have; what all may have.
        for (replaced, expected) in [(0, 276), (1, 20), (18, 20), (20, 22), (22, 24), (400, 276)] {
            assert_eq!(most(&limits, replaced, 2), expected, "{replaced}");
        }
    }
}
