//! A folder, as a page.
//!
//! One row form suits people, Kodi, wget, rclone, lftp and scripts, each of which reads
//! listings by rules of its own: a plain row on one line, the link first and `href` first
//! in it, a relative reference without `./`, nothing but the name inside; a date
//! `yyyy-mm-dd hh:mm` in UTC; a size with its unit and one decimal. `tests/clients/readers.rs`
//! applies the rules of each.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use h1::syntax::date;
use h1::syntax::name;
use h1::syntax::percent::encode_path;

use crate::folder::{Entry, Kind};
use crate::limits::{ENTRY_WORK, LISTING_PIECE};
use crate::listings::Room;
use crate::reason::Reason;
use crate::turn::Turn;

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

/// Room for a row without its name, or for what stands around the rows, in bytes.
const ROW_ROOM: usize = 256;

/// Bytes of a row for a byte of the name: three in the link, six in the text.
const PER_BYTE: usize = 9;

/// The page for the folder at `path` (relative, `""` for the root), in pieces whose
/// memory is taken from `room`.
pub async fn page(
    path: &str,
    entries: Vec<Entry>,
    room: &mut Room,
    turn: &Turn<'_>,
) -> Result<Vec<String>, Reason> {
    let mut pieces = Pieces::default();
    let title = escape(path);
    let head = title.len().saturating_mul(2).saturating_add(STYLE.len());
    let page = pieces.with_room(head.saturating_add(2 * ROW_ROOM), room)?;
    // Writing to memory can't fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>/{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>/{title}</h1>\n<table>\n"
    );
    let page = pieces.with_room(ROW_ROOM, room)?;
    if !path.is_empty() {
        page.push_str("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    let is_empty = entries.is_empty();
    for entry in entries {
        let length = entry.name.len().saturating_mul(PER_BYTE);
        row(
            pieces.with_room(length.saturating_add(ROW_ROOM), room)?,
            &entry,
        );
        turn.spend(ENTRY_WORK).await;
    }
    let page = pieces.with_room(ROW_ROOM, room)?;
    page.push_str("</table>\n");
    if is_empty {
        page.push_str("<p>This folder is empty.</p>\n");
    }
    page.push_str("</body>\n</html>\n");
    Ok(pieces.finish(room))
}

/// Text in pieces that never grow.
#[derive(Default)]
struct Pieces(Vec<String>);

impl Pieces {
    /// The last piece, or a new one, with room for so many bytes.
    fn with_room(&mut self, bytes: usize, room: &mut Room) -> Result<&mut String, Reason> {
        let left = |piece: &String| piece.capacity().saturating_sub(piece.len());
        if self.0.last().is_none_or(|piece| left(piece) < bytes) {
            let capacity = bytes.max(LISTING_PIECE);
            room.take(capacity)?;
            self.0.push(String::with_capacity(capacity));
        }
        // There is one.
        self.0.last_mut().ok_or(Reason::NoRoom)
    }

    /// All pieces; most pages are one that is small.
    fn finish(mut self, room: &mut Room) -> Vec<String> {
        if let Some(last) = self.0.last_mut() {
            room.give_back(last.capacity());
            last.shrink_to_fit();
            room.add(last.capacity());
        }
        self.0
    }
}

fn row(page: &mut String, entry: &Entry) {
    let (slash, size) = match entry.kind {
        Kind::Folder => ("/", None),
        Kind::File(size) => ("", Some(size)),
    };
    page.push_str("<tr><td><a href=\"");
    encode_path(&entry.name, page);
    let name = escape(&entry.name);
    let _ = write!(page, "{slash}\">{name}{slash}</a></td><td>");
    if let Some(seconds) = entry.modified {
        let text = date::listing(seconds);
        page.push_str(core::str::from_utf8(&text).unwrap_or_default());
    }
    page.push_str("</td><td>");
    match size {
        Some(size) => write_size(page, size),
        None => page.push('-'),
    }
    page.push_str("</td></tr>\n");
}

/// Bytes for people: `512 B`, `1.5 KiB`, `3.0 GiB`, in steps of 1,024. No larger unit:
/// Kodi knows none. lftp takes a number without a point for bytes, whatever follows it.
fn write_size(page: &mut String, bytes: u64) {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
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

/// Text that is safe in HTML, in an attribute too; what is no text is U+FFFD.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in name::shown(text) {
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
    use crate::executor::Executor;
    use crate::limits::LISTING_BYTES;
    use crate::listings::Held;
    use alloc::rc::Rc;
    use core::cell::RefCell;

    fn file(name: &str, size: u64) -> Entry {
        Entry {
            name: name.into(),
            kind: Kind::File(size),
            modified: Some(1_000_000_000),
        }
    }

    /// The pieces of a page, and what they are counted as.
    fn made(path: &'static str, entries: Vec<Entry>) -> (Result<Vec<String>, Reason>, usize) {
        let executor = Rc::new(Executor::default());
        let made = Rc::new(RefCell::new(None));
        let (task, end) = (Rc::clone(&executor), Rc::clone(&made));
        let held = Held::new(LISTING_BYTES);
        let mut room = held.room();
        executor.spawn(async move {
            let page = page(path, entries, &mut room, &Turn::new(&task)).await;
            end.replace(Some((page, room)));
        });
        executor.run();
        while executor.has_later() {
            executor.wake_later();
            executor.run();
        }
        let (page, _room) = made.take().unwrap();
        (page, held.bytes())
    }

    fn text(path: &'static str, entries: Vec<Entry>) -> String {
        made(path, entries).0.unwrap().concat()
    }

    #[test]
    fn a_row_that_every_reader_can_read() {
        let folder = Entry {
            name: "Season 1".into(),
            kind: Kind::Folder,
            modified: Some(1_000_000_000),
        };
        let files = ["a film.mp4", "a:b", "it's", "1+1;2", "Bj\u{10fff6}rk\n"];
        let mut entries: Vec<_> = files.map(|name| file(name, 1_536)).into();
        entries.push(folder);
        let page = text("", entries);
        let rest = "</a></td><td>2001-09-09 01:46</td><td>";
        for (link, name, size) in [
            ("a%20film.mp4", "a film.mp4", "1.5 KiB"),
            ("a%3Ab", "a:b", "1.5 KiB"),
            ("it%27s", "it&#39;s", "1.5 KiB"),
            ("1%2B1%3B2", "1+1;2", "1.5 KiB"),
            ("Bj%F6rk%0A", "Bj\u{fffd}rk\u{fffd}", "1.5 KiB"),
            ("Season%201/", "Season 1/", "-"),
        ] {
            let row = alloc::format!("<tr><td><a href=\"{link}\">{name}{rest}{size}</td></tr>\n");
            assert!(page.contains(&row), "{row} in {page}");
        }
    }

    #[test]
    fn names_cannot_become_markup() {
        for name in [
            "<img src=x onerror=alert(1)>",
            "\"><script>",
            "javascript:alert(1)",
            "a&b'",
        ] {
            let page = text(name, Vec::from([file(name, 0)]));
            assert!(
                !page.contains("<img") && !page.contains("<script"),
                "{page}"
            );
            assert!(!page.contains("href=\"javascript:"), "{page}");
        }
    }

    #[test]
    fn pieces_are_counted_and_never_grow() {
        let name = "\"".repeat(255);
        let entries: Vec<_> = (0..1_000).map(|_| file(&name, u64::MAX)).collect();
        let (pieces, held) = made("sub", entries);
        let pieces = pieces.unwrap();
        assert!(pieces.len() > 2_000_000 / LISTING_PIECE);
        assert_eq!(pieces.iter().map(String::capacity).sum::<usize>(), held);
        for piece in pieces.iter().take(pieces.len() - 1) {
            assert_eq!(piece.capacity(), LISTING_PIECE);
        }
        let long = "\"".repeat(100_000);
        let (piece, held) = made("", Vec::from([file(&long, 0)]));
        assert_eq!(
            piece.unwrap().iter().map(String::capacity).sum::<usize>(),
            held
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_none() {
        let name = "a".repeat(1_000);
        let count = LISTING_BYTES / 2_000;
        let entries: Vec<_> = (0..count).map(|_| file(&name, 0)).collect();
        let (pieces, held) = made("", entries);
        assert_eq!(pieces.unwrap_err(), Reason::TooLarge);
        assert!(held <= LISTING_BYTES);
    }

    #[test]
    fn sizes_for_people() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            (11 << 20, "11.0 MiB"),
            (3 << 30, "3.0 GiB"),
            (2_000 << 30, "2000.0 GiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ];
        for (bytes, text) in cases {
            let mut page = String::new();
            write_size(&mut page, bytes);
            assert_eq!(page, text);
        }
    }
}
