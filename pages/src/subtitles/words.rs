//! The words of a file's name that tell the language and what is special.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use h1::syntax::name;

use super::language::{self, Language};

/// The label of subtitles in an unknown language.
const NO_LANGUAGE: &str = "Subtitles";

/// The label of chapters in an unknown language.
const CHAPTERS: &str = "Chapters";

/// The separators of words besides the dot.
pub(super) const SEPARATORS: [char; 8] = ['-', '_', ' ', '(', ')', '[', ']', ','];

/// The separator before each special word of a label.
pub(super) const SPECIAL: &str = " \u{b7} ";

/// The words of a name, by what they mean.
#[derive(Default)]
pub(super) struct Words<'n> {
    language: Option<(&'static Language, String)>,
    /// Words that mean nothing here, for people to tell files apart.
    title: Vec<&'n str>,
    pub(super) is_forced: bool,
    pub(super) is_sdh: bool,
    pub(super) is_default: bool,
    pub(super) are_chapters: bool,
    /// Whether `hi` is among the words, which is Hindi or "hearing impaired".
    has_hi: bool,
}

impl<'n> Words<'n> {
    pub(super) fn of(rest: &'n str) -> Self {
        let mut words = Self::default();
        for word in rest.split('.') {
            match language::find_tag(word) {
                Some(found) => words.language = Some(found),
                None => word.split(SEPARATORS).for_each(|word| words.push(word)),
            }
        }
        if words.has_hi {
            words.is_sdh |= !words.push_language("hi");
        }
        words
    }

    fn push(&mut self, word: &'n str) {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        // The numbers of scene releases are of no use to people.
        if word.is_empty() || word.bytes().all(|byte| byte.is_ascii_digit()) {
        } else if is("forced") || is("foreign") {
            self.is_forced = true;
        } else if is("sdh") || is("cc") {
            self.is_sdh = true;
        } else if is("default") {
            self.is_default = true;
        } else if is("chapters") {
            self.are_chapters = true;
        } else if is("hi") {
            self.has_hi = true;
        } else if !self.push_language(word) {
            self.title.push(word);
        }
    }

    /// Takes a word as the language, unless there is one or it is none.
    fn push_language(&mut self, word: &str) -> bool {
        let found = language::find(word).filter(|_| self.language.is_none());
        self.language = self
            .language
            .take()
            .or_else(|| found.map(|language| (language, String::new())));
        found.is_some()
    }

    /// Whether each word is a language or a flag.
    pub(super) fn are_known(&self) -> bool {
        self.title.is_empty()
    }

    /// Returns the tag of BCP 47 for the language.
    pub(super) fn tag(&self) -> Option<String> {
        let (language, subtags) = self.language.as_ref()?;
        let mut tag = String::from(language.code);
        if !subtags.is_empty() {
            let _ = write!(tag, "-{subtags}");
        }
        Some(tag)
    }

    /// Returns what people see.
    pub(super) fn label(&self) -> String {
        let mut label = String::new();
        if let Some((language, subtags)) = &self.language {
            label.push_str(language.name);
            if !subtags.is_empty() {
                let _ = write!(label, " ({subtags})");
            }
        }
        for word in &self.title {
            if !label.is_empty() {
                label.push(' ');
            }
            label.extend(name::shown(word));
        }
        if label.is_empty() {
            label.push_str(match self.are_chapters {
                true => CHAPTERS,
                false => NO_LANGUAGE,
            });
        }
        for (is_so, flag) in [(self.is_forced, "forced"), (self.is_sdh, "SDH")] {
            if is_so {
                label.push_str(SPECIAL);
                label.push_str(flag);
            }
        }
        label
    }
}
