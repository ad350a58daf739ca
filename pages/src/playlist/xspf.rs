//! Playlists as XSPF, a form in XML. VLC's extension names subtitles.

use alloc::string::String;
use core::fmt::Write as _;

use h1::syntax::percent::{ENCODED_BYTES, encode_path};

use super::{Item, Part, one_line, title};

/// Most bytes that one byte of text becomes: `"` is written as `&quot;`.
const ESCAPED_BYTES: usize = 6;

/// Most bytes of a part besides addresses and titles.
const MARKUP_BYTES: usize = 320;

/// Returns the most bytes that [`write()`] appends.
pub(super) fn bound(part: &Part<'_>) -> usize {
    let more = match part {
        Part::Start(title) => title.len().saturating_mul(ESCAPED_BYTES),
        // An encoded path has no character that is escaped.
        Part::Item(item) => item.bound(ESCAPED_BYTES, ENCODED_BYTES, ESCAPED_BYTES),
        Part::End => 0,
    };
    more.saturating_add(MARKUP_BYTES)
}

/// Appends a part.
pub(super) fn write(part: &Part<'_>, playlist: &mut String) {
    match part {
        Part::Start(title) => {
            playlist.push_str(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\" \
                 xmlns:vlc=\"http://www.videolan.org/vlc/playlist/ns/0/\">\n<title>",
            );
            escape(one_line(title), playlist);
            playlist.push_str("</title>\n<trackList>\n");
        }
        Part::Item(item) => write_item(playlist, item),
        Part::End => playlist.push_str("</trackList>\n</playlist>\n"),
    }
}

fn write_item(playlist: &mut String, item: &Item<'_>) {
    playlist.push_str("<track><location>");
    write_base(item.base, playlist);
    encode_path(item.folder, playlist);
    encode_path(item.name, playlist);
    playlist.push_str("</location><title>");
    escape(title(item.name), playlist);
    // Writing to memory can't fail.
    let _ = write!(playlist, "</title><trackNum>{}</trackNum>", item.number);
    if !item.subtitles.is_empty() {
        playlist.push_str(
            "<extension application=\"http://www.videolan.org/vlc/playlist/0\">\
             <vlc:option>input-slave=",
        );
        item.write_subtitles(playlist, write_base);
        playlist.push_str("</vlc:option></extension>");
    }
    playlist.push_str("</track>\n");
}

/// Appends the start of an address. The encoded path after it has none of the characters
/// that XML knows.
fn write_base(base: &str, playlist: &mut String) {
    escape(base.chars(), playlist);
}

/// Appends text that is safe in XML. Characters that XML 1.0 forbids (§2.2) and further
/// controls become U+FFFD.
fn escape(text: impl Iterator<Item = char>, playlist: &mut String) {
    for letter in text {
        match letter {
            '&' => playlist.push_str("&amp;"),
            '<' => playlist.push_str("&lt;"),
            '>' => playlist.push_str("&gt;"),
            '"' => playlist.push_str("&quot;"),
            '\'' => playlist.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => playlist.push(char::REPLACEMENT_CHARACTER),
            control if control.is_control() => playlist.push(char::REPLACEMENT_CHARACTER),
            other => playlist.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subtitles::siblings::Subtitle;
    use alloc::format;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// Returns the whole playlist. No part of it may be longer than its bound.
    fn playlist(name: &str, items: &[Item<'_>]) -> String {
        let items = items.iter().copied().map(Part::Item);
        let mut playlist = String::new();
        for part in [Part::Start(name)]
            .into_iter()
            .chain(items)
            .chain([Part::End])
        {
            let before = playlist.len();
            write(&part, &mut playlist);
            let length = playlist.len().saturating_sub(before);
            assert!(length <= bound(&part), "{part:?}");
        }
        playlist
    }

    #[test]
    fn each_file_has_an_absolute_address_and_a_title() {
        let track = |folder, name, subtitles: &[&str]| {
            let subtitles: Vec<_> = subtitles
                .iter()
                .map(|path| Subtitle::sample(path))
                .collect();
            let item = Item {
                base: "https://a.example/~b&c/",
                folder,
                name,
                subtitles: &subtitles,
                number: 7,
            };
            let mut text = String::new();
            write(&Part::Item(item), &mut text);
            text
        };
        let start = "<track><location>https://a.example/~b&amp;c/";
        assert_eq!(
            track("d&/", "Q&A <1>.mp3", &[]),
            format!(
                "{start}d%26/Q%26A%20%3C1%3E.mp3</location><title>Q&amp;A &lt;1&gt;</title>\
                 <trackNum>7</trackNum></track>\n"
            )
        );
        assert_eq!(
            track("", "\u{1}\u{ffff}\"'.mkv", &["Subs/en.srt", "&.vtt"]),
            format!(
                "{start}%01%EF%BF%BF%22%27.mkv</location>\
                 <title> \u{fffd}&quot;&apos;</title><trackNum>7</trackNum>\
                 <extension application=\"http://www.videolan.org/vlc/playlist/0\"><vlc:option>\
                 input-slave=https://a.example/~b&amp;c/Subs/en.srt#\
                 https://a.example/~b&amp;c/%26.vtt</vlc:option></extension></track>\n"
            )
        );
    }

    #[test]
    fn a_list_has_one_root() {
        let text = playlist("a & b", &[]);
        assert!(
            text.contains("<title>a &amp; b</title>\n<trackList>\n</trackList>\n</playlist>\n")
        );
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(base: String, name: String, title: String, subtitles: [String; 2], count in 0_usize..3) {
            let found: Vec<_> = subtitles.iter().take(count).map(|path| Subtitle::sample(path)).collect();
            let item = Item { base: &base, folder: &title, name: &name, subtitles: &found, number: u32::MAX };
            let text = playlist(&title, &[item]);
            let tags = if count > 0 { 19 } else { 15 };
            prop_assert_eq!(text.matches('<').count(), tags);
            let is_allowed = |letter: char| {
                letter == '\n' || !(letter.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&letter))
            };
            prop_assert!(text.chars().all(is_allowed));
        }
    }
}
