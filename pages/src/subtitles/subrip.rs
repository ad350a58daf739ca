//! SubRip, and WebVTT as the file of its own that it is.
//!
//! SubRip has no standard, so this reads what players read: numbers may be missing or
//! wrong, a cue goes on after an empty line, and hours and fractions may be left out.
//! WebVTT is read by its own rules and written anew: styles, notes, regions and unknown
//! tags are dropped.

use alloc::string::String;

use super::cue::Cue;
use super::lines::lines;
use super::timing::Timing;

/// Appends the cues of a file.
pub(super) fn write(text: &str, out: &mut String) {
    let mut reader = Reader {
        out,
        is_webvtt: is_webvtt(text),
        timing: None,
        number: None,
        cue: Cue::default(),
    };
    lines(text).for_each(|line| reader.line(line));
    reader.end_cue();
}

/// Whether the text begins as WebVTT must (§4.1).
fn is_webvtt(text: &str) -> bool {
    let rest = text.strip_prefix("WEBVTT");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

struct Reader<'t, 'o> {
    out: &'o mut String,
    is_webvtt: bool,
    /// The times of the current cue, if there is one.
    timing: Option<Timing<'t>>,
    /// A line that is the number of the next cue if the times of a cue follow it, and else
    /// text.
    number: Option<&'t str>,
    cue: Cue,
}

impl<'t> Reader<'t, '_> {
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
            self.cue.take(self.out, |out| {
                timing.write(out);
                is_webvtt && timing.write_settings(out)
            });
        }
    }
}
