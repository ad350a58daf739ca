//! Subtitles as WebVTT, the only format that browsers show.

use alloc::string::String;

use super::lines::lines;
use super::{ass, microdvd, subrip, ttml};
use crate::charset;
use crate::limits::SUBTITLES_BYTES;

/// The first line of a file.
pub(super) const HEAD: &str = "WEBVTT\n\n";

/// Most bytes that one byte of a file becomes. A short line of MicroDVD becomes a line of
/// times.
const CONVERTED_BYTES: usize = 6;

/// Lines with text at the start of a file, of which one tells whether it is MicroDVD.
const FIRST_LINES: usize = 4;

/// Reasons for which a file is not converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The file is longer than [`SUBTITLES_BYTES`].
    TooLong,
    /// No cue is in the file.
    NoCue,
}

/// Returns the most bytes that [`convert`] makes of as many bytes as given.
#[must_use]
pub const fn bound(bytes: usize) -> usize {
    bytes
        .saturating_mul(CONVERTED_BYTES)
        .saturating_add(HEAD.len())
}

/// Returns a file of subtitles as WebVTT in UTF-8, in time that is linear in its length. The
/// result is no longer than its [`bound`]. Besides, decoding and sorting need up to three
/// times its length of memory. What the file is, its first lines say, whatever its name is.
///
/// # Errors
///
/// The file is too long, or it has no cue.
pub fn convert(input: &[u8]) -> Result<String, Error> {
    if input.len() > SUBTITLES_BYTES {
        return Err(Error::TooLong);
    }
    let text = charset::decode(input);
    // Most cues are about as long as before.
    let mut out = String::with_capacity(text.len().saturating_add(HEAD.len()));
    out.push_str(HEAD);
    format(&text)(&text, &mut out);
    if out.len() == HEAD.len() {
        return Err(Error::NoCue);
    }
    Ok(out)
}

