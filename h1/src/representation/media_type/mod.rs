//! Media types by file name, and the charset of text (RFC 9110 §8.3).
//!
//! The type depends on the name only: nothing is guessed from the content, and `nosniff`
//! tells browsers to do the same. The content is checked for one thing only: whether text
//! that would be declared to be UTF-8 is UTF-8.

mod table;

use table::{TEXT, TEXT_NAMES, TYPES};

/// Media type of a file whose name says nothing.
pub const UNKNOWN: &str = "application/octet-stream";

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// The parameter that [`declared`] may remove.
const UTF_8: &str = "; charset=utf-8";

/// Returns the media type for a file's name, whatever its letter case: by its extension, or
/// else by a name that needs none, such as `Makefile`. Text has a charset, unless the
/// format itself declares one.
pub fn of(file_name: &str) -> &'static str {
    let extension = match file_name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => by_extension(extension),
        _ => None,
    };
    extension
        .or_else(|| is_text_by_name(file_name).then_some(PLAIN_TEXT))
        .unwrap_or(UNKNOWN)
}

/// Returns the media type to declare for a file whose name says `media_type` and whose
/// content begins with `start`. Text that is not UTF-8 loses the charset, and the reader
/// finds it out by itself (RFC 9110 §8.3.2). `cut` says that the file goes on after these
/// bytes, so that the last character may be split.
pub fn declared(media_type: &'static str, start: &[u8], cut: bool) -> &'static str {
    let Some(bare) = media_type.strip_suffix(UTF_8) else {
        return media_type;
    };
    match core::str::from_utf8(start) {
        Ok(_) => media_type,
        Err(error) if cut && error.error_len().is_none() => media_type,
        Err(_) => bare,
    }
}

/// Whether [`declared`] depends on the content.
pub fn claims_utf_8(media_type: &str) -> bool {
    media_type.ends_with(UTF_8)
}

fn by_extension(extension: &str) -> Option<&'static str> {
    let lower = || lowercase(extension);
    if contains(TEXT, extension) {
        return Some(PLAIN_TEXT);
    }
    let place = TYPES.binary_search_by(|(known, _)| known.bytes().cmp(lower()));
    TYPES.get(place.ok()?).map(|(_, media_type)| *media_type)
}

/// Whether the name is that of a text file: `Makefile`, `readme`, and in capitals also as
/// the first word: `LICENSE-MIT`, `README.Debian`.
fn is_text_by_name(file_name: &str) -> bool {
    let word = file_name.split(['.', '-', '_']).next().unwrap_or_default();
    let shouts = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    contains(TEXT_NAMES, file_name) || (word.bytes().all(shouts) && contains(TEXT_NAMES, word))
}

fn contains(sorted: &[&str], name: &str) -> bool {
    let place = sorted.binary_search_by(|known| known.bytes().cmp(lowercase(name)));
    place.is_ok()
}

