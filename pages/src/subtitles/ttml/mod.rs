//! TTML (`.ttml`, `.dfxp`): subtitles as a document of XML, in which each paragraph is a cue.
//!
//! | file | holds |
//! | --- | --- |
//! | `xml` | tags and text of a document |
//! | `time` | times and their units |
//! | `look` | styles and regions |

mod look;
mod time;
mod xml;

use alloc::string::String;
use alloc::vec::Vec;

use self::look::{Look, Looks};
use self::time::Units;
use self::xml::{Attributes, Token, Tokens};
use super::cue::Cue;
use super::timing::Timing;

/// Whether a text is a document of TTML.
pub(super) fn is_document(text: &str) -> bool {
    let is_space = |token: &Token<'_>| matches!(token, Token::Text(text) if text.trim().is_empty());
    let first = Tokens::of(text).find(|token| !is_space(token));
    matches!(first, Some(Token::Start { name: "tt", .. }))
}

/// Appends the cues of a document.
pub(super) fn write(document: &str, out: &mut String) {
    let mut reader = Reader {
        out,
        units: Units::DEFAULT,
        looks: Looks::default(),
        region: None,
        outer: [Outer::default(); 2],
        is_preserved: false,
        paragraph: None,
        spans: Vec::new(),
        has_space: false,
        cue: Cue::default(),
    };
    for token in Tokens::of(document) {
        match token {
            Token::Start {
                name,
                attributes,
                is_empty,
            } => {
                reader.begin(name, attributes, is_empty);
                if is_empty {
                    reader.end(name);
                }
            }
            Token::End(name) => reader.end(name),
            Token::Text(text) if reader.paragraph.is_some() => {
                xml::characters(text, |letter| reader.push(letter));
            }
            Token::Plain(text) => text.chars().for_each(|letter| reader.push(letter)),
            Token::Text(_) => {}
        }
    }
}

/// Time and look that an element gives to those in it.
#[derive(Clone, Copy, Debug, Default)]
struct Outer {
    begin: u64,
    look: Look,
}

/// A paragraph whose end has not been seen yet.
struct Paragraph {
    timing: Option<(u64, u64)>,
    look: Look,
    /// Whether spaces were preserved around it.
    was_preserved: bool,
}

struct Reader<'t, 'o> {
    out: &'o mut String,
    units: Units,
    looks: Looks<'t>,
    /// The region whose styles are being read.
    region: Option<(&'t str, Look)>,
    /// Of the body, and of the division in it.
    outer: [Outer; 2],
    /// Whether spaces and line breaks of the text stay as they are.
    is_preserved: bool,
    paragraph: Option<Paragraph>,
    /// The looks around the open spans of a paragraph.
    spans: Vec<Look>,
    /// Whether a space is due before the next character.
    has_space: bool,
    cue: Cue,
}

impl<'t> Reader<'t, '_> {
    fn begin(&mut self, name: &str, attributes: Attributes<'t>, is_empty: bool) {
        let look = self.looks.of(attributes);
        match name {
            "tt" => {
                attributes
                    .into_iter()
                    .for_each(|(name, value)| self.units.read(name, value));
                self.read_space(attributes);
            }
            "style" => match &mut self.region {
                Some((_, of_region)) => *of_region = of_region.or(look),
                None => self.looks.add(id(attributes), look),
            },
            "region" => self.region = Some((id(attributes), look)),
            "body" | "div" => {
                self.read_space(attributes);
                let begin = self.time(attributes, "begin").unwrap_or_default();
                let outer = Outer { begin, look };
                let [body, division] = &mut self.outer;
                *(if name == "body" { body } else { division }) = outer;
            }
            "p" => self.begin_paragraph(attributes, look),
            "span" if !is_empty => {
                if let Some(paragraph) = &mut self.paragraph {
                    self.spans.push(paragraph.look);
                    paragraph.look = look.or(paragraph.look);
                    self.style();
                }
            }
            "br" => self.break_line(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "region" => {
                if let Some((name, look)) = self.region.take() {
                    self.looks.add(name, look);
                }
            }
            "body" => self.outer = Default::default(),
            "div" => {
                let [_, division] = &mut self.outer;
                *division = Outer::default();
            }
            "p" => self.end_paragraph(),
            "span" => {
                if let (Some(paragraph), Some(look)) = (&mut self.paragraph, self.spans.pop()) {
                    paragraph.look = look;
                    self.style();
                }
            }
            _ => {}
        }
    }

    fn begin_paragraph(&mut self, attributes: Attributes<'t>, look: Look) {
        self.end_paragraph();
        let [body, division] = self.outer;
        let before = body.begin.saturating_add(division.begin);
        let time = |name| self.time(attributes, name);
        let timing = || {
            let begin = time("begin").unwrap_or_default();
            let end = time("end").or_else(|| begin.checked_add(time("dur")?))?;
            let timing = (before.checked_add(begin)?, before.checked_add(end)?);
            Some(timing).filter(|(begin, end)| begin < end)
        };
        self.paragraph = Some(Paragraph {
            timing: timing(),
            look: look.or(division.look).or(body.look),
            was_preserved: self.is_preserved,
        });
        self.read_space(attributes);
        self.style();
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraph.take() else {
            return;
        };
        self.spans.clear();
        self.has_space = false;
        self.is_preserved = paragraph.was_preserved;
        match paragraph.timing {
            Some((start, end)) => {
                self.cue.put_at(paragraph.look.place());
                self.cue.take(self.out, |out| {
                    Timing::new(start, end, "").write(out);
                    false
                });
            }
            None => self.cue = Cue::default(),
        }
    }

    /// Gives the text that follows the look of the open span, or of the paragraph.
    fn style(&mut self) {
        if let Some(Paragraph { look, .. }) = &self.paragraph {
            let is_on = |tag| match tag {
                'b' => look.is_bold,
                'i' => look.is_italic,
                _ => look.is_underlined,
            };
            self.cue.style(|tag| is_on(tag) == Some(true));
        }
    }

    /// Appends a character of a paragraph. Spaces and line breaks are one space, and none
    /// where a line ends, unless they are preserved.
    fn push(&mut self, letter: char) {
        match letter {
            _ if self.paragraph.is_none() => {}
            '\n' if self.is_preserved => self.break_line(),
            letter if letter.is_ascii_whitespace() && !self.is_preserved => {
                self.has_space = true;
            }
            letter => {
                if core::mem::take(&mut self.has_space) {
                    self.cue.push_letter(' ');
                }
                self.cue.push_letter(letter);
            }
        }
    }

    fn break_line(&mut self) {
        self.has_space = false;
        self.cue.break_line();
    }

    fn read_space(&mut self, attributes: Attributes<'t>) {
        if let Some(space) = value(attributes, "space") {
            self.is_preserved = space == "preserve";
        }
    }

    fn time(&self, attributes: Attributes<'t>, name: &str) -> Option<u64> {
        self.units.milliseconds(value(attributes, name)?)
    }
}

fn id<'t>(attributes: Attributes<'t>) -> &'t str {
    value(attributes, "id").unwrap_or_default()
}

