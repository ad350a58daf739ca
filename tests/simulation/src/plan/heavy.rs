//! Schedules in which a few clients affect all others.

use super::request::{Content, Request};
use super::{ClientPlan, Ending, Kind, ReadRate, Step};
use crate::plan::request::Field;
use crate::random::Random;

pub fn draw(kind: Kind, paths: &[String], clients: &mut Vec<ClientPlan>, random: &mut Random) {
    let count = match kind {
        Kind::Usual => 0,
        Kind::Heads => random.size(1..6),
        Kind::Ranges => random.size(1..3),
        Kind::Pipelines => random.size(2..4),
        Kind::Crowd => random.size(1..3),
        Kind::Names => 1,
        Kind::Readers => random.size(2..30),
    };
    for _ in 0..count {
        let mut client = ClientPlan::new(clients.len() + 1, random);
        client.window = *random.pick(&[16_384, 65_536, 1 << 20]);
        match kind {
            Kind::Usual => {}
            Kind::Heads => heads(&mut client, paths, random),
            Kind::Ranges => ranges(&mut client, random),
            Kind::Pipelines => pipeline(&mut client, paths, random),
            Kind::Crowd => {
                client.send(vec![Request::get("crowd/")], 1, 0);
                client.steps.push(Step::Wait);
            }
            Kind::Names => names(&mut client, random),
            Kind::Readers => reader(&mut client, random),
        }
        clients.push(client);
    }
}

fn heads(client: &mut ClientPlan, paths: &[String], random: &mut Random) {
    for _ in 0..random.size(1..5) {
        let requests = (0..random.size(1..3)).map(|_| Request::long(paths, random));
        let requests = requests.collect();
        client.send(requests, *random.pick(&[1, 1, 2, 9]), 0);
        client.steps.push(Step::Wait);
    }
}

/// Sizes from which buffers double.
const BUFFERS: [u64; 4] = [16 << 10, 80 << 10, 512 << 10, 512 << 10];

/// Sends adjacent ranges. Each ends a few bytes before a buffer is full, where the buffer
/// has doubled for the head of the part before.
fn ranges(client: &mut ClientPlan, random: &mut Random) {
    for _ in 0..random.size(1..3) {
        let mut request = Request::get("large.mp4");
        let buffer = *random.pick(&BUFFERS);
        let (head, part) = (random.within(300..800), random.within(90..160));
        let doubles = random.once_in(2);
        let mut first = 0;
        let mut all = Vec::new();
        for number in 0..random.size(2..40) {
            let room = match number {
                0 => buffer - head,
                1 => buffer - part,
                number if doubles => (buffer << (number - 1).min(5)) - part,
                _ => buffer - random.within(0..400),
            };
            let length = room - random.within(0..20);
            all.push(format!("{first}-{}", first + length - 1));
            first += length + random.within(1..200);
            if first > 19 << 20 {
                break;
            }
        }
        request
            .fields
            .push(Field::Range(format!("bytes={}", all.join(","))));
        client.send(vec![request], 1, 0);
        match random.once_in(3) {
            true => client.steps.push(Step::ReadRate(ReadRate::NEVER)),
            false => client.steps.push(Step::Wait),
        }
    }
}

fn pipeline(client: &mut ClientPlan, paths: &[String], random: &mut Random) {
    let mut request = match random.within(0..3) {
        0 => Request::get(random.pick::<&str>(&["missing-1", "dir", "dir/"])),
        1 if !paths.is_empty() => Request::get(random.pick(paths).as_str()),
        _ => Request::get("missing-2"),
    };
    if random.once_in(2) {
        request.method = "HEAD";
    }
    request.content = Content::None;
    let requests = vec![request; random.size(200..1_600)];
    client.send(requests, 1, 0);
    match random.once_in(5) {
        true => client.steps.push(Step::ReadRate(ReadRate::NEVER)),
        false => client.steps.push(Step::Wait),
    }
}

fn names(client: &mut ClientPlan, random: &mut Random) {
    client.ending = Ending::Close;
    let first = random.size(0..100);
    let mut next = first;
    for _ in 0..random.size(5..45) {
        let requests = (next..next + 60).map(|number| Request::get(&format!("many/e{number}")));
        client.send(requests.collect(), 1, 0);
        client.steps.push(Step::Wait);
        next += 60;
    }
}

fn reader(client: &mut ClientPlan, random: &mut Random) {
    client.rate = match random.once_in(3) {
        true => ReadRate {
            bytes: random.size(1_000..60_000),
            every: random.within(1..500) * 1_000_000,
        },
        false => ReadRate::NEVER,
    };
    let mut request = Request::get("large.mp4");
    if random.once_in(3) {
        let range = format!(
            "bytes={}-{}",
            random.within(0..10),
            random.within(80_000..300_000)
        );
        request.fields.push(Field::Range(range));
    }
    client.send(vec![request], 1, 0);
    client.ending = *random.pick(&[Ending::Silent, Ending::Deaf]);
}
