//! Playlists as M3U with the lines of "extended M3U". Lines of VLC's kind name subtitles: Kodi
//! (from 22) and MPC-HC read them, VLC where it trusts a playlist, and other players take them
//! for comments.

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
    if !item.subtitles.is_empty() {
        playlist.push_str("#EXTVLCOPT:input-slave=");
        item.write_subtitles(playlist, write_base);
        playlist.push('\n');
    }
    write_base(item.base, playlist);
    encode_path(item.folder, playlist);
    encode_path(item.name, playlist);
    playlist.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subtitles::siblings::Subtitle;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const BASE: &str = "http://[::1]:8080/a%20b/";

    /// Returns the whole playlist. No part of it may be longer than its bound.
    fn playlist(items: &[Item<'_>]) -> String {
        let items = items.iter().copied().map(Part::Item);
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
        let cases: [(&str, &str, &[&str], &str); 6] = [
            (
                "",
                "1 - A & B.flac",
                &[],
                "#EXTINF:-1,1 - A & B\nhttp://[::1]:8080/a%20b/1%20-%20A%20%26%20B.flac\n",
            ),
            (
                "cd 1/",
                "a\nb.mp3",
                &[],
                "#EXTINF:-1,a b\nhttp://[::1]:8080/a%20b/cd%201/a%0Ab.mp3\n",
            ),
            (
                "",
                "film.mkv",
                &["Subs/en.srt"],
                "#EXTINF:-1,film\n\
                 #EXTVLCOPT:input-slave=http://[::1]:8080/a%20b/Subs/en.srt\n\
                 http://[::1]:8080/a%20b/film.mkv\n",
            ),
            (
                "b/",
                "film.mkv",
                &["film #1.srt", "film\n.vtt"],
                "#EXTINF:-1,film\n\
                 #EXTVLCOPT:input-slave=http://[::1]:8080/a%20b/b/film%20%231.srt#\
                 http://[::1]:8080/a%20b/b/film%0A.vtt\n\
                 http://[::1]:8080/a%20b/b/film.mkv\n",
            ),
            (
                "",
                "Bj\u{10fff6}rk\r\u{2028}#",
                &[],
                "#EXTINF:-1,Bj\u{fffd}rk  #\nhttp://[::1]:8080/a%20b/Bj%F6rk%0D%E2%80%A8%23\n",
            ),
            (
                "",
                ".mp3",
                &[],
                "#EXTINF:-1,.mp3\nhttp://[::1]:8080/a%20b/.mp3\n",
            ),
        ];
        for (folder, name, subtitles, expected) in cases {
            let subtitles: Vec<_> = subtitles
                .iter()
                .map(|path| Subtitle::sample(path))
                .collect();
            let item = Item {
                base: BASE,
                folder,
                name,
                subtitles: &subtitles,
                number: 1,
            };
            let expected = ["#EXTM3U\n", expected].concat();
            assert_eq!(playlist(&[item]), expected, "{item:?}");
        }
        assert_eq!(playlist(&[]), "#EXTM3U\n");
    }

    proptest! {
        #[test]
        fn no_name_breaks_a_line(base: String, folder: String, name: String, subtitles: [String; 2], count in 0_usize..3) {
            let found: Vec<_> = subtitles.iter().take(count).map(|path| Subtitle::sample(path)).collect();
            let item = Item { base: &base, folder: &folder, name: &name, subtitles: &found, number: 1 };
            let text = playlist(&[item]);
            let lines = if count > 0 { 4 } else { 3 };
            prop_assert_eq!(text.lines().count(), lines);
            prop_assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'));
        }
    }
}
