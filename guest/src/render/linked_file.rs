//! The page about a file that has a link of its own. Of everything else, only the subtitles of a
//! film are on it, and they get links, too.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use h1::representation::etag::EntityTag;
use pages::entries::file_kind::FileKind;
use pages::subtitles::siblings;

use super::directory::Directory;
use super::listed::Listed;
use super::subject::{LinkedFile, Subject};
use super::text::Texts;
use super::{Listings, Outcome};
use crate::files::Visible;
use crate::files::directory::Query;
use crate::limits::ENTRY_WORK;
use crate::reason::Reason;

impl Listings {
    /// Makes the page about a file that has a link of its own.
    pub(super) async fn linked_file(
        &self,
        files: Visible<'_>,
        (subject, linked): (&Subject, &LinkedFile),
        is_current: impl Fn(&EntityTag) -> bool,
        now: i64,
    ) -> Outcome {
        let subtitle_paths = match FileKind::of(&linked.entry) {
            FileKind::Video => self.own_subtitles(files, (subject, linked), now).await?,
            FileKind::Audio | FileKind::Text => Vec::new(),
            _ => return Err(Reason::NoForm),
        };
        let entries = [linked.entry.clone()];
        let directory = Directory {
            subject,
            entries: &entries,
            with_pictures: &entries,
            range: 0..entries.len(),
            next: None,
            is_long: false,
            subtitle_paths: &subtitle_paths,
            key: self.key.as_ref(),
            texts: Texts {
                files,
                subject,
                now,
            },
            executor: files.executor(),
        };
        self.write(&directory, subject, is_current).await
    }

    /// Returns the paths of a film's subtitles, relative to its directory. If that may not be
    /// seen, or cannot be read, there are none.
    async fn own_subtitles(
        &self,
        files: Visible<'_>,
        (subject, linked): (&Subject, &LinkedFile),
        now: i64,
    ) -> Result<Vec<String>, Reason> {
        let files = files.with(&linked.beside);
        let query = Query {
            described: 0,
            pictures: false,
            ..subject.query()
        };
        let mut reservation = self.quota.reservation();
        let listed = self.list(files, &subject.path, query, now, &mut reservation);
        let listed = match listed.await {
            Ok(listed) => listed.shown,
            Err(reason) if reason.is_of_the_server() => return Err(reason),
            Err(_) => return Ok(Vec::new()),
        };
        let executor = files.executor();
        let mut listed = Listed::new(listed, reservation, executor);
        let below = self
            .subtitle_paths(files, subject, &mut listed, now)
            .await?;
        let film = &*linked.entry.name;
        let (mut is_alone, mut candidates) = (true, Vec::new());
        for entry in &listed.entries {
            let name = &*entry.name;
            is_alone &= name == film || FileKind::of(entry) != FileKind::Video;
            if siblings::concerns(film, name) && !entry.is_directory() {
                candidates.push(name);
            }
            executor.work(ENTRY_WORK).await;
        }
        candidates.extend(below.iter().map(|path| &**path));
        let found = siblings::find(film, is_alone, candidates);
        Ok(found
            .into_iter()
            .map(|subtitle| subtitle.path.to_owned())
            .collect())
    }
}
