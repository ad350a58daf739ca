//! Parts that all pages about a file show: where it is, its name, its size and its time.

use crate::entries::Entry;
use crate::folder::trail::{self, Step};
use crate::markup::frame::Frame;
use crate::markup::html::Shown;
use crate::markup::link::Link;
use crate::markup::size::{Grouped, Moment, Size};
use crate::view::View;

/// A file that a page is about.
#[derive(Clone, Copy, Debug)]
pub struct FilePage<'p> {
    /// Path of its directory below the root.
    pub path: &'p str,
    /// The wishes of the request.
    pub view: &'p View,
    /// The file.
    pub entry: &'p Entry,
}

impl<'p> FilePage<'p> {
    pub(crate) fn frame(&self, title: &'p str, plays: bool) -> Frame<'p> {
        Frame {
            title,
            depth: self.view.depth,
            home: self.view.home(self.path),
            is_tv: self.view.is_tv,
            kept: self.view.kept(),
            plays,
        }
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'p>> + use<'p> {
        Step::to(self.path, self.view.top)
    }

    /// Whether nothing else may be seen than the file: it has a link of its own.
    pub(crate) fn is_alone(&self) -> bool {
        self.view.home(self.path).is_none()
    }

    /// Returns the name of its directory.
    pub(crate) fn directory(&self) -> Shown<'p> {
        trail::title(self.path)
    }

    pub(crate) fn name(&self) -> Shown<'p> {
        Shown(&self.entry.name)
    }

    pub(crate) fn link(&self) -> Link {
        Link::to(&self.entry.name, false)
    }

    pub(crate) fn size(&self) -> Option<(Grouped, Size)> {
        let size = self.entry.size()?;
        Some((Grouped(size), Size(size)))
    }

    pub(crate) fn modified(&self) -> Option<Moment> {
        let modified = self.entry.modified?;
        Some(Moment::at(modified.seconds))
    }

    /// Returns the most bytes of the bar, and of a name that stands in the page so many times.
    pub(crate) fn bound(&self, times: usize) -> usize {
        let name = self.entry.name.len().saturating_mul(times);
        trail::bound(self.path, self.view.depth).saturating_add(name)
    }
}
