//! The files of a folder that are subtitles of a film, by the names that Kodi, Jellyfin
//! and Plex agree on.
//!
//! Beside `film.mkv` these are `film.srt`, `film.en.srt`, `film.en.forced.vtt` and the like.
//! In a folder `Subs` or `Subtitles` they have the same names, or, if the film is the only
//! one, any name: `English.srt`. Scene releases have `Subs/film/2_English.srt`.
//! `film.chapters.vtt` has the film's chapters, with their names as text.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt::Write as _;

use super::words::{SEPARATORS, SPECIAL, Words};
use crate::entries::file_name::{self, extension};
use crate::entries::natural_order;
use crate::limits::SUBTITLES;

/// Endings of the files that can be converted.
const ENDINGS: [&str; 7] = ["srt", "vtt", "ass", "ssa", "sub", "ttml", "dfxp"];

/// Ending of subtitles that are pictures, if the second one is beside them, and of its lists
/// of where each picture is. They can't be converted.
const PICTURES: &str = "sub";
const INDEX: &str = "idx";

/// Names of folders for subtitles, in lower case.
const FOLDERS: [&str; 2] = ["subs", "subtitles"];

/// A file that is subtitles of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtitle<'p> {
    /// The path from the folder of the film, as it was given.
    pub path: &'p str,
    /// The tag of BCP 47, `pt-BR`, if the name has a language.
    pub language: Option<String>,
    /// The words that people see: the language's own name, and what is special. It is text of the
    /// file's name, so it is not safe in HTML.
    pub label: String,
    /// Whether only what is foreign to the film's own language is in it.
    pub is_forced: bool,
    /// Whether sounds are described as well, for those who do not hear them.
    pub is_sdh: bool,
    /// Whether the name asks for these to be shown.
    pub is_default: bool,
    /// Whether the times are those of the film's chapters, which players step through and do
    /// not show.
    pub are_chapters: bool,
}

#[cfg(test)]
impl<'p> Subtitle<'p> {
    /// Returns subtitles of which nothing is known but the path.
    pub(crate) fn sample(path: &'p str) -> Self {
        Self {
            path,
            language: None,
            label: String::new(),
            is_forced: false,
            is_sdh: false,
            is_default: false,
            are_chapters: false,
        }
    }
}

/// Whether a folder beside a film may hold its subtitles: `Subs`, `Subtitles`.
#[must_use]
pub fn is_folder(name: &str) -> bool {
    FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether the name is that of subtitles that can be converted.
#[must_use]
pub fn is_subtitle(name: &str) -> bool {
    let ending = extension(name);
    ENDINGS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(ending))
}

fn is_index(name: &str) -> bool {
    extension(name).eq_ignore_ascii_case(INDEX)
}

/// Whether a path may matter to [`find`]: subtitles, the list of those that are pictures, or
/// a name that begins like the film's.
#[must_use]
pub fn concerns(film: &str, path: &str) -> bool {
    is_subtitle(path)
        || is_index(path)
        || after_stem(file_name::stem(path), file_name::stem(film)).is_some()
}

/// Returns the subtitles of `film` in the order of their languages' names, plain ones
/// before special ones. `paths` are all names of its folder, and, with the name of the
/// folder and a slash before them, those of the folders for which [`is_folder`] holds and
/// of the folders in these that have the film's name without its ending. `is_alone` says
/// that no other film is in the folder.
pub fn find<'p>(
    film: &str,
    is_alone: bool,
    paths: impl IntoIterator<Item = &'p str>,
) -> Vec<Subtitle<'p>> {
    let stem = file_name::stem(film);
    let mut found: Vec<(Subtitle<'p>, bool)> = Vec::new();
    // Longer names that begin like the film's: `Film 2.mkv` beside `Film.mkv`. Unless its
    // words are all known, a name is that of such a file.
    let (mut rivals, mut indexes) = (Vec::new(), Vec::new());
    for path in paths {
        if is_index(path) {
            if indexes.len() < SUBTITLES {
                indexes.push(file_name::stem(path));
            }
        } else if !is_subtitle(path) {
            let rival = file_name::stem(path);
            let is_rival = after_stem(rival, stem).is_some_and(|rest| !rest.is_empty());
            if is_rival && rivals.len() < SUBTITLES {
                rivals.push(rival);
            }
        } else if let Some(rest) = rest_of(path, stem, is_alone)
            && found.len() < SUBTITLES
        {
            let words = Words::of(rest);
            let subtitle = Subtitle {
                path,
                language: words.tag(),
                label: words.label(),
                is_forced: words.is_forced,
                is_sdh: words.is_sdh,
                is_default: words.is_default,
                are_chapters: words.are_chapters,
            };
            found.push((subtitle, words.are_known()));
        }
    }
    found.retain(|(subtitle, is_known)| {
        let is_of = |rival: &&str| after_stem(subtitle.path, rival).is_some();
        let is_of_film = *is_known || !rivals.iter().any(is_of);
        is_of_film && !are_pictures(subtitle.path, &indexes)
    });
    let mut found: Vec<_> = found.into_iter().map(|(subtitle, _)| subtitle).collect();
    found.sort_by(compare);
    number(&mut found);
    found
}

