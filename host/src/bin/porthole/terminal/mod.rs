//! Everything that the program shows to the person in front of it, and what it knows of the terminal.

pub(crate) mod addresses;
pub(crate) mod banner;
pub(crate) mod browser;
pub(crate) mod busy_port;
pub(crate) mod local_time;
pub(crate) mod messages;
mod qr_code;
pub(crate) mod reserved;
mod style;
pub(crate) mod summary;

pub(crate) use style::{Output, Style};