fn value<'t>(mut attributes: Attributes<'t>, name: &str) -> Option<&'t str> {
    let found = attributes.find(|(found, _)| *found == name);
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const HEAD: &str = "<?xml version='1.0' encoding='utf-8'?>\n\
        <tt xmlns='http://www.w3.org/ns/ttml' ttp:frameRate='25'><head><styling>\n\
        <style xml:id='i' tts:fontStyle='italic'/></styling><layout>\n\
        <region xml:id='top'><style tts:displayAlign='before'/></region></layout></head>\n";

    fn written(body: &str) -> String {
        let mut out = String::new();
        let document = format!("{HEAD}<body>{body}</body></tt>");
        assert!(is_document(&document), "{document}");
        write(&document, &mut out);
        out
    }

    #[test]
    fn paragraphs_are_cues() {
        let times = "00:00:01.000 --> 00:00:02.000";
        for (body, expected) in [
            ("<p begin='1s' end='2s'>a</p>", "\na"),
            ("<p begin='25f' dur='25f'>a <br/> b</p>", "\na\nb"),
            (
                "<div begin='0.5s'><p begin='00:00:00.5' end='1.5s'>\n a\n  b\n</p></div>",
                "\na b",
            ),
            (
                "<p begin='1s' end='2s' region='top'>a &lt;&amp;<![CDATA[<b>]]></p>",
                " line:0\na &lt;&amp;&lt;b&gt;",
            ),
            (
                "<p begin='1s' end='2s' style='i'>a<span tts:fontStyle='normal'>b</span>c</p>",
                "\n<i>a</i>b<i>c</i>",
            ),
            (
                "<p begin='1s' end='2s'>a<span tts:fontWeight='bold'>b<span style='i'>c</span></span></span>d</p>",
                "\na<b>b<i>c</i></b>d",
            ),
            (
                "<div region='top'><p xml:space='preserve' begin='1s' end='2s'>a\n b</p></div>",
                " line:0\na\nb",
            ),
            // A paragraph without an end is ended by the next one; text outside is none.
            (
                "x<p begin='1s' end='2s'>a<p begin='5s' end='5s'>b</p>c<br/></span>",
                "\na",
            ),
            (
                "<p>a</p><p begin='1s'>b</p><p end='x'>c</p><p begin='1s' end='2s'><span/>a</p>",
                "\na",
            ),
        ] {
            let found = written(body);
            assert_eq!(found, format!("{times}{expected}\n\n"), "{body}");
        }
    }

    #[test]
    fn other_documents_are_no_subtitles() {
        for (text, expected) in [
            ("<tt/>", true),
            (" <!-- a --><x:tt><body/></x:tt>", true),
            ("<html><tt></tt></html>", false),
            ("<i>tt</i>", false),
            ("tt", false),
            ("<tt", false),
        ] {
            assert_eq!(is_document(text), expected, "{text}");
        }
    }
}