/// Whether subtitles are pictures, because a list of them is beside them.
fn are_pictures(path: &str, indexes: &[&str]) -> bool {
    extension(path).eq_ignore_ascii_case(PICTURES)
        && (indexes.iter()).any(|index| index.eq_ignore_ascii_case(file_name::stem(path)))
}

fn compare(a: &Subtitle<'_>, b: &Subtitle<'_>) -> Ordering {
    // What stands beside the film without a language is its own.
    let is_known = |subtitle: &Subtitle<'_>| subtitle.language.is_some();
    let special =
        |subtitle: &Subtitle<'_>| (subtitle.are_chapters, subtitle.is_sdh, subtitle.is_forced);
    is_known(a)
        .cmp(&is_known(b))
        .then_with(|| natural_order::compare(plain_label(&a.label), plain_label(&b.label)))
        .then_with(|| special(a).cmp(&special(b)))
        .then_with(|| natural_order::compare(a.path, b.path))
}

/// Returns the part of a label before what is special.
fn plain_label(label: &str) -> &str {
    label.split_once(SPECIAL).map_or(label, |(plain, _)| plain)
}

/// Numbers subtitles of the same label, so that people can tell them apart.
fn number(found: &mut [Subtitle<'_>]) {
    let mut last = String::new();
    let mut count = 1_usize;
    for subtitle in found {
        if subtitle.label == last {
            count = count.saturating_add(1);
            let _ = write!(subtitle.label, " {count}");
        } else {
            last.clone_from(&subtitle.label);
            count = 1;
        }
    }
}

/// Returns the part of a path that has the language and the flags, without its ending;
/// `None` if the file does not belong to the film.
fn rest_of<'p>(path: &'p str, film: &str, is_alone: bool) -> Option<&'p str> {
    let (folder, name) = match path.split_once('/') {
        Some((folder, name)) => (Some(folder), name),
        None => (None, path),
    };
    match folder {
        None => after_stem(file_name::stem(name), film),
        Some(folder) if !is_folder(folder) => None,
        Some(_) => match name.split_once('/') {
            Some((folder, name)) => (folder.eq_ignore_ascii_case(film) && !name.contains('/'))
                .then(|| file_name::stem(name)),
            None => after_stem(file_name::stem(name), film)
                .or_else(|| is_alone.then(|| file_name::stem(name))),
        },
    }
}

