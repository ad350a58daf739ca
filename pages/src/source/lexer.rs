//! Pieces of a line by what they are: comments, strings, keywords, numbers, and the rest.

use super::language::{Class, Extent, Language, Span};

/// Longest word that can be a keyword.
const WORD_BYTES: usize = 16;

/// Longest literal of a character, as in `'\u{1f600}'`.
const LETTER_BYTES: usize = 12;

/// The comment or string that is still open at the end of a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// A comment or a string.
    Span(&'static Span),
    /// A tag of markup.
    Tag,
    /// A comment or a string in a tag.
    InTag(&'static Span),
}

/// Calls `piece` with the pieces of a line, which together are the line. `keywords` are
/// those of the language, sorted. The time is
/// linear: what has no end on its line is not looked for again on it.
pub(super) fn line(
    language: &'static Language,
    keywords: &[&str],
    open: &mut Open,
    line: &str,
    piece: impl FnMut(Option<Class>, &str),
) {
    let mut lexer = Lexer {
        language,
        keywords,
        open: *open,
        line,
        at: 0,
        plain: 0,
        unclosed: 0,
        piece,
    };
    lexer.run();
    *open = lexer.open;
}

struct Lexer<'t, F> {
    language: &'static Language,
    keywords: &'t [&'t str],
    open: Open,
    line: &'t str,
    at: usize,
    /// The start of the text that is nothing special.
    plain: usize,
    /// A bit for each kind of span that has no further end on this line.
    unclosed: u64,
    piece: F,
}

impl<F: FnMut(Option<Class>, &str)> Lexer<'_, F> {
    fn run(&mut self) {
        self.end_span();
        if self.at == 0 {
            let mut lines = self.language.lines.iter();
            if let Some((_, class)) = lines.find(|(start, _)| self.line.starts_with(start)) {
                return self.push(*class, self.line.len());
            }
        }
        while let Some(letter) = self.rest().chars().next() {
            let is_span = match self.open {
                Open::Nothing | Open::Tag => self.comment() || self.span(),
                Open::Span(_) | Open::InTag(_) => false,
            };
            if !is_span {
                self.other(letter);
            }
        }
        self.end_plain();
    }

    fn rest(&self) -> &str {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn end_plain(&mut self) {
        let plain = self.line.get(self.plain..self.at).unwrap_or_default();
        if !plain.is_empty() {
            (self.piece)(None, plain);
        }
        self.plain = self.at;
    }

    /// Takes the next bytes as something special.
    fn push(&mut self, class: Class, length: usize) {
        self.end_plain();
        let end = self.at.saturating_add(length).min(self.line.len());
        if let Some(text) = self.line.get(self.at..end).filter(|text| !text.is_empty()) {
            (self.piece)(Some(class), text);
        }
        self.at = end;
        self.plain = end;
    }

    /// Takes what belongs to the comment or string that was open before this line.
    fn end_span(&mut self) {
        let (span, outside) = match self.open {
            Open::Span(span) => (span, Open::Nothing),
            Open::InTag(span) => (span, Open::Tag),
            Open::Nothing | Open::Tag => return,
        };
        match end(span, self.rest()) {
            Some(length) => {
                self.push(span.class, length);
                self.open = outside;
            }
            None => self.push(span.class, self.line.len()),
        }
    }

    /// Takes a comment up to the end of the line, if one begins here.
    fn comment(&mut self) -> bool {
        let rest = self.rest();
        let starts = |start: &&str| rest.starts_with(*start);
        let mut spans = self.language.spans.iter();
        // A comment with an end may begin like one without, as in Lua.
        let has_longer =
            spans.any(|span| span.class == Class::Comment && rest.starts_with(span.start));
        let begins = !has_longer && self.language.comments.iter().any(starts);
        let before = self
            .line
            .get(..self.at)
            .and_then(|text| text.chars().next_back());
        // `#` within a word is no comment: `$#`, `a#b`.
        let is_apart =
            !rest.starts_with('#') || before.is_none_or(|before| !is_word(before, "$&{"));
        let is_comment = begins && is_apart;
        if is_comment {
            self.push(Class::Comment, self.line.len());
        }
        is_comment
    }

    /// Takes a comment or a string with an end, if one begins here.
    fn span(&mut self) -> bool {
        let rest = self.rest();
        let in_tag = matches!(self.open, Open::Tag);
        let is_allowed = |span: &Span| match (self.language.has_tags, span.class) {
            (true, Class::String) => in_tag,
            (true, _) => !in_tag,
            (false, _) => true,
        };
        let mut spans = (0_u32..).zip(self.language.spans);
        let found = spans.find(|(_, span)| rest.starts_with(span.start) && is_allowed(span));
        let Some((bit, span)) = found else {
            return false;
        };
        let bit = 1_u64.checked_shl(bit).unwrap_or(0);
        let Some(inside) = rest.get(span.start.len()..) else {
            return false;
        };
        let length = match span.extent {
            Extent::Letter => letter(inside),
            _ if self.unclosed & bit != 0 => None,
            _ => end(span, inside),
        };
        match length {
            Some(length) => self.push(span.class, length.saturating_add(span.start.len())),
            None if span.extent == Extent::Lines => {
                self.open = if in_tag {
                    Open::InTag(span)
                } else {
                    Open::Span(span)
                };
                self.push(span.class, self.line.len());
            }
            // A quote without an end is an apostrophe.
            None => {
                if span.extent == Extent::Line {
                    self.unclosed |= bit;
                }
                self.at = self.at.saturating_add(span.start.len());
            }
        }
        true
    }

    /// Takes a word, a number, the start or the end of a tag, or one other character.
    fn other(&mut self, letter: char) {
        let rest = self.rest();
        if self.language.has_tags {
            return self.markup(letter);
        }
        let extra = self.language.word;
        if letter.is_ascii_digit() {
            let length = number(rest);
            // Plain text has no numbers.
            if self.language.name.is_empty() {
                self.at = self.at.saturating_add(length);
            } else {
                self.push(Class::Number, length);
            }
        } else if is_word(letter, extra) {
            let length = rest
                .find(|letter| !is_word(letter, extra))
                .unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or_default();
            if self.is_keyword(word) {
                self.push(Class::Keyword, length);
            } else {
                self.at = self.at.saturating_add(length);
            }
        } else {
            self.at = self.at.saturating_add(letter.len_utf8());
        }
    }

    /// Takes the start or the end of a tag, or one other character.
    fn markup(&mut self, letter: char) {
        let rest = self.rest();
        let name = rest.get(1..).unwrap_or_default();
        let is_start = letter == '<'
            && name
                .starts_with(|letter: char| letter.is_ascii_alphabetic() || "/!?".contains(letter));
        if is_start {
            let end = name
                .find(|letter| !is_word(letter, "-:/!?"))
                .unwrap_or(name.len());
            self.push(Class::Keyword, end.saturating_add(1));
            self.open = Open::Tag;
        } else if letter == '>' && matches!(self.open, Open::Tag) {
            self.push(Class::Keyword, 1);
            self.open = Open::Nothing;
        } else {
            self.at = self.at.saturating_add(letter.len_utf8());
        }
    }

    fn is_keyword(&self, word: &str) -> bool {
        let keywords = self.keywords;
        let place = match self.language.ignores_case {
            _ if word.len() > WORD_BYTES => return false,
            false => keywords.binary_search(&word),
            true => {
                let lower = || word.bytes().map(|byte| byte.to_ascii_lowercase());
                keywords.binary_search_by(|keyword| keyword.bytes().cmp(lower()))
            }
        };
        place.is_ok()
    }
}

