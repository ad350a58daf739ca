//! Certificates: read, watched, and made for a home network.

mod certificates;
mod self_signed;
mod system;

pub(crate) use certificates::Certificates;
