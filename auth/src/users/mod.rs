//! The users of a file in the form of htpasswd: `NAME:HASH`, one a line.
//!
//! Whether a name is one of a user must not show in how long an answer takes. Hashes of one file
//! may cost differently, so one dummy for all unknown names would take longer or shorter than
//! some user. Each unknown name therefore gets the hash of one of the users, and the same one
//! each time: which one is a hash of the name under a secret that the file's hashes make. A name
//! takes some user's time then, whether it is one or not.

mod hash;

#[cfg(feature = "verify")]
pub(crate) use hash::{Argon2id, Kind};
pub use hash::{Hash, HashError};

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::limits::{USER_LINE_BYTES, USER_NAME_BYTES, USERS, USERS_FILE_BYTES};

/// The users of a file, at least one.
#[derive(Clone)]
pub struct Users {
    hashes: BTreeMap<String, Hash>,
    /// Hash of all hashes, which nobody else knows.
    secret: [u8; 32],
}

/// The hash that a password is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'u> {
    /// That of the user, or for a name that is unknown that of another user.
    pub hash: &'u Hash,
    /// Whether the name is known. If not, no password is right.
    pub known: bool,
}

/// Reasons why a file of users is refused, with the number of its line, from 1 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsersError {
    /// The file has more than [`USERS_FILE_BYTES`].
    TooLarge,
    /// No line has a user.
    Empty,
    /// A line is refused.
    Line(usize, LineError),
}

/// Reasons why a line is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// It is not UTF-8.
    NotText,
    /// It has more than [`USER_LINE_BYTES`].
    TooLong,
    /// It is not `NAME:HASH`.
    NoColon,
    /// The name is empty, longer than [`USER_NAME_BYTES`], `*`, or has a comma or a control
    /// character in it.
    Name,
    /// The name has a line before.
    Repeated,
    /// It is one user too many.
    TooMany,
    /// The hash is refused.
    Hash(HashError),
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.hashes.keys()).finish()
    }
}

impl fmt::Display for UsersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "a file of users has at most {USERS_FILE_BYTES} bytes"),
            Self::Empty => f.write_str(
                "there is no user in it; \"porthole hash-password USER\" makes a line for it",
            ),
            Self::Line(number, LineError::Hash(error)) => write!(
                f,
                "line {number}: {error}; \"porthole hash-password\" makes a hash"
            ),
            Self::Line(number, error) => write!(f, "line {number}: {error}"),
        }
    }
}

impl core::error::Error for UsersError {}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => f.write_str("it is not UTF-8"),
            Self::TooLong => write!(f, "it has more than {USER_LINE_BYTES} bytes"),
            Self::NoColon => f.write_str("a line is NAME:HASH"),
            Self::Name => write!(
                f,
                "a name has 1 to {USER_NAME_BYTES} bytes, no comma, no control character, \
                 and is not *"
            ),
            Self::Repeated => f.write_str("the name has a line before"),
            Self::TooMany => write!(f, "there may be {USERS} users"),
            Self::Hash(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for LineError {}

impl Users {
    /// Reads a file. Empty lines and those that begin with `#` are skipped, and lines may end as
    /// on Windows.
    ///
    /// # Errors
    /// The first line that is not accepted.
    pub fn parse(file: &[u8]) -> Result<Self, UsersError> {
        if file.len() > USERS_FILE_BYTES {
            return Err(UsersError::TooLarge);
        }
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut hashes = BTreeMap::new();
        for (line, number) in file.split(|byte| *byte == b'\n').zip(1..) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let at = |error| UsersError::Line(number, error);
            let (name, hash) = user(line).map_err(at)?;
            if hashes.contains_key(name) {
                return Err(at(LineError::Repeated));
            }
            if hashes.len() >= USERS {
                return Err(at(LineError::TooMany));
            }
            hashes.insert(name.to_owned(), hash);
        }
        if hashes.is_empty() {
            return Err(UsersError::Empty);
        }
        let secret = secret(hashes.values());
        Ok(Self { hashes, secret })
    }

    /// Whether there is a user of this name, byte by byte.
    pub fn has(&self, name: &str) -> bool {
        self.hashes.contains_key(name)
    }

    /// Returns the names, in the order of their bytes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.hashes.keys().map(String::as_str)
    }

    /// Returns the most memory that verifying one of the hashes takes, beside a few KiB.
    pub fn memory_kib(&self) -> u32 {
        let memory = self.hashes.values().map(Hash::memory_kib);
        memory.max().unwrap_or_default()
    }

    /// Returns the hash to compare a password with. The comparison is to be made for an unknown
    /// name as well, so that both take as long.
    pub fn candidate(&self, name: &str) -> Option<Candidate<'_>> {
        // Computed for known names, too.
        let chosen = self.chosen(name);
        match self.hashes.get(name) {
            Some(hash) => Some(Candidate { hash, known: true }),
            None => {
                let hash = self.hashes.values().nth(chosen)?;
                Some(Candidate { hash, known: false })
            }
        }
    }

    /// Returns the number of the user whose hash stands for an unknown name.
    fn chosen(&self, name: &str) -> usize {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else {
            return 0;
        };
        mac.update(name.as_bytes());
        let digest = mac.finalize().into_bytes();
        let number = digest.iter().take(7).fold(0_u64, |number, byte| {
            number.wrapping_shl(8) | u64::from(*byte)
        });
        let users = u64::try_from(self.hashes.len()).unwrap_or(u64::MAX);
        let chosen = number.checked_rem(users).unwrap_or_default();
        usize::try_from(chosen).unwrap_or_default()
    }
}

fn user(line: &[u8]) -> Result<(&str, Hash), LineError> {
    if line.len() > USER_LINE_BYTES {
        return Err(LineError::TooLong);
    }
    let line = core::str::from_utf8(line).map_err(|_| LineError::NotText)?;
    let (name, hash) = line.split_once(':').ok_or(LineError::NoColon)?;
    if !is_name(name) {
        return Err(LineError::Name);
    }
    let hash = Hash::parse(hash).map_err(LineError::Hash)?;
    Ok((name, hash))
}

/// Whether a text may be the name of a user. A colon ends a name (RFC 7617 §2), a comma stands
/// between the names of a rule, and `*` is everyone there.
pub fn is_name(name: &str) -> bool {
    let fits = (1..=USER_NAME_BYTES).contains(&name.len());
    let is_apart = |letter: char| letter.is_control() || matches!(letter, ':' | ',');
    fits && name != "*" && !name.contains(is_apart)
}

fn secret<'h>(hashes: impl Iterator<Item = &'h Hash>) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(b"porthole: names that are unknown\0");
    for hash in hashes {
        digest.update(hash.as_str().as_bytes());
        digest.update(b"\n");
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests;
