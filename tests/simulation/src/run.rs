//! A run of one world, from its beginning to its end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use wasmtime::component::ResourceTable;
use wasmtime::{Result, Store};

use crate::clients::Client;
use crate::host::{Socket, State, note_turn};
use crate::invariants::{Checker, check_end, check_log, check_quiet, check_waits};
use crate::plan::settings::HASH;
use crate::plan::{Content, Kind, Plan, What};
use crate::program::Program;
use crate::world::disk::CrowdKind;
use crate::world::meter::{FUEL, Meter};
use crate::world::{Broken, Event, SECOND, Shared, World};

/// Result of a schedule.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The broken invariant, if any.
    pub broken: Option<Broken>,
    /// Hash of all calls, all bytes and the whole log. Two runs of a seed have the same.
    pub hash: u64,
    /// Responses that clients have read completely.
    pub responses: usize,
    /// Length of the longest turn in instructions.
    pub longest_turn: u64,
    /// Number of all instructions.
    pub instructions: u64,
    /// Peak memory in bytes.
    pub memory: usize,
    /// Description of what happened, where requested.
    pub lines: Vec<String>,
}

/// Nanoseconds after the last accepted connection by which the component must have ended:
/// the longest deadline, and a margin.
const END: u64 = 250 * SECOND;

/// Most events of a run. Endless wake-ups are a fault too.
const EVENTS: u64 = 3_000_000;

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs a schedule. `tell` records lines for people. The invariants in `without` need not
/// hold.
///
/// # Errors
/// When there is not enough memory.
pub fn run(program: &Program, plan: &Plan, tell: bool, without: &[String]) -> Result<Outcome> {
    let mut world = World::new(
        plan.settings.arguments(),
        plan.disk(),
        Meter::new(memory_bound(plan)),
    );
    let password = (HASH.to_owned(), "right".to_owned());
    world.passwords.known.extend([password]);
    world.passwords.delay = plan.settings.delay;
    world.trace.lines = tell.then(Vec::new);
    world.without = without.to_vec();
    for (number, client) in plan.clients.iter().enumerate() {
        world.schedule(client.at, Event::Client(number));
    }
    for (number, change) in plan.changes.iter().enumerate() {
        world.schedule(change.at, Event::Change(number));
    }
    world.schedule(plan.drain, Event::Drain);
    world.schedule(plan.drain + END, Event::End);
    let world = Shared::new(world);
    let mut clients: Vec<Client> = plan
        .clients
        .iter()
        .enumerate()
        .map(|(number, client)| Client::new(number, client.clone()))
        .collect();
    let mut store = store(program, &world)?;
    let ended = drive(program, plan, &mut store, &world, &mut clients);
    // The state is kept until the end, because what is dropped reports that to the world.
    let mut state = store.into_data();
    let sockets = state
        .table
        .iter_mut()
        .filter(|handle| handle.is::<Socket>());
    let sockets = sockets.count();
    let mut world = world.lock();
    match ended {
        Some(Ok(Ok(()))) if world.broken.is_none() => {
            check_end(&mut world, sockets);
            check_log(plan, &mut world, &clients);
        }
        Some(Ok(Err(()))) => world.break_("start", || "the component gives up".to_owned()),
        Some(Err(trap)) => world.break_("trap", || format!("{trap:#}")),
        _ => {}
    }
    Ok(Outcome {
        broken: world.broken.take(),
        hash: world.trace.hash(),
        responses: clients.iter().map(|client| client.responses.len()).sum(),
        longest_turn: world.meter.longest,
        instructions: world.meter.total,
        memory: world.meter.memory,
        lines: world.trace.lines.take().unwrap_or_default(),
    })
}

