//! The page of a film or a track: the player, and what the directory has to play next.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::iter::repeat;

use askama::Template;
use h1::representation::media_type;
use h1::syntax::percent::{ENCODED_BYTES, encode_path};

use crate::Part;
use crate::entries::Entry;
use crate::entries::file_name::{extension, stem};
use crate::entries::sort::Sort;
use crate::file_page::FilePage;
use crate::limits::QUEUE_ITEMS;
use crate::markup::frame::Frame;
use crate::markup::html::{ESCAPED_BYTES, SHOWN_BYTES, Shown};
use crate::markup::link::{LEVEL_BYTES, Link};
use crate::markup::size::Size;
use crate::subtitles::siblings::Subtitle;
use crate::view::View;

/// A file that plays, and what is around it.
#[derive(Clone, Copy, Debug)]
pub struct Player<'p> {
    /// The file.
    pub file: FilePage<'p>,
    /// The name of the image that stands for it.
    pub picture: Option<&'p str>,
    /// Its subtitles.
    pub subtitles: &'p [Subtitle<'p>],
    /// The tokens of links to these, in their order, if whoever sees the page sees nothing else
    /// than the file.
    pub tokens: &'p [String],
    /// Whether another player that is handed its address will ask for a password.
    pub asks: bool,
}

/// The start of the page, up to the first item of the queue.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "player/start.html")]
pub struct Start<'p>(pub Player<'p>);

/// An item of the queue.
#[derive(Clone, Copy, Debug)]
pub struct Item<'p> {
    /// The file.
    pub entry: &'p Entry,
    /// The name of the image that stands for it.
    pub picture: Option<&'p str>,
    /// Whether it is the one that the page plays.
    pub is_current: bool,
    /// The wishes of the request, of which the queue has order and filter.
    pub view: &'p View,
}

/// The end of the page.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "player/end.html")]
pub struct End<'p>(pub Player<'p>);

/// Returns which of `count` files are in the queue of the one at this place.
#[must_use]
pub fn queue(place: usize, count: usize) -> core::ops::Range<usize> {
    let start = place.saturating_sub(QUEUE_ITEMS / 2);
    let start = start.min(count.saturating_sub(QUEUE_ITEMS));
    start..start.saturating_add(QUEUE_ITEMS).min(count)
}

/// A reference to the page about a file of the same directory.
struct PageLink<'p> {
    name: &'p str,
    view: &'p View,
}

impl fmt::Display for PageLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let View {
            sort,
            filter,
            said_tv,
            ..
        } = self.view;
        let encoded = |text| {
            let mut encoded = String::new();
            encode_path(text, &mut encoded);
            encoded
        };
        f.write_str("?")?;
        if let Some(is_tv) = said_tv {
            write!(f, "tv={}&amp;", u8::from(*is_tv))?;
        }
        if *sort != Sort::default() {
            write!(f, "sort={sort}&amp;")?;
        }
        if !filter.is_empty() {
            write!(f, "q={}&amp;", encoded(filter))?;
        }
        write!(f, "open={}", encoded(self.name))
    }
}

/// Subtitles or chapters as the browser's player reads them.
struct Track<'p> {
    kind: &'static str,
    link: Link,
    language: &'p str,
    label: &'p str,
    is_default: bool,
}

impl Player<'_> {
    fn frame(&self) -> Frame<'_> {
        self.file.frame(stem(&self.file.entry.name), true)
    }

    fn title(&self) -> Shown<'_> {
        Shown(stem(&self.file.entry.name))
    }

    fn poster(&self) -> Option<Link> {
        self.picture.map(|picture| Link::to(picture, false))
    }

    fn media_type(&self) -> &'static str {
        media_type::of(&self.file.entry.name)
    }

    /// Returns what people call the format: `MKV video`.
    fn format(&self) -> String {
        let extension = extension(&self.file.entry.name).to_ascii_uppercase();
        let is_film = self.media_type().starts_with("video/");
        format!("{extension} {}", if is_film { "video" } else { "audio" })
    }

    fn link_to(&self, subtitle: &Subtitle<'_>, token: Option<&String>) -> Link {
        let FilePage { path, view, .. } = self.file;
        match token {
            None => Link::to(subtitle.path, false),
            Some(token) => Link::signed(
                view.depth,
                token,
                [path, "/", subtitle.path].concat().trim_start_matches('/'),
            ),
        }
    }

    fn tracks(&self) -> impl Iterator<Item = Track<'_>> {
        let tokens = self.tokens.iter().map(Some).chain(repeat(None));
        self.subtitles
            .iter()
            .zip(tokens)
            .map(|(subtitle, token)| Track {
                kind: match subtitle.are_chapters {
                    true => "chapters",
                    false => "subtitles",
                },
                link: self.link_to(subtitle, token),
                language: subtitle.language.as_deref().unwrap_or("und"),
                label: &subtitle.label,
                is_default: subtitle.is_default,
            })
    }
}