fn lowercase(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Whether a precompressed sibling is worth looking for: text and similar formats. Video,
/// audio, most images and archives are compressed already, and nothing is known of unknown
/// formats.
pub fn compressible(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(
            essence,
            "application/json"
                | "application/rtf"
                | "application/vnd.apple.mpegurl"
                | "application/wasm"
                | "application/x-sami"
                | "application/xml"
                | "audio/mpegurl"
                | "font/otf"
                | "font/ttf"
                | "image/bmp"
                | "image/x-icon"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::token::is_token;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(TYPES.is_sorted_by(|(a, _), (b, _)| a < b));
        for names in [TEXT, TEXT_NAMES] {
            assert!(names.is_sorted_by(|a, b| a < b));
        }
        for extension in TEXT {
            assert_eq!(of(&alloc::format!("x.{extension}")), PLAIN_TEXT);
        }
        for (extension, media_type) in TYPES {
            assert_eq!(of(&alloc::format!("x.{extension}")), *media_type);
            let (kind, rest) = media_type.split_once('/').unwrap();
            let subtype = rest.strip_suffix("; charset=utf-8").unwrap_or(rest);
            assert!(is_token(kind.as_bytes()) && is_token(subtype.as_bytes()));
        }
    }

    #[test]
    fn names() {
        let cases = [
            ("story.mp4", "video/mp4"),
            ("STORY.MP4", "video/mp4"),
            ("a.b.Mkv", "video/x-matroska"),
            ("clip.ts", "video/mp2t"),
            ("archive.tar.gz", "application/gzip"),
            ("notes.txt", "text/plain; charset=utf-8"),
            ("live.m3u8", "application/vnd.apple.mpegurl"),
            ("seg.m4s", "video/iso.segment"),
            ("film.vtt", "text/vtt"),
            ("disc.VOB", "video/mpeg"),
            ("song.aif", "audio/aiff"),
            ("photo.jfif", "image/jpeg"),
            ("backup.tgz", "application/gzip"),
            ("README", PLAIN_TEXT),
            ("readme", PLAIN_TEXT),
            ("Makefile", PLAIN_TEXT),
            ("LICENSE-MIT", PLAIN_TEXT),
            ("README.Debian", PLAIN_TEXT),
            ("SHA256SUMS", PLAIN_TEXT),
            ("README.pdf", "application/pdf"),
            ("version.bin", UNKNOWN),
            ("READMEE", UNKNOWN),
            ("-README", UNKNOWN),
            ("mp4", UNKNOWN),
            (".mp4", UNKNOWN),
            ("story.", UNKNOWN),
            ("story.mp44", UNKNOWN),
            ("story.mp", UNKNOWN),
            ("story.\u{e9}", UNKNOWN),
            ("", UNKNOWN),
        ];
        for (name, media_type) in cases {
            assert_eq!(of(name), media_type, "{name}");
        }
    }

    #[test]
    fn media_types_by_extension_for_browsers() {
        let text =
            "py rs c h sh conf ini sql patch diff sha256 md5 asc cue lrc yaml toml csv log srt";
        for extension in text.split(' ') {
            assert_eq!(of(&alloc::format!("a.{extension}")), PLAIN_TEXT);
        }
        let others =
            "vob aiff aif 3g2 ac3 dts mp2 ogm asf f4v wv ape caf amr ttml mxf jfif cbz mobi tgz";
        for extension in others.split(' ') {
            let media_type = of(&alloc::format!("a.{extension}"));
            assert!(media_type != UNKNOWN && !media_type.starts_with("text/"));
        }
    }

    #[test]
    fn text_that_is_not_utf_8_has_no_charset() {
        let html = "text/html; charset=utf-8";
        let cases: &[(&'static str, &[u8], bool, &str)] = &[
            (PLAIN_TEXT, b"", false, PLAIN_TEXT),
            (PLAIN_TEXT, b"plain", false, PLAIN_TEXT),
            (
                PLAIN_TEXT,
                "caf\u{e9} \u{1f3b5}".as_bytes(),
                false,
                PLAIN_TEXT,
            ),
            (PLAIN_TEXT, b"\xef\xbb\xbfmarked", false, PLAIN_TEXT),
            (PLAIN_TEXT, b"caf\xe9 au lait", false, "text/plain"),
            (PLAIN_TEXT, b"\xff\xfea\0", false, "text/plain"),
            (PLAIN_TEXT, b"\xed\xa0\x80 surrogate", false, "text/plain"),
            // The cut may have split a character; the end of a file splits none.
            (PLAIN_TEXT, b"caf\xc3", true, PLAIN_TEXT),
            (PLAIN_TEXT, b"caf\xc3", false, "text/plain"),
            (PLAIN_TEXT, b"\xf0\x9f\x8e", true, PLAIN_TEXT),
            (PLAIN_TEXT, b"\xf0\x9f\x8e", false, "text/plain"),
            (PLAIN_TEXT, b"caf\xe9", false, "text/plain"),
            // No split character: nothing could make it whole.
            (PLAIN_TEXT, b"caf\xff", true, "text/plain"),
            (html, b"<meta charset=latin1>\xe9.", true, "text/html"),
            // If the name claims no charset, the content is not looked at.
            ("text/vtt", b"\xff", false, "text/vtt"),
            (UNKNOWN, b"\xff", false, UNKNOWN),
        ];
        for (media_type, start, cut, expected) in cases {
            assert_eq!(declared(media_type, start, *cut), *expected, "{start:?}");
            assert!(claims_utf_8(media_type) || media_type == expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_cut_changes_what_text_is(text: alloc::string::String, at: usize) {
            let at = at.checked_rem(text.len().saturating_add(1)).unwrap();
            let start = text.as_bytes().get(..at).unwrap();
            proptest::prop_assert_eq!(declared(PLAIN_TEXT, start, true), PLAIN_TEXT);
        }
    }

    #[test]
    fn compressible_media_types() {
        let cases = [
            ("a.html", true),
            ("a.js", true),
            ("a.json", true),
            ("a.webmanifest", true),
            ("a.svg", true),
            ("a.mpd", true),
            ("a.m3u8", true),
            ("a.srt", true),
            ("a.vtt", true),
            ("a.wasm", true),
            ("a.mp4", false),
            ("a.m4s", false),
            ("a.ts", false),
            ("a.flac", false),
            ("a.png", false),
            ("a.webp", false),
            ("a.woff2", false),
            ("a.zip", false),
            ("a.epub", false),
            ("a.pdf", false),
            ("a", false),
        ];
        for (name, expected) in cases {
            assert_eq!(compressible(of(name)), expected, "{name}");
        }
    }
}