/// Returns the length of a comment or a string up to its end.
fn end(span: &Span, text: &str) -> Option<usize> {
    if !span.has_escapes {
        return Some(text.find(span.end)?.saturating_add(span.end.len()));
    }
    let mut at = 0_usize;
    loop {
        let rest = text.get(at..)?;
        let step = rest.find(['\\', span.end.chars().next()?])?;
        at = at.saturating_add(step);
        let rest = text.get(at..)?;
        if rest.starts_with(span.end) {
            return Some(at.saturating_add(span.end.len()));
        }
        let mut letters = rest.chars();
        let is_escape = letters.next()? == '\\';
        let escaped = letters.next().filter(|_| is_escape);
        at = at
            .saturating_add(1)
            .saturating_add(escaped.map_or(0, char::len_utf8));
    }
}

/// Returns the length of the literal of a character, without its first quote.
fn letter(text: &str) -> Option<usize> {
    let mut letters = text.chars();
    let inside = match letters.next()? {
        '\'' => return None,
        '\\' => {
            letters.next()?;
            letters.as_str()
        }
        _ => letters.as_str(),
    };
    let skipped = text.len().saturating_sub(inside.len());
    let is_escape = text.starts_with('\\');
    let room = if is_escape { LETTER_BYTES } else { 0 };
    let quote = inside
        .bytes()
        .take(room.saturating_add(1))
        .position(|byte| byte == b'\'')?;
    Some(skipped.saturating_add(quote).saturating_add(1))
}

/// Returns the length of a number: `1_000`, `0xff`, `1.5e3`. A point is part of it if a
/// digit follows.
fn number(text: &str) -> usize {
    let mut bytes = text.bytes().peekable();
    let mut length = 0_usize;
    while let Some(byte) = bytes.next() {
        let is_point = byte == b'.' && bytes.peek().is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || byte == b'_' || is_point) {
            break;
        }
        length = length.saturating_add(1);
    }
    length
}

fn is_word(letter: char, extra: &str) -> bool {
    letter.is_alphanumeric() || letter == '_' || extra.contains(letter)
}
