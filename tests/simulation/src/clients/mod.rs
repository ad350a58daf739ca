//! Clients that follow their plans and have their responses checked.

pub mod response;

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};

use response::{Read, Reader, Response};

use crate::invariants::Checker;
use crate::plan::request::{Content, Request, Validators};
use crate::plan::{ClientPlan, Ending, ReadRate, Step};
use crate::world::network::Link;
use crate::world::{Event, SECOND, World};

pub struct Client {
    number: usize,
    pub plan: ClientPlan,
    step: usize,
    pub link: Option<usize>,
    reader: Reader,
    /// Requests without a response.
    asked: VecDeque<Asked>,
    told: BTreeMap<String, Validators>,
    rate: ReadRate,
    /// Time at which it reads next.
    reads_at: u64,
    /// Time at which it continues its plan.
    resumes_at: u64,
    /// Pieces that it is sending, and the nanoseconds between them.
    sending: (VecDeque<Vec<u8>>, u64),
    /// Statuses and content lengths of the responses that it received.
    pub responses: Vec<(u16, usize)>,
    /// Whether a response has announced that it is the last.
    closing: bool,
    /// Whether it was slow, so that its connection may be cut.
    pub slow: bool,
    pub over: bool,
}

/// A request, and the time at which it was sent.
pub struct Asked {
    pub request: Request,
    pub at: u64,
    /// Whether only a part of it was ever sent.
    pub begun: bool,
    /// Knowledge of the client about the path.
    pub told: Option<Validators>,
}

/// Pause in nanoseconds after which a client may find its connection closed.
const SLOW: u64 = 9 * SECOND;

impl Client {
    pub fn new(number: usize, plan: ClientPlan) -> Self {
        let is_slow = |rate: &ReadRate| rate.bytes < 200_000;
        let pauses = |step: &Step| match step {
            Step::Pause(time) => *time >= SLOW,
            Step::ReadRate(rate) => is_slow(rate),
            Step::Send { gap, pieces, .. } => *gap * *pieces as u64 > SLOW / 10,
            _ => false,
        };
        let slow =
            is_slow(&plan.rate) || plan.ending == Ending::Deaf || plan.steps.iter().any(pauses);
        Self {
            number,
            step: 0,
            link: None,
            reader: Reader::default(),
            asked: VecDeque::new(),
            told: BTreeMap::new(),
            rate: plan.rate,
            reads_at: 0,
            resumes_at: 0,
            sending: (VecDeque::new(), 0),
            responses: Vec::new(),
            closing: false,
            slow,
            over: false,
            plan,
        }
    }

    /// Does everything that is possible now.
    pub fn act(&mut self, world: &mut World, checker: &mut Checker) {
        if self.over {
            return;
        }
        if self.link.is_none() {
            let host = Ipv4Addr::new(10, 0, 0, self.plan.address as u8);
            let peer = SocketAddr::from((host, 1_024 + self.number as u16));
            let link = Link::new(self.number, peer, self.plan.window);
            self.link = world.network.connect(link);
            if self.link.is_none() {
                self.over = true;
                return;
            }
        }
        self.read(world, checker);
        while !self.over && world.now >= self.resumes_at && self.go_on(world) {}
    }

