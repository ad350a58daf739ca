//! Actions of the clients.

use super::heavy;
use super::request::{Password, Request};
use super::{Content, Kind, Settings};
use crate::random::Random;
use crate::world::{MICROSECOND, MILLISECOND, SECOND};

#[derive(Clone, Debug)]
pub struct ClientPlan {
    /// Nanoseconds after the beginning at which it connects.
    pub at: u64,
    /// Last number of its address.
    pub address: u16,
    /// Most bytes in flight to it.
    pub window: usize,
    pub rate: ReadRate,
    pub steps: Vec<Step>,
    pub ending: Ending,
}

/// Speed at which it reads.
#[derive(Clone, Copy, Debug)]
pub struct ReadRate {
    /// Bytes at once. With 0 it does not read at all.
    pub bytes: usize,
    /// Nanoseconds between two reads.
    pub every: u64,
}

#[derive(Clone, Debug)]
pub enum Step {
    /// Writes requests in `pieces` pieces, with `gap` nanoseconds between them.
    Send {
        requests: Vec<Request>,
        pieces: usize,
        gap: u64,
    },
    /// Writes a part of a request, and never the rest.
    Begin(Request),
    /// Waits until all requests are answered.
    Wait,
    Pause(u64),
    ReadRate(ReadRate),
    HalfClose,
    Reset,
}

/// Its action after the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Waits for the responses, then closes.
    Close,
    /// Stays connected and sends nothing more.
    Silent,
    /// Stays connected and reads nothing more either.
    Deaf,
}

impl ReadRate {
    pub const FULL: Self = Self {
        bytes: usize::MAX,
        every: 10 * MICROSECOND,
    };
    pub const NEVER: Self = Self {
        bytes: 0,
        every: SECOND,
    };

    fn draw(random: &mut Random) -> Self {
        match random.within(0..10) {
            0 => Self {
                bytes: random.size(1..3_000),
                every: random.within(1..100) * MILLISECOND,
            },
            1 => Self {
                bytes: random.size(1_000..100_000),
                every: random.within(1..900) * MILLISECOND,
            },
            2 if random.once_in(4) => Self::NEVER,
            _ => Self::FULL,
        }
    }
}

impl ClientPlan {
    pub fn new(number: usize, random: &mut Random) -> Self {
        let at = match random.within(0..3) {
            0 => 0,
            1 => random.within(0..1_000) * MICROSECOND,
            _ => random.within(0..3_000) * MILLISECOND,
        };
        Self {
            at: at + MILLISECOND,
            address: number as u16,
            window: *random.pick(&[2_500, 16_384, 65_536, 65_536, 1 << 20]),
            rate: ReadRate::FULL,
            steps: Vec::new(),
            ending: match random.within(0..12) {
                0 | 1 => Ending::Silent,
                2 => Ending::Deaf,
                _ => Ending::Close,
            },
        }
    }

    /// Returns a client that requests one file after the other, as most do.
    pub fn plain(number: usize, paths: &[String], random: &mut Random) -> Self {
        let mut client = Self::new(number, random);
        client.ending = Ending::Close;
        for _ in 0..random.size(1..6) {
            client.send(vec![Request::draw(paths, random)], 1, 0);
            client.steps.push(Step::Wait);
        }
        client
    }

    /// Returns a client that may do anything.
    fn any(number: usize, paths: &[String], random: &mut Random) -> Self {
        let mut client = Self::new(number, random);
        client.rate = ReadRate::draw(random);
        for _ in 0..random.size(1..5) {
            let count = match random.within(0..4) {
                0 => random.size(2..12),
                _ => 1,
            };
            let requests: Vec<Request> = (0..count).map(|_| Request::draw(paths, random)).collect();
            let pieces = *random.pick(&[1, 1, 1, 2, 5, 60]);
            let gap = *random.pick(&[0, 0, 100 * MICROSECOND, 30 * MILLISECOND]);
            match random.within(0..40) {
                0 => client.steps.push(Step::Begin(Request::draw(paths, random))),
                1 => client.steps.push(Step::Reset),
                2 => client.steps.push(Step::HalfClose),
                3 => client.steps.push(Step::ReadRate(ReadRate::draw(random))),
                4 if random.once_in(3) => {
                    client
                        .steps
                        .push(Step::Pause(random.within(1..130) * SECOND));
                }
                _ => client.send(requests, pieces, gap),
            }
            match random.within(0..5) {
                0 => {}
                1 => client
                    .steps
                    .push(Step::Pause(random.within(0..2_000) * MILLISECOND)),
                _ => client.steps.push(Step::Wait),
            }
        }
        client
    }

    pub fn send(&mut self, requests: Vec<Request>, pieces: usize, gap: u64) {
        self.steps.push(Step::Send {
            requests,
            pieces,
            gap,
        });
    }

    /// Returns the nanoseconds until its last step is done, if it never has to wait.
    pub fn duration(&self) -> u64 {
        let steps = self.steps.iter().map(|step| match step {
            Step::Pause(time) => *time,
            Step::Send { pieces, gap, .. } => *gap * *pieces as u64,
            _ => MILLISECOND,
        });
        self.at + steps.sum::<u64>()
    }
}

pub fn draw(
    kind: Kind,
    settings: &Settings,
    files: &[(String, Content)],
    random: &mut Random,
) -> Vec<ClientPlan> {
    let mut paths: Vec<String> = Vec::new();
    for (path, content) in files {
        if !matches!(content, Content::Crowd(_)) && !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    let mut clients: Vec<ClientPlan> = Vec::new();
    heavy::draw(kind, &paths, &mut clients, random);
    let count = match kind {
        Kind::Usual => random.size(1..7),
        _ => random.size(1..4),
    };
    paths.retain(|path| path != "large.mp4");
    for _ in 0..count {
        let number = clients.len() + 1;
        clients.push(match random.once_in(3) {
            true => ClientPlan::plain(number, &paths, random),
            false => ClientPlan::any(number, &paths, random),
        });
    }
    if settings.rate.is_some() || settings.throttle.is_some() {
        // Some clients share an address.
        for client in &mut clients {
            client.address = client.address.min(2);
        }
    }
    if settings.guarded {
        let steps = clients.iter_mut().flat_map(|client| &mut client.steps);
        for step in steps {
            let requests = match step {
                Step::Send { requests, .. } => &mut requests[..],
                Step::Begin(request) => std::slice::from_mut(request),
                _ => &mut [],
            };
            for request in requests {
                use Password::{None, Right, Wrong};
                request.password = *random.pick(&[None, None, None, Right, Right, Right, Wrong]);
            }
        }
    }
    clients
}
