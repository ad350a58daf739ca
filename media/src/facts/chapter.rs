//! A chapter.

use alloc::string::String;
use core::time::Duration;

/// A part of a film or an audiobook. It ends where the next one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The time before it.
    pub start: Duration,
    /// Its name.
    pub title: Option<String>,
}
