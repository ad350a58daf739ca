//! Hashes of passwords: the two kinds that are accepted, and why each other one is not.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use base64ct::{Base64Bcrypt, Base64Unpadded, Encoding};

use crate::limits::{
    ARGON2_FIELD_BYTES, ARGON2_LANES, ARGON2_MEMORY_KIB, ARGON2_PASSES, BCRYPT_COST,
};

/// Lowest cost of a bcrypt hash that programs make.
const BCRYPT_MIN_COST: u32 = 4;

/// Fewest bytes of a salt, and of a digest (RFC 9106 §3.1 allows shorter digests, which could be
/// met by chance).
const ARGON2_MIN_SALT: usize = 8;
const ARGON2_MIN_DIGEST: usize = 16;

/// The version of RFC 9106, which programs write since 2016.
const ARGON2_VERSION: &str = "v=19";

/// A hash of a password, within the limits.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash {
    text: String,
    pub(crate) kind: Kind,
}

/// The parts of a hash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Bcrypt {
        cost: u32,
        salt: [u8; 16],
        digest: [u8; 23],
    },
    Argon2id(Argon2id),
}

/// The parts of an argon2id hash (RFC 9106).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Argon2id {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
    pub(crate) salt: Vec<u8>,
    pub(crate) digest: Vec<u8>,
}

/// Reasons why a text is not a hash that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashError {
    /// The hash itself is missing.
    Missing,
    /// MD5, which is guessed a million times a second: `$apr1$` or `$1$`.
    Md5,
    /// SHA-1 without a salt: `{SHA}`.
    Sha1,
    /// Another kind of hash, with the name that people know it by.
    Other(&'static str),
    /// No hash: plain text, or that of the old crypt.
    Plain,
    /// It begins like a hash of this kind, but is not one.
    Malformed(&'static str),
    /// A cost of bcrypt above [`BCRYPT_COST`] or below 4.
    BcryptCost(u32),
    /// Memory of argon2id beyond [`ARGON2_MEMORY_KIB`].
    Memory(u32),
    /// Passes of argon2id beyond [`ARGON2_PASSES`].
    Passes(u32),
    /// Lanes of argon2id beyond [`ARGON2_LANES`].
    Lanes(u32),
}

impl fmt::Debug for Hash {
    /// Writes the kind alone: a hash is something to guess at.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Bcrypt { .. } => "Hash(bcrypt)",
            Kind::Argon2id(_) => "Hash(argon2id)",
        })
    }
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no hash after the name"),
            Self::Md5 => f.write_str("MD5 is too easy to guess"),
            Self::Sha1 => f.write_str("SHA-1 is too easy to guess"),
            Self::Other(name) => write!(f, "{name} is not known here"),
            Self::Plain => f.write_str("a password is stored as a hash, not as it is"),
            Self::Malformed(name) => write!(f, "this is not a whole hash of {name}"),
            Self::BcryptCost(cost) => write!(
                f,
                "bcrypt has the cost {cost}: it may be {BCRYPT_MIN_COST} to {BCRYPT_COST}"
            ),
            Self::Memory(kib) => write!(
                f,
                "argon2id takes {kib} KiB: it may take {ARGON2_MEMORY_KIB}"
            ),
            Self::Passes(passes) => write!(
                f,
                "argon2id has {passes} passes: it may have {ARGON2_PASSES}"
            ),
            Self::Lanes(lanes) => {
                write!(f, "argon2id has {lanes} lanes: it may have {ARGON2_LANES}")
            }
        }
    }
}

impl core::error::Error for HashError {}

/// Beginnings of hashes that are not accepted.
const REFUSED: [(&str, HashError); 13] = [
    ("$apr1$", HashError::Md5),
    ("$1$", HashError::Md5),
    ("{SHA}", HashError::Sha1),
    ("{SSHA}", HashError::Sha1),
    ("$2x$", HashError::Other("bcrypt with a known fault ($2x$)")),
    ("$5$", HashError::Other("SHA-256 of crypt")),
    ("$6$", HashError::Other("SHA-512 of crypt")),
    ("$7$", HashError::Other("scrypt")),
    ("$scrypt$", HashError::Other("scrypt")),
    ("$y$", HashError::Other("yescrypt")),
    ("$argon2i$", HashError::Other("argon2i")),
    ("$argon2d$", HashError::Other("argon2d")),
    ("$pbkdf2", HashError::Other("PBKDF2")),
];

