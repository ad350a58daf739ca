//! Whether a password belongs to a hash.
//!
//! One call takes up to a second of a processor, and cannot be cut into pieces. Whoever serves
//! others meanwhile calls it on another thread. It takes the memory of [`Hash::memory_kib`].

use alloc::string::String;
use alloc::vec;

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64Unpadded, Encoding as _};
use subtle::ConstantTimeEq as _;

use crate::limits::PASSWORD_BYTES;
use crate::users::{Argon2id, Hash, Kind};

/// The costs of a new hash: those that OWASP names first. It takes about 30 ms.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a new salt, which come from a random source.
pub const SALT_BYTES: usize = 16;

const DIGEST_BYTES: usize = 32;

/// Bytes of a password that bcrypt looks at, with the zero at its end.
const BCRYPT_BYTES: usize = 72;

/// Reasons why no hash was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComputeError {
    /// There is not enough memory.
    Memory,
    /// The password has more than [`PASSWORD_BYTES`].
    TooLong,
}

impl core::fmt::Display for ComputeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Memory => f.write_str("there is not enough memory for the hash"),
            Self::TooLong => write!(f, "a password has at most {PASSWORD_BYTES} bytes"),
        }
    }
}

impl core::error::Error for ComputeError {}

/// Whether the password belongs to the hash. How long that takes depends on the hash alone, up
/// to the time for reading the password. bcrypt looks at the first 72 bytes of a password.
///
/// # Errors
/// When there is not enough memory, so that nobody knows.
pub fn verify(hash: &Hash, password: &[u8]) -> Result<bool, ComputeError> {
    let fits = password.len() <= PASSWORD_BYTES;
    // A password that is too long is compared as well, as far as it fits: it costs the same.
    let password = password.get(..PASSWORD_BYTES).unwrap_or(password);
    let same = match &hash.kind {
        Kind::Bcrypt { cost, salt, digest } => {
            let mut bytes = password.to_vec();
            bytes.push(0);
            bytes.truncate(BCRYPT_BYTES);
            let computed = bcrypt::bcrypt(*cost, *salt, &bytes);
            // The last byte is not part of a hash.
            let (computed, _) = computed.split_at(digest.len());
            computed.ct_eq(digest)
        }
        Kind::Argon2id(parts) => {
            let mut computed = vec![0; parts.digest.len()];
            compute(parts, password, &mut computed)?;
            computed.ct_eq(&parts.digest)
        }
    };
    Ok(bool::from(same) && fits)
}

/// Makes an argon2id hash of a password as a PHC string, with 19 MiB, two passes and one lane.
///
/// # Errors
/// When the password is too long, or there is not enough memory.
pub fn hash(password: &[u8], salt: [u8; SALT_BYTES]) -> Result<String, ComputeError> {
    if password.len() > PASSWORD_BYTES {
        return Err(ComputeError::TooLong);
    }
    let parts = Argon2id {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
        salt: salt.to_vec(),
        digest: vec![0; DIGEST_BYTES],
    };
    let mut digest = vec![0; DIGEST_BYTES];
    compute(&parts, password, &mut digest)?;
    let [salt, digest] = [&parts.salt, &digest].map(|bytes| Base64Unpadded::encode_string(bytes));
    Ok(alloc::format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}"
    ))
}

fn compute(parts: &Argon2id, password: &[u8], digest: &mut [u8]) -> Result<(), ComputeError> {
    let length = Some(digest.len());
    // The limits of a hash are narrower than those of the function.
    let params = Params::new(parts.memory_kib, parts.passes, parts.lanes, length);
    let params = params.map_err(|_| ComputeError::Memory)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, &parts.salt, digest)
        .map_err(|_| ComputeError::Memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes by `htpasswd -B` of apache2-utils 2.4.71 and by `argon2 -e` of Debian's argon2.
    const KNOWN: [(&str, &str); 6] = [
        (
            "$2y$05$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq",
            "correct horse",
        ),
        (
            "$2y$04$U/FholjIoCXDteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.",
            "Пароль",
        ),
        (
            "$2y$04$OvAuC7Q2HJOiIGk9kzv1iu3XwMgTPGdYg97D.s2WrB1aRN12eHUsa",
            "",
        ),
        (
            // Of a hundred of these letters.
            "$2y$04$Ha7T0NpnZnbW8brFKbmu4uqKey6tuCfGEphULBEC5V.tpFOqfbYKe",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ),
        (
            "$argon2id$v=19$m=256,t=2,p=1$c2FsdHNhbHRzYWx0$\
             pwZ7sGME81TL89Hs/ia4qXIxzecJdXvdtALit/lGF0w",
            "correct horse",
        ),
        (
            "$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$4rB3swn3f1jaR9G+WkBbmEWXck/9UzA5",
            "correct horse",
        ),
    ];

    #[test]
    fn hashes_of_other_programs() {
        for (hash, password) in KNOWN {
            let hash = Hash::parse(hash).unwrap();
            assert_eq!(verify(&hash, password.as_bytes()), Ok(true), "{password}");
            for wrong in ["Correct horse", "correct hors", "correct horse ", "x"] {
                let verified = verify(&hash, wrong.as_bytes());
                assert_eq!(verified, Ok(false), "{wrong} for {password}");
            }
        }
    }

    #[test]
    fn the_three_names_of_bcrypt_mean_the_same() {
        let (hash, password) = KNOWN[1];
        for name in ["$2a$", "$2b$"] {
            let hash = Hash::parse(&hash.replace("$2y$", name)).unwrap();
            assert_eq!(verify(&hash, password.as_bytes()), Ok(true), "{name}");
        }
    }

    #[test]
    fn a_new_hash_is_that_of_its_password() {
        let text = hash("pässword".as_bytes(), *b"0123456789abcdef").unwrap();
        // `echo -n pässword | argon2 0123456789abcdef -id -t 2 -k 19456 -p 1 -l 32 -e`
        let expected = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$\
                        tmg8kTzmJLkguc2kOGId3nFi6amvRKU5PrSeYJW6QRk";
        assert_eq!(text, expected);
        let hash = Hash::parse(&text).unwrap();
        assert_eq!(verify(&hash, "pässword".as_bytes()), Ok(true));
        assert_eq!(verify(&hash, b"password"), Ok(false));
    }

    #[test]
    fn passwords_have_a_bound() {
        let long = [b'x'; PASSWORD_BYTES + 1];
        assert_eq!(hash(&long, [0; SALT_BYTES]), Err(ComputeError::TooLong));
        // bcrypt itself would cut it.
        let hash = Hash::parse(KNOWN[3].0).unwrap();
        assert_eq!(verify(&hash, &long), Ok(false));
        assert_eq!(verify(&hash, &long[1..]), Ok(true));
    }
}
