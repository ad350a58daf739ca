//! A listing as JSON: one array with an object for each entry, one a line.
//!
//! The first four keys are those of nginx, so that programs for its listings read this one:
//! `name`, `type`, `mtime`, `size`. A name that is not UTF-8 has U+FFFD where it is not;
//! `href` still leads to the file. The text can stand inside of a script in HTML.
//!
//! | file | holds |
//! | --- | --- |
//! | `facts` | the facts of one file |
//! | `cut` | the part of a listing that a program asks for, and the link to the next one |
//! | `cursor` | the place in a list where a part begins |

mod cursor;
mod cut;
mod facts;

pub use cut::{Cut, CutError};
pub use facts::FactsObject;

use alloc::string::String;
use core::fmt::Write as _;

use h1::syntax::percent::{ENCODED_BYTES, encode_path};
use h1::syntax::{date, name};

/// One entry of a directory.
#[derive(Clone, Copy, Debug)]
pub struct Item<'p> {
    /// The name, without a slash and as WASI writes it.
    pub name: &'p str,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// The size in bytes of a file, if it is known.
    pub size: Option<u64>,
    /// Unix time in seconds of the last modification, if it is known.
    pub modified: Option<i64>,
    /// The name of the kind of the file, such as `video`.
    pub kind: &'p str,
    /// The media type of a file.
    pub media_type: Option<&'p str>,
    /// The link to a picture, encoded as links are.
    pub cover: Option<&'p str>,
}

/// A part of a listing, which is a start, an item for each entry, and an end.
#[derive(Clone, Copy, Debug)]
pub enum Part<'p> {
    /// The start of the array.
    Start,
    /// An entry.
    Item {
        /// The properties of the entry.
        item: Item<'p>,
        /// Whether no entry was before it.
        is_first: bool,
    },
    /// The end of the array.
    End,
}

/// Most bytes of a part besides names, kinds and links.
const MARKUP_BYTES: usize = 192;

/// Most bytes that one byte of text becomes: `<` is written as `\u003c`.
const ESCAPED_BYTES: usize = 6;

impl crate::Part for Part<'_> {
    fn bound(&self) -> usize {
        let more = match self {
            Self::Start | Self::End => 0,
            Self::Item { item, .. } => {
                let text = [
                    item.name,
                    item.kind,
                    item.media_type.unwrap_or_default(),
                    item.cover.unwrap_or_default(),
                ];
                let text = text
                    .iter()
                    .fold(0_usize, |sum, text| sum.saturating_add(text.len()));
                let link = item.name.len().saturating_mul(ENCODED_BYTES);
                text.saturating_mul(ESCAPED_BYTES).saturating_add(link)
            }
        };
        more.saturating_add(MARKUP_BYTES)
    }

    fn write(&self, listing: &mut String) {
        match self {
            Self::Start => listing.push('['),
            Self::Item { item, is_first } => {
                listing.push_str(if *is_first { "\n" } else { ",\n" });
                write_item(listing, item);
            }
            Self::End => listing.push_str("\n]\n"),
        }
    }
}

fn write_item(listing: &mut String, item: &Item<'_>) {
    let (kind, slash) = match item.is_directory {
        false => ("file", ""),
        true => ("directory", "/"),
    };
    listing.push_str("{\"name\":");
    write_string(item.name, listing);
    // Writing to memory can't fail.
    let _ = write!(listing, ",\"type\":\"{kind}\"");
    if let Some(seconds) = item.modified {
        let date = date::write(seconds);
        let date = core::str::from_utf8(&date).unwrap_or_default();
        let _ = write!(listing, ",\"mtime\":\"{date}\"");
    }
    if let Some(size) = item.size {
        let _ = write!(listing, ",\"size\":{size}");
    }
    listing.push_str(",\"href\":\"");
    encode_path(item.name, listing);
    let _ = write!(listing, "{slash}\",\"kind\":");
    write_string(item.kind, listing);
    for (key, value) in [("media_type", item.media_type), ("cover", item.cover)] {
        if let Some(value) = value {
            let _ = write!(listing, ",\"{key}\":");
            write_string(value, listing);
        }
    }
    listing.push('}');
}

