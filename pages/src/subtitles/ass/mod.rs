//! SubStation Alpha (`.ssa`) and its successor (`.ass`): sections of lines, each with a name
//! and values between commas.
//!
//! What WebVTT can show is kept: text, bold, italic and underlined text, and the place on the
//! screen. Fonts, colours, movements and drawings are not.
//!
//! | file | holds |
//! | --- | --- |
//! | `styles` | the styles of a script by their names |
//! | `text` | the text of a line, with its codes in braces |

pub(super) mod styles;
pub(super) mod text;

use alloc::string::String;
use alloc::vec::Vec;

use self::styles::Styles;
use super::cue::Cue;
use super::lines::lines;
use super::timing::{Timing, milliseconds};

/// Names of sections that a script begins with, in lower case.
const FIRST_SECTIONS: [&str; 4] = ["[script info]", "[v4 styles]", "[v4+ styles]", "[events]"];

/// A line that is shown.
#[derive(Clone, Copy)]
struct Dialogue<'t> {
    start: u64,
    end: u64,
    /// The values of the line, of which text and style are looked for when it is written.
    values: &'t str,
    columns: Columns,
}

/// The places of the values of a line, as a line `Format:` lists them. The last one is the
/// text, which may have commas.
#[derive(Clone, Copy)]
struct Columns {
    start: u8,
    end: u8,
    style: u8,
    count: u8,
}

/// Those of a script that does not list them.
const COLUMNS: Columns = Columns {
    start: 1,
    end: 2,
    style: 3,
    count: 10,
};

/// Whether a line is one that scripts begin with: the name of a section.
pub(super) fn is_section(line: &str) -> bool {
    let line = line.trim();
    FIRST_SECTIONS
        .iter()
        .any(|section| section.eq_ignore_ascii_case(line))
}

/// Appends the cues of a script in the order of their times, which that of its lines is
/// often not.
pub(super) fn write(script: &str, out: &mut String) {
    let styles = Styles::of(script);
    let mut dialogues = dialogues(script);
    // Sorted in place: a stable sort would need memory. Lines are in the order of the text.
    dialogues.sort_unstable_by_key(|it| (it.start, it.values.as_ptr().addr()));
    let mut cue = Cue::default();
    for dialogue in dialogues {
        let value = |column: u8| value(dialogue.values, column);
        let style = styles.find(value(dialogue.columns.style));
        text::push(dialogue.text(), style, &mut cue);
        let timing = Timing::new(dialogue.start, dialogue.end, "");
        cue.take(out, |out| {
            timing.write(out);
            false
        });
    }
}

/// Returns the lines that are shown, in the order of the script.
fn dialogues(script: &str) -> Vec<Dialogue<'_>> {
    let (mut columns, mut is_events) = (COLUMNS, true);
    let mut dialogues = Vec::new();
    for line in lines(script) {
        if line.starts_with('[') {
            is_events = line.trim().eq_ignore_ascii_case("[events]");
        }
        match line.split_once(':').filter(|_| is_events) {
            Some(("Format", names)) => columns = Columns::of(names),
            Some(("Dialogue", values)) => dialogues.extend(columns.dialogue(values)),
            _ => {}
        }
    }
    dialogues
}

impl Columns {
    fn of(names: &str) -> Self {
        let place = |name: &str| {
            let mut names = names.split(',');
            names.position(|it| it.trim().eq_ignore_ascii_case(name))
        };
        let place = |name| place(name).and_then(|it| u8::try_from(it).ok());
        let columns = || {
            Some(Self {
                start: place("Start")?,
                end: place("End")?,
                style: place("Style").unwrap_or(u8::MAX),
                count: u8::try_from(names.split(',').count()).ok()?,
            })
        };
        columns().unwrap_or(COLUMNS)
    }

    /// Returns a line that is shown, if it has times.
    fn dialogue(self, values: &str) -> Option<Dialogue<'_>> {
        let time = |column| milliseconds(value(values, column));
        let (start, end) = time(self.start).zip(time(self.end))?;
        (start < end).then_some(Dialogue {
            start,
            end,
            values,
            columns: self,
        })
    }
}

impl<'t> Dialogue<'t> {
    fn text(&self) -> &'t str {
        let mut values = self.values.splitn(self.columns.count.into(), ',');
        let last = usize::from(self.columns.count).saturating_sub(1);
        values.nth(last).unwrap_or_default()
    }
}

fn value(values: &str, column: u8) -> &str {
    let value = values.split(',').nth(column.into());
    value.unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn written(script: &str) -> String {
        let mut out = String::new();
        write(script, &mut out);
        out
    }

    #[test]
    fn dialogues_are_cues_in_the_order_of_their_times() {
        let script = "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name, Italic, Alignment\n\
            Style: Default,0,2\nStyle: Sign,-1,8\n\n[Events]\n\
            Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
            Dialogue: 0,0:00:03.00,0:00:04.50,Sign,,0,0,0,,Late, but {\\b1}here{\\b0}\n\
            Comment: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,never\n\
            Dialogue: 0,0:00:01.00,0:00:02.00,*Default,,0,0,0,,one\\Ntwo\n\
            Dialogue: 1,0:00:01.00,0:00:02.00,None,,0,0,0,,same\n\
            Dialogue: 0,0:00:05.00,0:00:05.00,Default,,0,0,0,,of no time\n\
            Dialogue: 0,x,0:00:05.00,Default,,0,0,0,,of none at all\n";
        let expected = "00:00:01.000 --> 00:00:02.000\none\ntwo\n\n\
            00:00:01.000 --> 00:00:02.000\nsame\n\n\
            00:00:03.000 --> 00:00:04.500 line:0\n<i>Late, but <b>here</b></i>\n\n";
        assert_eq!(written(script), expected);
        assert_eq!(written(&script.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn columns_are_where_the_script_says() {
        for (format, line) in [
            ("Start, End, Text", "0:00:01.00,0:00:02.00,a, b"),
            ("Text, Start, End, Style", "x,0:00:01.00,0:00:02.00,a, b"),
            // What is not a format is as if it were not there.
            ("x", "0,0:00:01.00,0:00:02.00,,,,,,,a, b"),
        ] {
            let script = format!("[Events]\nFormat: {format}\nDialogue: {line}");
            assert_eq!(
                written(&script),
                "00:00:01.000 --> 00:00:02.000\na, b\n\n",
                "{format}"
            );
        }
    }

    #[test]
    fn scripts_are_known_by_their_first_section() {
        for (line, expected) in [
            ("[Script Info]", true),
            (" [V4+ STYLES] ", true),
            ("[Events]", true),
            ("[music]", false),
            ("Dialogue: 0", false),
        ] {
            assert_eq!(is_section(line), expected, "{line}");
        }
    }
}
