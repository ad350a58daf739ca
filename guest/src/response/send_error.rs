//! Reasons why a response was not sent whole.

use crate::net::socket::CloseReason;
use crate::reason::Reason;

/// Reasons why a response was not sent whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The peer or the network ended the connection.
    Peer(CloseReason),
    /// The file ended before its announced length, or could not be read.
    File(Reason),
    /// The same, before anything of the head was sent: another response can take its place.
    Unsent(Reason),
}

impl From<CloseReason> for SendError {
    fn from(end: CloseReason) -> Self {
        Self::Peer(end)
    }
}
