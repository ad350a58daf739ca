//! The rights of a request.

use alloc::rc::Rc;

use auth::rights;

/// The rights of a request. Pages that are made for requests with the same rights are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The folders that it may see, by the rules.
    pub folders: rights::Rights,
    /// The real path that it may not leave, if it has a link.
    pub scope: Option<Rc<str>>,
}

impl Rights {
    /// All rights.
    pub const ALL: Self = Self {
        folders: rights::Rights::ALL,
        scope: None,
    };

    /// No right.
    pub const NONE: Self = Self {
        folders: rights::Rights::NONE,
        scope: None,
    };

    /// Returns the rights of a link: to everything below a real path.
    pub fn below(real: &str) -> Self {
        Self {
            scope: Some(real.into()),
            ..Self::ALL
        }
    }

    /// Whether the start folder is among what may be seen, as far as the link says.
    pub fn include_start(&self) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.is_empty())
    }
}

impl From<rights::Rights> for Rights {
    fn from(folders: rights::Rights) -> Self {
        Self {
            folders,
            scope: None,
        }
    }
}
