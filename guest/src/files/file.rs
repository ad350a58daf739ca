//! A file as it was when the file system was last asked, and what responses say of it,
//! computed once.

use alloc::rc::Rc;
use core::cell::{Cell, OnceCell, RefCell};

use h1::limits::CHARSET_BYTES;
use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::coding::Coding;
use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength, is_settled};
use h1::representation::media_type;
use h1::response::{Policy, prepare};
use media::Facts;
use media::facts::{Chapter, Track};

use super::root::{Identity, Metadata, metadata};
use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::limits::OPEN_FILE_WEIGHT;

/// A file under one path. With other metadata it is another `File`.
pub struct File {
    pub metadata: Metadata,
    /// Whether precompressed siblings are looked for.
    pub compressible: bool,
    /// Whether its next change is sure to show in its metadata. A file without that may not
    /// be cached.
    pub settled: bool,
    strength: Strength,
    etag: EntityTag,
    /// Media type by the path's last name.
    named: &'static str,
    inside: OnceCell<Inside>,
    head: OnceCell<Option<Rc<[u8]>>>,
    content: RefCell<Option<Content>>,
    /// What it says of itself, if it has been read and is of a kind that does.
    facts: OnceCell<Option<Rc<Facts>>>,
    /// The tick in which its content was last requested.
    pub used: Cell<u64>,
}

/// Properties of a file that are known only once it has been opened. If they are known, it
/// can be opened.
#[derive(Clone, Copy)]
struct Inside {
    identity: Identity,
    media_type: &'static str,
}

/// Content of a file: its bytes if it is small, or else where to read them.
#[derive(Clone)]
pub enum Content {
    Cached(Rc<[u8]>),
    Open(Rc<Descriptor>),
}

impl Content {
    /// Whether an open file is unchanged. If it has been written to in place, the new bytes
    /// must not be sent with the old tag, not even within the second.
    pub async fn is_still(&self, known: Metadata) -> bool {
        match self {
            Self::Cached(_) => true,
            Self::Open(file) => {
                matches!(file.stat().await, Ok(stat) if metadata(&stat) == known)
            }
        }
    }
}

impl File {
    /// Creates a file from what the file system says at `now`, in Unix seconds.
    pub fn new(path: &str, metadata: Metadata, now: i64) -> Self {
        let named = media_type::of(super::path::name(path));
        let Metadata {
            size,
            modified,
            changed,
        } = metadata;
        let strength = Strength::of(modified, changed, now);
        Self {
            metadata,
            compressible: media_type::compressible(named),
            settled: is_settled(modified, changed, now),
            strength,
            etag: EntityTag::of(size, modified, strength, None),
            named,
            inside: OnceCell::new(),
            head: OnceCell::new(),
            content: RefCell::new(None),
            facts: OnceCell::new(),
            used: Cell::new(0),
        }
    }

    /// Returns the number of bytes from its start that [`File::inspect`] needs to see.
    pub fn wanted(&self) -> usize {
        match media_type::claims_utf_8(self.named) {
            true => usize::try_from(self.metadata.size)
                .map_or(CHARSET_BYTES, |size| size.min(CHARSET_BYTES)),
            false => 0,
        }
    }

    /// Records the identity of the open file, and its media type by its first bytes.
    pub fn inspect(&self, identity: Identity, start: &[u8]) {
        let start = start.get(..self.wanted()).unwrap_or(start);
        let cut = (start.len() as u64) < self.metadata.size;
        let inside = Inside {
            identity,
            media_type: media_type::declared(self.named, start, cut),
        };
        // For the same file, the value is the same.
        let _ = self.inside.set(inside);
    }

    pub fn is_inspected(&self) -> bool {
        self.inside.get().is_some()
    }

    /// Returns the identity of the file that was inspected, if any.
    pub fn identity(&self) -> Option<Identity> {
        self.inside.get().map(|inside| inside.identity)
    }

    /// Whether the file may be out of date because `original` is newer.
    pub fn is_older_than(&self, original: &Self) -> bool {
        let times = (self.metadata.modified, original.metadata.modified);
        matches!(times, (Some(own), Some(other)) if own.is_before(other))
    }

