//! A directory in the form that a request asks for.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::Range;

use auth::link::Key;
use h1::representation::etag::{EntityTag, Strength};
use pages::assets::VERSION;
use pages::entries::file_kind::FileKind;
use pages::entries::picture::Pictures;
use pages::entries::{Entry, Kind, Modified};
use pages::file_page::FilePage;
use pages::fnv::Fnv;
use pages::folder::{End, Folder, Letters, Numbers, Row, Start, Summary};
use pages::json;
use pages::markup::link::Link;
use pages::names::Line;
use pages::plain;
use pages::player::{self, Player};
use pages::subtitles::siblings::{self, Subtitle};
use pages::view::{Form, View};

use super::Subject;
use super::page::{Source, Written};
use super::pieces::Pieces;
use super::stream::item;
use super::text::Texts;
use crate::files::directory::passes;
use crate::files::join;
use crate::files::quota::Reservation;
use crate::limits::ENTRY_WORK;
use crate::reason::Reason;
use crate::runtime::executor::Executor;
use crate::runtime::sort::Sorter;

/// A directory that was read, before it is written in a form.
pub(super) struct Directory<'d> {
    pub subject: &'d Subject,
    pub entries: &'d [Entry],
    /// The same, and after these images that are not listed.
    pub with_pictures: &'d [Entry],
    /// Places of the entries that are written, if the response is a part of several.
    pub range: Range<usize>,
    /// The reference to the entries after those, if the response names it in a field.
    pub next: Option<String>,
    /// Whether most entries have neither size nor time, because they are many.
    pub is_long: bool,
    /// Paths of files in directories for subtitles, relative to this one.
    pub subtitle_paths: &'d [String],
    /// The key of links, for the page about a file that has one.
    pub key: Option<&'d Key>,
    pub texts: Texts<'d>,
    pub executor: &'d Executor,
}

impl Source for Directory<'_> {
    async fn tag(&self) -> EntityTag {
        let mut hash = Fnv::EMPTY;
        hash.add(&VERSION.to_le_bytes());
        // Writing to a hash can't fail.
        let _ = write!(hash, "{:?}", self.subject);
        hash_entries(self.with_pictures, &mut hash, self.executor).await;
        for path in self.subtitle_paths {
            hash.add(path.as_bytes());
            hash.add(&[0]);
            self.executor.work(ENTRY_WORK).await;
        }
        EntityTag::of_hash(hash.value(), Strength::Weak)
    }

    async fn write(&self, reservation: &mut Reservation) -> Result<Written, Reason> {
        let view = &self.subject.view;
        let mut pieces = Pieces::default();
        match view.form {
            Form::Html => self.write_html(view, &mut pieces, reservation).await?,
            Form::Json => self.write_json(&mut pieces, reservation).await?,
            Form::Text => self.write_names(&mut pieces, reservation).await?,
            _ => return Err(Reason::NoForm),
        }
        Ok(Written {
            pieces: pieces.finish(reservation),
            media_type: media_type(view.form),
            file_name: None,
            next: self.next.clone(),
        })
    }
}

