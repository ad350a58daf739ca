//! The text of a block: code, links, pictures, emphasis (CommonMark §6).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::code_spans::CodeSpans;
use super::emphasis::{self, Run, Tag};
use super::entity;
use super::link::{self, Link};
use crate::limits::MARKDOWN_LINK_BYTES;

/// A piece of text. Starts and ends of links are pairs, each inside of the others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'t> {
    Text(&'t str),
    Letter(char),
    Code(&'t str),
    Break,
    /// Delimiters that are text, and how many of them. Tags stand around them.
    Delimiters(u8, usize),
    /// The start of a link or a picture, by its place among the links.
    Link(usize),
    EndLink,
    Image(usize),
    EndImage(usize),
}

/// The text of a block in pieces.
#[derive(Debug, Default)]
pub(super) struct Inlines<'t> {
    pub(super) tokens: Vec<Token<'t>>,
    /// Starts and ends of emphasis, in the order of the tokens.
    pub(super) tags: Vec<Tag>,
    pub(super) links: Vec<Link>,
}

/// A `[` or `![` whose `]` was not seen yet.
#[derive(Clone, Copy)]
struct Bracket {
    token: usize,
    /// The place where its text begins.
    start: usize,
    /// The number of runs of delimiters before it.
    runs: usize,
    is_image: bool,
    /// Whether brackets are inside, so that its text is no label.
    has_brackets: bool,
}

struct Scanner<'t, 'd> {
    text: &'t str,
    at: usize,
    /// The start of the text that is no token yet.
    plain: usize,
    out: Inlines<'t>,
    spans: CodeSpans,
    runs: Vec<Run>,
    brackets: Vec<Bracket>,
    /// The number of brackets that can't start a link, because a link is inside of them.
    inactive: usize,
    definitions: &'d BTreeMap<String, Link>,
    quota: &'d mut usize,
}

/// Reads the text of a block. `quota` is how many bytes of definitions may still be
/// repeated.
pub(super) fn parse<'t>(
    text: &'t str,
    definitions: &BTreeMap<String, Link>,
    quota: &mut usize,
) -> Inlines<'t> {
    let mut scanner = Scanner {
        text,
        at: 0,
        plain: 0,
        out: Inlines::default(),
        spans: CodeSpans::new(text),
        runs: Vec::new(),
        brackets: Vec::new(),
        inactive: 0,
        definitions,
        quota,
    };
    while let Some(mark) = scanner.skip_plain() {
        scanner.mark(mark);
    }
    scanner.at = text.len();
    scanner.end_text(0);
    scanner.resolve(0);
    emphasis::sort(&mut scanner.out.tags);
    scanner.out
}

