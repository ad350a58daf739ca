//! Counts instructions by the fuel that they use.

use wasmtime::AsContextMut;

use super::State;
use crate::world::meter::{FUEL, TURN_FLOOR, TURN_INSTRUCTIONS};

/// Counts the instructions since the last call, and advances the time by as much.
pub fn note(mut store: impl AsContextMut<Data = State>) {
    let mut store = store.as_context_mut();
    // Fuel is enabled in all our stores, so this can't fail.
    let used = FUEL - store.get_fuel().unwrap_or(FUEL);
    let _ = store.set_fuel(FUEL);
    let mut world = store.data().world.lock();
    let time = world.meter.note(used);
    world.now += time;
}

/// Counts the end of a turn: the component has returned to the event loop.
pub fn note_turn(mut store: impl AsContextMut<Data = State>) {
    let mut store = store.as_context_mut();
    note(&mut store);
    let mut world = store.data().world.lock();
    let length = world.meter.end_turn();
    let open = world.network.open() as u64;
    let bound = (open + TURN_FLOOR) * TURN_INSTRUCTIONS;
    if length > bound {
        world.break_("turn", || {
            format!("{length} instructions at once with {open} connections, {bound} are allowed")
        });
    }
}