/// Most bytes of the start and of the end beside names.
const MARKUP_BYTES: usize = 20 * 1024;

/// Most bytes of an item, or of subtitles, beside names.
const ITEM_BYTES: usize = 400;

impl Part for Start<'_> {
    fn bound(&self) -> usize {
        let Player {
            file,
            picture,
            subtitles,
            tokens,
            ..
        } = self.0;
        let picture = picture.map_or(0, str::len);
        let token = tokens.iter().map(String::len).max().unwrap_or_default();
        let path = file.path.len().saturating_mul(ENCODED_BYTES);
        let levels = file.view.depth.saturating_add(2);
        let signed = match tokens.is_empty() {
            true => 0,
            false => levels
                .saturating_mul(LEVEL_BYTES)
                .saturating_add(token.saturating_mul(ENCODED_BYTES))
                .saturating_add(path),
        };
        let subtitles = subtitles.iter().map(|subtitle| {
            let link = subtitle.path.len().saturating_mul(ENCODED_BYTES);
            let label = subtitle.label.len().saturating_mul(ESCAPED_BYTES);
            let language = subtitle.language.as_deref().map_or(0, str::len);
            let language = language.saturating_mul(ESCAPED_BYTES);
            ITEM_BYTES
                .saturating_add(signed)
                .saturating_add(link)
                .saturating_add(label)
                .saturating_add(language)
        });
        MARKUP_BYTES
            .saturating_add(file.bound(8 * SHOWN_BYTES))
            .saturating_add(picture.saturating_mul(8 * SHOWN_BYTES))
            .saturating_add(subtitles.sum())
    }

    fn write(&self, out: &mut String) {
        // Writing to memory can't fail.
        let _ = self.render_into(out);
        out.push('\n');
    }
}

#[derive(Template)]
#[template(path = "player/item.html")]
struct ItemMarkup<'p> {
    page: PageLink<'p>,
    picture: Option<Link>,
    title: Shown<'p>,
    size: Option<Size>,
    is_current: bool,
}

impl Part for Item<'_> {
    fn bound(&self) -> usize {
        let names = self
            .picture
            .map_or(0, str::len)
            .saturating_add(self.entry.name.len())
            .saturating_add(self.view.filter.len());
        ITEM_BYTES.saturating_add(names.saturating_mul(ENCODED_BYTES + SHOWN_BYTES))
    }

    fn write(&self, out: &mut String) {
        let markup = ItemMarkup {
            page: PageLink {
                name: &self.entry.name,
                view: self.view,
            },
            picture: self.picture.map(|picture| Link::to(picture, false)),
            title: Shown(stem(&self.entry.name)),
            size: self.entry.size().map(Size),
            is_current: self.is_current,
        };
        let _ = markup.render_into(out);
        out.push('\n');
    }
}

