//! Parts that the standard library would provide: tasks that take turns, waits, time,
//! buffers, and on `wasm32` the allocator and the panic handler.

pub mod buffer_pool;
pub mod clock;
pub mod deadlines;
pub mod executor;
#[cfg(target_family = "wasm")]
mod no_std;
pub mod notify;
pub mod open_count;
pub mod sort;
pub mod standard_error;
pub mod start_task;
pub mod waitables;
