//! Drives all clients of a load, or one of them, with one thread and one epoll set.

use std::{
    collections::VecDeque,
    os::fd::OwnedFd,
    sync::atomic::{AtomicU8, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::{
    event::{Timespec, epoll},
    io::Errno,
};

use super::{
    client::{self, Client},
    head::ResponseHead,
    link::Door,
    load::{Load, Pause, Requests, Writer},
};

/// Bytes that are read from a socket at once, without pauses and by slow readers.
const READ_BYTES: usize = 256 << 10;
const SLOW_READ_BYTES: usize = 64 << 10;

/// Readiness events that are fetched from the kernel at once.
const EVENTS: usize = 256;

/// Longest time between two looks at the state of [`Control`].
const STEP: Duration = Duration::from_millis(5);

/// Control of the generators while they run.
#[derive(Default)]
pub(crate) struct Control(AtomicU8);

impl Control {
    const COUNT: u8 = 1;
    const STOP: u8 = 2;

    /// Starts counting, after the warm-up.
    pub(crate) fn count(&self) {
        self.0.store(Self::COUNT, Ordering::Relaxed);
    }

    pub(crate) fn stop(&self) {
        self.0.store(Self::STOP, Ordering::Relaxed);
    }
}

/// Statistics of a generator while it counted.
#[derive(Default)]
pub(crate) struct Stats {
    /// Bytes of content.
    pub(crate) content: u64,
    /// Latency of each complete response.
    pub(crate) latencies: Vec<Duration>,
    /// Responses on connections that should have resumed a session.
    pub(crate) not_resumed: usize,
}

impl Stats {
    pub(crate) fn add(&mut self, other: Self) {
        self.content += other.content;
        self.latencies.extend(other.latencies);
        self.not_resumed += other.not_resumed;
    }
}

pub(crate) struct Generator {
    load: Load,
    writer: Writer,
    epoll: OwnedFd,
    clients: Vec<Client>,
    /// Pausing clients with the ends of their pauses. All pauses of a load have the same
    /// length, so they end in the order in which they began.
    pausing: VecDeque<(Instant, usize)>,
    buffer: Vec<u8>,
    stats: Stats,
}

impl Generator {
    /// Opens all connections.
    pub(crate) fn open(load: Load, door: &Door) -> Result<Self> {
        let etag = match load.requests {
            Requests::Unchanged(path) => etag(door, path)?,
            _ => String::new(),
        };
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut clients = Vec::new();
        for index in 0..load.connections {
            let client = Client::connect(&door.of_one_client())
                .with_context(|| format!("connection {index} of {}", load.connections))?;
            watch(&epoll, &client, index)?;
            clients.push(client);
        }
        let slow = matches!(load.pause, Pause::AfterRead(_));
        Ok(Self {
            load,
            writer: Writer::new(load, door.address, etag),
            epoll,
            clients,
            pausing: VecDeque::new(),
            buffer: vec![0; if slow { SLOW_READ_BYTES } else { READ_BYTES }],
            stats: Stats::default(),
        })
    }

    /// Drives the clients until the order to stop.
    pub(crate) fn run(mut self, control: &Control) -> Result<Stats> {
        for client in &mut self.clients {
            client.send(&self.writer.next())?;
        }
        let mut counting = false;
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            match control.0.load(Ordering::Relaxed) {
                Control::STOP => return Ok(self.stats),
                Control::COUNT if !counting => {
                    counting = true;
                    self.stats = Stats::default();
                }
                _ => {}
            }
            self.wait(&mut events)?;
            for event in events.drain(..) {
                let epoll::Event { data, .. } = event;
                self.receive(data.u64() as usize)?;
            }
            self.resume()?;
        }
    }

    fn wait(&self, events: &mut Vec<epoll::Event>) -> Result<()> {
        let due = self.pausing.front().map_or(STEP, |(due, _)| {
            due.saturating_duration_since(Instant::now()).min(STEP)
        });
        let timeout = Timespec::try_from(due)?;
        let spare = rustix::buffer::spare_capacity(events);
        match epoll::wait(&self.epoll, spare, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn receive(&mut self, index: usize) -> Result<()> {
        let Some(client) = self.clients.get_mut(index) else {
            return Ok(());
        };
        let received = client.receive(&mut self.buffer, self.load.requests.status())?;
        self.stats.content += received.content;
        self.stats.latencies.extend(received.latency);
        let is_whole = received.latency.is_some() && client.failed_to_resume();
        self.stats.not_resumed += usize::from(is_whole);
        match self.load.pause {
            Pause::AfterResponse(pause) if received.latency.is_some() => self.pause(index, pause),
            Pause::AfterRead(pause) => self.pause(index, pause),
            _ if received.latency.is_some() => self.ask(index),
            _ => Ok(()),
        }
    }

    fn ask(&mut self, index: usize) -> Result<()> {
        let Some(client) = self.clients.get_mut(index) else {
            return Ok(());
        };
        if client.ask(&self.writer.next(), self.load.fresh)? {
            watch(&self.epoll, client, index)?;
        }
        Ok(())
    }

    fn pause(&mut self, index: usize, pause: Duration) -> Result<()> {
        if let Some(client) = self.clients.get(index) {
            epoll::delete(&self.epoll, client.stream())?;
            self.pausing.push_back((Instant::now() + pause, index));
        }
        Ok(())
    }

    /// Wakes the clients whose pause is over.
    fn resume(&mut self) -> Result<()> {
        let now = Instant::now();
        while let Some((_, index)) = self.pausing.pop_front_if(|(due, _)| *due <= now) {
            let Some(client) = self.clients.get_mut(index) else {
                continue;
            };
            if client.has_response() {
                client.ask(&self.writer.next(), self.load.fresh)?;
            }
            watch(&self.epoll, client, index)?;
        }
        Ok(())
    }
}

fn watch(epoll: &OwnedFd, client: &Client, index: usize) -> Result<()> {
    let data = epoll::EventData::new_u64(index as u64);
    Ok(epoll::add(
        epoll,
        client.stream(),
        data,
        epoll::EventFlags::IN,
    )?)
}

fn etag(door: &Door, path: &str) -> Result<String> {
    let head = ResponseHead::parse(&client::head(door, path)?)?;
    head.and_then(|head| head.etag)
        .context("a response without ETag")
}
