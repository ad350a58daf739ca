//! Codes by which a name with its password is recognised again, so that neither is kept.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The code of a name with its password. Only who has the secret can make it.
pub type Proof = [u8; 32];

/// Returns the code of a name with its password: HMAC-SHA-256 under a secret. The length of the
/// name comes first, so that no two pairs make the same bytes.
pub fn proof(secret: &[u8], user: &str, password: &[u8]) -> Proof {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return Proof::default();
    };
    let length = u64::try_from(user.len()).unwrap_or(u64::MAX);
    mac.update(b"porthole password\0");
    mac.update(&length.to_be_bytes());
    mac.update(user.as_bytes());
    mac.update(password);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_under_each_secret_has_its_own_code() {
        let known = proof(b"secret", "ab", b"c");
        assert_eq!(proof(b"secret", "ab", b"c"), known);
        for (secret, user, password) in [
            (&b"secret"[..], "a", &b"bc"[..]),
            (b"secret", "abc", b""),
            (b"secret", "", b"abc"),
            (b"secret", "ab", b"C"),
            (b"other", "ab", b"c"),
            (b"", "ab", b"c"),
        ] {
            assert_ne!(proof(secret, user, password), known, "{user} {password:?}");
        }
    }
}