impl Hash {
    /// Reads a hash: bcrypt in the form of crypt, or argon2id as a PHC string.
    ///
    /// # Errors
    /// Any other kind, and one whose cost is beyond the limits.
    pub fn parse(text: &str) -> Result<Self, HashError> {
        let bcrypt = ["$2a$", "$2b$", "$2y$"];
        let bcrypt = bcrypt.iter().find_map(|prefix| text.strip_prefix(prefix));
        let kind = if let Some(rest) = bcrypt {
            parse_bcrypt(rest)?
        } else if let Some(rest) = text.strip_prefix("$argon2id$") {
            Kind::Argon2id(Argon2id::parse(rest)?)
        } else {
            return Err(reason(text));
        };
        let text = text.to_owned();
        Ok(Self { text, kind })
    }

    /// Returns the text that it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the memory that verifying takes, beside a few KiB.
    pub fn memory_kib(&self) -> u32 {
        match &self.kind {
            Kind::Bcrypt { .. } => 0,
            Kind::Argon2id(parts) => parts.memory_kib,
        }
    }
}

/// Returns why a text that begins like no accepted hash is refused.
fn reason(text: &str) -> HashError {
    if text.is_empty() {
        return HashError::Missing;
    }
    let known = REFUSED.iter().find(|(prefix, _)| text.starts_with(prefix));
    known.map_or(HashError::Plain, |(_, error)| *error)
}

/// Reads what follows `$2y$`: two digits, `$`, and 53 characters.
fn parse_bcrypt(rest: &str) -> Result<Kind, HashError> {
    let malformed = || HashError::Malformed("bcrypt");
    let (cost, rest) = rest.split_once('$').ok_or_else(malformed)?;
    let cost = number(cost).filter(|_| cost.len() == 2);
    let cost = cost.ok_or_else(malformed)?;
    let (salt, digest) = rest.split_at_checked(22).ok_or_else(malformed)?;
    let (mut salt_bytes, mut digest_bytes) = ([0; 16], [0; 23]);
    let whole = |decoded: Result<&[u8], _>, bytes| decoded.is_ok_and(|all| all.len() == bytes);
    if !whole(Base64Bcrypt::decode(salt, &mut salt_bytes), 16)
        || !whole(Base64Bcrypt::decode(digest, &mut digest_bytes), 23)
    {
        return Err(malformed());
    }
    if !(BCRYPT_MIN_COST..=BCRYPT_COST).contains(&cost) {
        return Err(HashError::BcryptCost(cost));
    }
    Ok(Kind::Bcrypt {
        cost,
        salt: salt_bytes,
        digest: digest_bytes,
    })
}

impl Argon2id {
    /// Reads what follows `$argon2id$`: version, costs, salt and digest.
    fn parse(rest: &str) -> Result<Self, HashError> {
        let malformed = HashError::Malformed("argon2id");
        let mut fields = rest.split('$');
        let mut next = || fields.next().ok_or(malformed);
        let (version, costs, salt, digest) = (next()?, next()?, next()?, next()?);
        if version != ARGON2_VERSION || next().is_ok() {
            return Err(malformed);
        }
        let mut costs = costs.split(',');
        let mut cost = |name| {
            let value = costs.next()?.strip_prefix(name)?.strip_prefix('=')?;
            number(value)
        };
        let (memory_kib, passes, lanes) = (cost("m"), cost("t"), cost("p"));
        let (Some(memory_kib), Some(passes), Some(lanes)) = (memory_kib, passes, lanes) else {
            return Err(malformed);
        };
        let (salt, digest) = (field(salt), field(digest));
        let (Some(salt), Some(digest)) = (salt, digest) else {
            return Err(malformed);
        };
        let least = lanes.saturating_mul(8);
        let is_whole = costs.next().is_none()
            && salt.len() >= ARGON2_MIN_SALT
            && digest.len() >= ARGON2_MIN_DIGEST
            && passes > 0
            && lanes > 0;
        match () {
            () if !is_whole => Err(malformed),
            () if memory_kib > ARGON2_MEMORY_KIB => Err(HashError::Memory(memory_kib)),
            () if passes > ARGON2_PASSES => Err(HashError::Passes(passes)),
            () if lanes > ARGON2_LANES => Err(HashError::Lanes(lanes)),
            () if memory_kib < least => Err(malformed),
            () => Ok(Self {
                memory_kib,
                passes,
                lanes,
                salt,
                digest,
            }),
        }
    }
}

/// Reads Base64 without padding, of at most [`ARGON2_FIELD_BYTES`].
fn field(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; ARGON2_FIELD_BYTES];
    let length = Base64Unpadded::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

