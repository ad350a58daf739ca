use super::*;
use alloc::format;
use proptest::prelude::*;

extern crate std;

/// Returns the rows of a text that comes in parts. No part may be longer than its bound.
fn rows(name: &str, parts: &[&str]) -> String {
    let mut rows = Rows::new(name, 1);
    let mut page = String::new();
    for part in parts {
        let before = page.len();
        rows.write(part, &mut page);
        let length = page.len().saturating_sub(before);
        assert!(length <= Rows::bound(part), "{part}");
    }
    page
}

/// Returns the insides of rows with short marks for the classes, one a line: `k(let) x`.
fn marked(name: &str, text: &str) -> String {
    let mut page = rows(name, &text.split_inclusive('\n').collect::<Vec<_>>());
    for number in 1..=text.lines().count() {
        let start = format!(
            "<span class=\"r\" id=\"L{number}\"><a href=\"#L{number}\" aria-label=\"Line {number}\"></a>"
        );
        assert!(page.contains(&start), "{page}");
        page = page.replace(&start, "\n");
    }
    for class in ["c", "s", "k", "m"] {
        page = page.replace(
            &format!("<span class=\"{class}\">"),
            &format!("{class}\u{ab}"),
        );
    }
    let page = page.replace("\n</span>", "").replace("</span>", "\u{bb}");
    let page = page.replace("&quot;", "\"").replace("&#39;", "'");
    page.strip_prefix('\n').unwrap_or(&page).into()
}

#[test]
fn rows_are_numbered_and_hold_their_lines() {
    assert_eq!(
        rows("a.rs", &["let <a>\n", "\n"]),
        "<span class=\"r\" id=\"L1\"><a href=\"#L1\" aria-label=\"Line 1\"></a>\
         <span class=\"k\">let</span> &lt;a&gt;\n</span>\
         <span class=\"r\" id=\"L2\"><a href=\"#L2\" aria-label=\"Line 2\"></a>\n</span>"
    );
    let mut later = Rows::new("a.txt", u64::MAX - 1);
    let mut page = String::new();
    later.write("a\nb\nc", &mut page);
    assert!(page.contains("#L18446744073709551615"));
}

#[test]
fn pieces_by_language() {
    let cases = [
        (
            "a.rs",
            "let x = 'a'; // b",
            "k\u{ab}let\u{bb} x = s\u{ab}'a'\u{bb}; c\u{ab}// b\u{bb}",
        ),
        (
            "a.rs",
            "fn f<'a>(x: &'a str) {}",
            "k\u{ab}fn\u{bb} f&lt;'a&gt;(x: &amp;'a str) {}",
        ),
        (
            "a.rs",
            "r#\"a\"b\"# 0..1_0.5",
            "s\u{ab}r#\"a\"b\"#\u{bb} m\u{ab}0\u{bb}..m\u{ab}1_0.5\u{bb}",
        ),
        (
            "a.rs",
            "/* a\nb */ c",
            "c\u{ab}/* a\u{bb}\nc\u{ab}b */\u{bb} c",
        ),
        (
            "a.rs",
            "\"a\\\"b\nc\" d",
            "s\u{ab}\"a\\\"b\u{bb}\ns\u{ab}c\"\u{bb} d",
        ),
        (
            "a.rs",
            "'\\n' '\\u{1f600}' '\\''",
            "s\u{ab}'\\n'\u{bb} s\u{ab}'\\u{1f600}'\u{bb} s\u{ab}'\\''\u{bb}",
        ),
        (
            "a.py",
            "x = \"\"\"a\n\"b\"\"\" # c",
            "x = s\u{ab}\"\"\"a\u{bb}\ns\u{ab}\"b\"\"\"\u{bb} c\u{ab}# c\u{bb}",
        ),
        ("a.py", "# it's\nit's", "c\u{ab}# it's\u{bb}\nit's"),
        (
            "a.js",
            "let a=`b\n${c}`",
            "k\u{ab}let\u{bb} a=s\u{ab}`b\u{bb}\ns\u{ab}${c}`\u{bb}",
        ),
        (
            "a.lua",
            "--[[ a\nb]] c -- d",
            "c\u{ab}--[[ a\u{bb}\nc\u{ab}b]]\u{bb} c c\u{ab}-- d\u{bb}",
        ),
        (
            "a.sh",
            "if [ $# -gt 1 ]; then # a",
            "k\u{ab}if\u{bb} [ $# -gt m\u{ab}1\u{bb} ]; k\u{ab}then\u{bb} c\u{ab}# a\u{bb}",
        ),
        (
            "a.sql",
            "Select 'it''s'",
            "k\u{ab}Select\u{bb} s\u{ab}'it'\u{bb}s\u{ab}'s'\u{bb}",
        ),
        (
            "a.css",
            "@media a{font-size:1px}",
            "k\u{ab}@media\u{bb} a{font-size:m\u{ab}1px\u{bb}}",
        ),
        (
            "a.toml",
            "[a]\nb-true = true",
            "k\u{ab}[a]\u{bb}\nb-true = k\u{ab}true\u{bb}",
        ),
        (
            "a.html",
            "it's <a href='b'\nc=\"d\">e",
            "it's k\u{ab}&lt;a\u{bb} href=s\u{ab}'b'\u{bb}\nc=s\u{ab}\"d\"\u{bb}k\u{ab}&gt;\u{bb}e",
        ),
        (
            "a.html",
            "<!-- a\n<b> --> 1 < 2",
            "c\u{ab}&lt;!-- a\u{bb}\nc\u{ab}&lt;b&gt; --&gt;\u{bb} 1 &lt; 2",
        ),
        (
            "a.xml",
            "<a b='1\n2'/>",
            "k\u{ab}&lt;a\u{bb} b=s\u{ab}'1\u{bb}\ns\u{ab}2'\u{bb}/k\u{ab}&gt;\u{bb}",
        ),
        (
            "a.md",
            "# a\n```\nb\n```\n`c`",
            "k\u{ab}# a\u{bb}\ns\u{ab}```\u{bb}\ns\u{ab}b\u{bb}\ns\u{ab}```\u{bb}\ns\u{ab}`c`\u{bb}",
        ),
        (
            "a.diff",
            "+a\n-b\n c",
            "s\u{ab}+a\u{bb}\nc\u{ab}-b\u{bb}\n c",
        ),
        ("a.txt", "if 1 // \"a\"", "if 1 // \"a\""),
        ("a.rs", "a\tb\u{1}\u{e9}", "a\tb\u{fffd}\u{e9}"),
    ];
    for (name, text, expected) in cases {
        assert_eq!(marked(name, text), expected, "{name}: {text}");
    }
}

