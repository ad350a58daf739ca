//! Many names in an order in which those of one film stand together, so that a playlist of
//! many films does not look at each name for each film.

use core::cmp::Ordering;

use crate::entries::file_name::stem;
use crate::limits::SUBTITLE_CANDIDATES;

/// Orders paths, relative to the folder of the films, by what they have in common with a
/// film's name: the part after a folder for subtitles, in any case.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    lower(key(a)).cmp(lower(key(b))).then_with(|| a.cmp(b))
}

/// Returns those of ordered paths that begin like the name of a film: its subtitles, those of
/// films with longer names, and these films. [`find`](super::siblings::find) tells them apart.
#[must_use]
pub fn of_film<'s, 'p>(ordered: &'s [&'p str], film: &str) -> &'s [&'p str] {
    let stem = stem(film);
    let start = |path: &&str| lower(key(path)).take(stem.len()).cmp(lower(stem));
    let first = ordered.partition_point(|path| start(path).is_lt());
    let last = ordered.partition_point(|path| start(path).is_le());
    let last = last.min(first.saturating_add(SUBTITLE_CANDIDATES));
    ordered.get(first..last).unwrap_or_default()
}

fn key(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, name)| name)
}

fn lower(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subtitles::siblings::find;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn as_many_candidates_as_the_limit() {
        let names: Vec<_> = (0..2 * SUBTITLE_CANDIDATES)
            .map(|at| format!("a.{at}.srt"))
            .collect();
        let mut ordered: Vec<_> = names.iter().map(|name| &**name).collect();
        ordered.sort_by(|a, b| compare(a, b));
        assert_eq!(of_film(&ordered, "A.mkv").len(), SUBTITLE_CANDIDATES);
    }

    proptest! {
        #[test]
        fn candidates_are_enough(
            names in prop::collection::vec("(Subs/|subtitles/|x/)?(Subs/)?[aAb]{0,3}(/|[. ]b?)(en|1)?[.](srt|mkv|vtt)", 0..24),
            film in "[aAb. ]{0,3}[.](mkv|mp4)",
        ) {
            let all: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut ordered = all.clone();
            ordered.sort_by(|a, b| compare(a, b));
            let paths = |found: Vec<super::super::siblings::Subtitle<'_>>| -> Vec<String> {
                found.into_iter().map(|subtitle| subtitle.path.into()).collect()
            };
            let expected = paths(find(&film, false, all));
            let candidates = of_film(&ordered, &film).iter().copied();
            prop_assert_eq!(paths(find(&film, false, candidates)), expected);
        }
    }
}