/// Reads a decimal number without a sign.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    const BCRYPT: &str = "$2y$05$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq";
    const ARGON2ID: &str = "$argon2id$v=19$m=256,t=2,p=1$c2FsdHNhbHRzYWx0$\
                            pwZ7sGME81TL89Hs/ia4qXIxzecJdXvdtALit/lGF0w";

    #[test]
    fn hashes_that_are_accepted() {
        let rows = [
            (BCRYPT.to_string(), 0),
            (BCRYPT.replace("$2y$", "$2a$"), 0),
            (BCRYPT.replace("$2y$05", "$2b$14"), 0),
            (ARGON2ID.to_string(), 256),
            (
                ARGON2ID.replace("m=256,t=2,p=1", "m=65536,t=10,p=8"),
                65_536,
            ),
        ];
        for (text, memory) in rows {
            let hash = Hash::parse(&text).unwrap();
            assert_eq!(hash.as_str(), text);
            assert_eq!(hash.memory_kib(), memory, "{text}");
        }
    }

    #[test]
    fn hashes_that_are_refused() {
        let bcrypt = |text: &str| (text.to_string(), HashError::Malformed("bcrypt"));
        let argon2id = |text: &str| (text.to_string(), HashError::Malformed("argon2id"));
        let costs = |costs: &str| ARGON2ID.replace("m=256,t=2,p=1", costs);
        let rows = [
            (String::new(), HashError::Missing),
            ("secret".into(), HashError::Plain),
            // That of the old crypt.
            ("9/q0knMeAoaHg".into(), HashError::Plain),
            (
                "$apr1$V3Xf5yym$MA2npk2mHzG6wRgcNyzGt0".into(),
                HashError::Md5,
            ),
            ("$1$a$b".into(), HashError::Md5),
            ("{SHA}hvfkN/qlp/zhXR3cuerq6jd2Z7g=".into(), HashError::Sha1),
            ("$6$a$b".into(), HashError::Other("SHA-512 of crypt")),
            ("$y$j9T$a".into(), HashError::Other("yescrypt")),
            (
                BCRYPT.replace("$2y$", "$2x$"),
                HashError::Other("bcrypt with a known fault ($2x$)"),
            ),
            (
                ARGON2ID.replace("argon2id", "argon2i"),
                HashError::Other("argon2i"),
            ),
            bcrypt("$2y$"),
            bcrypt("$2y$05$"),
            bcrypt(&BCRYPT.replace("05", "5")),
            bcrypt(&BCRYPT.replace("05", "+5")),
            bcrypt(&BCRYPT.replace("05", "005")),
            bcrypt(&format!("{BCRYPT}a")),
            bcrypt(BCRYPT.trim_end_matches('q')),
            bcrypt(&BCRYPT.replace("CG", "C!")),
            bcrypt(&BCRYPT.replace("CG", "é")),
            (BCRYPT.replace("05", "15"), HashError::BcryptCost(15)),
            (BCRYPT.replace("05", "03"), HashError::BcryptCost(3)),
            argon2id("$argon2id$"),
            argon2id(&ARGON2ID.replace("v=19$", "")),
            argon2id(&ARGON2ID.replace("v=19", "v=16")),
            argon2id(&costs("t=2,m=256,p=1")),
            argon2id(&costs("m=256,t=2")),
            argon2id(&costs("m=256,t=2,p=1,data=a")),
            argon2id(&costs("m=256,t=0,p=1")),
            argon2id(&costs("m=256,t=2,p=0")),
            argon2id(&costs("m=7,t=2,p=1")),
            argon2id(&costs("m=-1,t=2,p=1")),
            argon2id(&costs("m=99999999999,t=2,p=1")),
            argon2id(&format!("{ARGON2ID}$")),
            argon2id(&format!("{ARGON2ID}=")),
            argon2id(&ARGON2ID.replace("c2FsdHNhbHRzYWx0", "c2FsdA")),
            argon2id(&ARGON2ID.replace("pwZ7sGME81TL89Hs/ia4qXIxzecJdXvdtALit/lGF0w", "c2FsdA")),
            argon2id(&ARGON2ID.replace("c2FsdHNhbHRzYWx0", &"c2Fs".repeat(22))),
            (costs("m=65537,t=2,p=1"), HashError::Memory(65_537)),
            (costs("m=256,t=11,p=1"), HashError::Passes(11)),
            (costs("m=256,t=2,p=9"), HashError::Lanes(9)),
        ];
        for (text, error) in rows {
            assert_eq!(Hash::parse(&text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_hash_is_not_written_into_logs() {
        let hash = Hash::parse(BCRYPT).unwrap();
        assert_eq!(format!("{hash:?}"), "Hash(bcrypt)");
    }

    #[test]
    fn each_refusal_has_words_of_its_own() {
        let words: Vec<_> = REFUSED.iter().map(|(_, error)| error.to_string()).collect();
        assert!(words.iter().all(|words| words.len() > 10), "{words:?}");
        let cost = HashError::BcryptCost(15).to_string();
        assert_eq!(cost, "bcrypt has the cost 15: it may be 4 to 14");
    }
}
