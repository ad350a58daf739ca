//! Conversion of the path of a target to a path below the root (RFC 3986 §3.3, §5.2.4).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::refusal::Refusal;
use crate::syntax::name;
use crate::syntax::percent::decode;
use crate::syntax::token::run;

/// Returns the path below the root that `relative` names, which is the part of the target
/// after its first slash, and whether it can only be that of a directory.
/// [`crate::request::target::Resource`] says what holds for the path.
pub(crate) fn resolve(relative: &[u8]) -> Result<(Cow<'_, str>, bool), Refusal> {
    if let Some((path, folder)) = as_it_is(relative) {
        return Ok((Cow::Borrowed(path), folder));
    }
    let (path, folder) = descend(relative)?;
    Ok((Cow::Owned(path), folder))
}

/// Returns the path, and whether it is that of a directory, if there is nothing to decode,
/// to resolve or to refuse.
fn as_it_is(relative: &[u8]) -> Option<(&str, bool)> {
    let inner = relative.strip_suffix(b"/").unwrap_or(relative);
    let is_plain = |byte| matches!(byte, b'!'..=b'~') && byte != b'%';
    let is_name = |segment: &[u8]| !matches!(segment, b"" | b"." | b"..");
    let is_whole = inner.is_empty() || inner.split(|byte| *byte == b'/').all(is_name);
    if !is_whole || run(inner, is_plain) < inner.len() {
        return None;
    }
    let path = core::str::from_utf8(inner).ok()?;
    Some((path, inner.len() < relative.len() || inner.is_empty()))
}

