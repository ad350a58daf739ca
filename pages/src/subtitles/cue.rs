//! The text of one cue, as WebVTT has it.
//!
//! Nothing but `<b>`, `<i>`, `<u>` and line breaks is markup in what this writes, whatever
//! the file has. `>` is always escaped, so that no text has an arrow, and no line is empty,
//! because an empty one would end the cue (WebVTT §4.1).

use alloc::string::String;

use crate::limits::CUE_BYTES;

/// Tags that are kept, by their letters.
const TAGS: [char; 3] = ['b', 'i', 'u'];

/// Room for the tags that are still to be closed, and for one escaped character.
const ROOM_BYTES: usize = "</b>".len() * TAGS.len() + "&nbsp;".len();

/// Character references that have a meaning in WebVTT (§4.2.2). Others are escaped.
const REFERENCES: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"];

/// The text of a cue.
#[derive(Debug, Default)]
pub(super) struct Cue {
    text: String,
    /// Letters of the open tags, the innermost last.
    open: [Option<char>; TAGS.len()],
    /// Place on the screen, by the keys of a number pad: `{\an8}` is at the top.
    place: Option<u8>,
    /// Whether a character has been written that people can see.
    is_visible: bool,
    /// Whether a line break is due before the next visible character.
    is_broken: bool,
    is_full: bool,
}

impl Cue {
    /// Appends the cue with all tags closed, if there is something to see. `times` appends the
    /// times and the settings that the file has, and returns whether there are any: only
    /// without, the place in the text counts, because no setting may stand twice (WebVTT §4.4).
    /// The cue is empty then.
    pub(super) fn take(&mut self, out: &mut String, times: impl FnOnce(&mut String) -> bool) {
        while let Some(tag) = self.innermost() {
            self.close(tag);
        }
        if self.is_visible {
            if !times(out) {
                out.push_str(self.place.map_or("", settings));
            }
            out.push('\n');
            out.push_str(&self.text);
            out.push_str("\n\n");
        }
        let mut text = core::mem::take(&mut self.text);
        text.clear();
        *self = Self {
            text,
            ..Self::default()
        };
    }

    /// Begins a line, unless the text has none yet.
    pub(super) const fn break_line(&mut self) {
        self.is_broken = self.is_visible;
    }

    /// Sets the place on the screen, unless the text has said one already.
    pub(super) fn put_at(&mut self, place: u8) {
        self.place = self.place.or(Some(place));
    }

    /// Appends a line. `has_references` says that `&amp;` is an escaped `&`.
    pub(super) fn push_line(&mut self, line: &str, has_references: bool) {
        self.break_line();
        let mut rest = line;
        while let Some(letter) = rest.chars().next().filter(|_| !self.is_full) {
            let after = rest.get(letter.len_utf8()..).unwrap_or_default();
            rest = match letter {
                '<' => self.push_tag(after),
                '{' => self.push_override(after),
                '&' if has_references => self.push_reference(rest, after),
                other => self.push(other, after),
            };
        }
    }

    /// Appends a character that is text, and returns `after`.
    fn push<'t>(&mut self, letter: char, after: &'t str) -> &'t str {
        self.push_letter(letter);
        after
    }

    /// Appends a character that is text. Control characters are left out.
    pub(super) fn push_letter(&mut self, letter: char) {
        let mut buffer = [0; 4];
        let text = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\t' => " ",
            control if control.is_control() => return,
            other => &*other.encode_utf8(&mut buffer),
        };
        self.push_text(text, letter.is_whitespace());
    }

    fn push_text(&mut self, text: &str, is_space: bool) {
        // Space at the start of a line is of no use, and may make the line an empty one.
        if is_space && (self.is_broken || !self.is_visible) {
            return;
        }
        if !self.has_room() {
            return;
        }
        if self.is_broken {
            self.text.push('\n');
            self.is_broken = false;
        }
        self.is_visible |= !is_space;
        self.text.push_str(text);
    }

    /// Whether one more character or tag is within the limit.
    fn has_room(&mut self) -> bool {
        self.is_full |= self.text.len().saturating_add(2 * ROOM_BYTES) > CUE_BYTES;
        !self.is_full
    }

    /// Handles what follows a `<`, and returns the rest. The search for the end of a tag
    /// stops at the next `<`, so that no part of a line is searched twice.
    fn push_tag<'t>(&mut self, after: &'t str) -> &'t str {
        let begins = |first: char| first.is_ascii_alphanumeric() || "/!".contains(first);
        let end = after
            .find(['<', '>'])
            .filter(|_| after.starts_with(begins))
            .and_then(|end| after.split_at_checked(end));
        let Some((inside, rest)) =
            end.and_then(|(inside, rest)| Some((inside, rest.strip_prefix('>')?)))
        else {
            return self.push('<', after);
        };
        let (is_end, name) = match inside.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, inside),
        };
        // A tag of WebVTT may have classes, as in `<i.loud>`.
        let name = name.split([' ', '.', '\t', '/']).next().unwrap_or_default();
        let tag = TAGS.into_iter().find(|tag| {
            let mut letters = name.chars().map(|letter| letter.to_ascii_lowercase());
            letters.next() == Some(*tag) && letters.next().is_none()
        });
        match tag {
            Some(tag) if is_end => self.close(tag),
            Some(tag) => self.open(tag),
            None => {}
        }
        rest
    }

    /// Begins or ends one of the styles. The others go on.
    pub(super) fn set(&mut self, tag: char, is_on: bool) {
        let before = self.open;
        self.style(|other| match other == tag {
            true => is_on,
            false => before.contains(&Some(other)),
        });
    }

    /// Begins and ends styles, so that those go on for which `is_on` holds.
    pub(super) fn style(&mut self, is_on: impl Fn(char) -> bool) {
        let before = self.open.into_iter().flatten();
        let over = before.clone().filter(|tag| !is_on(*tag));
        over.for_each(|tag| self.close(tag));
        // What was inside of a style that is over has been closed with it.
        let on = before.chain(TAGS).filter(|tag| is_on(*tag));
        on.for_each(|tag| self.open(tag));
    }

    fn open(&mut self, tag: char) {
        let is_open = self.open.contains(&Some(tag));
        if is_open || !self.has_room() {
            return;
        }
        if let Some(place) = self.open.iter_mut().find(|place| place.is_none()) {
            *place = Some(tag);
            self.text.extend(['<', tag, '>']);
        }
    }

    /// Closes a tag and those inside of it, if it is open.
    fn close(&mut self, tag: char) {
        while self.open.contains(&Some(tag)) {
            let last = self.open.iter_mut().rev().find(|place| place.is_some());
            let Some(inner) = last.and_then(Option::take) else {
                return;
            };
            self.text.extend(['<', '/', inner, '>']);
        }
    }

    fn innermost(&self) -> Option<char> {
        self.open.iter().rev().copied().flatten().next()
    }

    /// Handles what follows a `{`, and returns the rest: `{\an8}` is a place, all else of
    /// the form `{\…}` is dropped.
    fn push_override<'t>(&mut self, after: &'t str) -> &'t str {
        let end = after
            .find(['{', '}'])
            .filter(|_| after.starts_with('\\'))
            .and_then(|end| after.split_at_checked(end));
        let Some((inside, rest)) =
            end.and_then(|(inside, rest)| Some((inside, rest.strip_prefix('}')?)))
        else {
            return self.push('{', after);
        };
        let place = inside.split('\\').find_map(|code| {
            let digit = code.strip_prefix("an")?;
            digit.parse().ok().filter(|place| (1..=9).contains(place))
        });
        place.into_iter().for_each(|place| self.put_at(place));
        rest
    }

    fn push_reference<'t>(&mut self, rest: &'t str, after: &'t str) -> &'t str {
        let known = REFERENCES
            .into_iter()
            .find_map(|reference| Some((reference, rest.strip_prefix(reference)?)));
        match known {
            Some((reference, rest)) => {
                self.push_text(reference, reference == "&nbsp;");
                rest
            }
            None => self.push('&', after),
        }
    }
}

