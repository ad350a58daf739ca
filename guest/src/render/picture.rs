//! The picture that stands for a file: one inside of it, the file itself, or one beside it.

use alloc::rc::Rc;
use alloc::string::String;

use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength};
use media::limits::MEMORY_BYTES;
use media::{Facts, Span};
use pages::entries::file_kind::FileKind;
use pages::entries::picture::{Pictures, stands_for_itself};
use pages::entries::{Entry, Kind};
use pages::fnv::Fnv;
use pages::view::Form;

use super::Listings;
use super::listed::Listed;
use super::subject::Subject;
use crate::files::directory::Query;
use crate::files::file::{Content, File};
use crate::files::{Found, Visible, directory_of, join, name};
use crate::host::Cache;
use crate::limits::ENTRY_WORK;
use crate::reason::Reason;
use crate::runtime::executor::Executor;
use crate::runtime::sort::Sorter;

/// A picture that stands for a file.
pub struct Picture {
    /// The content of the file that it is in.
    pub content: Content,
    pub cache: Cache,
    /// Its bytes in that file.
    pub span: Span,
    /// The tag of the file that it stands for, if it is inside of that.
    pub inside_of: Option<EntityTag>,
    representation: Representation<'static>,
}

impl Picture {
    /// Returns the picture in a part of a file at a path. Its tag is as strong as that of the
    /// file, because the same file has the same part.
    fn of(
        (path, file): (&str, &File),
        (content, cache): (Content, Cache),
        (span, media_type): (Span, &'static str),
    ) -> Self {
        let original = file.represent(Disposition::Inline, "");
        let mut hash = Fnv::EMPTY;
        hash.add(path.as_bytes());
        hash.add(&[0]);
        hash.add(original.etag.as_bytes());
        hash.add(&span.start.to_le_bytes());
        hash.add(&span.length.to_le_bytes());
        let strength = match original.etag.is_strong() {
            true => Strength::Strong,
            false => Strength::Weak,
        };
        Self {
            content,
            cache,
            span,
            inside_of: Some(original.etag),
            representation: Representation {
                size: span.length,
                modified: original.modified,
                etag: EntityTag::of_hash(hash.value(), strength),
                media_type,
                coding: None,
                varies: false,
                caching: Caching::Revalidate,
                disposition: None,
            },
        }
    }

    /// Returns what a response says of it.
    pub fn represent(&self, caching: Caching) -> Representation<'static> {
        Representation {
            caching,
            ..self.representation
        }
    }
}

impl Listings {
    /// Finds the picture that stands for a file, in this form.
    pub(super) async fn picture(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        form: Form,
        now: i64,
    ) -> Result<Picture, Reason> {
        let path = &subject.path;
        let Found::File(file) = files.look_up(path, now).await? else {
            return Err(Reason::NoForm);
        };
        let mut reservation = self.quota.reservation();
        reservation.reserve(MEMORY_BYTES)?;
        let (file, facts) = files.facts(path, &file, now).await?;
        let (opened, content, cache) = files.open_briefly(path, &file, now).await?;
        if !Rc::ptr_eq(&opened, &file) {
            // Where the picture was in the one that was read, anything may be in this one.
            return Err(Reason::OtherVersion);
        }
        let size = file.metadata.size;
        let part = inside(facts.as_deref(), form).or_else(|| {
            let is_itself = form == Form::Thumb && stands_for_itself(name(path), size);
            let media_type = file.represent(Disposition::Inline, "").media_type;
            is_itself.then_some((Span::new(0, size), media_type))
        });
        drop((facts, reservation));
        match part {
            Some(part) => Ok(Picture::of((path, &file), (content, cache), part)),
            None => self.picture_beside(files, subject, now).await,
        }
    }

    /// Returns the picture beside a file that stands for it, by the names that lists go by.
    async fn picture_beside(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        now: i64,
    ) -> Result<Picture, Reason> {
        let beside = self.name_beside(files, subject, now).await?;
        let beside = beside.ok_or(Reason::NoPicture)?;
        let path = join(directory_of(&subject.path), &beside);
        let Found::File(file) = files.look_up_derived(&path, now).await? else {
            return Err(Reason::NoPicture);
        };
        let (file, content, cache) = files.open_briefly(&path, &file, now).await?;
        let media_type = file.represent(Disposition::Inline, "").media_type;
        let whole = (Span::new(0, file.metadata.size), media_type);
        Ok(Picture {
            inside_of: None,
            ..Picture::of((&path, &file), (content, cache), whole)
        })
    }

    /// Returns the name of the picture beside a file that stands for it. If the directory may
    /// not be seen, or cannot be read, there is none.
    async fn name_beside(
        &self,
        files: Visible<'_>,
        subject: &Subject,
        now: i64,
    ) -> Result<Option<String>, Reason> {
        let query = Query {
            described: 0,
            ..subject.query()
        };
        let path = &subject.path;
        let mut reservation = self.quota.reservation();
        let listed = self.list(files, directory_of(path), query, now, &mut reservation);
        let executor = files.executor();
        let listed = match listed.await {
            Ok(listed) => Listed::new(listed.shown, reservation, executor),
            Err(reason) if reason.is_of_the_server() => return Err(reason),
            Err(_) => return Ok(None),
        };
        let entries = &listed.entries;
        let (pictures, films) = index(entries, executor).await;
        let file = Entry {
            name: name(path).into(),
            kind: Kind::File(None),
            modified: None,
        };
        let found = pictures.beside(entries, &file, films == 1);
        Ok(found.map(String::from))
    }
}

/// Returns the picture inside of a file, and its media type.
fn inside(facts: Option<&Facts>, form: Form) -> Option<(Span, &'static str)> {
    let facts = facts?;
    let picture = match form {
        Form::Thumb => facts.thumbnail.or(facts.cover),
        _ => facts.cover,
    };
    picture.map(|picture| (picture.span, picture.kind.media_type()))
}

/// Returns the index of the images among entries, and the number of films.
async fn index(entries: &[Entry], executor: &Executor) -> (Pictures, usize) {
    let compare = |a: &u32, b: &u32| Pictures::compare(entries, *a, *b);
    let mut sorter = Sorter::new(compare);
    let mut films = 0_usize;
    for (entry, at) in entries.iter().zip(0..) {
        match FileKind::of(entry) {
            FileKind::Image => sorter.push(at, executor).await,
            FileKind::Video => films = films.saturating_add(1),
            _ => {}
        }
        executor.work(ENTRY_WORK).await;
    }
    (Pictures::of_sorted(sorter.finish(executor).await), films)
}
