//! `Content-Disposition`: how a browser should treat a file, and the file's name (RFC 6266,
//! RFC 8187).

use crate::syntax::name;
use crate::syntax::percent::encode_byte;
use alloc::vec::Vec;

/// Treatment of the content by a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Show or play it.
    Inline,
    /// Save it.
    Attachment,
}

/// Appends the field value for `file_name`, a name without slashes.
///
/// A plain name goes into `filename` as it is. Any other name goes into `filename*`
/// exactly, after an ASCII approximation in `filename` for clients that do not know
/// `filename*` (RFC 6266 §4.3). Backslashes and percent signs are not plain: clients
/// disagree on whether they escape something (RFC 6266, appendix D). `filename*` is UTF-8
/// (RFC 8187 §3.2), so bytes that are not UTF-8 become U+FFFD there, as in a listing.
pub fn write(out: &mut Vec<u8>, disposition: Disposition, file_name: &str) {
    out.extend_from_slice(match disposition {
        Disposition::Inline => b"inline; filename=\"",
        Disposition::Attachment => b"attachment; filename=\"",
    });
    out.extend(file_name.chars().map(|letter| match u8::try_from(letter) {
        Ok(byte) if is_plain(byte) => byte,
        _ => b'_',
    }));
    out.push(b'"');
    if !file_name.bytes().all(is_plain) {
        out.extend_from_slice(b"; filename*=UTF-8''");
        for letter in name::shown(file_name) {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                if is_attr_char(byte) {
                    out.push(byte);
                } else {
                    out.extend_from_slice(&encode_byte(byte));
                }
            }
        }
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'%')
}

/// Whether the byte is `attr-char` (RFC 8187 §3.2.1).
fn is_attr_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::str::from_utf8;

    #[test]
    fn names() {
        let cases = [
            ("story.mp4", r#"inline; filename="story.mp4""#),
            ("a b;c='d'.mp4", r#"inline; filename="a b;c='d'.mp4""#),
            ("", r#"inline; filename="""#),
            (
                "é.mp4",
                r#"inline; filename="_.mp4"; filename*=UTF-8''%C3%A9.mp4"#,
            ),
            (
                "東京 1.mkv",
                r#"inline; filename="__ 1.mkv"; filename*=UTF-8''%E6%9D%B1%E4%BA%AC%201.mkv"#,
            ),
            (
                r#"a"b.mp4"#,
                r#"inline; filename="a_b.mp4"; filename*=UTF-8''a%22b.mp4"#,
            ),
            (
                r"a\b.mp4",
                r#"inline; filename="a_b.mp4"; filename*=UTF-8''a%5Cb.mp4"#,
            ),
            (
                "100%.mp4",
                r#"inline; filename="100_.mp4"; filename*=UTF-8''100%25.mp4"#,
            ),
            (
                "a\r\nSet-Cookie: b",
                r#"inline; filename="a__Set-Cookie: b"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b"#,
            ),
            (
                "Bj\u{10fff6}rk.mp3",
                r#"inline; filename="Bj_rk.mp3"; filename*=UTF-8''Bj%EF%BF%BDrk.mp3"#,
            ),
            (
                "\u{7f}*'()~",
                r#"inline; filename="_*'()~"; filename*=UTF-8''%7F%2A%27%28%29~"#,
            ),
        ];
        for (name, expected) in cases {
            let mut out = Vec::new();
            write(&mut out, Disposition::Inline, name);
            assert_eq!(from_utf8(&out), Ok(expected));
        }
    }

    #[test]
    fn attachment() {
        let mut out = Vec::new();
        write(&mut out, Disposition::Attachment, "story.mp4");
        assert_eq!(out, br#"attachment; filename="story.mp4""#);
    }
}
