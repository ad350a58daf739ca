//! Links: where they lead, their titles and their labels (CommonMark §6.3).

use alloc::string::String;

use super::entity;
use crate::limits::MARKDOWN_LINK_BYTES;

/// Schemes that a link may have. All others may do something in the browser.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Pairs of brackets inside of a destination.
const BRACKETS: u32 = 32;

/// The destination of a link, and the title that people see above it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) destination: String,
    pub(super) title: String,
}

impl Link {
    /// Returns a link, unless its destination is one to refuse.
    pub(super) fn new(destination: String, title: String) -> Option<Self> {
        is_safe(&destination).then_some(Self { destination, title })
    }

    /// Whether it leads to another server.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.destination.starts_with("//") || has_scheme(&self.destination)
    }

    pub(super) fn len(&self) -> usize {
        self.destination.len().saturating_add(self.title.len())
    }
}

/// Whether a link may lead there: to a path, or to one of [`SCHEMES`]. Browsers drop
/// control characters and space around an address before they look for its scheme.
fn is_safe(destination: &str) -> bool {
    let has_controls = destination.chars().any(char::is_control);
    if has_controls || destination.trim() != destination {
        return false;
    }
    let end = destination.find([':', '/', '?', '#']);
    let has_other = end.and_then(|end| destination.get(end..)?.strip_prefix(':'));
    has_other.is_none() || has_scheme(destination)
}

/// Whether an address begins with one of [`SCHEMES`].
pub(super) fn has_scheme(address: &str) -> bool {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        SCHEMES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme))
    })
}

/// Appends the address of a link or a picture, safe in an attribute.
pub(super) fn push_destination(destination: &str, out: &mut String) {
    for byte in destination.bytes() {
        match byte {
            b'&' => out.push_str("&amp;"),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte if b"-._~:/?#[]@!$()*+,;=%".contains(&byte) => out.push(char::from(byte)),
            byte => {
                let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
                out.extend(
                    ['%', digit(byte >> 4), digit(byte & 0xf)].map(|c| c.to_ascii_uppercase()),
                );
            }
        }
    }
}

/// Reads what follows the `(` of a link, and returns its length besides.
pub(super) fn inline(text: &str) -> Option<(Link, usize)> {
    let rest = trim_start(text);
    let (destination, rest) = match rest.starts_with(')') {
        true => ("", rest),
        false => destination(rest)?,
    };
    let (title, rest) = match title(rest) {
        Some((title, rest)) => (title, rest),
        None => ("", rest),
    };
    let rest = trim_start(rest).strip_prefix(')')?;
    let link = Link::new(entity::decode(destination), entity::decode(title))?;
    Some((link, text.len().saturating_sub(rest.len())))
}

/// Reads a label up to its `]`, and returns the rest. No label has brackets in it.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    let end = text.bytes().take(MARKDOWN_LINK_BYTES).position(|byte| {
        let is_end = !is_escaped && matches!(byte, b'[' | b']');
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })?;
    let (label, rest) = text.split_at_checked(end)?;
    Some((label, rest.strip_prefix(']')?))
}

/// Returns a label as it is compared: whatever its case and its space.
pub(super) fn normal(label: &str) -> String {
    let mut normal = String::with_capacity(label.len());
    for word in label.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.extend(word.chars().flat_map(char::to_lowercase));
    }
    normal
}

/// Reads a destination, which is not empty unless it is in angle brackets.
pub(super) fn destination(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    if let Some(inside) = text.strip_prefix('<') {
        let end = inside.bytes().take(MARKDOWN_LINK_BYTES).position(|byte| {
            let is_end = !is_escaped && matches!(byte, b'<' | b'>' | b'\n');
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        })?;
        let (destination, rest) = inside.split_at_checked(end)?;
        return Some((destination, rest.strip_prefix('>')?));
    }
    let mut depth = 0_u32;
    let length = text.bytes().take(MARKDOWN_LINK_BYTES).take_while(|byte| {
        let is_plain = core::mem::replace(&mut is_escaped, false);
        match byte {
            b'\\' => is_escaped = !is_plain,
            b'(' if !is_plain => depth = depth.saturating_add(1),
            b')' if !is_plain => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            b' ' => return false,
            byte if byte.is_ascii_control() => return false,
            _ => {}
        }
        depth <= BRACKETS
    });
    let length = length.count();
    if depth != 0 || length == 0 || length == MARKDOWN_LINK_BYTES {
        return None;
    }
    text.split_at_checked(length)
}

/// Reads a title, which space is before.
pub(super) fn title(text: &str) -> Option<(&str, &str)> {
    let rest = trim_start(text);
    if rest.len() == text.len() {
        return None;
    }
    let (open, close) = match rest.as_bytes().first()? {
        quote @ (b'"' | b'\'') => (*quote, *quote),
        b'(' => (b'(', b')'),
        _ => return None,
    };
    let inside = rest.get(1..)?;
    let mut is_escaped = false;
    let end = inside.bytes().take(MARKDOWN_LINK_BYTES).position(|byte| {
        let is_end = !is_escaped && (byte == close || byte == open);
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })?;
    let (title, rest) = inside.split_at_checked(end)?;
    Some((title, rest.strip_prefix(char::from(close))?))
}

/// Skips space and line breaks.
pub(super) fn trim_start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n'])
}
