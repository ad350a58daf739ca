//! Questions of the component to its host beyond WASI 0.3.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::future::Future;
use core::net::Ipv6Addr;
use core::pin::Pin;

pub use h1::request::method::Method;
use h1::status::Status;
pub use usage::Meter;

use crate::bindings::wasi::filesystem::types::{Descriptor, ErrorCode};
use crate::bindings::wasi::sockets::types::TcpSocket;

/// An answer that takes time.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Reason why nobody knows whether a password is right: too many others are being compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Functions of the host beyond WASI 0.3. The extended component passes them
/// on to a host that has them. The portable one does without: it counts for its own instance, and
/// compares passwords itself.
pub trait Host {
    /// Adds `cost`, in nanoseconds, to the time at which all that the client has used will be
    /// allowed again. Returns how far that is ahead of now. If it would be more than `most`,
    /// returns nothing and adds nothing.
    fn spend(&self, client: Ipv6Addr, meter: Meter, cost: u64, most: u64) -> Option<u64>;

    /// Subtracts a cost of what was not used after all.
    fn give_back(&self, client: Ipv6Addr, meter: Meter, cost: u64);

    /// Whether the password belongs to the hash. A future that is dropped leaves its place to
    /// others.
    ///
    /// # Errors
    /// When too many others are being compared.
    fn verify(&self, hash: String, password: Vec<u8>) -> Later<'static, Result<bool, Busy>>;

    /// Whether [`Host::verify`] takes memory and time of the component itself.
    fn verifies_in_place(&self) -> bool;

    /// Returns bytes that no client can know: the same for as long as the instance runs.
    fn secret(&self) -> Vec<u8>;

    /// Returns the path from the root to what a path leads to when all symbolic links are
    /// followed. Both have no leading slash, and `""` is the root itself. The names are
    /// spelled as they were asked for, or as the link spells them.
    ///
    /// # Errors
    /// Any error of the file system, and a path that leads out of the root. The portable
    /// component follows no link, so that it returns an error for each path with one.
    fn real_path<'a>(
        &'a self,
        root: &'a Descriptor,
        path: &'a str,
    ) -> Later<'a, Result<String, ErrorCode>>;

    /// Returns the version of TLS that a client speaks, unless the host does not tell.
    fn tls(&self, socket: &TcpSocket) -> Option<TlsVersion>;

    /// Whether it sends files to clients itself.
    fn sends_files(&self) -> bool {
        false
    }

    /// Sends `first`, and then a range of a file, given by its offset and length, behind all that
    /// the stream of the connection has delivered. It takes what there is room for.
    ///
    /// # Errors
    /// When nothing was sent, because the bytes of the file are not at hand or there is nobody
    /// to send them to.
    fn send_range(
        &self,
        _to: &TcpSocket,
        _first: &[u8],
        _from: &Descriptor,
        _range: (u64, u64),
    ) -> Result<Sent, NotSent> {
        Err(NotSent::NotAtHand)
    }

    /// Whether it counts responses, so that their times are needed.
    fn counts_responses(&self) -> bool;

    /// Counts a response, now that the last of its bytes has left.
    fn count_response(&self, response: &CountedResponse);
}

/// What the host has sent of a file, and of the bytes before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Bytes that were taken.
    pub bytes: u64,
    /// Whether there is room for more, and all that was taken is on its way. If not, an empty
    /// write to the connection's stream waits for both.
    pub has_room: bool,
}

/// Reasons why the host has sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// It would have to wait for the file, or the file does not have the bytes.
    NotAtHand,
    /// The connection has ended.
    Closed,
}

/// Facts about a response that the host counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedResponse {
    /// Method of the request, as far as it was read.
    pub method: Method,
    /// Class of the status that was sent.
    pub status: StatusClass,
    /// The result of looking for the content of a file, if it has some.
    pub cache: Option<Cache>,
    /// The outcome of the password, if there was one.
    pub password: Option<PasswordOutcome>,
    /// Bytes of content that were sent.
    pub bytes: u64,
    /// Nanoseconds of the monotonic clock when it was begun.
    pub started: u64,
    /// The same when its first bytes left, unless all left in one small write.
    pub first_byte: Option<u64>,
}

/// Classes of statuses (RFC 9110 §15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of RFC 9110 §15")]
pub enum StatusClass {
    Informational,
    Successful,
    Redirection,
    ClientError,
    ServerError,
}

impl StatusClass {
    /// Returns the class of a status.
    #[must_use]
    pub fn of(status: Status) -> Self {
        match status.code() / 100 {
            1 => Self::Informational,
            2 => Self::Successful,
            3 => Self::Redirection,
            4 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

/// Result of looking for the content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// It was in the cache, or the file was open already.
    Hit,
    /// The file was opened for it.
    Miss,
}

/// Outcomes of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordOutcome {
    /// It was that of the user.
    Right,
    /// It was not, or there is no such user.
    Wrong,
    /// It was not compared: the client has been wrong too often, or too many others were being
    /// compared.
    Refused,
}

/// Versions of TLS on a client's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// No TLS.
    None,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}
