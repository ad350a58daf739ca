//! The text of a line, with codes in braces: `{\i1}` begins italic text.

use super::styles::{Style, old_place};
use crate::subtitles::cue::Cue;

/// Weight from which text is bold.
const BOLD: u32 = 600;

/// Appends the text of a line that has a style.
pub(in super::super) fn push(text: &str, style: Style, cue: &mut Cue) {
    cue.break_line();
    let mut line = Line {
        style,
        is_drawing: false,
        cue,
    };
    line.reset();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        rest = match letter {
            '{' => match after.split_once('}') {
                Some((codes, rest)) => {
                    line.read(codes);
                    rest
                }
                // No further brace has an end, either.
                None => {
                    rest.chars().for_each(|letter| line.push(letter));
                    break;
                }
            },
            '\\' => line.escape(after),
            letter => {
                line.push(letter);
                after
            }
        };
    }
    if let Some(place) = style.place {
        line.cue.put_at(place);
    }
}

struct Line<'c> {
    style: Style,
    /// Whether the text is a drawing, which is made of numbers.
    is_drawing: bool,
    cue: &'c mut Cue,
}

impl Line<'_> {
    fn push(&mut self, letter: char) {
        match letter {
            _ if self.is_drawing => {}
            '\n' => self.cue.break_line(),
            letter => self.cue.push_letter(letter),
        }
    }

    /// Handles what follows a `\` in the text, and returns the rest.
    fn escape<'t>(&mut self, after: &'t str) -> &'t str {
        let letter = match after.bytes().next() {
            Some(b'N' | b'n') => '\n',
            Some(b'h') => '\u{a0}',
            _ => {
                self.push('\\');
                return after;
            }
        };
        self.push(letter);
        after.get(1..).unwrap_or_default()
    }

    /// Sets bold, italic and underlined as the style has them.
    fn reset(&mut self) {
        let style = self.style;
        self.cue.style(|tag| match tag {
            'b' => style.is_bold,
            'i' => style.is_italic,
            _ => style.is_underlined,
        });
    }

    /// Reads the codes in a pair of braces. Without a `\` it is a comment.
    fn read(&mut self, codes: &str) {
        for code in codes.split('\\').skip(1) {
            let code = code.trim();
            let end = code.find(|letter: char| !letter.is_ascii_alphabetic());
            let Some((name, value)) = code.split_at_checked(end.unwrap_or(code.len())) else {
                continue;
            };
            let number = value.parse::<u32>().ok();
            match name {
                "b" if value.is_empty() => self.cue.set('b', self.style.is_bold),
                "i" if value.is_empty() => self.cue.set('i', self.style.is_italic),
                "u" if value.is_empty() => self.cue.set('u', self.style.is_underlined),
                "r" => self.reset(),
                name => {
                    if let Some(number) = number {
                        self.read_number(name, number);
                    }
                }
            }
        }
    }

    fn read_number(&mut self, name: &str, number: u32) {
        let place = u8::try_from(number).ok();
        let place = match name {
            "b" => return self.cue.set('b', number == 1 || number >= BOLD),
            "i" => return self.cue.set('i', number != 0),
            "u" => return self.cue.set('u', number != 0),
            "p" => {
                self.is_drawing = number != 0;
                return;
            }
            "an" => place.filter(|place| (1..=9).contains(place)),
            "a" => place.and_then(old_place),
            _ => return,
        };
        if let Some(place) = place {
            self.cue.put_at(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn written(text: &str, style: Style) -> String {
        let (mut cue, mut out) = (Cue::default(), String::new());
        push(text, style, &mut cue);
        cue.take(&mut out, |_| false);
        out
    }

    #[test]
    fn codes_are_tags_and_places() {
        let cases = [
            ("plain, text", "\nplain, text\n\n"),
            ("a\\Nb\\nc\\hd\\x", "\na\nb\nc\u{a0}d\\x\n\n"),
            ("{\\i1}a{\\i0}b", "\n<i>a</i>b\n\n"),
            ("{\\i1}a{\\b1}b{\\i0}c", "\n<i>a<b>b</b></i><b>c</b>\n\n"),
            ("{\\b700\\u1}a{\\r}b", "\n<b><u>a</u></b>b\n\n"),
            ("{\\b400}a{\\bord2\\blur1\\be1\\iclip(1)}b", "\nab\n\n"),
            ("{\\an8\\an2}a", " line:0\na\n\n"),
            ("{\\a6}a", " line:0\na\n\n"),
            ("{\\a4\\an0\\an99}a", "\na\n\n"),
            ("{\\p1}m 0 0 l 1 1{\\p0}a{\\pos(1,2)}", "\na\n\n"),
            ("{\\p1}m 0 0 l 1 1", ""),
            ("{\\t(0,100,\\b1)}a", "\na\n\n"),
            ("{a comment}a", "\na\n\n"),
            ("a{\\b1", "\na{\\b1\n\n"),
            ("<b>&", "\n&lt;b&gt;&amp;\n\n"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(written(text, Style::default()), expected, "{text}");
        }
    }

    #[test]
    fn a_line_looks_as_its_style_unless_it_says_more() {
        let style = Style {
            is_italic: true,
            place: Some(7),
            ..Style::default()
        };
        let left = " line:0 position:5% align:left";
        for (text, settings, expected) in [
            ("a", left, "<i>a</i>"),
            ("{\\i0}a{\\i}b", left, "<i></i>a<i>b</i>"),
            ("{\\an2}a", "", "<i>a</i>"),
        ] {
            let expected = [settings, "\n", expected, "\n\n"].concat();
            assert_eq!(written(text, style), expected, "{text}");
        }
    }
}
