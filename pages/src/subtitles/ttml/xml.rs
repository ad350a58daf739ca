//! The parts of a document of XML, as far as TTML needs them: tags, and text between them.
//!
//! Entities of a document's own are not read, so that none can be of any length.

/// Longest name of a character between `&` and `;`, as in `&#x10ffff;`.
const REFERENCE_BYTES: usize = 8;

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// The tag that begins an element, by its name without the prefix of its namespace.
    Start {
        name: &'t str,
        attributes: Attributes<'t>,
        /// Whether the tag also ends the element.
        is_empty: bool,
    },
    /// The tag that ends an element.
    End(&'t str),
    /// Text with references to characters.
    Text(&'t str),
    /// Text without references (`<![CDATA[…]]>`).
    Plain(&'t str),
}

/// The parts of a document from the first to the last, or to the first that has no end.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    pub(super) const fn of(document: &'t str) -> Self {
        Self { rest: document }
    }

    /// Takes all before some text, and that text. Without it, the document ends.
    fn take_until(&mut self, end: &str) -> Option<&'t str> {
        let (taken, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(taken)
    }

    fn skip(&mut self, start: &str) -> bool {
        let rest = self.rest.strip_prefix(start);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn tag(&mut self) -> Option<Token<'t>> {
        let mut quote = None;
        let end = self.rest.bytes().position(|byte| {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
            quote.is_none() && byte == b'>'
        })?;
        let (inside, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..)?;
        if let Some(name) = inside.strip_prefix('/') {
            return Some(Token::End(local(name.trim_end())));
        }
        let (inside, is_empty) = match inside.strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let end = inside.find(|letter: char| letter.is_ascii_whitespace());
        let (name, attributes) = inside.split_at_checked(end.unwrap_or(inside.len()))?;
        Some(Token::Start {
            name: local(name),
            attributes: Attributes { rest: attributes },
            is_empty,
        })
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if !self.rest.starts_with('<') {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at_checked(end)?;
                self.rest = rest;
                return Some(Token::Text(text));
            }
            if self.skip("<!--") {
                self.take_until("-->")?;
            } else if self.skip("<![CDATA[") {
                return self.take_until("]]>").map(Token::Plain);
            } else if self.skip("<?") {
                self.take_until("?>")?;
            } else if self.skip("<!") {
                // A list of entities has tags of its own.
                let start = self.rest.find(['[', '>'])?;
                if self.rest.as_bytes().get(start) == Some(&b'[') {
                    self.take_until("]")?;
                }
                self.take_until(">")?;
            } else {
                self.skip("<");
                return self.tag();
            }
        }
    }
}

/// The attributes of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attributes<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Attributes<'t> {
    /// A name without its prefix, and a value.
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<(&'t str, &'t str)> {
        let (name, rest) = self.rest.split_once('=')?;
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        let (value, rest) = rest.get(1..)?.split_once(quote)?;
        self.rest = rest;
        Some((local(name.trim()), value))
    }
}

/// Returns a name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Calls for each character of a text. References that are not known are text.
pub(super) fn characters(text: &str, mut push: impl FnMut(char)) {
    let mut pieces = text.split('&');
    pieces
        .next()
        .into_iter()
        .for_each(|piece| piece.chars().for_each(&mut push));
    for piece in pieces {
        let start = piece
            .as_bytes()
            .iter()
            .take(REFERENCE_BYTES.saturating_add(1));
        let end = start.clone().position(|byte| *byte == b';');
        let name = end.and_then(|end| piece.get(..end));
        let rest = end.and_then(|end| piece.get(end.saturating_add(1)..));
        match (name.and_then(reference), rest) {
            (Some(letter), Some(rest)) => {
                push(letter);
                rest.chars().for_each(&mut push);
            }
            _ => core::iter::once('&')
                .chain(piece.chars())
                .for_each(&mut push),
        }
    }
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            number.ok().and_then(char::from_u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn documents_are_tags_and_text() {
        let document = "<?xml a?><!DOCTYPE a [<!ENTITY b '>'>]><!-- <c> --><tt:p a = '1' tts:b=\"2>\">\
            x&amp;<![CDATA[<&]]><br/></tt:p ><open";
        let found: Vec<_> = Tokens::of(document).collect();
        let [
            Token::Start {
                name: "p",
                attributes,
                is_empty: false,
            },
            Token::Text("x&amp;"),
            Token::Plain("<&"),
            Token::Start {
                name: "br",
                is_empty: true,
                ..
            },
            Token::End("p"),
        ] = found[..]
        else {
            panic!("{found:?}");
        };
        assert_eq!(attributes.collect::<Vec<_>>(), [("a", "1"), ("b", "2>")]);
        for document in ["<!-- a", "<![CDATA[a", "<?a", "<!a", "<![", "<a b='>", "<"] {
            assert_eq!(Tokens::of(document).next(), None, "{document}");
        }
    }

    #[test]
    fn references_are_characters() {
        for (text, expected) in [
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"),
            ("&#65;&#x1f600;", "A\u{1f600}"),
            (
                "&x;&;&#xd800;&#x110000;& a;&",
                "&x;&;&#xd800;&#x110000;& a;&",
            ),
            ("&aaaaaaaaaaaaaaaa;", "&aaaaaaaaaaaaaaaa;"),
            (
                "&\u{e9};&\u{20ac}\u{20ac}\u{20ac};",
                "&\u{e9};&\u{20ac}\u{20ac}\u{20ac};",
            ),
        ] {
            let mut found = String::new();
            characters(text, |letter| found.push(letter));
            assert_eq!(found, expected, "{text}");
        }
    }
}
