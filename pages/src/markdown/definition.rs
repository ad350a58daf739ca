//! Definitions of links, which stand at the start of a paragraph (CommonMark §4.7).

use alloc::string::String;
use core::ops::Range;

use super::document::Document;
use super::entity;
use super::link::{self, Link};

/// Takes the definitions at the start of the paragraph that begins at `start`, and returns
/// what is left of it.
pub(super) fn take(document: &mut Document, start: usize) -> Range<usize> {
    let Document {
        text, definitions, ..
    } = document;
    let whole = text.get(start..).unwrap_or_default().trim_end();
    let mut rest = whole;
    while let Some((name, link, after)) = definition(rest) {
        // The first of the same label counts.
        if let Some(link) = link {
            definitions.entry(name).or_insert(link);
        }
        rest = after;
    }
    let end = start.saturating_add(whole.len());
    end.saturating_sub(rest.len())..end
}

/// Reads a definition, and returns its label, its link unless that is one to refuse, and
/// what follows its line.
fn definition(text: &str) -> Option<(String, Option<Link>, &str)> {
    let (name, rest) = link::label(text.strip_prefix('[')?)?;
    let name = link::normal(name);
    let rest = rest.strip_prefix(':').filter(|_| !name.is_empty())?;
    let (destination, rest) = link::destination(link::trim_start(rest))?;
    let titled = link::title(rest).and_then(|(title, rest)| Some((title, end_of_line(rest)?)));
    // A title that something follows is not one, but text of the next line.
    let (title, rest) = match titled {
        Some(found) => found,
        None => ("", end_of_line(rest)?),
    };
    let link = Link::new(entity::decode(destination), entity::decode(title));
    Some((name, link, rest))
}

fn end_of_line(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches([' ', '\t']);
    match rest.strip_prefix('\n') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some(rest),
    }
}
