//! Targets and references as they are logged: without the tokens of links that expire, which
//! would open to a reader of the log what they open to their owner.

use super::percent::{Decoded, decoded};

/// Fewest letters of a segment that is taken for a token. A token has more, and its signature
/// alone has as many. Names of built-in files are shorter.
const FEWEST_LETTERS: usize = 43;

/// Letters of a token that are kept, so that the lines of one link can be recognised. They are of
/// its head, and no part of the signature.
const KEPT_LETTERS: usize = 8;

/// The folder under whose name the server's own addresses are.
const OWN: &[u8] = b".porthole";

/// Returns the pieces of a target, of a reference or of a whole line, as they are logged: after
/// the server's own folder, each segment that could be a token is cut. It may be encoded.
pub fn concealed(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut rest, mut own) = (Some(text), false);
    core::iter::from_fn(move || {
        let text = rest.take()?;
        if !own && !could_have_token(text) {
            return Some([text, &[]]);
        }
        let end = text.iter().position(ends_segment);
        let end = end.map_or(text.len(), |end| end.saturating_add(1));
        let (segment, after) = text.split_at_checked(end)?;
        rest = (!after.is_empty()).then_some(after);
        let name = match segment.split_last() {
            Some((last, name)) if ends_segment(last) => name,
            _ => segment,
        };
        if own && is_token(name) {
            let (kept, cut) = segment.split_at_checked(KEPT_LETTERS)?;
            // What ended the segment stays.
            let ends = cut.len() > name.len().saturating_sub(KEPT_LETTERS);
            let end = if ends { cut.last_chunk::<1>() } else { None };
            return Some([kept, end.map_or(&b"..."[..], dots)]);
        }
        own |= is_own(name);
        Some([segment, &[]])
    })
    .flatten()
}

/// Returns three dots and the byte that ended a segment.
fn dots(end: &[u8; 1]) -> &'static [u8] {
    match end {
        b"/" => b".../",
        b"?" => b"...?",
        b"#" => b"...#",
        b" " => b"... ",
        _ => b"...\n",
    }
}

/// Whether a byte ends a segment. A space ends a target in a request line, and no target has one.
fn ends_segment(byte: &u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#' | b' ' | b'\r' | b'\n')
}

/// Whether a text is long enough for a token after the server's own folder.
fn could_have_token(text: &[u8]) -> bool {
    text.len() > FEWEST_LETTERS.saturating_add(OWN.len())
}

fn is_own(name: &[u8]) -> bool {
    let letters = decoded(name).map(letter);
    letters.eq(OWN.iter().copied().map(Some))
}

fn is_token(name: &[u8]) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.len() >= FEWEST_LETTERS
        && decoded(name).count() >= FEWEST_LETTERS
        && decoded(name).all(|decoded| letter(decoded).is_some_and(of_token))
}

fn letter(decoded: Decoded) -> Option<u8> {
    match decoded {
        Decoded::Byte(byte) | Decoded::Encoded(byte) => Some(byte),
        Decoded::Percent => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const TOKEN: &str = "AQEBAGVT8Qrx-StbQ3lOraK7xCAEomfusHJbmiG9Nh8UZ9wQzuiriw";

    fn shown(text: &str) -> String {
        let bytes: Vec<u8> = concealed(text.as_bytes()).flatten().copied().collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn tokens_are_cut() {
        let encoded: String = TOKEN.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let first = "AQEBAGVT...";
        let rows = [
            (
                format!("/.porthole/link/{TOKEN}/films/a.mkv"),
                format!("/.porthole/link/{first}/films/a.mkv"),
            ),
            (
                format!("/.porthole/link/{TOKEN}"),
                format!("/.porthole/link/{first}"),
            ),
            (
                format!("/.porthole/link/{TOKEN}/"),
                format!("/.porthole/link/{first}/"),
            ),
            (
                format!("/.porthole/link/{TOKEN}?get=m3u"),
                format!("/.porthole/link/{first}?get=m3u"),
            ),
            (
                format!("GET /.porthole/link/{TOKEN} HTTP/1.1"),
                format!("GET /.porthole/link/{first} HTTP/1.1"),
            ),
            (
                format!("Referer: http://a/.porthole/link/{TOKEN}\nHost: a"),
                format!("Referer: http://a/.porthole/link/{first}\nHost: a"),
            ),
            (
                format!("/base/.porthole/link/{TOKEN}/"),
                format!("/base/.porthole/link/{first}/"),
            ),
            (
                format!("https://a.example:4000/.porthole/link/{TOKEN}/b#c"),
                format!("https://a.example:4000/.porthole/link/{first}/b#c"),
            ),
            // Other spellings of the same address.
            (
                format!("//.porthole//link/./{TOKEN}/"),
                format!("//.porthole//link/./{first}/"),
            ),
            (
                format!("/.porthole/x/../link/y/../{TOKEN}/"),
                format!("/.porthole/x/../link/y/../{first}/"),
            ),
            (
                format!("/%2eporthole/%6Cink/%41{}/", &TOKEN[1..]),
                "/%2eporthole/%6Cink/%41QEBAG.../".into(),
            ),
            (
                format!("/.porthole/link/{encoded}/"),
                "/.porthole/link/%41%51%4.../".into(),
            ),
            (
                format!("/.porthole/link/{TOKEN}/{TOKEN}"),
                format!("/.porthole/link/{first}/{first}"),
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(shown(&text), expected, "{text}");
        }
    }

    #[test]
    fn everything_else_stays() {
        let rows = [
            String::new(),
            "/".into(),
            "*".into(),
            "/films/a.mkv?get=json".into(),
            format!("/{TOKEN}/{TOKEN}"),
            format!("/link/{TOKEN}/a/b/c/d/e/f/g/h"),
            "/.porthole/player-0123456789abcdef.js?and=a-query-that-is-longer-than-any-token-that-there-is".into(),
            format!("/.porthole.old/link/{TOKEN}"),
            "/.porthole/link/short/a-name-of-a-film-which-is-long, but has spaces, or (brackets).mkv".into(),
            "/.porthole/link/%".into(),
        ];
        for text in rows {
            assert_eq!(shown(&text), text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_answer(text: Vec<u8>) {
            let length: usize = concealed(&text).map(<[u8]>::len).sum();
            prop_assert!(length <= text.len());
        }

        #[test]
        fn a_token_is_cut_wherever_it_stands(
            before in "(/|/a|/\\.|/\\.\\.|/%2e){0,4}", after in "(/|/b|\\?c|#d){0,3}",
        ) {
            let shown = shown(&format!("/.porthole{before}/link{before}/{TOKEN}{after}"));
            prop_assert!(!shown.contains(&TOKEN[..43]));
            prop_assert!(shown.contains("/link") && shown.ends_with(&after));
        }
    }
}
