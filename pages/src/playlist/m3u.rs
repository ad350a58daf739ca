//! Playlists as M3U with the lines of "extended M3U". VLC's own lines name subtitles; other
//! players take them for comments.

use alloc::string::String;

use h1::syntax::percent::{ENCODED_BYTES, encode_path};

use super::{Item, Part, title, write_base};

/// Most bytes of a part besides addresses and titles.
const MARKUP_BYTES: usize = 64;

/// Returns the most bytes that [`write()`] appends.
pub(super) fn bound(part: &Part<'_>) -> usize {
    let more = match part {
        Part::Start(_) | Part::End => 0,
        Part::Item(item) => item.bound(1, ENCODED_BYTES, 1),
    };
    more.saturating_add(MARKUP_BYTES)
}

/// Appends a part. The form has neither a title nor an end.
pub(super) fn write(part: &Part<'_>, playlist: &mut String) {
    match part {
        Part::Start(_) => playlist.push_str("#EXTM3U\n"),
        Part::Item(item) => write_item(playlist, item),
        Part::End => {}
    }
}

fn write_item(playlist: &mut String, item: &Item<'_>) {
    // The length is not known.
    playlist.push_str("#EXTINF:-1,");
    playlist.extend(title(item.name));
    playlist.push('\n');
    if let Some(subtitle) = item.subtitle {
        playlist.push_str("#EXTVLCOPT:sub-file=");
        write_base(item.base, playlist);
        encode_path(subtitle, playlist);
        playlist.push('\n');
    }
    write_base(item.base, playlist);
    encode_path(item.name, playlist);
    playlist.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: &str = "http://[::1]:8080/a%20b/";

    /// Returns the whole playlist. No part of it may be longer than its bound.
    fn playlist(base: &str, names: &[(&str, Option<&str>)]) -> String {
        let items = names.iter().map(|(name, subtitle)| {
            Part::Item(Item {
                base,
                name,
                subtitle: *subtitle,
                number: 1,
            })
        });
        let mut playlist = String::new();
        for part in [Part::Start("")]
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
    fn each_file_has_a_title_and_an_absolute_address() {
        let cases = [
            (
                ("1 - A & B.flac", None),
                "#EXTINF:-1,1 - A & B\nhttp://[::1]:8080/a%20b/1%20-%20A%20%26%20B.flac\n",
            ),
            (
                ("cd 1/a\nb.mp3", None),
                "#EXTINF:-1,a b\nhttp://[::1]:8080/a%20b/cd%201/a%0Ab.mp3\n",
            ),
            (
                ("film.mkv", Some("Subs/en.srt")),
                "#EXTINF:-1,film\n\
                 #EXTVLCOPT:sub-file=http://[::1]:8080/a%20b/Subs/en.srt\n\
                 http://[::1]:8080/a%20b/film.mkv\n",
            ),
            (
                ("Bj\u{10fff6}rk\r\u{2028}#", None),
                "#EXTINF:-1,Bj\u{fffd}rk  #\nhttp://[::1]:8080/a%20b/Bj%F6rk%0D%E2%80%A8%23\n",
            ),
            (
                (".mp3", None),
                "#EXTINF:-1,.mp3\nhttp://[::1]:8080/a%20b/.mp3\n",
            ),
        ];
        for (item, expected) in cases {
            let expected = ["#EXTM3U\n", expected].concat();
            assert_eq!(playlist(BASE, &[item]), expected, "{item:?}");
        }
        assert_eq!(playlist(BASE, &[]), "#EXTM3U\n");
    }

    proptest! {
        #[test]
        fn no_name_breaks_a_line(base: String, name: String, subtitle: Option<String>) {
            let text = playlist(&base, &[(&name, subtitle.as_deref())]);
            let lines = if subtitle.is_some() { 4 } else { 3 };
            prop_assert_eq!(text.lines().count(), lines);
            prop_assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'));
        }
    }
}