/// Returns the settings for a place on the screen. The bottom and the middle of a line are
/// where cues are anyway.
fn settings(place: u8) -> &'static str {
    match place {
        1 => " position:5% align:left",
        3 => " position:95% align:right",
        4 => " line:45% position:5% align:left",
        5 => " line:45%",
        6 => " line:45% position:95% align:right",
        7 => " line:0 position:5% align:left",
        8 => " line:0",
        9 => " line:0 position:95% align:right",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &str, has_references: bool) -> String {
        let (mut cue, mut out) = (Cue::default(), String::new());
        for line in lines.split('\n') {
            cue.push_line(line, has_references);
        }
        cue.take(&mut out, |out| {
            out.push('T');
            false
        });
        out
    }

    #[test]
    fn nothing_but_three_tags_is_markup() {
        let cases = [
            ("plain", "T\nplain\n\n"),
            ("<i>a</i> <B>b</B>", "T\n<i>a</i> <b>b</b>\n\n"),
            ("<i>a\n  b", "T\n<i>a\nb</i>\n\n"),
            ("<b><i>a</b>b</i>", "T\n<b><i>a</i></b>b\n\n"),
            ("<b><b>a</b></b></u>", "T\n<b>a</b>\n\n"),
            ("<font color=\"#fff\">a</font>", "T\na\n\n"),
            ("<v Bob><script>a</script>", "T\na\n\n"),
            ("<00:00:01.000>a<i.loud>b", "T\na<i>b</i>\n\n"),
            ("a < b & c > d", "T\na &lt; b &amp; c &gt; d\n\n"),
            ("<3 <a <b>c", "T\n&lt;3 &lt;a <b>c</b>\n\n"),
            ("a --> b", "T\na --&gt; b\n\n"),
            ("{\\an8}a", "T line:0\na\n\n"),
            (
                "{\\i1\\an7\\b1}a{\\an1}",
                "T line:0 position:5% align:left\na\n\n",
            ),
            ("{\\an0}{\\pos(1,2)}a", "T\na\n\n"),
            ("{a} {\\b", "T\n{a} {\\b\n\n"),
            ("a\n{\\an2}\n \n\u{3000}\nb", "T\na\nb\n\n"),
            ("a\u{1}\t\u{7f}b", "T\na b\n\n"),
            ("<i> </i>", ""),
            ("", ""),
        ];
        for (lines, expected) in cases {
            assert_eq!(written(lines, false), expected, "{lines}");
        }
    }

    #[test]
    fn references_are_those_of_webvtt() {
        for (line, with, without) in [
            ("&lt;b&gt;", "T\n&lt;b&gt;\n\n", "T\n&amp;lt;b&amp;gt;\n\n"),
            (
                "&x; & &#60;",
                "T\n&amp;x; &amp; &amp;#60;\n\n",
                "T\n&amp;x; &amp; &amp;#60;\n\n",
            ),
            ("&nbsp;", "", "T\n&amp;nbsp;\n\n"),
        ] {
            assert_eq!(written(line, true), with);
            assert_eq!(written(line, false), without);
        }
    }
}