impl<'t> Scanner<'t, '_> {
    fn after(&self, offset: usize) -> &'t str {
        let start = self.at.saturating_add(offset);
        self.text.get(start..).unwrap_or_default()
    }

    /// Skips what has no meaning, and returns the byte that may have one.
    fn skip_plain(&mut self) -> Option<u8> {
        let rest = self.after(0).as_bytes();
        let length = rest
            .iter()
            .position(|byte| b"\\&`*_~[]!<\n".contains(byte))?;
        self.at = self.at.saturating_add(length);
        rest.get(length).copied()
    }

    fn mark(&mut self, mark: u8) {
        match mark {
            b'\\' => self.backslash(),
            b'&' => match entity::reference(self.after(1)) {
                Some((letter, length)) => {
                    self.push(Token::Letter(letter), length.saturating_add(1))
                }
                None => self.skip(1),
            },
            b'`' => self.code(),
            b'\n' => self.line_break(),
            b'<' => self.autolink(),
            b'[' => self.open(false),
            b'!' if self.after(1).starts_with('[') => self.open(true),
            b'!' => self.skip(1),
            b']' => self.close(),
            _ => self.delimiters(mark),
        }
    }

    fn skip(&mut self, length: usize) {
        self.at = self.at.saturating_add(length);
    }

    /// Makes a token of the text so far, without `dropped` bytes at its end.
    fn end_text(&mut self, dropped: usize) {
        let end = self.at.saturating_sub(dropped);
        if let Some(text) = self
            .text
            .get(self.plain..end)
            .filter(|text| !text.is_empty())
        {
            self.out.tokens.push(Token::Text(text));
        }
    }

    /// Makes tokens of the text so far, and of the next `length` bytes.
    fn push(&mut self, token: Token<'t>, length: usize) {
        self.end_text(0);
        self.out.tokens.push(token);
        self.skip(length);
        self.plain = self.at;
    }

    fn backslash(&mut self) {
        match self.after(1).bytes().next() {
            Some(b'\n') => self.push(Token::Break, 2),
            Some(mark) if mark.is_ascii_punctuation() => self.push(Token::Letter(mark.into()), 2),
            _ => self.skip(1),
        }
    }

    fn code(&mut self) {
        match self.spans.at(self.at) {
            Some((length, Some(end))) => {
                let start = self.at.saturating_add(length);
                let code = self.text.get(start..end).unwrap_or_default();
                let whole = end.saturating_add(length).saturating_sub(self.at);
                self.push(Token::Code(code), whole);
            }
            Some((length, None)) => self.skip(length),
            // The rest of a row that a backslash is before.
            None => {
                let rest = self.after(0);
                self.skip(
                    rest.len()
                        .saturating_sub(rest.trim_start_matches('`').len()),
                );
            }
        }
    }

    fn line_break(&mut self) {
        let line = self.text.get(self.plain..self.at).unwrap_or_default();
        let spaces = line.len().saturating_sub(line.trim_end_matches(' ').len());
        self.end_text(spaces);
        self.plain = self.at;
        if spaces >= 2 {
            self.out.tokens.push(Token::Break);
            self.plain = self.at.saturating_add(1);
        }
        self.skip(1);
    }

    /// Reads an address in angle brackets (§6.5). Everything else there is text.
    fn autolink(&mut self) {
        let rest = self.after(1);
        let is_end = |byte: u8| byte <= b' ' || matches!(byte, b'<' | b'>');
        let end = rest.bytes().position(is_end);
        let address = end.and_then(|end| rest.get(..end)).unwrap_or_default();
        let is_closed = rest
            .get(address.len()..)
            .is_some_and(|rest| rest.starts_with('>'));
        let is_mail = !address.contains([':', '/']) && address.contains('@');
        let scheme = if is_mail { "mailto:" } else { "" };
        let link = (is_closed && (is_mail || link::has_scheme(address)))
            .then(|| Link::new([scheme, address].concat(), String::new()))
            .flatten();
        let Some(link) = link else {
            return self.skip(1);
        };
        self.push(Token::Link(self.out.links.len()), 0);
        self.out.links.push(link);
        self.out
            .tokens
            .extend([Token::Text(address), Token::EndLink]);
        self.skip(address.len().saturating_add(2));
        self.plain = self.at;
        self.inactive = self.brackets.len();
    }

    fn delimiters(&mut self, mark: u8) {
        let rest = self.after(0);
        let length = rest.bytes().take_while(|byte| *byte == mark).count();
        let before = self
            .text
            .get(..self.at)
            .and_then(|text| text.chars().next_back());
        let after = self.after(length).chars().next();
        self.end_text(0);
        let (before, after) = (before.unwrap_or('\n'), after.unwrap_or('\n'));
        let token = self.out.tokens.len();
        self.runs.push(Run::new(token, mark, length, before, after));
        self.out.tokens.push(Token::Delimiters(mark, length));
        self.skip(length);
        self.plain = self.at;
    }

    fn open(&mut self, is_image: bool) {
        let mark = if is_image { "![" } else { "[" };
        self.push(Token::Text(mark), mark.len());
        self.brackets.push(Bracket {
            token: self.out.tokens.len().saturating_sub(1),
            start: self.at,
            runs: self.runs.len(),
            is_image,
            has_brackets: false,
        });
    }

    fn close(&mut self) {
        let Some(bracket) = self.brackets.pop() else {
            return self.skip(1);
        };
        let is_active = bracket.is_image || self.brackets.len() >= self.inactive;
        self.inactive = self.inactive.min(self.brackets.len());
        if let Some(outer) = self.brackets.last_mut() {
            outer.has_brackets = true;
        }
        let Some((link, length)) = is_active.then(|| self.link(bracket)).flatten() else {
            return self.skip(1);
        };
        self.end_text(0);
        self.resolve(bracket.runs);
        let place = self.out.links.len();
        self.out.links.push(link);
        let (start, end) = match bracket.is_image {
            true => (Token::Image(place), Token::EndImage(place)),
            false => (Token::Link(place), Token::EndLink),
        };
        if let Some(token) = self.out.tokens.get_mut(bracket.token) {
            *token = start;
        }
        self.out.tokens.push(end);
        self.skip(length.saturating_add(1));
        self.plain = self.at;
        if !bracket.is_image {
            // Links have no links inside.
            self.inactive = self.brackets.len();
        }
    }

    /// Returns the link that the `]` at this place ends, and the length of what follows the
    /// `]` and belongs to it.
    fn link(&mut self, bracket: Bracket) -> Option<(Link, usize)> {
        let after = self.after(1);
        let inline = after.strip_prefix('(').and_then(link::inline);
        if let Some((link, length)) = inline {
            return Some((link, length.saturating_add(1)));
        }
        let (label, length) = match after.strip_prefix('[').and_then(link::label) {
            Some((label, rest)) => (label, after.len().saturating_sub(rest.len())),
            None => ("", 0),
        };
        let label = if !label.trim().is_empty() {
            label
        } else if bracket.has_brackets {
            return None;
        } else {
            self.text.get(bracket.start..self.at)?
        };
        if label.len() > MARKDOWN_LINK_BYTES {
            return None;
        }
        let link = self.definitions.get(&link::normal(label))?;
        *self.quota = self.quota.checked_sub(link.len())?;
        Some((link.clone(), length))
    }

    /// Finds the emphasis among the runs from `first` on, which have no part in any other.
    fn resolve(&mut self, first: usize) {
        let runs = self.runs.get_mut(first..).unwrap_or_default();
        emphasis::resolve(runs, &mut self.out.tags);
        self.runs.truncate(first);
    }
}