impl Part for End<'_> {
    fn bound(&self) -> usize {
        MARKUP_BYTES
    }

    fn write(&self, out: &mut String) {
        let _ = self.render_into(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Kind, Modified};
    use alloc::vec::Vec;
    use h1::request::fields::Fields;
    use proptest::prelude::*;

    fn page(path: &str, name: &str, query: &str, subtitles: &[Subtitle<'_>]) -> String {
        page_below((path, 0), name, query, subtitles, &[])
    }

    fn page_below(
        (path, top): (&str, usize),
        name: &str,
        query: &str,
        subtitles: &[Subtitle<'_>],
        tokens: &[String],
    ) -> String {
        let depth = path.split('/').count();
        let view = View::of(Some(query.as_bytes()), &Fields::EMPTY, depth).unwrap();
        let view = View { top, ..view };
        let entry = Entry {
            name: name.into(),
            kind: Kind::File(Some(1_536)),
            modified: Some(Modified::new(1_000_000_000, 0)),
        };
        let player = Player {
            file: FilePage {
                path,
                view: &view,
                entry: &entry,
            },
            picture: Some(name),
            subtitles,
            tokens,
            asks: true,
        };
        let item = Item {
            entry: &entry,
            picture: Some(name),
            is_current: true,
            view: &view,
        };
        let mut page = String::new();
        let parts: [&dyn Part; 3] = [&Start(player), &item, &End(player)];
        for part in parts {
            crate::append(part, &mut page);
        }
        page
    }

    fn subtitle(path: &str) -> Subtitle<'_> {
        Subtitle {
            path,
            language: Some("en".into()),
            label: "English <b>".into(),
            is_forced: false,
            is_sdh: false,
            is_default: true,
            are_chapters: false,
        }
    }

    #[test]
    fn chapters_are_a_track_of_their_own_kind() {
        let chapters = Subtitle {
            are_chapters: true,
            ..subtitle("A.chapters.vtt")
        };
        let page = page("Films", "A.mkv", "", &[chapters]);
        let track = "<track kind=\"chapters\" srclang=\"en\" label=\"English &lt;b&gt;\" \
                     src=\"A.chapters.vtt?get=vtt\"";
        assert!(page.contains(track), "{page}");
    }

    #[test]
    fn a_film_has_its_address_its_subtitles_and_its_queue() {
        let page = page(
            "Films",
            "A & B.mkv",
            "sort=-date&q=A+%26",
            &[subtitle("Subs/A.en.srt")],
        );
        for text in [
            "src=\"A%20%26%20B.mkv\"",
            "data-type=\"video/x-matroska\"",
            "<track kind=\"subtitles\" srclang=\"en\" label=\"English &lt;b&gt;\" \
             src=\"Subs/A.en.srt?get=vtt\" default>",
            "<h1>A &amp; B</h1>",
            "MKV video",
            "href=\"?sort=-date&amp;q=a%20%26&amp;open=A%20%26%20B.mkv\" aria-current=\"true\"",
            "<title>A &amp; B – porthole</title>",
        ] {
            assert!(page.contains(text), "{text}");
        }
        assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn a_file_with_a_link_of_its_own_leads_nowhere_else() {
        let subtitles = [subtitle("A b.en.srt"), subtitle("Subs/A b.srt")];
        let tokens = ["T1".into(), "T2".into()];
        let page = page_below(("Films/New", 3), "A b.mkv", "", &subtitles, &tokens);
        for text in [
            "src=\"../../../T1/Films/New/A%20b.en.srt?get=vtt\"",
            "src=\"../../../T2/Films/New/Subs/A%20b.srt?get=vtt\"",
            "<span class=\"mark\">",
            "<ol><li aria-current=\"page\">A b.mkv</li></ol>",
        ] {
            assert!(page.contains(text), "{text} in {page}");
        }
        assert!(!page.contains("?get=m3u") && !page.contains("href=\"../\""));
    }

    #[test]
    fn the_queue_is_around_the_file() {
        let cases = [
            (0, 1, 0..1),
            (3, 10, 0..10),
            (0, 2 * QUEUE_ITEMS, 0..QUEUE_ITEMS),
            (
                QUEUE_ITEMS,
                2 * QUEUE_ITEMS,
                QUEUE_ITEMS / 2..QUEUE_ITEMS + QUEUE_ITEMS / 2,
            ),
            (
                2 * QUEUE_ITEMS - 1,
                2 * QUEUE_ITEMS,
                QUEUE_ITEMS..2 * QUEUE_ITEMS,
            ),
        ];
        for (place, count, expected) in cases {
            assert_eq!(queue(place, count), expected);
            assert!(queue(place, count).contains(&place));
        }
    }

    proptest! {
        #[test]
        fn names_are_text_and_no_part_is_longer_than_its_bound(
            name in "[a\"&<\n\u{202e}\u{10fff6}\u{1f600} ]{1,255}(.mp4|)",
            levels in 1_usize..100,
        ) {
            let path = Vec::from_iter(core::iter::repeat_n(&*name, levels)).join("/");
            for tokens in [&[][..], &[name.repeat(4)]] {
                let page = page_below((&path, levels), &name, "", &[subtitle(&name)], tokens);
                prop_assert!(!page.contains("<\n") && !page.contains("<\""));
            }
        }
    }
}
