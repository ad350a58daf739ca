//! Credentials of a request: `Authorization: Basic` (RFC 7617).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::limits::CREDENTIALS_BYTES;
use crate::request::fields::{Fields, Name};
use crate::syntax::token::trim;

/// The word of a request about its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    Absent,
    /// A name and a password.
    Basic(Basic),
    /// Something that is no name with a password: another scheme, another charset, a control
    /// character, or more than [`CREDENTIALS_BYTES`].
    Unusable,
}

/// A name and a password. The name has no colon, and neither has control characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Basic {
    text: String,
    colon: usize,
}

impl fmt::Debug for Basic {
    /// Writes the name alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Basic({:?})", self.user())
    }
}

impl Basic {
    /// Returns the name.
    pub fn user(&self) -> &str {
        self.text.get(..self.colon).unwrap_or_default()
    }

    /// Returns the password.
    pub fn password(&self) -> &str {
        let rest = self.text.get(self.colon..).unwrap_or_default();
        rest.strip_prefix(':').unwrap_or_default()
    }
}

/// Returns what the fields say of the user. Two fields contradict each other, so they say nothing
/// that can be used (RFC 9110 §5.3).
pub fn read(fields: &Fields<'_>) -> Credentials {
    if !fields.has(Name::Authorization) {
        return Credentials::Absent;
    }
    let value = fields.only(Name::Authorization);
    match value.and_then(basic) {
        Some(basic) => Credentials::Basic(basic),
        None => Credentials::Unusable,
    }
}

/// Reads `Basic`, whose letters may be of either case, spaces, and Base64 (RFC 9110 §11.4). The
/// challenge has asked for UTF-8.
fn basic(value: &[u8]) -> Option<Basic> {
    let (scheme, rest) = value.split_at_checked(b"Basic".len())?;
    if !scheme.eq_ignore_ascii_case(b"Basic") || !rest.starts_with(b" ") {
        return None;
    }
    let text = String::from_utf8(base64(trim(rest))?).ok()?;
    let colon = text.find(':')?;
    let is_clean = !text.chars().any(char::is_control);
    is_clean.then_some(Basic { text, colon })
}

/// Decodes Base64 with its padding (RFC 4648 §4).
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_chunks::<4>();
    let bytes = groups.len().saturating_mul(3);
    if !rest.is_empty() || bytes > CREDENTIALS_BYTES {
        return None;
    }
    let mut decoded = Vec::with_capacity(bytes);
    for (number, group) in (1..).zip(groups) {
        let padding = match group {
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        let digits = group.len().saturating_sub(padding);
        let bits = group.iter().enumerate().try_fold(0, |bits, (at, byte)| {
            let digit = if at < digits { digit(*byte)? } else { 0 };
            Some(bits << 6 | digit)
        })?;
        let [_, three @ ..] = u32::to_be_bytes(bits);
        let (kept, cut) = three.split_at_checked(3_usize.saturating_sub(padding))?;
        // Padding is at the end, and bits before it would be another spelling of the same.
        if padding > 0 && number < groups.len() || cut.iter().any(|byte| *byte > 0) {
            return None;
        }
        decoded.extend_from_slice(kept);
    }
    Some(decoded)
}

