//! The parts of a film.

use crate::facts::Facts;
use crate::film::matroska::element::{Element, Elements};
use crate::film::matroska::{attachments, chapters, info, tags, tracks};
use crate::input::{Input, Reason, Span};

const SEEK_HEAD: u32 = 0x114d_9b74;
const SEEK: u32 = 0x4dbb;
const SEEK_ID: u32 = 0x53ab;
const SEEK_POSITION: u32 = 0x53ac;
const CLUSTER: u32 = 0x1f43_b675;

/// The parts with facts.
const PARTS: [u32; 5] = [
    info::INFO,
    tracks::TRACKS,
    chapters::CHAPTERS,
    tags::TAGS,
    attachments::ATTACHMENTS,
];

/// Lists of places that are read. The first one may lead to another.
const LISTS: u32 = 2;

/// Knowledge of a part.
#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Unknown,
    /// Offset that a list gives for it, counted from the start of the segment.
    At(u64),
    Read,
}

/// The parts, in the order of [`PARTS`]. Each is read once, in whatever order and however
/// often a file has them, so that no list of places leads in a circle.
#[derive(Default)]
struct Parts {
    parts: [Part; PARTS.len()],
    /// The place of a further list.
    list: Option<u64>,
    lists_read: u32,
}

/// Reads all parts of a film that have facts.
pub(super) async fn read(input: &mut Input, body: Span, facts: &mut Facts) -> Result<(), Reason> {
    let mut parts = Parts::default();
    let mut elements = Elements::within(body);
    while let Some(found) = elements.next(input).await? {
        if found.id == CLUSTER {
            break;
        }
        parts.read(input, found, facts).await?;
    }
    while let Some(place) = parts.next_place() {
        // In files that were edited, lists often lead to something else.
        if let Some(found) = Elements::within(body.after(place)).next(input).await? {
            parts.read(input, found, facts).await?;
        }
    }
    Ok(())
}

impl Parts {
    async fn read(
        &mut self,
        input: &mut Input,
        found: Element,
        facts: &mut Facts,
    ) -> Result<(), Reason> {
        if found.id == SEEK_HEAD {
            return self.read_list(input, found.body).await;
        }
        let part = PARTS.iter().position(|id| *id == found.id);
        let Some(part) = part.and_then(|part| self.parts.get_mut(part)) else {
            return Ok(());
        };
        match (core::mem::replace(part, Part::Read), found.id) {
            (Part::Read, _) => Ok(()),
            (_, info::INFO) => info::read(input, found.body, facts).await,
            (_, tracks::TRACKS) => tracks::read(input, found.body, facts).await,
            (_, chapters::CHAPTERS) => chapters::read(input, found.body, facts).await,
            (_, tags::TAGS) => tags::read(input, found.body, facts).await,
            _ => attachments::read(input, found.body, facts).await,
        }
    }

    /// Reads a list of places.
    async fn read_list(&mut self, input: &mut Input, body: Span) -> Result<(), Reason> {
        if self.lists_read == LISTS {
            return Ok(());
        }
        self.lists_read = self.lists_read.saturating_add(1);
        let mut seeks = Elements::within(body);
        while let Some(seek) = seeks.next(input).await? {
            if seek.id != SEEK {
                continue;
            }
            let (mut id, mut place) = (0, None);
            let mut fields = Elements::within(seek.body);
            while let Some(field) = fields.next(input).await? {
                match field.id {
                    SEEK_ID => id = field.number(input).await?,
                    SEEK_POSITION => place = Some(field.number(input).await?),
                    _ => {}
                }
            }
            self.add_place(id, place);
        }
        Ok(())
    }

    fn add_place(&mut self, id: u64, place: Option<u64>) {
        if id == u64::from(SEEK_HEAD) {
            self.list = place;
        }
        let part = PARTS.iter().position(|part| u64::from(*part) == id);
        if let (Some(part), Some(place)) = (part.and_then(|part| self.parts.get_mut(part)), place)
            && matches!(part, Part::Unknown)
        {
            *part = Part::At(place);
        }
    }

    /// Takes a place that has not been looked at.
    fn next_place(&mut self) -> Option<u64> {
        let list = self.list.take();
        list.or_else(|| {
            self.parts.iter_mut().find_map(|part| match *part {
                Part::At(place) => {
                    *part = Part::Unknown;
                    Some(place)
                }
                _ => None,
            })
        })
    }
}
