//! Fields of responses that needed a password or a link: no cache that others share keeps them.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Policy, REVALIDATE, put};
use crate::syntax::token::trim;

/// Most bytes of `Cache-Control` and `Referrer-Policy` as they are written here.
pub(super) const LONGEST: usize =
    b"Cache-Control: private, no-store, no-cache, max-age=4294967295\r\n".len() + NO_REFERRER.len();

const NO_REFERRER: &[u8] = b"Referrer-Policy: no-referrer\r\n";

impl Policy {
    /// Returns the policy for responses that needed a password. Whatever the operator wants of
    /// caches, only the client's own may keep a file, for as long as the operator wants
    /// (RFC 9111 §5.2.2.7), and none may keep a page. A head that was prepared under another
    /// policy is not to be used with this one.
    #[must_use]
    pub fn private(&self) -> Self {
        let wanted = |own: &[u8]| {
            let mut wanted = lines(own).chain(lines(&self.every));
            let wanted = wanted.find_map(|line| value(line, b"cache-control"));
            private(wanted.unwrap_or(REVALIDATE.as_bytes()))
        };
        let mut every = Vec::with_capacity(self.every.len());
        for line in lines(&self.every).filter(|line| !is_for_caches(line)) {
            every.extend_from_slice(line);
        }
        let (mut file, mut immutable, mut page) = (Vec::new(), Vec::new(), Vec::new());
        put(&mut file, "Cache-Control", &wanted(&self.file));
        put(&mut immutable, "Cache-Control", &wanted(&self.immutable));
        put(&mut page, "Cache-Control", "no-store");
        Self {
            file,
            immutable,
            page,
            every,
            ..self.clone()
        }
    }

    /// Returns the policy for responses that needed a link: the same, and no page tells others
    /// the address that it came from.
    #[must_use]
    pub fn linked(&self) -> Self {
        let mut policy = self.private();
        let every = core::mem::take(&mut policy.every);
        for line in lines(&every).filter(|line| value(line, b"referrer-policy").is_none()) {
            policy.every.extend_from_slice(line);
        }
        policy.every.extend_from_slice(NO_REFERRER);
        policy
    }
}

/// Returns lines, each with its end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

/// Returns the name of a line, and its value.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.strip_prefix(b":")?;
    let value = value.strip_suffix(b"\r\n").unwrap_or(value);
    Some((name, trim(value)))
}

fn value<'l>(line: &'l [u8], wanted: &[u8]) -> Option<&'l [u8]> {
    let (name, value) = split(line)?;
    name.eq_ignore_ascii_case(wanted).then_some(value)
}

/// Whether a line tells caches what to keep: `Cache-Control`, the same for caches of a kind
/// (RFC 9213), what came before, and what some proxies read instead.
fn is_for_caches(line: &[u8]) -> bool {
    let Some((name, _)) = split(line) else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    let ends: [&[u8]; 4] = [
        b"cache-control",
        b"surrogate-control",
        b"expires",
        b"pragma",
    ];
    ends.iter().any(|end| name.ends_with(end))
}

