//! Options of the server, and properties of the world.

use super::Kind;
use crate::random::Random;
use crate::world::{MICROSECOND, MILLISECOND, SECOND};

#[derive(Clone, Debug)]
pub struct Settings {
    /// `--max-connections`.
    pub connections: Option<usize>,
    /// `--cache`, in bytes.
    pub cache: usize,
    /// Bytes of fields that the operator adds to every response.
    pub fields: usize,
    pub hidden: bool,
    pub spa: bool,
    pub verbose: bool,
    /// `--rate` and `--throttle`.
    pub rate: Option<u32>,
    pub throttle: Option<u32>,
    /// Granularity of times on the disk, in nanoseconds.
    pub granularity: i128,
    /// Nanoseconds that each operation of the disk takes.
    pub delay: u64,
    /// Whether `dir` is for one user: `--auth-file` and `--auth-for`.
    pub guarded: bool,
}

/// The folder that is for one user, in some worlds.
pub const CLOSED: &str = "dir";

/// The hash of the password of that user. Nobody computes it.
pub const HASH: &str = "$2y$04$U/FholjIoCXdteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.";

/// Length of one of the operator's fields.
const LINE: usize = 1_000;

/// Default of `--cache`, in bytes.
const CACHE: usize = 32 << 20;

impl Settings {
    pub fn new(kind: Kind, random: &mut Random) -> Self {
        let mut settings = Self {
            connections: random.once_in(12).then(|| random.size(1..6)),
            cache: CACHE,
            fields: 0,
            hidden: random.once_in(5),
            spa: random.once_in(10),
            verbose: random.once_in(4),
            rate: random.once_in(25).then(|| random.within(1..50) as u32),
            throttle: random
                .once_in(25)
                .then(|| random.within(1_000..500_000) as u32),
            granularity: *random.pick(&[1, 1, 1, 1_000_000, 1_000_000_000, 2_000_000_000]),
            guarded: false,
            delay: *random.pick(&[0, 0, 0, 0, 0, 100 * MICROSECOND, 20 * MILLISECOND, SECOND]),
        };
        if random.once_in(3) {
            settings.cache = *random.pick(&[0, 1_024, 65_536, 1 << 20]);
        }
        if random.once_in(4) {
            settings.fields = *random.pick(&[40, 500, 2_500]);
        }
        match kind {
            Kind::Usual => settings.guarded = random.once_in(5),
            Kind::Names => {
                settings.plain();
                settings.cache = *random.pick(&[1 << 19, 1 << 20]);
                settings.fields = *random.pick(&[600, 2_500, 3_900]);
            }
            Kind::Pipelines => {
                settings.plain();
                settings.fields = *random.pick(&[0, 0, 0, 2_500, 3_900]);
            }
            _ => settings.plain(),
        }
        settings
    }

    /// Removes settings that would hide the subject of the schedule.
    fn plain(&mut self) {
        (self.connections, self.rate, self.throttle) = (None, None, None);
        self.delay = self.delay.min(MILLISECOND);
    }

    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["porthole".to_owned(), "--listen=127.0.0.1:4000".to_owned()];
        let mut add = |argument: String| arguments.push(argument);
        add(format!("--cache={}", self.cache));
        if let Some(connections) = self.connections {
            add(format!("--max-connections={connections}"));
        }
        if let Some(rate) = self.rate {
            add(format!("--rate={rate}"));
        }
        if let Some(throttle) = self.throttle {
            add(format!("--throttle={throttle}"));
        }
        for (is_on, flag) in [
            (self.hidden, "--hidden"),
            (self.spa, "--spa"),
            (self.verbose, "--verbose"),
        ] {
            if is_on {
                add(flag.to_owned());
            }
        }
        if self.guarded {
            add(format!("--auth-file=alice:{HASH}"));
            add(format!("--auth-for=/{CLOSED}=alice"));
            add("--auth-for=/=*".to_owned());
        }
        let (lines, rest) = (self.fields / LINE, self.fields % LINE);
        for (number, line) in [LINE].repeat(lines).iter().chain([&rest]).enumerate() {
            let name = format!("X-Operator-{number}: ");
            if let Some(length) = line.checked_sub(name.len() + "\r\n".len()) {
                add(format!("--header={name}{}", "v".repeat(length)));
            }
        }
        arguments
    }
}