impl Directory<'_> {
    async fn write_html(
        &self,
        view: &View,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        match self.opened()? {
            None if !view.is_browser => self.write_plain(pieces, reservation).await,
            None => self.write_folder(view, pieces, reservation).await,
            Some(entry) if FileKind::of(entry).plays() => {
                self.write_player(entry, pieces, reservation).await
            }
            Some(entry) => self.texts.write(entry, pieces, reservation).await,
        }
    }

    /// Returns the file that the page is about. A picture is a view of its directory: a
    /// script shows it above the others.
    fn opened(&self) -> Result<Option<&Entry>, Reason> {
        let Some(name) = &self.subject.view.open else {
            return Ok(None);
        };
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| *entry.name == **name);
        let entry = entry.ok_or(Reason::NoEntry)?;
        match FileKind::of(entry) {
            FileKind::Image => Ok(None),
            FileKind::Video | FileKind::Audio | FileKind::Text => Ok(Some(entry)),
            _ => Err(Reason::NoForm),
        }
    }

    async fn write_player(
        &self,
        entry: &Entry,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let pictures = self.pictures().await;
        let playable = self.playable().await;
        let is_film = |entry: &&&Entry| FileKind::of(entry) == FileKind::Video;
        let is_alone = playable.iter().filter(is_film).count() == 1;
        let subtitles = self.subtitles(entry, is_alone).await;
        let tokens = self.tokens(&subtitles);
        let queue = self.queue(entry, &playable).await;
        let place = queue.iter().position(|other| other.name == entry.name);
        let player = Player {
            file: FilePage {
                path: &self.subject.path,
                view: &self.subject.view,
                entry,
            },
            picture: pictures.beside(self.with_pictures, entry, is_alone),
            subtitles: &subtitles,
            tokens: &tokens,
            asks: self.subject.asks,
        };
        pieces.append(&player::Start(player), reservation)?;
        let range = player::queue(place.unwrap_or(0), queue.len());
        for other in queue.get(range).unwrap_or_default() {
            let item = player::Item {
                entry: other,
                picture: pictures.of_file(self.with_pictures, other, FileKind::of(other)),
                is_current: other.name == entry.name,
                view: &self.subject.view,
            };
            pieces.append(&item, reservation)?;
            self.executor.work(ENTRY_WORK).await;
        }
        pieces.append(&player::End(player), reservation)
    }

    /// Returns the subtitles of a film, which may be the only one.
    async fn subtitles<'e>(&'e self, film: &Entry, is_alone: bool) -> Vec<Subtitle<'e>> {
        let paths = self.subtitle_paths.iter().map(|path| &**path);
        let mut candidates = Vec::new();
        for path in self.entries.iter().map(|entry| &*entry.name).chain(paths) {
            if siblings::concerns(&film.name, path) {
                candidates.push(path);
            }
            self.executor.work(ENTRY_WORK).await;
        }
        siblings::find(&film.name, is_alone, candidates)
    }

    /// Returns the tokens of links to subtitles, if the page is seen by a link to the film alone.
    fn tokens(&self, subtitles: &[Subtitle<'_>]) -> Vec<String> {
        let (Some(linked), Some(key)) = (&self.subject.linked_file, self.key) else {
            return Vec::new();
        };
        let token = |subtitle: &Subtitle<'_>| {
            let path = join(&self.subject.path, subtitle.path);
            linked.token(key, &path).unwrap_or_default()
        };
        subtitles.iter().map(token).collect()
    }

    async fn write_plain(
        &self,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let path = &self.subject.path;
        let has_parent = !self.subject.view.is_top(path);
        pieces.append(&plain::Start { path, has_parent }, reservation)?;
        for entry in self.entries {
            pieces.append(&plain::Row(entry), reservation)?;
            self.executor.work(ENTRY_WORK).await;
        }
        let is_empty = self.entries.is_empty();
        pieces.append(&plain::End { is_empty }, reservation)
    }

    async fn write_folder(
        &self,
        view: &View,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let entries = self.entries;
        let pictures = self.pictures().await;
        let (mut summary, mut first_playable) = (Summary::new(), None);
        for entry in entries {
            let kind = FileKind::of(entry);
            summary.add(entry, kind, self.with_pictures, &pictures);
            if first_playable.is_none() && kind.plays() {
                first_playable = Some(&*entry.name);
            }
            self.executor.work(ENTRY_WORK).await;
        }
        if self.is_long {
            summary.bytes = None;
        }
        let (numbers, _) = Numbers::of(view.page, entries.len());
        let letters = Letters::of(entries, view.sort, numbers);
        let readme = match numbers.current == 1 {
            true => self.texts.readme(entries, reservation).await?,
            false => None,
        };
        let folder = Folder {
            path: &self.subject.path,
            view,
            summary: &summary,
            numbers,
            letters: &letters,
            picture: pictures.of_directory(self.with_pictures),
            first_playable,
            asks: self.subject.asks,
            has_archive: self.subject.has_archive,
        };
        pieces.append(&Start(folder), reservation)?;
        let shown = entries.get(self.range.clone()).unwrap_or_default();
        for (entry, place) in shown.iter().zip(self.range.clone()) {
            let kind = FileKind::of(entry);
            let row = Row {
                entry,
                kind,
                picture: pictures.of_file(self.with_pictures, entry, kind),
                is_side_file: Pictures::is_side_file(entry, kind),
                letter: letters.at(place),
                kept: view.kept(),
            };
            pieces.append(&row, reservation)?;
            self.executor.work(ENTRY_WORK).await;
        }
        let readme = readme.as_deref();
        pieces.append(&End { folder, readme }, reservation)
    }

    async fn write_json(
        &self,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        let pictures = self.pictures().await;
        pieces.append(&json::Part::Start, reservation)?;
        let mut is_first = true;
        for entry in self.entries.get(self.range.clone()).unwrap_or_default() {
            let cover = pictures.of_file(self.with_pictures, entry, FileKind::of(entry));
            let cover = cover.map(|name| Link::to(name, false));
            let item = json::Item {
                cover: cover.as_ref().map(Link::as_str),
                ..item(entry)
            };
            pieces.append(&json::Part::Item { item, is_first }, reservation)?;
            is_first = false;
            self.executor.work(ENTRY_WORK).await;
        }
        pieces.append(&json::Part::End, reservation)
    }

    async fn write_names(
        &self,
        pieces: &mut Pieces,
        reservation: &mut Reservation,
    ) -> Result<(), Reason> {
        for entry in self.entries {
            pieces.append(&Line(entry), reservation)?;
            self.executor.work(ENTRY_WORK).await;
        }
        Ok(())
    }

    /// Returns the entries that play.
    async fn playable(&self) -> Vec<&Entry> {
        let mut playable = Vec::new();
        for entry in self.entries {
            if FileKind::of(entry).plays() {
                playable.push(entry);
            }
            self.executor.work(ENTRY_WORK).await;
        }
        playable
    }

    /// Returns what plays one after the other: what the list of the directory shows, and the
    /// file itself.
    async fn queue<'e>(&self, file: &Entry, playable: &[&'e Entry]) -> Vec<&'e Entry> {
        let mut queue = Vec::new();
        for entry in playable {
            if passes(&entry.name, &self.subject.view.filter) || entry.name == file.name {
                queue.push(*entry);
            }
            self.executor.work(ENTRY_WORK).await;
        }
        queue
    }

    /// Returns the index of images. A long list has none.
    async fn pictures(&self) -> Pictures {
        let entries = self.with_pictures;
        let compare = |a: &u32, b: &u32| Pictures::compare(entries, *a, *b);
        let mut sorter = Sorter::new(compare);
        for (entry, at) in entries.iter().zip(0..) {
            if !self.is_long && Pictures::has(entry) {
                sorter.push(at, self.executor).await;
            }
            self.executor.work(ENTRY_WORK).await;
        }
        Pictures::of_sorted(sorter.finish(self.executor).await)
    }
}

