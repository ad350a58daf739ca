//! Tools for attacks, and the clients that are served meanwhile.

pub mod bystanders;
pub mod latency;
pub mod nginx;
pub mod scale;
pub mod siege;
pub mod visitor;
