//! The kinds of pages about a directory or a file, and the steps by which each is made.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use core::slice;

use h1::representation::etag::EntityTag;
use pages::entries::{Entry, Kind, file_name};
use pages::playlist::Format;
use pages::subtitles::siblings;
use pages::view::Form;

use super::directory::Directory;
use super::facts::MediaFile;
use super::listed::Listed;
use super::page::Made;
use super::playlist::Playlist;
use super::stream::LongList;
use super::subject::{Manner, Subject};
use super::subtitles::Subtitles;
use super::text::{self, Texts};
use super::tree::Tree;
use super::{Lacking, Listings, Outcome};
use crate::files::directory::Query;
use crate::files::{Visible, join};
use crate::reason::Reason;

impl Listings {
    /// Makes the page about a subject, unless `is_current` holds for its tag.
    pub(super) async fn make(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        if let Some(linked) = &subject.linked_file {
            let subject = (subject, linked);
            return self.linked_file(files, subject, is_current, now).await;
        }
        match (subject.view.form, subject.view.form.playlist()) {
            // In a box, so that other connections need no memory for it.
            (Form::Tar, _) => Box::pin(self.archive(files, subject, now))
                .await
                .map(Made::Archive),
            (Form::WebVtt, _) => self.subtitles(files, subject, is_current, now).await,
            (Form::Facts, _) => self.facts(files, subject, is_current, now).await,
            (form @ (Form::Cover | Form::Thumb), _) => {
                let picture = self.picture(files, subject, form, now).await;
                picture.map(Rc::new).map(Made::Picture)
            }
            (_, Some(format)) => self.playlist(files, subject, format, is_current, now).await,
            (_, None) => self.directory(files, subject, is_current, now).await,
        }
    }

    /// Makes subtitles of a file.
    async fn subtitles(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        let subtitles = Subtitles::find(files, &subject.path, now).await?;
        self.write(&subtitles, subject, is_current).await
    }

    /// Makes the facts of a file.
    async fn facts(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        let file = MediaFile::find(files, &subject.path, now).await?;
        self.write(&file, subject, is_current).await
    }

    /// Makes a playlist of a directory, or of the tree below it.
    async fn playlist(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        format: Format,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        let tree = Tree::read(self, files, subject, now, self.quota.reservation()).await?;
        let playlist = Playlist {
            subject,
            tree: &tree,
            format,
            executor: files.executor(),
        };
        self.write(&playlist, subject, is_current).await
    }

    /// Makes any other page about a directory.
    async fn directory(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        let mut for_entries = self.quota.reservation();
        let path = &subject.path;
        let listed = self
            .list(files, path, subject.query(), now, &mut for_entries)
            .await?;
        let (is_long, count) = (listed.is_long, listed.shown.len());
        let mut entries = listed.shown;
        entries.extend(listed.pictures);
        let mut listed = Listed::new(entries, for_entries, files.executor());
        if is_long && subject.manner() == Manner::Streamed {
            return Ok(Made::Long(Rc::new(LongList {
                path: path.clone(),
                has_parent: !subject.view.is_top(path),
                form: subject.view.form,
                listed,
                vary: subject.view.fields(),
            })));
        }
        let shown = listed.entries.get(..count).unwrap_or_default();
        let range = subject.range(shown);
        let next = subject.next(shown, &range)?;
        if is_long && subject.manner() == Manner::OneOfSeveral {
            describe(files, path, &mut listed.entries, range.clone()).await?;
        }
        let subtitle_paths = match subject.view.open {
            None => Vec::new(),
            Some(_) => {
                self.subtitle_paths(files, subject, &mut listed, now)
                    .await?
            }
        };
        let directory = Directory {
            subject,
            entries: listed.entries.get(..count).unwrap_or_default(),
            with_pictures: &listed.entries,
            range,
            next,
            is_long,
            subtitle_paths: &subtitle_paths,
            key: None,
            texts: Texts {
                files,
                subject,
                now,
            },
            executor: files.executor(),
        };
        self.write(&directory, subject, is_current).await
    }

    /// Returns the paths of files in a directory for subtitles, and in the one of the film
    /// in it, relative to the film's directory. A film is shown without those in a directory
    /// that can't be read.
    pub(super) async fn subtitle_paths(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        listed: &mut Listed,
        now: i64,
    ) -> Result<Vec<String>, Reason> {
        let film = subject.view.open.as_deref().unwrap_or_default();
        let is_directory = |entry: &&Entry| entry.is_directory();
        let Listed {
            entries,
            reservation,
            ..
        } = listed;
        let mut directories = entries.iter().filter(is_directory);
        let Some(outer) = directories.find(|entry| siblings::is_folder(&entry.name)) else {
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        let mut inside = Vec::from([outer.name.clone().into_string()]);
        while let Some(directory) = inside.pop() {
            let path = join(&subject.path, &directory);
            let query = Query {
                filter: "",
                described: 0,
                ..subject.query()
            };
            let list = self.list(files, &path, query, now, reservation).await;
            let entries = match list {
                Ok(entries) => entries.shown,
                Err(reason) if reason.is_of_the_server() => return Err(reason),
                Err(reason) => {
                    let parent = &subject.path;
                    self.lack(parent, Lacking::Subtitles, 1, &directory, reason);
                    continue;
                }
            };
            for entry in entries {
                let path = join(&directory, &entry.name);
                let is_of_film = directory == *outer.name && file_name::stem(film) == &*entry.name;
                match entry.kind {
                    Kind::File(_) => {
                        reservation.reserve(path.len().saturating_add(size_of::<String>()))?;
                        paths.push(path);
                    }
                    Kind::Directory if is_of_film => inside.push(path),
                    Kind::Directory => {}
                }
            }
        }
        Ok(paths)
    }
}

/// Asks for sizes and times of the entries that are shown of a long list, and of the README
/// that its first page has.
async fn describe(
    files: Visible<'_>,
    path: &str,
    entries: &mut [Entry],
    range: Range<usize>,
) -> Result<(), Reason> {
    let is_first = range.start == 0;
    if let Some(shown) = entries.get_mut(range) {
        files.describe(path, shown).await?;
    }
    let mut entries = entries.iter_mut();
    if is_first && let Some(readme) = entries.find(|entry| text::is_readme(&entry.name)) {
        files.describe(path, slice::from_mut(readme)).await?;
    }
    Ok(())
}