    /// Returns the representation of the file itself, not of one that it replaces.
    pub fn represent<'n>(&self, disposition: Disposition, name: &'n str) -> Representation<'n> {
        Representation {
            size: self.metadata.size,
            modified: self.metadata.modified,
            etag: self.etag,
            media_type: self
                .inside
                .get()
                .map_or(self.named, |inside| inside.media_type),
            coding: None,
            varies: self.compressible,
            caching: Caching::Revalidate,
            disposition: Some((disposition, name)),
        }
    }

    /// Returns the representation of the file in place of `original`, which it holds in
    /// compressed form.
    pub fn represent_encoded<'n>(
        &self,
        coding: Coding,
        original: Representation<'n>,
    ) -> Representation<'n> {
        let Metadata { size, modified, .. } = self.metadata;
        Representation {
            size,
            modified,
            etag: EntityTag::of(size, modified, self.strength, Some(coding)),
            coding: Some(coding),
            ..original
        }
    }

    /// Returns what the head of a 200, or of a 206 with one range, says of the file. It is
    /// written once, so the representation must always be the same.
    pub fn head(
        &self,
        representation: &Representation<'_>,
        now: i64,
        policy: &Policy,
    ) -> Option<Rc<[u8]>> {
        let prepare = || prepare(representation, now, policy).map(Into::into);
        self.head.get_or_init(prepare).clone()
    }

    pub fn content(&self) -> Option<Content> {
        self.content.borrow().clone()
    }

    pub fn keep(&self, content: Content) {
        self.content.replace(Some(content));
    }

    /// Returns what the file says of itself, if that is known: it may say nothing.
    pub fn facts(&self) -> Option<Option<Rc<Facts>>> {
        self.facts.get().cloned()
    }

    pub fn remember_facts(&self, facts: Option<Rc<Facts>>) {
        // For the same file, they are the same.
        let _ = self.facts.set(facts);
    }

    /// Returns the bytes that count for what is kept of the file beside its metadata.
    pub fn weight(&self) -> usize {
        let content = match &*self.content.borrow() {
            None => 0,
            Some(Content::Cached(bytes)) => bytes.len(),
            Some(Content::Open(_)) => OPEN_FILE_WEIGHT,
        };
        let facts = self.facts.get().and_then(Option::as_deref);
        content.saturating_add(facts.map_or(0, weight_of_facts))
    }

    /// Closes the file as soon as it is no longer being sent.
    pub fn close(&self) {
        self.content.replace(None);
    }
}

/// Bytes that the allocator adds to each of its pieces.
const ALLOCATION_BYTES: usize = 16;

/// Returns the bytes of facts, with all that they point to.
fn weight_of_facts(facts: &Facts) -> usize {
    let texts = facts.texts().map(|text| text.capacity());
    let tracks = facts.tracks.capacity().saturating_mul(size_of::<Track>());
    let chapters = facts.chapters.capacity();
    let chapters = chapters.saturating_mul(size_of::<Chapter>());
    let pieces = texts.chain([size_of::<Facts>(), tracks, chapters]);
    pieces.fold(0, |sum, piece| {
        sum.saturating_add(piece).saturating_add(ALLOCATION_BYTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use h1::syntax::date::Timestamp;

    const NOW: i64 = 1_000_000_000;

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp {
            seconds,
            nanoseconds: 0,
        })
    }

    /// On a file system with steps of one or of two seconds, a file that was changed within
    /// its step is neither cached nor strongly tagged. A time that all files have makes a
    /// tag weak.
    #[test]
    fn settled_files_are_cached_and_tagged_strongly() {
        let cases = [
            // (modified, changed, kept, strong)
            (NOW - 60, NOW - 60, true, true),
            (NOW - 3, NOW - 3, true, true),
            (NOW - 2, NOW - 3, false, false),
            (NOW - 3, NOW - 2, false, false),
            (NOW, NOW, false, false),
            (1, NOW - 60, true, false),
            (0, NOW - 60, true, false),
            // Rewritten in place with its time restored.
            (NOW - 60, NOW - 1, false, false),
        ];
        for (modified, changed, kept, strong) in cases {
            let metadata = Metadata {
                changed: at(changed),
                ..Metadata::of(5, modified)
            };
            let file = File::new("a.txt", metadata, NOW);
            let etag = file.represent(Disposition::Inline, "a.txt").etag;
            let found = (file.settled, etag.is_strong());
            assert_eq!(found, (kept, strong), "{modified} {changed}");
        }
    }

    #[test]
    fn facts_count_with_all_that_they_point_to() {
        let file = File::new("a.mp4", Metadata::of(5, 0), NOW);
        assert!(file.facts().is_none() && file.weight() == 0);
        let mut facts = Facts::new(media::facts::Container::Mp4);
        let chapter = Chapter {
            start: core::time::Duration::ZERO,
            title: Some("t".repeat(500)),
        };
        facts.chapters = alloc::vec![chapter; 100];
        file.remember_facts(Some(Rc::new(facts)));
        let known = file.facts().flatten().map(|facts| facts.chapters.len());
        assert_eq!(known, Some(100));
        assert!(
            (52_000..60_000).contains(&file.weight()),
            "{}",
            file.weight()
        );
        file.keep(Content::Cached([0; 10].into()));
        let both = file.weight();
        file.close();
        assert_eq!(file.weight(), both.saturating_sub(10));
    }

    #[test]
    fn the_start_decides_on_the_charset() {
        let long = "\u{e9}".repeat(CHARSET_BYTES);
        let cases: [(&str, &[u8], u64, &str); 5] = [
            ("a.txt", b"plain", 5, "text/plain; charset=utf-8"),
            ("a.txt", b"\xe9", 1, "text/plain"),
            (
                "a.txt",
                long.as_bytes(),
                long.len() as u64,
                "text/plain; charset=utf-8",
            ),
            ("a.txt", b"caf\xc3", 4, "text/plain"),
            ("a.mp4", b"", 9_000, "video/mp4"),
        ];
        for (name, start, size, expected) in cases {
            let file = File::new(name, Metadata::of(size, 0), NOW);
            file.inspect(Identity::NONE, start);
            let found = file.represent(Disposition::Inline, name).media_type;
            assert_eq!(found, expected, "{name} {size}");
        }
    }
}
