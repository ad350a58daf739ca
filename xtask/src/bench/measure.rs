//! One round: starts a server, applies the plan to it, reads the figures.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::{
    cases::{BESIDE_LOAD, Plan},
    clients::{
        client::Client,
        generator::{Control, Generator, Stats},
        load::{Load, Writer},
        visitor::{Fetched, Visitor},
    },
    figures::{Measurement, Metric, percentile},
    files::{Cold, ENTRY_END, G1, GIB},
    proc::Usage,
    running::Running,
    servers::{Launcher, Server},
};
use crate::interrupt::Interrupt;

/// Durations of a measurement.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) warm_up: Duration,
    /// Time in which everything is counted.
    pub(crate) window: Duration,
    /// Time in which nothing happens. It is longer, because its CPU time is counted in
    /// ticks.
    pub(crate) idle: Duration,
}

/// Time before the memory at rest is read.
const SETTLE: Duration = Duration::from_millis(300);

/// Of so many sessions one may be refused. A server that resumes none would be measured for
/// another thing than it should do.
const RESUMED_AT_LEAST: usize = 100;

pub(crate) struct Bench<'a> {
    pub(crate) launcher: &'a Launcher,
    pub(crate) times: Times,
    pub(crate) interrupt: &'a Interrupt,
}

/// Everything that happened between two moments.
struct Window {
    seconds: f64,
    before: Usage,
    after: Usage,
    /// One for each load.
    stats: Vec<Stats>,
}