/// Returns the function that appends the cues of such a text.
fn format(text: &str) -> fn(&str, &mut String) {
    let first = lines(text).filter(|line| !line.trim().is_empty());
    let mut first = first.take(FIRST_LINES);
    match first.clone().next() {
        Some(line) if ass::is_section(line) => ass::write,
        Some(line) if line.starts_with('{') && first.any(microdvd::is_cue) => microdvd::write,
        Some(_) if ttml::is_document(text) => ttml::write,
        _ => subrip::write,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CUE_BYTES;
    use crate::subtitles::timing::{ARROW, Timing};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const ONE: &str = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na\n\n";
    const TWO: &str =
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na\n\n00:00:03.000 --> 00:00:04.000\nb\n\n";

    #[test]
    fn subrip_and_webvtt_become_webvtt() {
        let cases = [
            ("1\n00:00:01,000 --> 00:00:02,000\na\n", ONE),
            (
                "\u{feff}1\r\n00:00:01,000 --> 00:00:02,000\r\na\r\n\r\n",
                ONE,
            ),
            ("1\r00:00:01,000 --> 00:00:02,000\ra\r\r", ONE),
            // No number, a wrong one, no empty line between cues, and no fraction.
            ("0:01 --> 0:02\na\n7\n0:03 --> 0:04\nb", TWO),
            ("x\n1\n\n0:01 --> 0:02\na\n\n0:03 --> 0:04\nb", TWO),
            ("0:01 --> 0:02\n\na\n\n\n2\n0:03 --> 0:04\n\n\nb\n\n", TWO),
            // Cues of no text, and of no time.
            (
                "1\n0:01 --> 0:02\na\n\n2\n0:05 --> 0:06\n\n3\n0:04 --> 0:04\nb",
                ONE,
            ),
            // A number that is text, because an empty line follows.
            (
                "1\n0:01 --> 0:02\n42\n\n0:03 --> 0:04\nb",
                "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n42\n\n00:00:03.000 --> 00:00:04.000\nb\n\n",
            ),
            (
                "1\n0:01 --> 0:02 X1:0\n{\\an8}a\n9",
                "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:0\na\n9\n\n",
            ),
            // WebVTT: settings stay; names, notes and styles do not.
            (
                "WEBVTT title\n\nSTYLE\n::cue{}\n\nNOTE\nx\n\nintro\n0:01.000 --> 0:02.000 line:0 region:x\n<v A>a &amp; b\n\nx\n",
                "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:0\na &amp; b\n\n",
            ),
            // A setting stands once: what the line of times says wins.
            (
                "WEBVTT\n\n0:01.000 --> 0:02.000 line:9\n{\\an8}a\n",
                "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:9\na\n\n",
            ),
            (TWO, TWO),
            // Text that is the first line of other formats.
            (
                "0:01 --> 0:02\n[Events]\n{1}{2}",
                "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n[Events]\n{1}{2}\n\n",
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(
                convert(input.as_bytes()).as_deref(),
                Ok(expected),
                "{input}"
            );
        }
    }

    #[test]
    fn the_first_lines_say_what_a_file_is() {
        let cases = [
            "{1}{1}25\n{25}{50}a\n",
            "{DEFAULT}{}{c:$ff}\r\n{1}{1}25\r\n{25}{50}a\r\n",
            "\u{feff}[Script Info]\r\n\r\n[Events]\r\nDialogue: 0,0:00:01.00,0:00:02.00,,,,,,,a\r\n",
            "<tt><body><p begin='1s' end='2s'>a</p></body></tt>",
            "<?xml version=\"1.0\"?>\n<tt:tt><tt:p begin='1s' dur='1s'>a</tt:p></tt:tt>\n",
        ];
        for text in cases {
            let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
            for file in [text.as_bytes().to_vec(), wide.collect()] {
                assert_eq!(convert(&file).as_deref(), Ok(ONE), "{text}");
            }
        }
    }

    #[test]
    fn short_lines_are_within_the_bound() {
        for (start, line) in [
            ("", "0:00-->0:01\n&\n"),
            ("{1}{1}25\n", "{0}{}&\n"),
            ("{1}{1}25\n", "{0}{9}{y:i}&\n"),
            ("{1}{1}1\n", "{9999999}{}&\n"),
            (
                "[Events]\nFormat:Start,End,Text\n",
                "Dialogue:0:00,0:01,{\\an1\\b1}&\n",
            ),
            ("<tt>", "<p end='1s'>&</p>"),
            (
                "<tt><region displayAlign='before' id='a'/>",
                "<p end='1s'region='a'>&</p>",
            ),
        ] {
            let file = [start, &line.repeat(1_000)].concat();
            let text = convert(file.as_bytes()).unwrap();
            assert!(text.len() <= bound(file.len()), "{line}: {}", text.len());
            assert_is_safe(&text);
        }
    }

    #[test]
    fn a_file_without_cues_is_refused() {
        for input in ["", "WEBVTT\n", "1\n2\n", "0:01 --> 0:02\n", "\u{feff}"] {
            assert_eq!(convert(input.as_bytes()), Err(Error::NoCue), "{input}");
        }
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let mut file = Vec::from("0:01 --> 0:02\na\n");
        file.resize(SUBTITLES_BYTES, b'\n');
        assert_eq!(convert(&file).as_deref(), Ok(ONE));
        file.push(b'\n');
        assert_eq!(convert(&file), Err(Error::TooLong));
    }

    #[test]
    fn a_cue_has_a_bound() {
        for unit in ["a", "<b>a</b>", "&", "<i>x<b>", "\u{20ac}\n", "<u>x"] {
            let file = ["0:01 --> 0:02\n", &unit.repeat(CUE_BYTES)].concat();
            let text = convert(file.as_bytes()).unwrap();
            assert!(text.len() < CUE_BYTES + 64, "{unit}: {}", text.len());
            assert_is_safe(&text);
        }
    }

    /// Panics if something is wrong with what a browser would read.
    fn assert_is_safe(text: &str) {
        let blocks = text
            .strip_prefix(HEAD)
            .unwrap()
            .strip_suffix("\n\n")
            .unwrap();
        for block in blocks.split("\n\n") {
            let (times, cue) = block.split_once('\n').unwrap();
            assert!(Timing::parse(times).is_some(), "{block}");
            assert!(!cue.contains(ARROW) && !cue.starts_with('\n'), "{block}");
            assert!(
                !cue.contains(|c: char| c.is_control() && c != '\n'),
                "{block}"
            );
            let mut open = Vec::new();
            for tag in cue.split('<').skip(1) {
                let (tag, _) = tag.split_once('>').unwrap();
                match tag.strip_prefix('/') {
                    Some(tag) => assert_eq!(open.pop(), Some(tag), "{block}"),
                    None => open.push(tag),
                }
                assert!(
                    matches!(tag, "b" | "i" | "u" | "/b" | "/i" | "/u"),
                    "{block}"
                );
            }
            assert!(open.is_empty(), "{block}");
        }
    }

    const PARTS: &[&str] = &[
        "\n",
        "\r\n\n",
        "0:01 --> 0:02\n",
        "0:01-->0:02\n{\\an1}a\n",
        "<b>",
        "</b>",
        ">",
        "<",
        "-->",
        "{\\an9}",
        "{\\",
        "}",
        "&",
        "&lt;",
        "\0",
        "\u{2028}",
        "<script>",
        "{1}{9}",
        "{y:i}",
        "|",
        "Dialogue: 0,0:00:01.00,0:00:02.00,,,,,,,",
        "{\\b1}",
        "\\N",
        "<p begin='1s' end='2s'>",
        "</p>",
        "<span tts:fontStyle='italic'>",
        "</span>",
        "<![CDATA[",
    ];

    /// What files of each format begin with.
    const HEADS: &[&str] = &[
        "0:01 --> 0:02\n",
        "WEBVTT\n\n0:01 --> 0:02\n",
        "{1}{2}",
        "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,,,,,",
        "<tt><p begin='1s' end='2s'>",
    ];

    proptest! {
        #[test]
        fn hostile_text_has_no_markup_but_three_tags(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..60),
            head in prop::sample::select(HEADS),
        ) {
            let input = [head, &parts.concat()].concat();
            if let Ok(text) = convert(input.as_bytes()) {
                prop_assert!(text.len() <= bound(input.len()));
                assert_is_safe(&text);
            }
        }

        #[test]
        fn any_bytes_are_within_the_bound(input in prop::collection::vec(any::<u8>(), 0..300)) {
            let input = [b"0:01-->0:02\n", &*input].concat();
            if let Ok(text) = convert(&input) {
                prop_assert!(text.len() <= bound(input.len()));
                assert_is_safe(&text);
            }
        }
    }
}
