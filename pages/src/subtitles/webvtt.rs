//! Subtitles as WebVTT, the only format that browsers show.
//!
//! SubRip has no standard, so this reads what players read: numbers may be missing or
//! wrong, a cue goes on after an empty line, and hours and fractions may be left out.
//! WebVTT is read by its own rules and written anew: styles, notes, regions and unknown
//! tags are dropped.

use alloc::string::String;

use super::cue::Cue;
use super::timing::Timing;
use crate::charset;
use crate::limits::SUBTITLES_BYTES;

/// The first line of a file.
const HEAD: &str = "WEBVTT\n\n";

/// Most bytes that one byte of a file becomes: `&` is written as `&amp;`.
const CONVERTED_BYTES: usize = 5;

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

/// Returns a file of SubRip or WebVTT as WebVTT in UTF-8, in time that is linear in its
/// length. The result is no longer than its [`bound`]. A file that is not UTF-8 needs up to
/// three times its length of memory besides.
///
/// # Errors
///
/// The file is too long, or it has no cue.
pub fn convert(input: &[u8]) -> Result<String, Error> {
    if input.len() > SUBTITLES_BYTES {
        return Err(Error::TooLong);
    }
    let text = charset::decode(input);
    let mut converter = Converter {
        // Most cues are about as long as before.
        out: String::with_capacity(text.len().saturating_add(HEAD.len())),
        is_webvtt: is_webvtt(&text),
        timing: None,
        number: None,
        cue: Cue::default(),
    };
    converter.out.push_str(HEAD);
    for line in lines(&text) {
        converter.line(line);
    }
    converter.end_cue();
    if converter.out.len() == HEAD.len() {
        return Err(Error::NoCue);
    }
    Ok(converter.out)
}

/// Whether the text begins as WebVTT must (§4.1).
fn is_webvtt(text: &str) -> bool {
    let rest = text.strip_prefix("WEBVTT");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Returns the lines of a text, which end in LF, CRLF or CR.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .flat_map(|line| line.split('\r'))
}

struct Converter<'t> {
    out: String,
    is_webvtt: bool,
    /// The times of the current cue, if there is one.
    timing: Option<Timing<'t>>,
    /// A line that is the number of the next cue if the times of a cue follow it, and else
    /// text.
    number: Option<&'t str>,
    cue: Cue,
}

impl<'t> Converter<'t> {
    fn line(&mut self, line: &'t str) {
        let timing = Timing::parse(line);
        if timing.is_some() {
            self.number = None;
            self.end_cue();
            self.timing = timing;
            return;
        }
        self.push_number();
        let text = line.trim();
        if text.is_empty() {
            if self.is_webvtt {
                self.end_cue();
            }
        } else if !self.is_webvtt && text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.number = Some(text);
        } else {
            self.push(line);
        }
    }

    fn push(&mut self, line: &str) {
        if self.timing.is_some() {
            self.cue.push_line(line, self.is_webvtt);
        }
    }

    fn push_number(&mut self) {
        if let Some(number) = self.number.take() {
            self.push(number);
        }
    }

    fn end_cue(&mut self) {
        self.push_number();
        if let Some(timing) = self.timing.take() {
            let is_webvtt = self.is_webvtt;
            // A cue that ends before it starts is never shown.
            if timing.is_empty() {
                self.cue = Cue::default();
            }
            self.cue.take(&mut self.out, |out| {
                timing.write(out);
                is_webvtt && timing.write_settings(out)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CUE_BYTES;
    use crate::subtitles::timing::ARROW;
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
    ];

    proptest! {
        #[test]
        fn hostile_text_has_no_markup_but_three_tags(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..60),
            is_webvtt: bool,
        ) {
            let head = if is_webvtt { "WEBVTT\n\n" } else { "" };
            let input = [head, "0:01 --> 0:02\n", &parts.concat()].concat();
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