/// Appends a string (RFC 8259 §7) that is also safe in a script and in HTML: characters
/// that end a line in JavaScript or begin markup are escaped, and so are all controls.
fn write_string(text: &str, listing: &mut String) {
    listing.push('"');
    for letter in name::shown(text) {
        match letter {
            '"' => listing.push_str("\\\""),
            '\\' => listing.push_str("\\\\"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => write_escape(letter, listing),
            control if control.is_control() => write_escape(control, listing),
            other => listing.push(other),
        }
    }
    listing.push('"');
}

fn write_escape(letter: char, listing: &mut String) {
    let _ = write!(listing, "\\u{:04x}", u32::from(letter));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part as _;
    use alloc::format;
    use proptest::prelude::*;

    /// Returns the whole listing. No part of it may be longer than its bound.
    fn listing(items: &[Item<'_>]) -> String {
        let items = items.iter().zip(0..).map(|(item, place)| Part::Item {
            item: *item,
            is_first: place == 0,
        });
        let mut listing = String::new();
        for part in [Part::Start].into_iter().chain(items).chain([Part::End]) {
            let before = listing.len();
            part.write(&mut listing);
            let length = listing.len().saturating_sub(before);
            assert!(length <= part.bound(), "{part:?}");
        }
        listing
    }

    fn file(name: &str) -> Item<'_> {
        Item {
            name,
            is_directory: false,
            size: Some(7),
            modified: None,
            kind: "video",
            media_type: None,
            cover: None,
        }
    }

    #[test]
    fn the_keys_of_nginx_come_first() {
        let directory = Item {
            is_directory: true,
            size: None,
            modified: Some(784_111_777),
            kind: "folder",
            ..file("Season 1")
        };
        let film = Item {
            modified: Some(0),
            media_type: Some("video/mp4"),
            cover: Some("a%20b-poster.jpg"),
            ..file("a b.mp4")
        };
        assert_eq!(listing(&[]), "[\n]\n");
        assert_eq!(
            listing(&[directory, film]),
            "[\n\
             {\"name\":\"Season 1\",\"type\":\"directory\",\
             \"mtime\":\"Sun, 06 Nov 1994 08:49:37 GMT\",\
             \"href\":\"Season%201/\",\"kind\":\"folder\"},\n\
             {\"name\":\"a b.mp4\",\"type\":\"file\",\
             \"mtime\":\"Thu, 01 Jan 1970 00:00:00 GMT\",\"size\":7,\
             \"href\":\"a%20b.mp4\",\"kind\":\"video\",\
             \"media_type\":\"video/mp4\",\"cover\":\"a%20b-poster.jpg\"}\n]\n"
        );
    }

    #[test]
    fn every_name_is_valid_and_leads_to_the_file() {
        let cases = [
            ("\"\\", "\\\"\\\\", "%22%5C"),
            ("a\nb\0\u{7f}", "a\\u000ab\\u0000\\u007f", "a%0Ab%00%7F"),
            (
                "\u{85}\u{2028}\u{2029}",
                "\\u0085\\u2028\\u2029",
                "%C2%85%E2%80%A8%E2%80%A9",
            ),
            ("</script>", "\\u003c/script\\u003e", "%3C/script%3E"),
            ("Bj\u{10fff6}rk", "Bj\u{fffd}rk", "Bj%F6rk"),
            ("a:b?c#d&", "a:b?c#d\\u0026", "a%3Ab%3Fc%23d%26"),
            ("\u{1f600}", "\u{1f600}", "%F0%9F%98%80"),
        ];
        for (name, text, href) in cases {
            let expected = format!(
                "[\n{{\"name\":\"{text}\",\"type\":\"file\",\"size\":7,\"href\":\"{href}\",\
                 \"kind\":\"video\"}}\n]\n"
            );
            assert_eq!(listing(&[file(name)]), expected);
        }
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_string(name: String, kind: String, cover: String, size: u64, modified: i64) {
            let item = Item {
                name: &name,
                is_directory: false,
                size: Some(size),
                modified: Some(modified),
                kind: &kind,
                media_type: Some(&kind),
                cover: Some(&cover),
            };
            let text = listing(&[item]);
            prop_assert_eq!(text.lines().count(), 3);
            let escaped = ['<', '>', '&', '\u{2028}', '\u{2029}'];
            prop_assert!(!text.contains(escaped));
            // Eight keys, and seven values in quotes.
            let quotes = text.replace("\\\\", "").replace("\\\"", "").matches('"').count();
            prop_assert_eq!(quotes, 2 * (8 + 7));
        }
    }
}
