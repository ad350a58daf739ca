//! The properties of a language that the lexer must know.

/// The properties of a language that the lexer knows. It knows no grammar, only what begins and ends
/// comments and strings, and which words are special.
#[derive(Debug)]
pub(super) struct Language {
    /// Its name.
    pub(super) name: &'static str,
    /// Endings of file names, and whole names, in lower case.
    pub(super) endings: &'static [&'static str],
    /// The start of a comment that goes on to the end of the line.
    pub(super) comments: &'static [&'static str],
    /// Comments and strings with an end. Those whose start begins like that of another come
    /// before it.
    pub(super) spans: &'static [Span],
    /// Words with a space between them, in lower case if that does not matter.
    pub(super) keywords: &'static str,
    /// Whether keywords have no letter case.
    pub(super) ignores_case: bool,
    /// Characters of words beside letters, digits and `_`.
    pub(super) word: &'static str,
    /// The class of the whole line, if it begins like this.
    pub(super) lines: &'static [(&'static str, Class)],
    /// Whether strings are only inside of tags.
    pub(super) has_tags: bool,
}

/// The class of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Comment,
    String,
    Keyword,
    Number,
}

/// A comment or a string with an end.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) start: &'static str,
    pub(super) end: &'static str,
    pub(super) class: Class,
    /// Whether a backslash makes the character after it a part of the string.
    pub(super) has_escapes: bool,
    pub(super) extent: Extent,
}

/// The reach of a comment or a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// A few characters, because its start means something else as well.
    Letter,
    /// To the end of the line.
    Line,
    /// Over many lines.
    Lines,
}

/// Text that is shown as it is.
pub(super) const PLAIN: Language = Language {
    name: "",
    endings: &[],
    comments: &[],
    spans: &[],
    keywords: "",
    ignores_case: false,
    word: "",
    lines: &[],
    has_tags: false,
};
