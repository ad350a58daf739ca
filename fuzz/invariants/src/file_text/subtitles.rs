//! Subtitles as WebVTT.

use pages::limits::CUE_BYTES;
use pages::subtitles::webvtt::{Error, bound, convert};

use super::repeated::{in_time, repeated};

/// Longest file, an eighth of what is converted: in a longer one, quadratic time would show no
/// better, and each run would take longer.
const LONGEST_BYTES: usize = 64 * 1024;

/// Takes a number and, on the lines after it, a file that is repeated so often, up to
/// [`LONGEST_BYTES`]. The result begins as WebVTT does (§4.1) and has at least one cue. Each cue is
/// a line of times and lines of text, which has no arrow, no tags but `b`, `i` and `u`, each
/// ended where it should be, and no references but those that WebVTT knows. No setting stands twice.
/// It is no longer than its bound, stays the same if it is converted again (unless a brace in the
/// text could begin what players drop), and takes no more time than a multiple of the longest file.
pub fn subtitles(bytes: &[u8]) {
    let Some(file) = repeated(bytes, LONGEST_BYTES) else {
        return;
    };
    let converted = in_time(|| convert(&file));
    let Ok(text) = converted else {
        assert_eq!(converted, Err(Error::NoCue));
        return;
    };
    assert!(text.len() <= bound(file.len()), "{} bytes", text.len());
    let cues = text
        .strip_prefix("WEBVTT\n\n")
        .expect("the head comes first");
    let cues = cues
        .strip_suffix("\n\n")
        .expect("a cue ends in an empty line");
    cues.split("\n\n").for_each(check_cue);
    if !text.contains('{') {
        assert_eq!(convert(text.as_bytes()).as_deref(), Ok(&*text));
    }
}

fn check_cue(cue: &str) {
    let (times, text) = cue.split_once('\n').expect("a cue has times and text");
    let (start, end) = times.split_once(" --> ").expect("two times");
    let (end, settings) = end.split_once(' ').unwrap_or((end, ""));
    assert!(milliseconds(start) < milliseconds(end), "{times}");
    let is_setting = |setting: &str| {
        let (name, value) = setting.split_once(':').unwrap_or_default();
        ["vertical", "line", "position", "size", "align"].contains(&name) && !value.is_empty()
    };
    assert!(
        settings.is_empty() || settings.split(' ').all(is_setting),
        "{times}"
    );
    let mut names: Vec<_> = settings
        .split(' ')
        .map(|setting| setting.split(':').next())
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "{times}");
    assert!(text.len() <= CUE_BYTES, "{} bytes", text.len());
    assert!(text.lines().all(|line| !line.is_empty()), "{text:?}");
    let is_text = |letter: char| letter == '\n' || !letter.is_control();
    assert!(text.chars().all(is_text), "{text:?}");
    check_markup(text);
}

fn check_markup(text: &str) {
    let mut open = Vec::new();
    for (place, piece) in text.split('<').enumerate() {
        let text = match place {
            0 => piece,
            _ => {
                let (tag, text) = piece.split_once('>').expect("a tag has an end");
                match tag.strip_prefix('/') {
                    Some(name) => assert_eq!(open.pop(), Some(name)),
                    None => {
                        assert!(
                            matches!(tag, "b" | "i" | "u") && !open.contains(&tag),
                            "{tag}"
                        );
                        open.push(tag);
                    }
                }
                text
            }
        };
        assert!(!text.contains('>'), "{text}");
        for reference in text.split('&').skip(1) {
            let (name, _) = reference.split_once(';').expect("a reference has an end");
            let known = ["amp", "lt", "gt", "nbsp", "lrm", "rlm"];
            assert!(known.contains(&name), "{name}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Reads a time as WebVTT has it: hours of two digits or more, and three after the point.
fn milliseconds(time: &str) -> u64 {
    let (whole, fraction) = time.split_once('.').expect("a point");
    let parts: Vec<_> = whole.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else {
        panic!("{time}");
    };
    assert!(hours.len() >= 2 && fraction.len() == 3, "{time}");
    assert!(
        [minutes, seconds].iter().all(|part| part.len() == 2),
        "{time}"
    );
    let number = |digits: &str| digits.parse::<u64>().unwrap();
    assert!(number(minutes) < 60 && number(seconds) < 60, "{time}");
    ((number(hours) * 60 + number(minutes)) * 60 + number(seconds)) * 1_000 + number(fraction)
}
