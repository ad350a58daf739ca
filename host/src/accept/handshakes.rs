//! TLS handshakes of one worker, on its own thread: between the acceptor's queue and the
//! inboxes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

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
            let limited = tokio::time::timeout(limits::HANDSHAKE_TIMEOUT, handshake.run(accepted));
            in_order.push_back(running.spawn(async { drop(limited.await) }));
        }
        // Clients that have sent nothing yet try again, the others are served.
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
        let mut first = [0];
        let begun = tokio::select! {
            begun = stream.peek(&mut first) => begun?,
            _ = self.closing.wait_for(|&closing| closing) => return Ok(()),
        };
        let (door, stream) = match (begun, first) {
            (0, _) => return Ok(()),
            (_, [HANDSHAKE]) => {
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