/// Returns the value for a response that is for one client, with what is kept of the operator's.
fn private(wanted: &[u8]) -> String {
    let mut value = String::from("private");
    let directives = || wanted.split(|byte| *byte == b',').map(trim);
    for kept in ["no-store", "no-cache"] {
        if directives().any(|directive| directive.eq_ignore_ascii_case(kept.as_bytes())) {
            value.push_str(", ");
            value.push_str(kept);
        }
    }
    let mut ages = directives().filter_map(|directive| {
        let (name, age) = directive.split_at_checked(b"max-age=".len())?;
        let age = core::str::from_utf8(age).ok()?.trim_matches('"');
        let digits = age.bytes().all(|byte| byte.is_ascii_digit());
        let age = age.parse::<u32>().ok().filter(|_| digits);
        name.eq_ignore_ascii_case(b"max-age=").then_some(age)?
    });
    if let Some(age) = ages.next() {
        value.push_str(&alloc::format!(", max-age={age}"));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::str::from_utf8;

    #[test]
    fn files_of_one_client() {
        let rows = [
            (None, "private, no-cache"),
            (Some("max-age=60"), "private, max-age=60"),
            (
                Some("public, max-age=31536000, immutable"),
                "private, max-age=31536000",
            ),
            (Some("Max-Age=\"5\" , s-maxage=9"), "private, max-age=5"),
            (Some("max-age=-1"), "private"),
            (Some("max-age=+1"), "private"),
            (Some("max-age=99999999999"), "private"),
            (Some("no-store"), "private, no-store"),
            (
                Some("NO-CACHE,no-store,max-age=4294967295"),
                "private, no-store, no-cache, max-age=4294967295",
            ),
            (Some("s-maxage=60, public"), "private"),
        ];
        for (wanted, expected) in rows {
            let policy = Policy::new(wanted, false, &[]).unwrap().private();
            let expected = ["Cache-Control: ", expected, "\r\n"].concat();
            assert_eq!(from_utf8(&policy.file), Ok(&*expected), "{wanted:?}");
            assert_eq!(from_utf8(&policy.page), Ok("Cache-Control: no-store\r\n"));
        }
    }

    /// What is kept for ever is kept by the client alone.
    #[test]
    fn immutable_parts_of_files_of_one_client() {
        let rows = [
            (
                None,
                "public, max-age=31536000, immutable",
                "private, max-age=31536000",
            ),
            (Some("max-age=60"), "max-age=60", "private, max-age=60"),
            (Some("no-store"), "no-store", "private, no-store"),
        ];
        for (wanted, open, private) in rows {
            let policy = Policy::new(wanted, false, &[]).unwrap();
            let lines = [open, private].map(|value| ["Cache-Control: ", value, "\r\n"].concat());
            assert_eq!(from_utf8(&policy.immutable), Ok(&*lines[0]));
            assert_eq!(from_utf8(&policy.private().immutable), Ok(&*lines[1]));
        }
    }

    #[test]
    fn no_field_of_the_operators_lets_others_keep_them() {
        let fields = [
            "Cache-Control: public, max-age=60",
            "CDN-Cache-Control: max-age=60",
            "Surrogate-Control: max-age=60",
            "expires: 0",
            "Referrer-Policy: unsafe-url",
            "X-A: b",
        ];
        let policy = Policy::new(None, true, &fields).unwrap();
        let private = policy.private();
        let file = from_utf8(&private.file);
        assert_eq!(file, Ok("Cache-Control: private, max-age=60\r\n"));
        let every = from_utf8(&private.every).unwrap();
        assert!(
            !every.contains("ache-Control")
                && !every.contains("urrogate")
                && !every.contains("xpires"),
            "{every}"
        );
        assert!(
            every.starts_with("X-Content-Type-Options: nosniff\r\nAccess-Control-Allow-Origin")
        );
        assert!(every.ends_with("\r\nReferrer-Policy: unsafe-url\r\nX-A: b\r\n"));
        let linked = policy.linked();
        assert_eq!(linked.file, private.file);
        let every = from_utf8(&linked.every).unwrap();
        assert!(every.ends_with("\r\nX-A: b\r\nReferrer-Policy: no-referrer\r\n"));
        assert_eq!(every.matches("Referrer-Policy").count(), 1);
    }

    #[test]
    fn fields_of_other_matters_stay() {
        let policy = Policy::new(None, true, &["X-A: b"]).unwrap();
        let policy = policy.with_strict_transport(60).with_realm("a").unwrap();
        let private = policy.private();
        assert_eq!(private.every, policy.every);
        assert_eq!(private.secured, policy.secured);
        assert_eq!(private.preflight, policy.preflight);
        assert_eq!(private.challenge, policy.challenge);
        assert!(policy.linked().bound() <= super::super::LONGEST);
    }
}
