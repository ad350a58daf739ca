//! Languages by the names of files.

use super::keywords;
use super::language::{Class, Extent, Language, PLAIN, Span};

const fn span(
    start: &'static str,
    end: &'static str,
    class: Class,
    has_escapes: bool,
    extent: Extent,
) -> Span {
    Span {
        start,
        end,
        class,
        has_escapes,
        extent,
    }
}

const fn comment(start: &'static str, end: &'static str) -> Span {
    span(start, end, Class::Comment, false, Extent::Lines)
}

/// A string on one line, with escapes.
const fn string(quote: &'static str) -> Span {
    span(quote, quote, Class::String, true, Extent::Line)
}

/// A string over many lines, with escapes.
const fn text(quote: &'static str) -> Span {
    span(quote, quote, Class::String, true, Extent::Lines)
}

/// A string over many lines without escapes.
const fn raw(start: &'static str, end: &'static str) -> Span {
    span(start, end, Class::String, false, Extent::Lines)
}

const SLASHES: Span = comment("/*", "*/");
const DOUBLE: Span = string("\"");
const SINGLE: Span = string("'");
const LETTER: Span = span("'", "'", Class::String, true, Extent::Letter);
const DOUBLE_3: Span = text("\"\"\"");
const SINGLE_3: Span = text("'''");
const BACKTICK: Span = text("`");

/// A language whose comments, strings and keywords are all that is known of it.
const fn language(
    name: &'static str,
    endings: &'static [&'static str],
    comments: &'static [&'static str],
    spans: &'static [Span],
    keywords: &'static str,
) -> Language {
    Language {
        name,
        endings,
        comments,
        spans,
        keywords,
        ..PLAIN
    }
}