impl Bench<'_> {
    pub(crate) fn measure(&self, plan: &Plan, server: Server) -> Result<Measurement> {
        match plan {
            Plan::Steady(load) => self.steady(*load, server),
            Plan::Cold(load) => self.cold(*load, server),
            Plan::Idle(connections, load) => self.idle(*connections, *load, server),
            Plan::Folder(entries, accept) => self.folder(*entries, accept, server),
            Plan::Start => self.start(server),
        }
    }

    fn steady(&self, load: Load, server: Server) -> Result<Measurement> {
        let running = self.launcher.start(server, load)?;
        let window = self.observe(&running, &[load], || Ok(()))?;
        Ok(window.figures())
    }

    fn cold(&self, load: Load, server: Server) -> Result<Measurement> {
        let running = self.launcher.start(server, load)?;
        let alone = self.observe(&running, &[BESIDE_LOAD], || Ok(()))?.figures();
        let mut cold = Cold::new(&self.launcher.files.locate(G1))?;
        let both = self.observe(&running, &[load, BESIDE_LOAD], || cold.keep())?;
        let mut figures = both.figures();
        for (metric, alone_metric) in [
            (Metric::P50, Metric::P50Alone),
            (Metric::P99, Metric::P99Alone),
        ] {
            figures.extend(alone.get(&metric).map(|value| (alone_metric, *value)));
        }
        Ok(figures)
    }

    fn idle(&self, connections: usize, load: Load, server: Server) -> Result<Measurement> {
        let running = self.launcher.start(server, load)?;
        let mut writer = Writer::new(load, running.door.address, String::new());
        let mut idle = Vec::with_capacity(connections);
        for index in 0..connections {
            ensure!(!self.interrupt.seen(), "interrupted");
            let client = Client::connect(&running.door).and_then(|mut client| {
                client.exchange(&writer.next(), load.requests.status())?;
                Ok(client)
            });
            idle.push(client.with_context(|| format!("idle connection {index}"))?);
        }
        self.interrupt.sleep(SETTLE, || Ok(()))?;
        let before = running.usage()?;
        self.interrupt.sleep(self.times.idle, || Ok(()))?;
        let after = running.usage()?;
        let mut figures = self.observe(&running, &[load], || Ok(()))?.figures();
        let lost = idle.iter().filter(|client| !client.is_idle()).count();
        ensure!(lost == 0, "{lost} idle connections were closed");
        let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
        figures.insert(Metric::CpuShare, cpu / self.times.idle.as_secs_f64());
        figures.insert(Metric::Resident, after.resident as f64);
        Ok(figures)
    }

    /// Asks for the list of a folder, again and again on one connection.
    fn folder(&self, entries: usize, accept: &str, server: Server) -> Result<Measurement> {
        let path = self.launcher.files.folder(entries)?;
        let running = self.launcher.start(server, BESIDE_LOAD)?;
        let at_rest = running.usage()?.resident;
        let mut visitor = Visitor::connect(running.door.address, &path, accept)?;
        let whole = visitor.read()?;
        ensure!(
            accept == "text/html" || whole.matches(&format!("{ENTRY_END}\">")).count() == entries,
            "the list has not {entries} entries"
        );
        self.fetch(&mut visitor, self.times.warm_up)?;
        let before = running.usage()?;
        let fetched = self.fetch(&mut visitor, self.times.window)?;
        let after = running.usage()?;
        let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
        let median = |of: fn(&Fetched) -> Duration| {
            let mut values: Vec<_> = fetched.iter().map(of).collect();
            let median = percentile(&mut values, 0.5);
            median.map_or(f64::NAN, |median| median.as_secs_f64())
        };
        Ok(Measurement::from([
            (Metric::FirstByte, median(|fetched| fetched.first_byte)),
            (Metric::Whole, median(|fetched| fetched.whole)),
            (Metric::CpuPerRequest, cpu / fetched.len() as f64),
            (Metric::Growth, after.peak.saturating_sub(at_rest) as f64),
        ]))
    }

    /// Fetches for some time, and at least thrice.
    fn fetch(&self, visitor: &mut Visitor, time: Duration) -> Result<Vec<Fetched>> {
        let begin = Instant::now();
        let mut fetched = Vec::new();
        while begin.elapsed() < time || fetched.len() < 3 {
            ensure!(!self.interrupt.seen(), "interrupted");
            let response = visitor.fetch()?;
            // A long list gives its memory back in turns, and only then is there room for another.
            thread::sleep(response.whole / 4);
            fetched.push(response);
        }
        Ok(fetched)
    }

    /// Measures cold and warm starts. Before the cold start, the program is dropped from
    /// the page cache, and everything that it kept from an earlier start is removed.
    fn start(&self, server: Server) -> Result<Measurement> {
        let program = self.launcher.start(server, BESIDE_LOAD)?.executable()?;
        match fs::remove_dir_all(self.launcher.cache()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => bail!(error),
            _ => Cold::new(&program)?,
        };
        let cold = self.launcher.start(server, BESIDE_LOAD)?.first_response;
        let running = self.launcher.start(server, BESIDE_LOAD)?;
        self.interrupt.sleep(SETTLE, || Ok(()))?;
        Ok(Measurement::from([
            (Metric::StartCold, cold.as_secs_f64()),
            (Metric::StartWarm, running.first_response.as_secs_f64()),
            (Metric::Resident, running.usage()?.resident as f64),
            (Metric::Binary, fs::metadata(program)?.len() as f64),
        ]))
    }

    /// Applies loads to a server, and calls `step` again and again meanwhile.
    fn observe(
        &self,
        running: &Running,
        loads: &[Load],
        mut step: impl FnMut() -> Result<()>,
    ) -> Result<Window> {
        let control = Control::default();
        let mut generators = Vec::new();
        for (index, load) in loads.iter().enumerate() {
            for share in load.shares() {
                generators.push((index, Generator::open(share, &running.door)?));
            }
        }
        thread::scope(|scope| {
            let threads: Vec<_> = generators
                .into_iter()
                .map(|(index, generator)| (index, scope.spawn(|| generator.run(&control))))
                .collect();
            let clocked = self.clock(running, &control, || {
                let gave_up = threads.iter().any(|(_, thread)| thread.is_finished());
                ensure!(!gave_up, "a client gave up");
                step()
            });
            control.stop();
            let mut stats: Vec<_> = loads.iter().map(|_| Stats::default()).collect();
            for (index, thread) in threads {
                // A client's own error is more useful than the fact that it failed.
                let share = thread.join().map_err(|_| anyhow!("a client panicked"))??;
                if let Some(stats) = stats.get_mut(index) {
                    stats.add(share);
                }
            }
            for stats in &stats {
                let (failed, all) = (stats.not_resumed, stats.latencies.len());
                ensure!(
                    failed * RESUMED_AT_LEAST <= all,
                    "{failed} of {all} sessions were not resumed"
                );
            }
            let (before, after, elapsed) = clocked?;
            Ok(Window {
                seconds: elapsed.as_secs_f64(),
                before,
                after,
                stats,
            })
        })
    }

    fn clock(
        &self,
        running: &Running,
        control: &Control,
        mut step: impl FnMut() -> Result<()>,
    ) -> Result<(Usage, Usage, Duration)> {
        self.interrupt.sleep(self.times.warm_up, &mut step)?;
        let before = running.usage()?;
        control.count();
        let begin = Instant::now();
        self.interrupt.sleep(self.times.window, &mut step)?;
        let elapsed = begin.elapsed();
        let after = running.usage()?;
        Ok((before, after, elapsed))
    }
}

impl Window {
    /// Returns all figures. With two loads, bytes are those of the first, latencies those
    /// of the last.
    fn figures(mut self) -> Measurement {
        let cpu = self.after.cpu.saturating_sub(self.before.cpu).as_secs_f64();
        let disk = self.after.disk.saturating_sub(self.before.disk) as f64;
        let content = self.stats.first().map_or(0, |stats| stats.content) as f64;
        let latencies = self.stats.last_mut().map(|stats| &mut stats.latencies);
        let latencies = latencies.map_or(&mut [][..], |latencies| &mut latencies[..]);
        let requests = latencies.len() as f64;
        let mut latency = |fraction| {
            let latency = percentile(latencies, fraction);
            latency.map_or(f64::NAN, |latency| latency.as_secs_f64())
        };
        let mut figures = Measurement::from([
            (Metric::Throughput, content / self.seconds),
            (Metric::CpuPerGib, cpu / (content / GIB as f64)),
            (Metric::FromDisk, disk / content),
            (Metric::Peak, self.after.peak as f64),
            (Metric::Resident, self.after.resident as f64),
            (Metric::Rate, requests / self.seconds),
            (Metric::CpuPerRequest, cpu / requests),
            (Metric::P50, latency(0.50)),
            (Metric::P99, latency(0.99)),
        ]);
        // A window without a response or a byte would divide by zero.
        figures.retain(|_, value| value.is_finite());
        figures
    }
}
