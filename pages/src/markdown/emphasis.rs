//! Emphasis (CommonMark §6.2) and strikethrough (GFM §6.5).

use alloc::vec::Vec;

/// The meaning of a pair of delimiters for the text between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emphasis {
    /// One `*` or `_`.
    Simple,
    /// Two of them.
    Strong,
    /// Two `~`.
    Struck,
}

/// A row of the same delimiters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// The place among the tokens.
    pub(super) token: usize,
    pub(super) mark: u8,
    /// The number of delimiters, and how many of them belong to nothing yet.
    length: usize,
    pub(super) left: usize,
    can_open: bool,
    can_close: bool,
}

/// The start or the end of emphasis, at one of the runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub(super) token: usize,
    pub(super) is_start: bool,
    /// Orders the tags of one run: those inside come first at an end, and last at a start.
    order: usize,
    pub(super) emphasis: Emphasis,
}

/// Classes of runs that end emphasis. For all of a class the same starts are acceptable.
const CLASSES: usize = 3 * 2 * 3;

impl Run {
    /// Returns a run between two characters, which decide whether it can start or end
    /// emphasis. A line break stands for the start and the end of the text.
    pub(super) fn new(token: usize, mark: u8, length: usize, before: char, after: char) -> Self {
        let is_punctuation = |letter: char| !letter.is_alphanumeric() && !letter.is_whitespace();
        let is_beside = |near: char, far: char| {
            !near.is_whitespace()
                && (!is_punctuation(near) || far.is_whitespace() || is_punctuation(far))
        };
        let (is_left, is_right) = (is_beside(after, before), is_beside(before, after));
        let (can_open, can_close) = match mark {
            // Underscores within words are text.
            b'_' => (
                is_left && (!is_right || is_punctuation(before)),
                is_right && (!is_left || is_punctuation(after)),
            ),
            b'~' => (is_left && length == 2, is_right && length == 2),
            _ => (is_left, is_right),
        };
        Self {
            token,
            mark,
            length,
            left: length,
            can_open,
            can_close,
        }
    }

    fn class(&self) -> usize {
        let mark = match self.mark {
            b'*' => 0,
            b'_' => 1,
            _ => 2_usize,
        };
        mark.saturating_mul(2)
            .saturating_add(usize::from(self.can_open))
            .saturating_mul(3)
            .saturating_add(self.length % 3)
    }

    /// Whether the run starts what `end` ends. The sum of their lengths must not be a
    /// multiple of three if one of them can do both (§6.2, rules 9 and 10).
    fn starts(&self, end: &Self) -> bool {
        let is_multiple = |length: usize| length.is_multiple_of(3);
        let sum = self.length.saturating_add(end.length);
        let is_ambiguous = (self.can_close || end.can_open)
            && is_multiple(sum)
            && !(is_multiple(self.length) && is_multiple(end.length));
        self.mark == end.mark && !is_ambiguous
    }
}

/// Finds the emphasis between runs, and notes its tags. The time is linear: each step of a
/// search either drops a run, or is never made again for runs of the same class.
pub(super) fn resolve(runs: &mut [Run], tags: &mut Vec<Tag>) {
    let mut open: Vec<Run> = Vec::new();
    // For each class, how many of the open runs are known not to fit.
    let mut skipped = [0_usize; CLASSES];
    for run in runs.iter_mut() {
        while run.can_close && run.left > 0 {
            let skipped_of_class = skipped.get_mut(run.class());
            let known = skipped_of_class.as_deref().copied().unwrap_or(0);
            let mut candidates = open.iter().enumerate().skip(known).rev();
            let Some((place, _)) = candidates.find(|(_, start)| start.starts(run)) else {
                if let Some(skipped) = skipped_of_class {
                    *skipped = open.len();
                }
                break;
            };
            open.truncate(place.saturating_add(1));
            let Some(start) = open.last_mut() else {
                break;
            };
            pair(start, run, tags);
            if start.left == 0 {
                open.pop();
            }
            for skipped in &mut skipped {
                *skipped = open.len().min(*skipped);
            }
        }
        if run.can_open && run.left > 0 {
            open.push(*run);
        }
    }
}

/// Takes one or two delimiters from both runs.
fn pair(start: &mut Run, end: &mut Run, tags: &mut Vec<Tag>) {
    let (count, emphasis) = match end.mark {
        b'~' => (2, Emphasis::Struck),
        _ if start.left >= 2 && end.left >= 2 => (2, Emphasis::Strong),
        _ => (1, Emphasis::Simple),
    };
    start.left = start.left.saturating_sub(count);
    end.left = end.left.saturating_sub(count);
    let order = tags.len();
    for (token, is_start) in [(start.token, true), (end.token, false)] {
        let order = if is_start {
            usize::MAX.saturating_sub(order)
        } else {
            order
        };
        tags.push(Tag {
            token,
            is_start,
            order,
            emphasis,
        });
    }
}

/// Puts the tags in the order of the text.
pub(super) fn sort(tags: &mut [Tag]) {
    tags.sort_unstable_by_key(|tag| (tag.token, tag.is_start, tag.order));
}
