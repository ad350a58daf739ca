//! The signs of life that a service manager gets, as long as there is life.

use std::time::Duration;

use porthole::{Error, Operation, Running, Stopped};

use crate::service_manager::ServiceManager;
use crate::signals::Signals;

/// A server, as the thread that watches over it sees it.
pub(super) struct Life<'a> {
    ended: Operation<Stopped>,
    signals: &'a Signals,
    manager: &'a ServiceManager,
}

impl<'a> Life<'a> {
    pub(super) fn of(running: &Running, signals: &'a Signals, manager: &'a ServiceManager) -> Self {
        Self {
            ended: running.ended(),
            signals,
            manager,
        }
    }

    /// Gives a sign of life when it is time. Once the server or a thread that it needs has
    /// ended, returns that instead. Call it no more then.
    pub(super) fn sign(&mut self) -> Option<anyhow::Result<()>> {
        if let Some(ended) = self.ended.wait_for(Duration::ZERO) {
            return Some(ended.map(drop).map_err(Into::into));
        }
        if self.signals.are_deaf() {
            return Some(Err(
                Error::ThreadEnded("the thread that waits for signals").into()
            ));
        }
        self.manager.is_alive();
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use porthole::Server;

    use super::*;

    /// The library's tests show that a server ends with its acceptor, and with its last worker.
    #[test]
    fn signs_of_life_come_until_the_server_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let listening = UnixDatagram::bind(&path).unwrap();
        listening.set_nonblocking(true).unwrap();
        let every = Some(Duration::ZERO);
        let manager = ServiceManager::telling(path.to_str().unwrap(), every).unwrap();
        let signals = Signals::new().unwrap();
        let server = Server::builder().directory(folder.path());
        let running = server.listen(([127, 0, 0, 1], 0).into());
        let running = running.start_blocking().unwrap();
        let mut life = Life::of(&running, &signals, &manager);
        let mut room = [0; 64];
        for _ in 0..3 {
            assert!(life.sign().is_none());
            let length = listening.recv(&mut room).unwrap();
            assert_eq!(&room[..length], b"WATCHDOG=1");
        }
        running.stop().wait().unwrap();
        // Whoever waits already learns of the end a little later than it is there.
        let mut signs = std::iter::repeat_with(|| {
            std::thread::yield_now();
            life.sign()
        });
        let end = signs.by_ref().take(1_000_000).flatten().next();
        assert!(end.is_some_and(|end| end.is_ok()));
        while listening.recv(&mut room).is_ok() {}
        // Also in the middle of a reload, which has a look of its own.
        let mut life = Life::of(&running, &signals, &manager);
        assert!(life.sign().is_some_and(|end| end.is_ok()));
        assert!(listening.recv(&mut room).is_err(), "a sign of life");
    }
}
