//! The key that signs links: the bytes of a file, as they are.

use core::fmt;

use alloc::vec;

use base64ct::{Base64Unpadded, Encoding as _};
use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

use crate::limits::{KEY_DIFFERENT_BYTES, KEY_MAX_BYTES, KEY_MIN_BYTES};

/// A key for links. It is ready for HMAC-SHA-256 (RFC 2104).
#[derive(Clone)]
pub struct Key(pub(super) Hmac<Sha256>);

/// Reasons why bytes are not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// There are fewer than [`KEY_MIN_BYTES`].
    TooShort(usize),
    /// There are more than [`KEY_MAX_BYTES`].
    TooLong,
    /// Fewer than [`KEY_DIFFERENT_BYTES`] of them are different.
    NotRandom,
    /// The text is not Base64.
    NotBase64,
}

impl fmt::Debug for Key {
    /// Writes nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort(bytes) => {
                write!(
                    f,
                    "a key has at least {KEY_MIN_BYTES} bytes, and this {bytes}"
                )
            }
            Self::TooLong => write!(f, "a key has at most {KEY_MAX_BYTES} bytes"),
            Self::NotRandom => f.write_str("these bytes are not random"),
            Self::NotBase64 => f.write_str("a key is handed over as Base64"),
        }
    }
}

impl core::error::Error for KeyError {}

impl Key {
    /// Takes the bytes of a file. All of them count, a line break at the end, too.
    ///
    /// # Errors
    /// Bytes that somebody could guess, and too many.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() < KEY_MIN_BYTES {
            return Err(KeyError::TooShort(bytes.len()));
        }
        if bytes.len() > KEY_MAX_BYTES {
            return Err(KeyError::TooLong);
        }
        let different = (0..=u8::MAX).filter(|byte| bytes.contains(byte)).count();
        if different < KEY_DIFFERENT_BYTES {
            return Err(KeyError::NotRandom);
        }
        // HMAC takes keys of any length.
        let mac = Hmac::new_from_slice(bytes).map_err(|_| KeyError::TooLong)?;
        Ok(Self(mac))
    }

    /// Takes the bytes of a file as Base64 (RFC 4648 §4), with or without padding.
    ///
    /// # Errors
    /// Text that is not Base64, and bytes that are no key.
    pub fn of_base64(text: &str) -> Result<Self, KeyError> {
        let text = text.trim_end_matches('=');
        // Three bytes for four letters, with one group more.
        let mut bytes = vec![0; text.len().min(2 * KEY_MAX_BYTES)];
        match Base64Unpadded::decode(text, &mut bytes) {
            Ok(bytes) => Self::new(bytes),
            Err(base64ct::Error::InvalidLength) if text.len() > KEY_MAX_BYTES => {
                Err(KeyError::TooLong)
            }
            Err(_) => Err(KeyError::NotBase64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec::Vec;

    #[test]
    fn keys_that_are_refused() {
        let counted = |bytes: usize| (0..bytes).map(|byte| byte as u8).collect::<Vec<u8>>();
        let alike = |different: u8| {
            (0..64_u8)
                .map(|byte| byte.checked_rem(different).unwrap())
                .collect::<Vec<u8>>()
        };
        let rows = [
            (Vec::new(), Some(KeyError::TooShort(0))),
            (counted(31), Some(KeyError::TooShort(31))),
            (counted(32), None),
            (counted(KEY_MAX_BYTES), None),
            (counted(KEY_MAX_BYTES + 1), Some(KeyError::TooLong)),
            (alike(1), Some(KeyError::NotRandom)),
            (alike(7), Some(KeyError::NotRandom)),
            (alike(8), None),
            (b"d41d8cd98f00b204e9800998ecf8427e\n".to_vec(), None),
        ];
        for (bytes, error) in rows {
            assert_eq!(Key::new(&bytes).err(), error, "{bytes:?}");
        }
    }

    #[test]
    fn keys_as_base64() {
        let rows = [
            ("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", None),
            ("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", None),
            ("MDEyMw==", Some(KeyError::TooShort(4))),
            ("", Some(KeyError::TooShort(0))),
            (
                "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZW!",
                Some(KeyError::NotBase64),
            ),
            (&*"MDEy".repeat(KEY_MAX_BYTES), Some(KeyError::TooLong)),
        ];
        for (text, error) in rows {
            assert_eq!(Key::of_base64(text).err(), error, "{text}");
        }
    }

    #[test]
    fn a_key_is_not_written_into_logs() {
        let key = Key::new(b"0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{key:?}"), "Key");
    }
}