/// Returns what follows `stem` in a name, if that is nothing or begins with a separator.
fn after_stem<'n>(name: &'n str, stem: &str) -> Option<&'n str> {
    let (start, rest) = name.split_at_checked(stem.len())?;
    let is_end = rest.is_empty() || rest.starts_with('.') || rest.starts_with(SEPARATORS);
    (start.eq_ignore_ascii_case(stem) && is_end).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    /// Returns what was found as one line for each: path, tag, label, flags.
    fn found(film: &str, is_alone: bool, paths: &[&str]) -> Vec<String> {
        let line = |subtitle: Subtitle<'_>| {
            let mut line = format!(
                "{} {} {}",
                subtitle.path,
                subtitle.language.as_deref().unwrap_or("-"),
                subtitle.label
            );
            let flags = [
                (subtitle.is_default, " default"),
                (subtitle.are_chapters, " chapters"),
            ];
            line.extend(flags.iter().filter(|(is, _)| *is).map(|(_, flag)| *flag));
            line
        };
        let found = find(film, is_alone, paths.iter().copied());
        found.into_iter().map(line).collect()
    }

    #[test]
    fn one_file_by_its_name() {
        let cases = [
            ("film.srt", "- Subtitles"),
            ("FILM.VTT", "- Subtitles"),
            ("film.en.srt", "en English"),
            ("film.eng.sdh.srt", "en English \u{b7} SDH"),
            ("film.en.ASS", "en English"),
            ("film.ssa", "- Subtitles"),
            ("film.de.sub", "de Deutsch"),
            ("film.ttml", "- Subtitles"),
            ("film.sv.dfxp", "sv Svenska"),
            ("film.English.srt", "en English"),
            ("film.de.forced.srt", "de Deutsch \u{b7} forced"),
            ("film.no.cc.vtt", "no Norsk \u{b7} SDH"),
            (
                "film.hi.srt",
                "hi \u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}",
            ),
            ("film.en.hi.srt", "en English \u{b7} SDH"),
            ("film.hi.en.srt", "en English \u{b7} SDH"),
            ("film.default.vtt", "- Subtitles default"),
            ("film.chapters.vtt", "- Chapters chapters"),
            ("film.de.Chapters.srt", "de Deutsch chapters"),
            ("film.pt-BR.srt", "pt-BR Portugu\u{ea}s (BR)"),
            ("film_fr.srt", "fr Fran\u{e7}ais"),
            ("film - English (SDH).srt", "en English \u{b7} SDH"),
            ("film.Commentary.en.srt", "en English Commentary"),
            ("film.Bj\u{10fff6}rk.srt", "- Bj\u{fffd}rk"),
            ("Subs/film.sv.srt", "sv Svenska"),
            ("subtitles/3_Dutch.srt", "nl Nederlands"),
            ("Subs/film/2_English.srt", "en English"),
        ];
        for (path, expected) in cases {
            let expected = format!("{path} {expected}");
            assert_eq!(found("film.mkv", true, &[path]), [expected]);
        }
    }

    #[test]
    fn files_of_others_are_left_out() {
        let cases = [
            "films.srt",
            "other.srt",
            "film.srt.bak",
            "film.idx",
            "filmen.srt",
            "srt",
            "Subs/English.srt",
            "Subs/other/English.srt",
            "Subs/film/a/English.srt",
            "Extras/film.srt",
        ];
        for path in cases {
            assert_eq!(found("film.mkv", false, &[path]), [""; 0], "{path}");
        }
        let paths = [
            "Film.mkv",
            "Film.Part 2.mkv",
            "Film.Part 2.srt",
            "Film.Part 2.en.srt",
            "Film.en.srt",
        ];
        assert_eq!(found("Film.mkv", false, &paths), ["Film.en.srt en English"]);
        assert_eq!(found("Film.Part 2.mkv", false, &paths).len(), 2);
    }

    #[test]
    fn subtitles_that_are_pictures_are_left_out() {
        let paths = [
            "film.sub",
            "film.idx",
            "film.en.sub",
            "Subs/film.sub",
            "Subs/film.de.SUB",
            "subs/film.de.Idx",
        ];
        assert_eq!(
            found("film.mkv", false, &paths),
            ["Subs/film.sub - Subtitles", "film.en.sub en English",]
        );
    }

    #[test]
    fn plain_ones_come_before_special_ones() {
        let paths = [
            "Subs/film.en.srt",
            "film.en.sdh.srt",
            "film.en.forced.srt",
            "film.sv.srt",
            "film.en.srt",
            "film.srt",
            "film.de.sdh.srt",
            "film.de.srt",
        ];
        assert_eq!(
            found("film.mp4", true, &paths),
            [
                "film.srt - Subtitles",
                "film.de.srt de Deutsch",
                "film.de.sdh.srt de Deutsch \u{b7} SDH",
                "film.en.srt en English",
                "Subs/film.en.srt en English 2",
                "film.en.forced.srt en English \u{b7} forced",
                "film.en.sdh.srt en English \u{b7} SDH",
                "film.sv.srt sv Svenska",
            ]
        );
    }

    #[test]
    fn as_many_as_the_limit() {
        let names: Vec<_> = (0..2 * SUBTITLES).map(|at| format!("a.{at}.srt")).collect();
        let found = find("a.mkv", true, names.iter().map(|name| &**name));
        assert_eq!(found.len(), SUBTITLES);
    }

    proptest! {
        #[test]
        fn no_name_panics(film: String, paths in prop::collection::vec(any::<String>(), 0..8)) {
            let own = format!("{film}.srt");
            let paths = paths.iter().map(|path| &**path).chain([&*own]);
            prop_assert!(find(&film, false, paths).len() <= SUBTITLES);
        }
    }
}
