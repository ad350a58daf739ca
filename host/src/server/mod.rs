//! Servers: what they are granted, how they start, run and end.

mod backoff;
mod builder;
mod command;
mod control;
mod end;
mod generation;
mod given_up;
mod grants;
mod operation;
mod running;
mod state;
mod worker;

pub use builder::Server;
pub use operation::Operation;
pub use running::Running;
