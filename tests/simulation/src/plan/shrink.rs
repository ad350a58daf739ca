//! Smaller plans that may still show the same fault.

use super::{Plan, Step};

/// Returns plans without some part, the largest parts first.
pub fn smaller(plan: &Plan) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut add = |change: &dyn Fn(&mut Plan)| {
        let mut smaller = plan.clone();
        change(&mut smaller);
        plans.push(smaller);
    };
    for number in (0..plan.clients.len()).filter(|_| plan.clients.len() > 1) {
        add(&|plan| drop(plan.clients.remove(number)));
    }
    for number in 0..plan.changes.len() {
        add(&|plan| drop(plan.changes.remove(number)));
    }
    for number in 0..plan.files.len() {
        add(&|plan| drop(plan.files.remove(number)));
    }
    for (client, steps) in plan.clients.iter().map(|client| &client.steps).enumerate() {
        for (number, step) in steps.iter().enumerate() {
            add(&|plan| drop(plan.clients[client].steps.remove(number)));
            if let Step::Send { requests, .. } = step {
                let half = requests.len() / 2;
                if half > 0 {
                    add(&|plan| cut(&mut plan.clients[client].steps[number], ..half));
                    add(&|plan| cut(&mut plan.clients[client].steps[number], half..));
                }
            }
        }
    }
    plans
}

fn cut(step: &mut Step, range: impl std::ops::RangeBounds<usize>) {
    if let Step::Send { requests, .. } = step {
        *requests = requests.drain(range).collect();
    }
}
