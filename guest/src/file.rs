//! A file as it was when the file system was last asked: what answers say of it,
//! worked out once.

use alloc::rc::Rc;
use core::cell::{OnceCell, RefCell};

use h1::coding::Coding;
use h1::disposition::Disposition;
use h1::etag::EntityTag;
use h1::media_type;
use h1::response::{Policy, prepare};
use h1::selection::Representation;

use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::root::Metadata;

/// What is known of a file under one path. Other metadata, another `File`.
pub struct File {
    pub metadata: Metadata,
    /// By the path's last name.
    pub media_type: &'static str,
    /// Whether precompressed siblings are looked for.
    pub compressible: bool,
    etag: EntityTag,
    head: OnceCell<Option<Rc<[u8]>>>,
    content: RefCell<Option<Content>>,
}

/// The bytes of a file: in memory when it is small, else where to read them.
#[derive(Clone)]
pub enum Content {
    Kept(Rc<[u8]>),
    Open(Rc<Descriptor>),
}

impl File {
    pub fn new(path: &str, metadata: Metadata) -> Self {
        let media_type = media_type::of(name(path));
        Self {
            metadata,
            media_type,
            compressible: media_type::compressible(media_type),
            etag: EntityTag::of(metadata.size, metadata.modified, None),
            head: OnceCell::new(),
            content: RefCell::new(None),
        }
    }

    /// As it is sent by itself, not in the place of another.
    pub fn represent<'n>(&self, disposition: Disposition, name: &'n str) -> Representation<'n> {
        Representation {
            size: self.metadata.size,
            modified: self.metadata.modified,
            etag: self.etag,
            media_type: self.media_type,
            coding: None,
            varies: self.compressible,
            disposition: Some((disposition, name)),
        }
    }

    /// As it is sent in the place of `original`, which it holds in compressed form.
    pub fn stand_in<'n>(&self, coding: Coding, original: Representation<'n>) -> Representation<'n> {
        let Metadata { size, modified, .. } = self.metadata;
        Representation {
            size,
            modified,
            etag: EntityTag::of(size, modified, Some(coding)),
            coding: Some(coding),
            ..original
        }
    }

    /// What the head of a 200, or of a 206 with one range, says of it, once written;
    /// always of the same representation.
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
}

/// The last name of a path.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