#[test]
fn long_lines_have_no_colours() {
    let line = |length: usize| format!("//{}", "a".repeat(length - 2));
    assert!(rows("a.rs", &[&line(COLOURED_BYTES)]).contains("<span class=\"c\">"));
    assert!(!rows("a.rs", &[&line(COLOURED_BYTES + 1)]).contains("<span class=\"c\">"));
}

#[test]
fn the_worst_texts_take_little_time() {
    let units = [
        "\"\\", "'", "'\\", "\"", "/*", "*/", "`", "a ", "1 ", "1.", "<a ", "<", "\"\"\"", "r#\"",
        "//", "#", "--", "[[", "a'", "\u{e9}", "_", "&", "<!--", "-->", "\n", "''", "''''", "if ",
    ];
    for language in &table::LANGUAGES {
        let name = format!("a.{}", language.endings[0]);
        for unit in units {
            let line = [&unit.repeat(COLOURED_BYTES / unit.len()), "\n"].concat();
            let text = line.repeat(32 * 1024 / line.len());
            // A lexer of quadratic time takes too long every time, and a busy machine does
            // not.
            let is_fast = |_| {
                let started = std::time::Instant::now();
                rows(&name, &[&text]);
                started.elapsed().as_millis() < 200
            };
            assert!((0..20).any(is_fast), "{name} {unit}");
        }
    }
}

/// Returns the text that a browser would show.
fn shown(page: &str) -> String {
    let mut shown = String::new();
    for row in page.split("<span class=\"r\"").skip(1) {
        let mut pieces = row.split('<');
        assert!(pieces.next().unwrap().starts_with(" id=\"L"));
        for piece in pieces {
            let (tag, text) = piece.split_once('>').unwrap();
            let is_known = matches!(
                tag,
                "/a" | "/span"
                    | "span class=\"c\""
                    | "span class=\"s\""
                    | "span class=\"k\""
                    | "span class=\"m\""
            );
            assert!(is_known || tag.starts_with("a href=\"#L"), "{tag}");
            assert!(!text.contains(['>', '"']), "{text}");
            shown.push_str(text);
        }
    }
    shown
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

proptest! {
    #[test]
    fn every_text_is_shown_as_it_is(
        language in 0..table::LANGUAGES.len(),
        parts in prop::collection::vec(prop::sample::select(&[
            "\"", "'", "\\", "/*", "*/", "//", "#", "--", "[[", "]]", "`", "```", "<", ">", "<!--", "-->", "</span>",
            "&", "&lt;", "\n", "a", "if", "1", ".", " ", "r#\"", "\u{e9}", "'''", "\"\"\"", "=begin", "+", "@", "$",
        ][..]), 0..60),
    ) {
        let name = format!("a.{}", table::LANGUAGES[language].endings[0]);
        let text = parts.concat();
        let page = rows(&name, &text.split_inclusive('\n').collect::<Vec<_>>());
        let lines: String = text.lines().flat_map(|line| [line, "\n"]).collect();
        prop_assert_eq!(shown(&page), lines);
        prop_assert_eq!(&page, &rows(&name, &[&text]));
    }
}