/// Decodes segment by segment, so that an encoded dot segment counts as one. Removes dot
/// segments (RFC 3986 §5.2.4) before any file system sees them; above the root is the root.
/// Removes empty segments, which mean nothing to a file system.
fn descend(relative: &[u8]) -> Result<(String, bool), Refusal> {
    let mut path = String::with_capacity(relative.len());
    let mut folder = true;
    let mut decoded = Vec::new();
    for segment in relative.split(|byte| *byte == b'/') {
        decoded.clear();
        decode(segment, &mut decoded)?;
        folder = matches!(&*decoded, b"" | b"." | b"..");
        match &*decoded {
            b"" | b"." => {}
            b".." => path.truncate(path.rfind('/').unwrap_or(0)),
            name => {
                if !path.is_empty() {
                    path.push('/');
                }
                name::decode(name, &mut path)?;
            }
        }
    }
    Ok((path, folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::percent::encode_path;
    use alloc::format;
    use proptest::prelude::*;

    #[test]
    fn paths() {
        // (relative, path, folder, lent)
        let cases: &[(&str, &str, bool, bool)] = &[
            ("", "", true, true),
            ("a", "a", false, true),
            ("a/b.mp4", "a/b.mp4", false, true),
            ("a/", "a", true, true),
            (".a/..b/...", ".a/..b/...", false, true),
            ("a:b;c=d,e+f!$&'()*@~", "a:b;c=d,e+f!$&'()*@~", false, true),
            ("\"<>^`{|}[]", "\"<>^`{|}[]", false, true),
            ("a\\b", "a\\b", false, true),
            ("..\\a", "..\\a", false, true),
            ("*", "*", false, true),
            ("/", "", true, true),
            ("//a", "a", false, false),
            ("a//b", "a/b", false, false),
            ("a//", "a", true, false),
            ("/evil.example/a", "evil.example/a", false, false),
            // Dot segments.
            (".", "", true, false),
            ("..", "", true, false),
            ("./a", "a", false, false),
            ("a/.", "a", true, false),
            ("a/./b", "a/b", false, false),
            ("a/../b", "b", false, false),
            ("a/b/..", "a", true, false),
            ("a/b/../..", "", true, false),
            ("a/../../../b", "b", false, false),
            ("../../etc/passwd", "etc/passwd", false, false),
            ("a//../b", "b", false, false),
            ("%2e%2e/a", "a", false, false),
            ("a/%2E./b", "b", false, false),
            ("a/.%2e/b/%2e", "b", true, false),
            // Decoded once.
            ("a%20b", "a b", false, false),
            ("%61", "a", false, false),
            ("100%25", "100%", false, false),
            ("%252e%252e/a", "%2e%2e/a", false, false),
            ("%252f", "%2f", false, false),
            ("a+b", "a+b", false, true),
            ("%3f%23%22%27", "?#\"'", false, false),
            ("caf%c3%A9", "caf\u{e9}", false, false),
            ("%F0%9F%8E%AC.mp4", "\u{1f3ac}.mp4", false, false),
            // Names of any bytes but a slash and a NUL.
            ("..%5ca", "..\\a", false, false),
            ("a%0d%0ab%1b%7f", "a\r\nb\u{1b}\u{7f}", false, false),
            ("Bj%F6rk.mp3", "Bj\u{10fff6}rk.mp3", false, false),
            ("%c3", "\u{10ffc3}", false, false),
            ("%c3/%a9", "\u{10ffc3}/\u{10ffa9}", false, false),
            ("%c3%c3%a9", "\u{10ffc3}\u{e9}", false, false),
            ("%ff/../a", "a", false, false),
            // To a careless decoder, these look like dots and slashes, which they are not.
            (
                "%c0%ae%c0%ae/a",
                "\u{10ffc0}\u{10ffae}\u{10ffc0}\u{10ffae}/a",
                false,
                false,
            ),
            ("%c0%af", "\u{10ffc0}\u{10ffaf}", false, false),
            ("%e0%80%af", "\u{10ffe0}\u{10ff80}\u{10ffaf}", false, false),
        ];
        for (relative, expected, as_folder, lent) in cases {
            let (path, folder) = resolve(relative.as_bytes()).unwrap();
            assert_eq!(path, *expected, "{relative}");
            assert_eq!(folder, *as_folder, "{relative}");
            assert_eq!(matches!(path, Cow::Borrowed(_)), *lent, "{relative}");
        }
    }

    #[test]
    fn refused_paths() {
        use Refusal::*;
        let cases: &[(&str, Refusal)] = &[
            ("%", MalformedPercentEncoding),
            ("%2", MalformedPercentEncoding),
            ("%2/a", MalformedPercentEncoding),
            ("%zz", MalformedPercentEncoding),
            ("%+1", MalformedPercentEncoding),
            ("%%41", MalformedPercentEncoding),
            ("%u002e", MalformedPercentEncoding),
            ("%00", ForbiddenByteInPath),
            ("a%00.mp4", ForbiddenByteInPath),
            ("%2f", EncodedSlashInPath),
            ("..%2Fa", EncodedSlashInPath),
            ("%2e%2e%2fa", EncodedSlashInPath),
            ("%ff%2f", EncodedSlashInPath),
            ("%ff%00", ForbiddenByteInPath),
            ("a%f4%8f%be%80", ReservedCharacterInPath),
            ("%f4%8f%bf%bf/../a", ReservedCharacterInPath),
        ];
        for (relative, refusal) in cases {
            assert_eq!(
                resolve(relative.as_bytes()).err(),
                Some(*refusal),
                "{relative}"
            );
        }
    }

    proptest! {
        #[test]
        fn never_leaves_the_root(relative in "([a./%\\\\]|%2e|%2f|%5c|%00|%c3%a9|%[89a-f][0-9a-f]|\\.\\./){0,20}") {
            if let Ok((path, _)) = resolve(relative.as_bytes()) {
                let is_name = |name: &str| !matches!(name, "" | "." | "..");
                prop_assert!(path.is_empty() || path.split('/').all(is_name));
                prop_assert!(!path.contains('\0'));
            }
        }

        #[test]
        fn any_bytes_have_an_answer(relative: Vec<u8>) {
            let _ = resolve(&relative);
        }

        #[test]
        fn any_name_is_reachable(name in prop::collection::vec(1..=0xffu8, 1..12)) {
            prop_assume!(name != b"." && name != b".." && !name.contains(&b'/'));
            let encoded: String = name.iter().map(|byte| format!("%{byte:02x}")).collect();
            match resolve(encoded.as_bytes()) {
                Ok((path, _)) => {
                    prop_assert_eq!(name::bytes(&path).collect::<Vec<_>>(), name);
                    let mut link = String::new();
                    encode_path(&path, &mut link);
                    prop_assert_eq!(resolve(link.as_bytes()).map(|(path, _)| path), Ok(path));
                }
                Err(refusal) => prop_assert_eq!(refusal, Refusal::ReservedCharacterInPath),
            }
        }
    }
}