    fn link<'w>(&self, world: &'w mut World) -> &'w mut Link {
        &mut world.network.links[self.link.unwrap_or_default()]
    }

    fn later(&self, world: &mut World, after: u64) {
        world.schedule(after, Event::Client(self.number));
    }

    fn read(&mut self, world: &mut World, checker: &mut Checker) {
        if self.rate.bytes == 0 || world.now < self.reads_at {
            return;
        }
        let (rate, now) = (self.rate, world.now);
        let link = self.link(world);
        let count = link.outbound.len().min(rate.bytes);
        if count > 0 {
            let (one, other) = link.outbound.as_slices();
            let first = count.min(one.len());
            self.reader.take(&one[..first]);
            self.reader.take(&other[..count - first]);
            link.outbound.drain(..count);
            link.moved_at = now;
            link.wake();
            self.reads_at = world.now + rate.every;
            self.later(world, rate.every);
            self.listen(world, checker);
        }
        let link = self.link(world);
        if !self.over && link.outbound.is_empty() && (link.finished || link.refused) {
            self.end(world, checker);
        }
    }

    /// Reads the responses that have arrived.
    fn listen(&mut self, world: &mut World, checker: &mut Checker) {
        loop {
            let Some(asked) = self.asked.front() else {
                if self.reader.is_within() && !checker.may_say_unasked() {
                    world.break_("unasked", || "a response to no request".to_owned());
                    self.over = true;
                }
                return;
            };
            match self.reader.next(asked.request.method) {
                Read::More => return,
                Read::Interim => {
                    if asked.request.content == Content::None {
                        world.break_("response", || "100 without content to come".to_owned());
                    }
                }
                Read::Wrong(reason) => {
                    world.break_("response", || format!("{reason}, to {:?}", asked.request));
                    self.over = true;
                    return;
                }
                Read::Response(response) => self.answered(world, checker, &response),
            }
        }
    }

    fn answered(&mut self, world: &mut World, checker: &mut Checker, response: &Response) {
        let Some(asked) = self.asked.pop_front() else {
            return;
        };
        self.responses.push((response.status, response.sent));
        world
            .trace
            .say(|| format!("response {} to {:?}", response.status, asked.request));
        match checker.check(world, &asked, response) {
            Ok(Some(told)) => {
                self.told.insert(asked.request.path.clone(), told);
            }
            Ok(None) => {}
            Err((invariant, reason)) => world.break_(invariant, || {
                format!("{reason}, in a {} to {:?}", response.status, asked.request)
            }),
        }
        if response.closes() {
            self.closing = true;
            self.asked.clear();
        }
    }

    /// Handles that the server has closed the connection, or that its remaining bytes are
    /// lost.
    fn end(&mut self, world: &mut World, checker: &mut Checker) {
        self.over = true;
        let excused = self.closing || self.slow || checker.may_close(world);
        let link = self.link(world);
        link.half_closed = true;
        link.wake();
        if excused || link.refused || checker.may_cut() {
            return;
        }
        let asked = self.asked.front();
        match asked {
            _ if self.reader.is_within() => {
                let request = asked.map(|asked| &asked.request);
                world.break_("cut", || format!("a response was cut: {request:?}"));
            }
            Some(asked) if !asked.begun => {
                world.break_("unanswered", || format!("{:?}", asked.request));
            }
            _ => {}
        }
    }

    /// Takes a step. Returns false when it has to wait.
    fn go_on(&mut self, world: &mut World) -> bool {
        if let Some(piece) = self.sending.0.pop_front() {
            let (total, gap) = (world.meter.total, self.sending.1);
            let (now, is_last) = (world.now, self.sending.0.is_empty());
            let link = self.link(world);
            link.moved_at = now;
            if is_last && link.waits_since.is_none() {
                link.waits_since = Some(total);
            }
            link.send(&piece);
            world.trace.bytes(&piece);
            if gap > 0 {
                self.resumes_at = world.now + gap;
                self.later(world, gap);
            }
            return true;
        }
        if self.closing {
            self.step = self.plan.steps.len();
        }
        let Some(step) = self.plan.steps.get(self.step).cloned() else {
            return self.part(world);
        };
        match step {
            Step::Wait if !self.asked.is_empty() => return false,
            Step::Wait => {}
            Step::Send {
                requests,
                pieces,
                gap,
            } => self.send(world, &requests, pieces, gap),
            Step::Begin(request) => {
                let bytes = request.write(None);
                let half = bytes[..bytes.len() / 2].to_vec();
                self.sending = (VecDeque::from([half]), 0);
                self.ask(world, request, true);
                self.step = self.plan.steps.len() - 1;
            }
            Step::Pause(time) => {
                self.resumes_at = world.now + time;
                self.later(world, time);
            }
            Step::ReadRate(rate) => {
                self.rate = rate;
                self.later(world, 0);
            }
            Step::HalfClose => {
                let link = self.link(world);
                link.half_closed = true;
                link.wake();
                self.step = self.plan.steps.len();
            }
            Step::Reset => self.reset(world),
        }
        self.step += 1;
        true
    }

    /// Resets the connection.
    pub fn reset(&mut self, world: &mut World) {
        let now = world.now;
        if self.link.is_some() && !self.over {
            self.link(world).reset(now);
        }
        self.over = true;
    }

    /// Whether the server may take any time to serve it, because it reads fast enough.
    pub fn takes_its_time(&self) -> bool {
        let enough = self.rate.bytes as u64 >= self.rate.every / 2_000_000;
        !self.asked.is_empty() && self.rate.bytes > 0 && enough
    }

    fn send(&mut self, world: &World, requests: &[Request], pieces: usize, gap: u64) {
        let mut bytes = Vec::new();
        for request in requests {
            bytes.extend(request.write(self.told.get(&request.path)));
            self.ask(world, request.clone(), false);
        }
        let size = bytes.len().div_ceil(pieces).max(1);
        let pieces = bytes.chunks(size).map(<[u8]>::to_vec);
        self.sending = (pieces.collect(), gap);
    }

    fn ask(&mut self, world: &World, request: Request, begun: bool) {
        self.asked.push_back(Asked {
            at: world.now,
            told: self.told.get(&request.path).cloned(),
            begun,
            request,
        });
    }

    /// Acts after the last step.
    fn part(&mut self, world: &mut World) -> bool {
        match self.plan.ending {
            Ending::Close if self.asked.is_empty() || self.closing => {
                let link = self.link(world);
                if !link.half_closed {
                    link.half_closed = true;
                    link.wake();
                }
            }
            Ending::Deaf => self.rate = ReadRate::NEVER,
            Ending::Close | Ending::Silent => {}
        }
        false
    }
}
