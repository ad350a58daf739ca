//! Links that expire: a token in an address that stands for a password, for one path.
//!
//! A token is one segment of a path: `/.porthole/link/TOKEN/films/a.mkv`. What is relative to
//! such an address has the token, too, without a query or a cookie. It is Base64 for addresses
//! (RFC 4648 §5) of these bytes:
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | version, 1 |
//! | 1 | 1 for a folder and what is below it, plus 2 if it is for one client alone |
//! | 1 | number of names of the signed path: as many of the requested one are signed |
//! | 5 | time from which on it does not hold, in seconds since 1970 |
//! | 32 | HMAC-SHA-256 of these, of the client and of the path |
//!
//! The path is not in the token, because the address has it. It is signed as it is decoded and
//! normalised, so each spelling of it has the same token.

mod key;

pub use key::{Key, KeyError};

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::limits::{LINK_NAMES, PATH_BYTES};
use crate::path::names;

const VERSION: u8 = 1;
const FOLDER: u8 = 1;
const ONE_CLIENT: u8 = 2;

const MAC_BYTES: usize = 32;
const BYTES: usize = 8 + MAC_BYTES;

/// Letters of a token.
pub const TOKEN_LETTERS: usize = (BYTES * 4).div_ceil(3);

/// The latest time that five bytes can say.
const LATEST: u64 = (1 << 40) - 1;

/// The path that a link opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// Its path, in its one form ([`crate::path`]).
    pub path: &'a str,
    /// Whether the path is a folder, and the link is for all that is below it.
    pub folder: bool,
    /// The time from which on it does not hold, in seconds since 1970.
    pub expires: u64,
    /// The only client that it is for.
    pub client: Option<IpAddr>,
}

/// Reasons why no link is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// The path has more than [`LINK_NAMES`] names, or more than [`PATH_BYTES`].
    TooLong,
    /// It would expire after the year 36000.
    TooLate,
}

/// Reasons why a token does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no token of this version.
    Malformed,
    /// It was not signed by this key for this path and this client.
    Wrong,
    /// It has expired.
    Expired,
    /// It is for something else: a path with more names, or a file and this is below it.
    OtherPath,
}

/// The path that a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted<'p> {
    /// The signed path: the requested one, or one of the folders that contain it.
    pub path: &'p str,
    /// Whether it is a folder, which is granted with all that is below it.
    pub folder: bool,
    /// The time from which on it does not hold, in seconds since 1970.
    pub expires: u64,
    /// The only client that it is for.
    pub client: Option<IpAddr>,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "the path of a link has at most {LINK_NAMES} names and {PATH_BYTES} bytes"
            ),
            Self::TooLate => f.write_str("a link cannot expire that late"),
        }
    }
}

impl core::error::Error for LinkError {}

impl Refused {
    /// Returns the words for whoever has the link.
    pub fn words(self) -> &'static str {
        match self {
            Self::Malformed => "This is not a link that was made here.",
            Self::Wrong => "This link was made for something else, or has been withdrawn.",
            Self::Expired => "This link has expired.",
            Self::OtherPath => "This link is for something else.",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl core::error::Error for Refused {}

impl Link<'_> {
    /// Makes a token.
    ///
    /// # Errors
    /// When the path or the time does not fit into one.
    pub fn token(&self, key: &Key) -> Result<String, LinkError> {
        if self.path.len() > PATH_BYTES {
            return Err(LinkError::TooLong);
        }
        let count = u8::try_from(names(self.path).count()).map_err(|_| LinkError::TooLong)?;
        if self.expires > LATEST {
            return Err(LinkError::TooLate);
        }
        let folder = if self.folder { FOLDER } else { 0 };
        let one_client = if self.client.is_some() { ONE_CLIENT } else { 0 };
        let [_, _, _, time @ ..] = self.expires.to_be_bytes();
        let [a, b, c, d, e] = time;
        let head = [VERSION, folder | one_client, count, a, b, c, d, e];
        let mac = signed(key, head, self.client, self.path).finalize();
        let mut bytes = [0; BYTES];
        let all = head.into_iter().chain(mac.into_bytes());
        for (place, byte) in bytes.iter_mut().zip(all) {
            *place = byte;
        }
        Ok(Base64UrlUnpadded::encode_string(&bytes))
    }
}

/// Checks a token for a requested path in its one form, at a time in seconds since 1970. Nothing
/// but these values decides, so it needs no look at a file system. The time that it takes does
/// not depend on how much of the signature is right.
///
/// # Errors
/// A token that does not hold, with the reason.
pub fn check<'p>(
    key: &Key,
    token: &str,
    path: &'p str,
    now: u64,
    client: Option<IpAddr>,
) -> Result<Granted<'p>, Refused> {
    let mut bytes = [0; BYTES];
    let decoded = Base64UrlUnpadded::decode(token, &mut bytes);
    if decoded.map_or(0, <[u8]>::len) != BYTES {
        return Err(Refused::Malformed);
    }
    let (head, mac) = bytes.split_first_chunk::<8>().ok_or(Refused::Malformed)?;
    let [version, flags, count, a, b, c, d, e] = *head;
    if version != VERSION || flags & !(FOLDER | ONE_CLIENT) != 0 {
        return Err(Refused::Malformed);
    }
    let path = first(path, count).ok_or(Refused::OtherPath)?;
    let bound = (flags & ONE_CLIENT != 0).then_some(client);
    let client = match bound {
        None => None,
        Some(Some(client)) => Some(client),
        Some(None) => return Err(Refused::Wrong),
    };
    let signature = signed(key, *head, client, path.signed);
    signature.verify_slice(mac).map_err(|_| Refused::Wrong)?;
    let expires = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    let folder = flags & FOLDER != 0;
    if now >= expires {
        return Err(Refused::Expired);
    }
    if !folder && path.goes_on {
        return Err(Refused::OtherPath);
    }
    Ok(Granted {
        path: path.signed,
        folder,
        expires,
        client,
    })
}

/// A path whose first names are signed.
struct Split<'p> {
    signed: &'p str,
    /// Whether there are more names.
    goes_on: bool,
}

/// Returns the path with its first `count` names, if it has so many.
fn first(path: &str, count: u8) -> Option<Split<'_>> {
    let mut end = 0_usize;
    for name in names(path).take(count.into()) {
        // The slash before each name but the first.
        let slash = if end == 0 { 0 } else { 1 };
        end = end.checked_add(slash)?.checked_add(name.len())?;
    }
    let (signed, rest) = path.split_at_checked(end)?;
    let enough = names(signed).count() == usize::from(count);
    enough.then_some(Split {
        signed,
        goes_on: !rest.is_empty(),
    })
}

/// Signs a token. Everything before the path has a known length, so that no two tokens sign the
/// same bytes.
fn signed(key: &Key, head: [u8; 8], client: Option<IpAddr>, path: &str) -> Hmac<Sha256> {
    let mut mac = key.0.clone();
    mac.update(b"porthole link\0");
    mac.update(&head);
    // An IPv4 client of a socket for both looks like an IPv6 one.
    match client.map(|client| client.to_canonical()) {
        None => mac.update(&[0]),
        Some(IpAddr::V4(client)) => {
            mac.update(&[4]);
            mac.update(&client.octets());
        }
        Some(IpAddr::V6(client)) => {
            mac.update(&[6]);
            mac.update(&client.octets());
        }
    }
    mac.update(path.as_bytes());
    mac
}

#[cfg(test)]
mod tests;