/// Adds what is known of entries to the hash in a tag.
pub(super) async fn hash_entries(entries: &[Entry], hash: &mut Fnv, executor: &Executor) {
    for entry in entries {
        let (kind, size) = match entry.kind {
            Kind::Directory => (0, None),
            Kind::File(size) => (1, size),
        };
        hash.add(entry.name.as_bytes());
        hash.add(&[0, kind]);
        hash.add(&size.unwrap_or(u64::MAX).to_le_bytes());
        let modified = entry.modified.unwrap_or(Modified::new(i64::MIN, 0));
        hash.add(&modified.seconds.to_le_bytes());
        hash.add(&modified.nanoseconds().to_le_bytes());
        executor.work(ENTRY_WORK).await;
    }
}

pub(super) fn media_type(form: Form) -> &'static str {
    match form {
        Form::Html => super::HTML,
        Form::Json | Form::Facts => "application/json",
        Form::Text => super::TEXT,
        // mpv does not take `application/vnd.apple.mpegurl` for a playlist.
        Form::M3u => "audio/x-mpegurl; charset=utf-8",
        Form::Xspf => "application/xspf+xml",
        Form::Tar => super::archive::MEDIA_TYPE,
        Form::WebVtt => "text/vtt; charset=utf-8",
        // A picture has its own.
        Form::Cover | Form::Thumb => "",
    }
}
