//! One version of the component, running on all workers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::watch;

use crate::acceptor::Lane;
use crate::engine::Program;
use crate::load::Load;
use crate::root::Root;
use crate::sockets::Inboxes;
use crate::worker::{Shared, Worker};
use crate::{Error, limits};

/// Its workers. It ends when the lanes to it are dropped and what is open is
/// finished, or when it is killed.
pub(crate) struct Generation {
    kill: watch::Sender<bool>,
    workers: Vec<JoinHandle<()>>,
    inboxes: Vec<Inboxes>,
}

impl Generation {
    /// Starts the workers. Connections given to the lanes wait until they listen.
    ///
    /// # Errors
    /// [`Error::System`] when threads or descriptors are lacking.
    pub(crate) fn start(
        program: &Program,
        root: Root,
        addresses: &[SocketAddr],
        shared: &Arc<Shared>,
    ) -> Result<(Self, Vec<Lane>), Error> {
        start_epochs(program.engine.weak())?;
        let root = Arc::new(root);
        let (kill, killed) = watch::channel(false);
        let (mut lanes, mut workers, mut all_inboxes) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..shared.limits.workers.max(1) {
            let (lane, inboxes) = Lane::new(number, shared.limits.share(), addresses);
            lanes.push(lane);
            all_inboxes.push(inboxes.clone());
            let worker = Worker {
                number,
                program: program.clone(),
                root: Arc::clone(&root),
                inboxes,
                shared: Arc::clone(shared),
                kill: killed.clone(),
            };
            workers.push(worker.start()?);
        }
        let generation = Self {
            kill,
            workers,
            inboxes: all_inboxes,
        };
        Ok((generation, lanes))
    }

    /// Waits until every worker's instance listens.
    ///
    /// # Errors
    /// [`Error::NotListening`] when one gives up, or takes too long.
    pub(crate) fn wait_until_listening(&self) -> Result<(), Error> {
        let deadline = Instant::now().checked_add(limits::START_PATIENCE);
        while !self.inboxes.iter().all(Inboxes::have_listened) {
            let late = deadline.is_none_or(|deadline| Instant::now() >= deadline);
            if late || self.workers.iter().any(JoinHandle::is_finished) {
                return Err(Error::NotListening);
            }
            std::thread::sleep(limits::POLL);
        }
        Ok(())
    }

    /// How many connections are still open.
    pub(crate) fn connections(&self) -> usize {
        let loads = self.inboxes.iter().map(|inboxes| &inboxes.load);
        loads.map(Load::connections).sum()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.workers.iter().all(JoinHandle::is_finished)
    }

    /// Ends every instance at once, whatever it is doing.
    pub(crate) fn kill(&self) {
        self.kill.send_replace(true);
    }
}

/// Makes the engine's clock tick, for the watchdog, for as long as it exists.
fn start_epochs(engine: wasmtime::EngineWeak) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name("epochs".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(limits::WATCHDOG_TICK);
            }
        })
}