/// A language of tags and attributes.
const fn tags(name: &'static str, endings: &'static [&'static str]) -> Language {
    Language {
        word: "-:",
        has_tags: true,
        ..language(name, endings, &[], TAG_SPANS, "")
    }
}

const DOUBLE_LINES: Span = raw("\"", "\"");
const SINGLE_LINES: Span = raw("'", "'");

static TAG_SPANS: &[Span] = &[comment("<!--", "-->"), DOUBLE_LINES, SINGLE_LINES];

pub(super) static LANGUAGES: [Language; 32] = [
    language(
        "Rust",
        &["rs"],
        &["//"],
        &[
            SLASHES,
            raw("r##\"", "\"##"),
            raw("r#\"", "\"#"),
            raw("r\"", "\""),
            text("\""),
            LETTER,
        ],
        keywords::RUST,
    ),
    language(
        "Python",
        &["py", "pyi", "pyw"],
        &["#"],
        &[DOUBLE_3, SINGLE_3, DOUBLE, SINGLE],
        keywords::PYTHON,
    ),
    language(
        "JavaScript",
        &["js", "mjs", "cjs", "jsx"],
        &["//"],
        &[SLASHES, DOUBLE, SINGLE, BACKTICK],
        keywords::JAVASCRIPT,
    ),
    language(
        "TypeScript",
        &["ts", "mts", "cts", "tsx"],
        &["//"],
        &[SLASHES, DOUBLE, SINGLE, BACKTICK],
        keywords::TYPESCRIPT,
    ),
    language(
        "C",
        &["c", "h"],
        &["//"],
        &[SLASHES, DOUBLE, LETTER],
        keywords::C,
    ),
    language(
        "C++",
        &["cpp", "cc", "cxx", "hpp", "hh", "hxx", "ino"],
        &["//"],
        &[SLASHES, DOUBLE, LETTER],
        keywords::CPP,
    ),
    language(
        "C#",
        &["cs"],
        &["//"],
        &[SLASHES, DOUBLE_3, DOUBLE, LETTER],
        keywords::CSHARP,
    ),
    language(
        "Go",
        &["go"],
        &["//"],
        &[SLASHES, DOUBLE, raw("`", "`"), LETTER],
        keywords::GO,
    ),
    language(
        "Java",
        &["java"],
        &["//"],
        &[SLASHES, DOUBLE_3, DOUBLE, LETTER],
        keywords::JAVA,
    ),
    language(
        "Kotlin",
        &["kt", "kts", "gradle"],
        &["//"],
        &[SLASHES, DOUBLE_3, DOUBLE, LETTER],
        keywords::KOTLIN,
    ),
    language(
        "Swift",
        &["swift"],
        &["//"],
        &[SLASHES, DOUBLE_3, DOUBLE],
        keywords::SWIFT,
    ),
    language("Zig", &["zig"], &["//"], &[DOUBLE, LETTER], keywords::ZIG),
    language(
        "Ruby",
        &["rb", "gemfile", "rakefile"],
        &["#"],
        &[comment("=begin", "=end"), DOUBLE, SINGLE],
        keywords::RUBY,
    ),
    language(
        "PHP",
        &["php"],
        &["//", "#"],
        &[SLASHES, DOUBLE, SINGLE],
        keywords::PHP,
    ),
    language(
        "Perl",
        &["pl", "pm"],
        &["#"],
        &[DOUBLE, SINGLE],
        keywords::PERL,
    ),
    language(
        "Lua",
        &["lua"],
        &["--"],
        &[comment("--[[", "]]"), raw("[[", "]]"), DOUBLE, SINGLE],
        keywords::LUA,
    ),
    language(
        "Shell",
        &["sh", "bash", "zsh", "ksh", "profile"],
        &["#"],
        &[text("\""), raw("'", "'")],
        keywords::SHELL,
    ),
    Language {
        ignores_case: true,
        word: "-",
        ..language(
            "PowerShell",
            &["ps1", "psm1"],
            &["#"],
            &[comment("<#", "#>"), DOUBLE, raw("'", "'")],
            keywords::POWERSHELL,
        )
    },
    Language {
        ignores_case: true,
        ..language(
            "SQL",
            &["sql"],
            &["--"],
            &[SLASHES, DOUBLE_LINES, SINGLE_LINES],
            keywords::SQL,
        )
    },
    Language {
        word: "-@",
        ..language(
            "CSS",
            &["css", "scss", "less"],
            &[],
            &[SLASHES, DOUBLE, SINGLE],
            keywords::CSS,
        )
    },
    language(
        "JSON",
        &["json", "jsonc", "json5", "webmanifest", "geojson"],
        &["//"],
        &[SLASHES, DOUBLE],
        keywords::DATA,
    ),
    Language {
        lines: &[("[", Class::Keyword)],
        word: "-",
        ..language(
            "TOML",
            &["toml"],
            &["#"],
            &[DOUBLE_3, SINGLE_3, DOUBLE, SINGLE],
            keywords::DATA,
        )
    },
    Language {
        lines: &[("[", Class::Keyword), (";", Class::Comment)],
        word: "-",
        ..language(
            "INI",
            &["ini", "conf", "cfg", "desktop", "service", "properties"],
            &["#"],
            &[DOUBLE],
            keywords::YAML,
        )
    },
    Language {
        word: "-",
        ..language(
            "YAML",
            &["yaml", "yml"],
            &["#"],
            &[DOUBLE, SINGLE],
            keywords::YAML,
        )
    },
    tags("HTML", &["html", "htm", "xhtml", "vue", "svelte"]),
    tags(
        "XML",
        &[
            "xml", "svg", "xsl", "xsd", "rss", "opml", "xspf", "plist", "nfo",
        ],
    ),
    Language {
        lines: &[("#", Class::Keyword), (">", Class::Comment)],
        ..language(
            "Markdown",
            &["md", "markdown"],
            &[],
            &[
                comment("<!--", "-->"),
                raw("```", "```"),
                raw("~~~", "~~~"),
                span("`", "`", Class::String, false, Extent::Line),
            ],
            "",
        )
    },
    Language {
        lines: &[
            ("+", Class::String),
            ("-", Class::Comment),
            ("@@", Class::Keyword),
            ("diff ", Class::Keyword),
        ],
        ..language("Diff", &["diff", "patch"], &[], &[], "")
    },
    language(
        "Make",
        &["mk", "makefile", "gnumakefile"],
        &["#"],
        &[DOUBLE, SINGLE],
        keywords::MAKE,
    ),
    Language {
        ignores_case: false,
        ..language(
            "Docker",
            &["dockerfile", "containerfile"],
            &["#"],
            &[DOUBLE, SINGLE],
            keywords::DOCKER,
        )
    },
    Language {
        word: "-",
        ..language(
            "Nix",
            &["nix"],
            &["#"],
            &[SLASHES, raw("''", "''"), text("\"")],
            keywords::NIX,
        )
    },
    Language {
        ignores_case: true,
        ..language(
            "Batch",
            &["bat", "cmd"],
            &["::", "rem "],
            &[DOUBLE],
            keywords::SHELL,
        )
    },
];

/// Returns the language of a file by its name, whatever its letter case.
pub(super) fn of(name: &str) -> &'static Language {
    let ending = name.rsplit('.').next().unwrap_or_default();
    let is_of = |language: &&Language| {
        let mut endings = language.endings.iter();
        endings.any(|known| known.eq_ignore_ascii_case(ending))
    };
    LANGUAGES.iter().find(is_of).unwrap_or(&PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_distinct_endings_and_spans() {
        for language in &LANGUAGES {
            for ending in language.endings {
                assert_eq!(of(ending).name, language.name, "{ending}");
            }
            // A start that begins like a later one hides it.
            let starts: alloc::vec::Vec<_> = language.spans.iter().map(|span| span.start).collect();
            for (place, start) in starts.iter().enumerate() {
                assert!(
                    !starts[place + 1..]
                        .iter()
                        .any(|later| later.starts_with(start))
                );
            }
        }
    }

    #[test]
    fn languages_are_known_by_name() {
        for (name, expected) in [
            ("tide.rs", "Rust"),
            ("A.PY", "Python"),
            ("a.tar.sh", "Shell"),
            ("Makefile", "Make"),
            ("Dockerfile", "Docker"),
            ("notes.txt", ""),
            ("", ""),
        ] {
            assert_eq!(of(name).name, expected, "{name}");
        }
    }
}