fn digit(byte: u8) -> Option<u32> {
    let (first, at) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => return Some(62),
        b'/' => return Some(63),
        _ => return None,
    };
    let place = byte.wrapping_sub(first);
    Some(u32::from(place).saturating_add(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use alloc::format;
    use proptest::prelude::*;

    fn sent(lines: &str) -> Credentials {
        read(&parse(lines).unwrap())
    }

    fn authorization(value: &str) -> Option<(String, String)> {
        match sent(&format!("Authorization: {value}\r\n")) {
            Credentials::Basic(basic) => Some((basic.user().into(), basic.password().into())),
            Credentials::Unusable => None,
            Credentials::Absent => panic!("{value} is there"),
        }
    }

    /// Encodes bytes as Base64, bit by bit.
    fn encoded(bytes: &[u8]) -> String {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let letters: Vec<char> = letters.chars().collect();
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        let mut text: String = bits
            .as_bytes()
            .chunks(6)
            .map(|six| format!("{:0<6}", str::from_utf8(six).unwrap()))
            .map(|six| letters[usize::from_str_radix(&six, 2).unwrap()])
            .collect();
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        text
    }

    #[test]
    fn names_and_passwords() {
        let rows = [
            // The examples of RFC 7617 §2 and §2.1.
            (
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                "Aladdin",
                "open sesame",
            ),
            ("Basic dGVzdDoxMjPCow==", "test", "123£"),
            ("basic YTpi", "a", "b"),
            ("BASIC   YTpi", "a", "b"),
            ("Basic YTo=", "a", ""),
            ("Basic OmI=", "", "b"),
            ("Basic Og==", "", ""),
            ("Basic YTpiOmM=", "a", "b:c"),
            ("Basic w7w6w58=", "ü", "ß"),
        ];
        for (value, user, password) in rows {
            let expected = Some((user.into(), password.into()));
            assert_eq!(authorization(value), expected, "{value}");
        }
    }

    #[test]
    fn fields_that_name_no_user() {
        let rows = [
            "",
            "Basic",
            "Basic ",
            "YTpi",
            "BasicYTpi",
            "Basic\tYTpi",
            "Bearer YTpi",
            "Basic realm=\"a\"",
            "Basic YTpi, Basic YTpi",
            // No colon.
            "Basic YWI=",
            // Base64 of other forms.
            "Basic YTp",
            "Basic YTo",
            "Basic YTo==",
            "Basic YTpi====",
            "Basic Y===",
            "Basic ====",
            "Basic YT=pi",
            "Basic YTpi YTpi",
            "Basic YT-_",
            "Basic YTp=",
            "Basic YTq=",
            // `a:\n`, `a\0:b`, `a:\x7f`, and `ü:` in Latin-1.
            "Basic YToK",
            "Basic YQA6Yg==",
            "Basic YTp/",
            "Basic /Do=",
        ];
        for value in rows {
            assert_eq!(authorization(value), None, "{value}");
        }
    }

    #[test]
    fn credentials_have_a_bound() {
        let of = |bytes: usize| {
            let text = [&b"a:"[..], &b"x".repeat(bytes)].concat();
            let text = text.get(..bytes).unwrap();
            authorization(&format!("Basic {}", encoded(text)))
        };
        assert!(of(CREDENTIALS_BYTES).is_some());
        assert_eq!(of(CREDENTIALS_BYTES + 1), None);
    }

    #[test]
    fn credentials_are_one_field() {
        assert_eq!(sent(""), Credentials::Absent);
        assert_eq!(
            sent("Proxy-Authorization: Basic YTpi\r\n"),
            Credentials::Absent
        );
        let twice = "Authorization: Basic YTpi\r\n".repeat(2);
        assert_eq!(sent(&twice), Credentials::Unusable);
    }

    #[test]
    fn a_password_is_not_written_into_logs() {
        let credentials = sent("Authorization: Basic YTpzZWNyZXQ=\r\n");
        assert_eq!(format!("{credentials:?}"), "Basic(Basic(\"a\"))");
    }

    proptest! {
        #[test]
        fn every_name_and_password_arrives(user in "[^:\\p{Cc}]{0,20}", password in "\\PC{0,40}") {
            let value = encoded(format!("{user}:{password}").as_bytes());
            prop_assert_eq!(authorization(&format!("Basic {value}")), Some((user, password)));
        }

        #[test]
        fn only_one_text_is_a_name_and_a_password(text in "[A-Da-d0-3+/=]{0,12}") {
            if let Some((user, password)) = authorization(&format!("Basic {text}")) {
                prop_assert_eq!(encoded(format!("{user}:{password}").as_bytes()), text);
            }
        }
    }
}