fn store(program: &Program, world: &Shared) -> Result<Store<State>> {
    let state = State {
        world: world.clone(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&program.engine, state);
    store.limiter(|state| state);
    store.set_fuel(FUEL)?;
    Ok(store)
}

/// Result of the component, or `None` when an invariant was broken.
type RunOutcome = Option<Result<Result<(), ()>>>;

fn drive(
    program: &Program,
    plan: &Plan,
    store: &mut Store<State>,
    world: &Shared,
    clients: &mut [Client],
) -> RunOutcome {
    let flag = Arc::new(Flag(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut checker = Checker::new(plan);
    let mut serving = pin!(async {
        let server = program.server.instantiate_async(&mut *store).await?;
        let run = server.wasi_cli_run();
        let run = async |accessor: &wasmtime::component::Accessor<State>| {
            let mut run = pin!(run.call_run(accessor));
            // The event loop polls this first whenever the component has returned to it.
            std::future::poll_fn(|cx| {
                accessor.with(|store| note_turn(store));
                run.as_mut().poll(cx)
            })
            .await
        };
        store.run_concurrent(run).await?
    });
    for _ in 0..EVENTS {
        let woken = flag.0.swap(false, Ordering::Relaxed);
        if woken && let Poll::Ready(ended) = serving.as_mut().poll(&mut Context::from_waker(&waker))
        {
            return Some(ended);
        }
        let mut world = world.lock();
        check_waits(plan, &mut world);
        if world.broken.is_some() {
            return None;
        }
        let may_wait = !flag.0.load(Ordering::Relaxed);
        match world.next(may_wait) {
            Some(event) => happen(event, plan, &mut world, clients, &mut checker),
            None if may_wait => world.break_("end", || "nothing can happen any more".to_owned()),
            None => {}
        }
    }
    world
        .lock()
        .break_("end", || "events without end".to_owned());
    None
}

fn happen(
    event: Event,
    plan: &Plan,
    world: &mut World,
    clients: &mut [Client],
    checker: &mut Checker,
) {
    match event {
        Event::Client(number) => {
            if let Some(client) = clients.get_mut(number) {
                client.act(world, checker);
            }
        }
        Event::Timer(_) => {}
        Event::Change(number) => {
            let change = &plan.changes[number];
            world.trace.say(|| format!("change {change:?}"));
            if let What::Clock(seconds) = change.what {
                world.clock_error += seconds;
            }
            let now = world.now;
            change.apply(&mut world.disk, now);
        }
        Event::Drain => {
            // A client that is slow but honest, or that is throttled, would take hours.
            let held_up = plan.settings.throttle.is_some();
            for client in clients {
                if client.takes_its_time() || held_up {
                    client.reset(world);
                }
            }
            if plan.patient {
                check_quiet(world);
            }
            world.network.end();
        }
        Event::End => {
            let held = world.network.open();
            world.break_("end", || {
                format!("it does not end; {held} connections are open")
            });
        }
    }
}

/// Most memory in bytes that a schedule may use: what the limits of the component allow,
/// and a margin for memory that an allocator cannot use.
fn memory_bound(plan: &Plan) -> usize {
    const START: usize = 5 << 19;
    const CONNECTION: usize = (512 + 80 + 16 + 16) << 10;
    // An entry of a listing, and its sort key.
    const ENTRY: usize = 1_200;
    // A name with its kind, in a list that may be there twice while it grows.
    const NAME: usize = 128;
    let known = |content: &Content| match content {
        Content::File { size, .. } => (*size as usize).min(64 << 10),
        Content::Crowd(crowd) => crowd.count * (600 + 2 * plan.settings.fields),
        _ => 0,
    };
    let listed = |content: &Content| match content {
        Content::Crowd(crowd) if crowd.kind == CrowdKind::Files && plan.kind == Kind::Crowd => {
            crowd.count * ENTRY
        }
        // Names are held while a directory is read, also of entries that are not shown.
        Content::Crowd(crowd) => crowd.count * NAME,
        _ => 0,
    };
    let contents = || plan.files.iter().map(|(_, content)| content);
    let cached = contents().map(known).sum::<usize>() + (64 << 10);
    let cache = cached.min(plan.settings.cache);
    let listings = contents().map(listed).sum::<usize>();
    START + plan.clients.len() * CONNECTION + cache + cache / 4 + listings
}
