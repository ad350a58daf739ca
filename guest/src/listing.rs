//! A folder, as a page.
//!
//! A plain row for each entry, with a date `yyyy-mm-dd hh:mm` and a size: Kodi
//! and scripts read it, and people can too.

use alloc::string::String;
use core::fmt::Write as _;

use h1::date;
use h1::percent::encode_path;

use crate::folder::{Entries, Entry};
use crate::limits::LISTING_ENTRIES;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.25rem;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}\
td{padding:.3rem .5rem;border-top:1px solid #8883;white-space:nowrap;vertical-align:baseline}\
td:first-child{padding-left:0;white-space:normal;overflow-wrap:anywhere;width:100%}\
td:nth-child(n+2){opacity:.7;font-variant-numeric:tabular-nums;text-align:right}\
a{text-decoration:none}a:hover{text-decoration:underline}\
@media(max-width:32rem){td:nth-child(2){display:none}}";

/// Writes the page for the folder at `path` (relative, `""` for the root).
pub fn page(path: &str, mut found: Entries) -> String {
    // Folders first, then by name, as people look for it.
    found
        .entries
        .sort_by_cached_key(|entry| (!entry.folder, order(&entry.name), entry.name.clone()));
    let mut page = String::new();
    let title = escape(path);
    // Writing to memory can't fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>/{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>/{title}</h1>\n<table>\n"
    );
    if !path.is_empty() {
        page.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for entry in &found.entries {
        row(&mut page, entry);
    }
    page.push_str("</table>\n");
    if found.entries.is_empty() && !found.cut {
        page.push_str("<p>This folder is empty.</p>\n");
    }
    if found.entries.len() >= LISTING_ENTRIES {
        let _ = writeln!(page, "<p>Only {LISTING_ENTRIES} entries are shown.</p>");
    } else if found.cut {
        page.push_str("<p>Some entries can't be shown: a name here is not valid UTF-8.</p>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Orders names without regard to case, and numbers in them by what they are worth:
/// the second episode comes before the tenth.
fn order(name: &str) -> String {
    let mut order = String::with_capacity(name.len());
    let lower = name.to_lowercase();
    for run in lower
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
    {
        // Parted next to ASCII, it stays text.
        let run = core::str::from_utf8(run).unwrap_or_default();
        if run.starts_with(|first: char| first.is_ascii_digit()) {
            let number = run.trim_start_matches('0');
            // The longer number is the greater one. No name has 256 digits.
            order.extend(['0', char::from(number.len().min(255) as u8)]);
            order.push_str(number);
        } else {
            order.push_str(run);
        }
    }
    order
}

fn row(page: &mut String, entry: &Entry) {
    let slash = if entry.folder { "/" } else { "" };
    // `./` keeps a name with a colon from reading as a scheme.
    page.push_str("<tr><td><a href=\"./");
    encode_path(&entry.name, page);
    let _ = write!(
        page,
        "{slash}\">{}{slash}</a></td><td>",
        escape(&entry.name)
    );
    if let Some(modified) = entry.metadata.modified {
        let text = date::listing(modified.seconds);
        page.push_str(core::str::from_utf8(&text).unwrap_or_default());
    }
    page.push_str("</td><td>");
    if !entry.folder {
        write_size(page, entry.metadata.size);
    }
    page.push_str("</td></tr>\n");
}

/// Bytes for people: `512 B`, `1.5 KB`, `3.0 GB`, in steps of 1,024.
fn write_size(page: &mut String, bytes: u64) {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    let mut unit = "B";
    let mut tenths = u128::from(bytes).saturating_mul(10);
    for larger in UNITS {
        if tenths < 10_240 {
            break;
        }
        unit = larger;
        tenths /= 1_024;
    }
    let _ = match unit {
        "B" => write!(page, "{bytes} B"),
        _ => write!(page, "{}.{} {unit}", tenths / 10, tenths % 10),
    };
}

/// Text that is safe in HTML, in an attribute too.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Control characters have no place in HTML.
            control if control.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Metadata;
    use alloc::vec;

    fn file(name: &str, size: u64) -> Entry {
        Entry {
            name: name.into(),
            folder: false,
            metadata: Metadata::of(size, 1_000_000_000),
        }
    }

    #[test]
    fn a_row_is_plain_enough_for_kodi() {
        let page = page(
            "",
            Entries {
                entries: vec![file("a film.mp4", 1_536)],
                cut: false,
            },
        );
        let row = "<tr><td><a href=\"./a%20film.mp4\">a film.mp4</a></td><td>2001-09-09 01:46</td><td>1.5 KB</td></tr>";
        assert!(page.contains(row), "{page}");
    }

    #[test]
    fn names_cannot_become_markup() {
        for name in [
            "<img src=x onerror=alert(1)>",
            "\"><script>",
            "javascript:alert(1)",
            "a&b'",
        ] {
            let page = page(
                name,
                Entries {
                    entries: vec![file(name, 0)],
                    cut: false,
                },
            );
            assert!(
                !page.contains("<img") && !page.contains("<script"),
                "{page}"
            );
            assert!(!page.contains("href=\"javascript"), "{page}");
        }
    }

    #[test]
    fn folders_come_first() {
        let folder = Entry {
            name: "z".into(),
            folder: true,
            metadata: Metadata::of(0, 0),
        };
        let entries = vec![file("b", 0), file("A", 0), folder];
        let page = page(
            "",
            Entries {
                entries,
                cut: false,
            },
        );
        let order: vec::Vec<_> = [">z/<", ">A<", ">b<"]
            .iter()
            .map(|name| page.find(name))
            .collect();
        assert!(
            order.is_sorted() && order.iter().all(Option::is_some),
            "{order:?}"
        );
    }

    #[test]
    fn names_in_the_order_in_which_people_look_for_them() {
        let rows: &[&[&str]] = &[
            &["A", "b", "C"],
            &["2 - b", "10 - a", "a"],
            &["S01E02", "s1e9", "S01E10", "S2E1"],
            &["1", "02", "3", "10", "010a"],
            &["film (2)", "film (10)", "film a"],
            &["track", "track 0", "track 00001", "track 2"],
            &["18446744073709551615", "18446744073709551616"],
            &["\u{c4}", "\u{e4}1", "\u{c4}2", "\u{e4}10"],
        ];
        for names in rows {
            let orders: vec::Vec<_> = names.iter().map(|name| order(name)).collect();
            assert!(orders.is_sorted(), "{names:?}: {orders:?}");
        }
    }

    #[test]
    fn sizes_for_people() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KB"),
            (3 << 30, "3.0 GB"),
            (u64::MAX, "16777215.9 TB"),
        ];
        for (bytes, text) in cases {
            let mut page = String::new();
            write_size(&mut page, bytes);
            assert_eq!(page, text);
        }
    }
}
