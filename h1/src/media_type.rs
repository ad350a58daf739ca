//! Media types by file name (RFC 9110 §8.3.1).
//!
//! From the name alone: nothing is guessed from the content, and `nosniff` tells
//! browsers to do the same.

/// What a file is called whose extension says nothing.
pub const UNKNOWN: &str = "application/octet-stream";

/// The media type for the extension of `file_name`, letter case aside. Text is
/// declared to be UTF-8, except where the format itself says what it is.
pub fn of(file_name: &str) -> &'static str {
    let Some((stem, extension)) = file_name.rsplit_once('.') else {
        return UNKNOWN;
    };
    if stem.is_empty() {
        return UNKNOWN;
    }
    let lower = || extension.bytes().map(|byte| byte.to_ascii_lowercase());
    TYPES
        .binary_search_by(|(known, _)| known.bytes().cmp(lower()))
        .ok()
        .and_then(|place| TYPES.get(place))
        .map_or(UNKNOWN, |(_, media_type)| media_type)
}

/// Whether a precompressed sibling is worth looking for: text and its like. Video,
/// audio, most images and archives are compressed already, and of the unknown we
/// know nothing.
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
                | "application/x-subrip"
                | "application/xml"
                | "audio/mpegurl"
                | "font/otf"
                | "font/ttf"
                | "image/bmp"
                | "image/x-icon"
        )
}

/// Sorted by extension.
const TYPES: &[(&str, &str)] = &[
    ("3gp", "video/3gpp"),
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("apng", "image/apng"),
    ("ass", "text/x-ssa; charset=utf-8"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("flv", "video/x-flv"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("jxl", "image/jxl"),
    ("log", "text/plain; charset=utf-8"),
    ("m2ts", "video/mp2t"),
    ("m3u", "audio/mpegurl"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4b", "audio/mp4"),
    ("m4s", "video/iso.segment"),
    ("m4v", "video/mp4"),
    ("map", "application/json"),
    ("markdown", "text/markdown; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("mid", "audio/midi"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mka", "audio/x-matroska"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpd", "application/dash+xml"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("mts", "video/mp2t"),
    ("nfo", "text/plain; charset=utf-8"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("rar", "application/vnd.rar"),
    ("rss", "application/rss+xml"),
    ("rtf", "application/rtf"),
    ("srt", "application/x-subrip"),
    ("ssa", "text/x-ssa; charset=utf-8"),
    ("sub", "text/x-microdvd"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("toml", "application/toml"),
    ("ts", "video/mp2t"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("vtt", "text/vtt"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("wma", "audio/x-ms-wma"),
    ("wmv", "video/x-ms-wmv"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "application/xml"),
    ("xz", "application/x-xz"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::is_token;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(TYPES.is_sorted_by(|(a, _), (b, _)| a < b));
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
            ("README", UNKNOWN),
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
    fn what_compression_is_for() {
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
