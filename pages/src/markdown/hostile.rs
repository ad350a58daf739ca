//! Documents that are meant to be slow, deep or long, or to become markup.

extern crate std;

use super::*;
use alloc::vec::Vec;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// A stack that is smaller than that of any component.
const STACK_BYTES: usize = 256 * 1024;

/// Many times what the worst document takes on an idle machine.
const LONGEST: Duration = Duration::from_millis(200);

const ATTEMPTS: usize = 20;

/// Texts that were slow for one parser or another.
const UNITS: [&str; 52] = [
    "[",
    "![",
    "*a_ ",
    "*a **a ",
    "a**b",
    "`a ``b",
    ">",
    "- ",
    "<",
    "<a ",
    "&",
    "&amp;",
    "&#1;",
    "[a](",
    "[a](<",
    "[a](b \"",
    "[a](b '\\",
    "[a]: b\n",
    "[a] ",
    "[a][",
    "[a][b]",
    "a <!-- ",
    "a <? ",
    "a\n\n",
    "a\n",
    "*",
    "_",
    "~~a ",
    "]",
    "[a]",
    "![a](b)",
    "\\",
    "_a __a ",
    "a\n=\n",
    "\t",
    "- x\n",
    "1. x\n",
    "a|\n-|\n\n",
    "|",
    "|a|b|\n",
    "<http://a>",
    "- a\n+ b\n",
    ">\n\n",
    "-\n+\n",
    "***",
    "a * b ",
    "![[]",
    "](",
    "[a](b)",
    "\u{e9}*",
    "> - ",
    "``` ",
];

/// Returns documents as long as the limit.
fn documents() -> Vec<String> {
    let fill = |start: &str, unit: &str, end: &str| {
        let room = MARKDOWN_BYTES.saturating_sub([start, end].concat().len());
        [
            start,
            &unit.repeat(room.checked_div(unit.len()).unwrap()),
            end,
        ]
        .concat()
    };
    let mut documents: Vec<_> = UNITS.iter().map(|unit| fill("", unit, "")).collect();
    let half = MARKDOWN_BYTES / 2;
    let columns = MARKDOWN_BYTES / 8;
    let nested = "> ".repeat(15);
    let lists: String = (0..40)
        .map(|depth| [&*"  ".repeat(depth), "- a\n"].concat())
        .collect();
    let mut rows = String::new();
    for length in 1.. {
        if rows.len().saturating_add(length) >= MARKDOWN_BYTES {
            break;
        }
        rows.extend(core::iter::repeat_n('`', length));
        rows.push(' ');
    }
    documents.extend([
        rows,
        ["[".repeat(half), "]".repeat(half)].concat(),
        ["[a](".repeat(half / 4), ")".repeat(half)].concat(),
        ["*".repeat(half), "a".into(), "*".repeat(half - 1)].concat(),
        ["**a ".repeat(half / 4), "b** ".repeat(half / 4)].concat(),
        fill("[a]: b\n\n", "[a] ", ""),
        fill(
            "[a]: &&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&\n\n",
            "[a]",
            "",
        ),
        fill(
            "[a]: b '\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"'\n\n",
            "![a]",
            "",
        ),
        [
            "|a".repeat(columns),
            "\n".into(),
            "|-".repeat(columns),
            "\n".into(),
            "|\n".repeat(columns),
        ]
        .concat(),
        fill(&[&*nested, "a\n"].concat(), "\n", ""),
        fill(&lists, "\n", ""),
        fill(&lists, "a\n", ""),
        fill(&[&*lists, &"  ".repeat(40)].concat(), "- ", "a"),
        fill("", " ", "a"),
        fill("- - - - - - - - a\n", " ", "a"),
        fill(
            "",
            "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - a\n",
            "",
        ),
        fill(
            "a\n",
            ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>\n\n",
            "",
        ),
        fill("```\n", "a\n", ""),
        fill("    a\n", "\n", ""),
        fill("<", "a", ""),
        fill("[", "a\\", ""),
    ]);
    documents
}

/// Calls on a thread with little stack.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work);
    thread.unwrap().join().unwrap()
}

#[test]
fn the_worst_documents_take_little_time_stack_and_memory() {
    on_a_small_stack(|| {
        for document in documents() {
            assert!(document.len() <= MARKDOWN_BYTES);
            let mut page = String::new();
            let mut taken = LONGEST;
            // A parser of quadratic time takes too long every time, and a busy machine does
            // not.
            for _ in 0..ATTEMPTS {
                page.clear();
                let started = Instant::now();
                write(&document, &mut page);
                taken = taken.min(started.elapsed());
                if taken < LONGEST {
                    break;
                }
            }
            let start: String = document.chars().take(24).collect();
            std::println!("{taken:?} {} {start:?}", page.len());
            assert!(taken < LONGEST, "{start}");
            assert!(page.len() <= bound(document.len()), "{start}");
            assert_is_balanced(&page);
        }
    });
}

/// Panics if a tag is unknown, or does not end where it should.
fn assert_is_balanced(page: &str) {
    let known =
        "blockquote ul ol li p h2 h3 h4 h5 h6 pre code table thead tbody tr th td a em strong del";
    let mut open = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        assert!(!text.contains('>'), "{piece}");
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{piece}"),
            None if matches!(name, "br" | "hr" | "img") => {}
            None => {
                assert!(known.split(' ').any(|known| known == name), "{piece}");
                assert!(!(name == "a" && open.contains(&"a")), "{piece}");
                open.push(name);
            }
        }
        for attribute in tag
            .split(' ')
            .skip(1)
            .filter_map(|part| part.split_once('='))
        {
            let (name, value) = attribute;
            if matches!(name, "href" | "src") {
                let scheme = value
                    .trim_matches('"')
                    .split([':', '/', '?', '#'])
                    .next()
                    .unwrap();
                assert!(
                    !value.trim_matches('"')[scheme.len()..].starts_with(':')
                        || matches!(&*scheme.to_lowercase(), "http" | "https" | "mailto"),
                    "{tag}"
                );
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

proptest! {
    #[test]
    fn no_document_becomes_other_markup(
        parts in prop::collection::vec(prop::sample::select(&UNITS[..]), 0..60),
        more in prop::collection::vec(prop::sample::select(&[
            "\n", "\n\n", "  ", "    ", "`", "```\n", "(", ")", "\"", "'", ":", "javascript:", "<script>",
            "onerror=x", "![", "](x)", "# ", "---\n", "a", "\u{0}", "&#10;", "\\\n", "> ", "2. ", "|-|\n",
        ][..]), 0..60),
    ) {
        let document: String = parts.iter().zip(more.iter().chain(core::iter::repeat(&""))).flat_map(|(a, b)| [*a, *b]).collect();
        let mut page = String::new();
        write(&document, &mut page);
        prop_assert!(page.len() <= bound(document.len()));
        assert_is_balanced(&page);
    }

    #[test]
    fn nothing_panics(document: String) {
        let mut page = String::new();
        write(&document, &mut page);
        prop_assert!(page.len() <= bound(document.len()));
        assert_is_balanced(&page);
    }
}
