//! The one thread that accepts connections, and gives each to the worker with the fewest.
//!
//! Accepting in one place has three advantages. The load of the workers stays even. One
//! piece of code sees the connection cap and the descriptor limit. Clients do not notice
//! a worker's restart, because its inbox waits for the next instance.

pub(crate) mod client_limit;
mod coalesce;
pub(crate) mod dispatch;
pub(crate) mod filters;
pub(crate) mod inbox;
mod listener;
pub(crate) mod load;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::watch;

use crate::error::Error;
use crate::limits::{self, Limits};
use crate::net::listeners::Listeners;
use crate::net::stream::Stream;
use crate::net::unsent::UnsentBudget;
use crate::report::counters::Counts;
use crate::report::event::Event;
use crate::report::publisher::Publisher;
use crate::report::suppress::{Repeated, Suppressor};
use crate::scheduling::work_in_batches;
use client_limit::{AtLimit, ClientLimits};
use coalesce::Coalescer;
use dispatch::{Dispatcher, Pending};
use listener::{Listener, Turn, accept_any, is_the_peers};

/// Accepts until it is told to stop, then drops the listeners and the queues.
pub(crate) struct Acceptor {
    pub(crate) dispatcher: Dispatcher,
    pub(crate) limits: Limits,
    pub(crate) unsent: UnsentBudget,
    pub(crate) events: Publisher,
    pub(crate) counts: Counts,
    pub(crate) clients: ClientLimits,
    /// For each listener, whether a proxy names the clients of its connections.
    pub(crate) are_proxied: Vec<bool>,
}

impl Acceptor {
    /// Starts the thread that accepts.
    ///
    /// # Errors
    /// When a listener cannot be watched, or the system has no thread left.
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
            let listeners = listeners.listeners.into_iter();
            let listeners = listeners.map(|listener| Listener::new(listener.socket));
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

    async fn run(self, mut listeners: Vec<Listener>, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.accept_all(&mut listeners) => {}
            // An error means that the sender of the stop signal was dropped.
            _ = stop.wait_for(|&stop| stop) => {}
        }
        self.dispatcher.replace(Vec::new());
    }

    async fn accept_all(&self, listeners: &mut [Listener]) {
        let mut refusing = false;
        let mut full = Suppressor::default();
        let (mut coalescer, mut batch) = (Coalescer::default(), 0_usize);
        let mut turn = Turn::default();
        loop {
            let (listener, accepted) = tokio::select! {
                biased;
                waiting = accept_any(listeners, &turn) => waiting,
                () = std::future::ready(()) => {
                    // This thread has nothing else to do, and tokio's clock is too
                    // coarse.
                    std::thread::sleep(coalescer.delay(Instant::now(), batch));
                    batch = 0;
                    accept_any(listeners, &turn).await
                }
            };
            turn.served(listener);
            batch = batch.saturating_add(1);
            match accepted {
                Ok((stream, peer)) => {
                    refusing = false;
                    let is_proxied = self.are_proxied.get(listener) == Some(&true);
                    let client = peer.filter(|_| !is_proxied);
                    let permit = match client.map(|peer| self.clients.acquire(peer.ip())) {
                        Some(Err(AtLimit)) => {
                            self.refuse(peer, &mut full);
                            continue;
                        }
                        Some(Ok(permit)) => permit,
                        // A client without an address, or whose address a proxy is about to
                        // name, counts for no limit of addresses.
                        None => None,
                    };
                    let pending = Pending {
                        listener,
                        stream,
                        peer,
                        permit,
                    };
                    self.place(pending).await;
                }
                Err(error) if is_the_peers(&error) => {}
                Err(error) => {
                    // Report it once, not for every attempt while it lasts.
                    if !std::mem::replace(&mut refusing, true) {
                        self.events.publish(Event::AcceptFailed(Arc::new(error)));
                    }
                    tokio::time::sleep(limits::ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Reports a connection that is closed without a response: the acceptor does not
    /// speak the component's protocol.
    fn refuse(&self, peer: Option<SocketAddr>, full: &mut Suppressor<()>) {
        self.counts.refused();
        let Some(address) = peer.map(|peer| peer.ip()) else {
            return;
        };
        for Repeated { times, .. } in full.record(Instant::now(), ()) {
            self.events
                .publish(Event::AddressRefused { address, times });
        }
    }

    /// Waits for capacity under the cap and in an inbox, then hands over the connection.
    async fn place(&self, mut pending: Pending) {
        loop {
            if let Some(open) = self.dispatcher.open_below_the_cap(&self.limits) {
                // A Unix socket has no peer, and a small buffer of its own.
                if let (Stream::Tcp(stream), Some(_)) = (&pending.stream, pending.peer) {
                    self.unsent.apply(stream, open);
                }
                match self.dispatcher.dispatch(pending) {
                    None => return self.counts.accepted(open.saturating_add(1)),
                    Some(back) => pending = back,
                }
            }
            tokio::time::sleep(limits::CAP_POLL_INTERVAL).await;
        }
    }
}
