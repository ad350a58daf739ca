//! MicroDVD (`.sub`): a line for each cue, with frames of the film as times:
//! `{25}{50}Hello|there`.

use alloc::string::String;

use super::cue::Cue;
use super::lines::lines;
use super::timing::Timing;

/// Frames in a thousand seconds of a film that does not say it: those of most films on discs.
const DEFAULT_RATE: u64 = 23_976;

/// Rates that are believed, in frames of a thousand seconds.
const RATES: core::ops::RangeInclusive<u64> = 1_000..=300_000;

/// Most digits of a number of a frame. As many frames are a day of any film.
const FRAME_DIGITS: usize = 7;

/// Time that a cue is shown which does not say when it ends.
const OPEN_MILLISECONDS: u64 = 5_000;

/// Whether a line is a cue.
pub(super) fn is_cue(line: &str) -> bool {
    Line::parse(line).is_some()
}

/// Appends the cues of a file. Its first line may be the rate of frames.
pub(super) fn write(text: &str, out: &mut String) {
    let mut rate = None;
    let mut cue = Cue::default();
    for line in lines(text).filter_map(Line::parse) {
        if rate.is_none() {
            let first = line.rate();
            rate = Some(first.unwrap_or(DEFAULT_RATE));
            if first.is_some() {
                continue;
            }
        }
        let rate = rate.unwrap_or(DEFAULT_RATE);
        let start = milliseconds(line.start, rate);
        let end = match line.end {
            Some(frame) => milliseconds(frame, rate),
            None => start.saturating_add(OPEN_MILLISECONDS),
        };
        if start < end {
            line.push(&mut cue);
            cue.take(out, |out| {
                Timing::new(start, end, "").write(out);
                false
            });
        }
    }
}

fn milliseconds(frame: u64, rate: u64) -> u64 {
    let time = frame.saturating_mul(1_000_000).checked_div(rate);
    time.unwrap_or_default()
}

struct Line<'t> {
    start: u64,
    end: Option<u64>,
    text: &'t str,
}

impl<'t> Line<'t> {
    fn parse(line: &'t str) -> Option<Self> {
        let (start, rest) = braces(line.trim_start())?;
        let (end, text) = braces(rest)?;
        Some(Self {
            start: frame(start)?,
            end: if end.is_empty() {
                None
            } else {
                Some(frame(end)?)
            },
            text,
        })
    }

    /// Returns the rate that the line says instead of a text: `{1}{1}25`.
    fn rate(&self) -> Option<u64> {
        if self.start > 1 || self.end.is_none_or(|end| end > 1) {
            return None;
        }
        let text = self.text.trim();
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = fraction.bytes().chain(core::iter::repeat(b'0')).take(3);
        let thousandths = digits.map(|digit| digit.checked_sub(b'0').filter(|it| *it < 10));
        let whole = frame(whole)?.saturating_mul(1_000);
        let rate = thousandths.zip([100, 10, 1]).try_fold(whole, |sum, part| {
            let (digit, weight) = part;
            sum.checked_add(u64::from(digit?).checked_mul(weight)?)
        })?;
        RATES.contains(&rate).then_some(rate)
    }

    /// Appends the text, of which `|` parts the lines. `{y:i}` is for one line, `{Y:i}` for
    /// all from there on.
    fn push(&self, cue: &mut Cue) {
        for line in self.text.split('|') {
            cue.break_line();
            let (mut rest, mut of_line) = (line, "");
            while let Some((code, after)) = braces(rest)
                && let Some((
                    name @ ("y" | "Y" | "f" | "F" | "s" | "S" | "c" | "C" | "P" | "H" | "o"),
                    value,
                )) = code.split_once(':')
            {
                rest = after;
                match name {
                    "Y" => styles(value).for_each(|tag| cue.set(tag, true)),
                    "y" => {
                        of_line = value;
                        styles(value).for_each(|tag| cue.set(tag, true));
                    }
                    _ => {}
                }
            }
            rest.chars().for_each(|letter| cue.push_letter(letter));
            styles(of_line).for_each(|tag| cue.set(tag, false));
        }
    }
}

/// Returns the tags of WebVTT for styles: `i`, `b`, `u`, in any order and with commas.
fn styles(value: &str) -> impl Iterator<Item = char> {
    let letters = value.chars().map(|letter| letter.to_ascii_lowercase());
    letters.filter(|letter| matches!(letter, 'b' | 'i' | 'u'))
}

/// Returns what is in the braces that a text begins with, and the rest.
fn braces(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    // The search ends at the next brace, so that no part of a line is searched twice.
    let (inside, rest) = inside.split_at_checked(inside.find(['{', '}'])?)?;
    Some((inside, rest.strip_prefix('}')?))
}

fn frame(digits: &str) -> Option<u64> {
    let is_number = (1..=FRAME_DIGITS).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn written(text: &str) -> String {
        let mut out = String::new();
        write(text, &mut out);
        out
    }

    #[test]
    fn frames_are_times() {
        for (first, time) in [
            ("{1}{1}25\n", "00:00:04.000 --> 00:00:08.000"),
            ("{1}{1} 25.000 \n", "00:00:04.000 --> 00:00:08.000"),
            ("{0}{0}29,97\n", "00:00:03.336 --> 00:00:06.673"),
            ("", "00:00:04.170 --> 00:00:08.341"),
            // No rate, or none that is believed: a cue of no time.
            ("{1}{1}x\n", "00:00:04.170 --> 00:00:08.341"),
            ("{1}{1}0\n", "00:00:04.170 --> 00:00:08.341"),
            ("{1}{1}1000\n", "00:00:04.170 --> 00:00:08.341"),
            ("{DEFAULT}{}{C:$0000ff}\n", "00:00:04.170 --> 00:00:08.341"),
        ] {
            let text = format!("{first}{{100}}{{200}}a\n");
            assert_eq!(written(&text), format!("{time}\na\n\n"), "{first}");
        }
    }

    #[test]
    fn lines_have_styles() {
        for (text, expected) in [
            ("a|b", "a\nb"),
            ("{y:i}a|b", "<i>a</i>\nb"),
            ("{Y:i,b}a|b", "<i><b>a\nb</b></i>"),
            ("{c:$ff}{y:u}a{b}|{x}c", "<u>a{b}</u>\n{x}c"),
            ("a < b & c", "a &lt; b &amp; c"),
        ] {
            let text = format!("{{1}}{{1}}25\n{{25}}{{50}}{text}");
            let expected = format!("00:00:01.000 --> 00:00:02.000\n{expected}\n\n");
            assert_eq!(written(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_cue_without_an_end_has_one() {
        assert_eq!(
            written("{1}{1}25\n{25}{}a\n{50}{50}never\n{60}{x}no cue\n{70}{80}\n"),
            "00:00:01.000 --> 00:00:06.000\na\n\n"
        );
    }
}
