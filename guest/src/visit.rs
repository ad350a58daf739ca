//! Who asks, and what they may see: by a password, by a link that expires, or as anyone.

use alloc::boxed::Box;
use core::net::SocketAddr;

use auth::link::{self, Key, Link, Refused};
use auth::rights;
use h1::request::credentials::{self, Credentials};
use h1::request::fields::Fields;
use h1::request::target::Resource;
use h1::request::target::link::Linked;
use h1::status::Status;

use crate::host::PasswordOutcome;
use crate::limits::{PLAYLIST_SECONDS, PLAYLIST_STEP_SECONDS};
use crate::passwords::{Outcome, Passwords};
use crate::reason::Reason;
use crate::rights::Rights;

/// The rights of somebody, and how they came by them.
#[derive(Clone, Debug)]
pub struct Visit<'r> {
    pub rights: Rights,
    pub way: Way,
    /// The user whose password was right.
    pub user: Option<Box<str>>,
    /// The refusal before any look at a file.
    pub denied: Option<Denied>,
    /// The address as that of a link.
    pub linked: Option<Linked<'r>>,
    signer: Option<Signer<'r>>,
}

/// The way by which somebody sees what is not for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// None: it is for all.
    Open,
    Password,
    Link,
}

/// Refusals before any look at a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is a reason that does not go away by itself.
    For(Reason),
    /// A later request may be let in: after some seconds.
    Later(Status, u32),
}

/// The signer of addresses in playlists.
#[derive(Clone, Copy, Debug)]
struct Signer<'r> {
    key: Option<&'r Key>,
    /// The rights of who has no password.
    anyone: rights::Rights,
}

/// The parts of the server that decide on visits.
#[derive(Clone, Copy)]
pub struct Doors<'r> {
    pub passwords: Option<&'r Passwords>,
    pub key: Option<&'r Key>,
}

impl<'r> Visit<'r> {
    /// A visit to what is for all, whoever asks.
    pub fn of_anyone(rights: Rights) -> Self {
        Self {
            rights,
            way: Way::Open,
            user: None,
            denied: None,
            linked: None,
            signer: None,
        }
    }

    fn denied(way: Way, denied: Denied) -> Self {
        Self {
            way,
            denied: Some(denied),
            ..Self::of_anyone(Rights::NONE)
        }
    }

    /// Returns the visit at the address of a link.
    #[must_use]
    pub fn at(self, linked: Option<Linked<'r>>) -> Self {
        Self { linked, ..self }
    }

    /// Decides by the address of a link. Nothing but its token, the clock and the client counts.
    /// The rights are those to the path that is signed, of which the file system may know
    /// another name: `Visit::below` says it.
    ///
    /// # Errors
    /// When the link does not open it.
    pub fn by_link(
        key: &Key,
        linked: Linked<'r>,
        client: Option<SocketAddr>,
        now: i64,
    ) -> Result<(Self, Box<str>), Refused> {
        let path = &*linked.resource.path;
        let now = u64::try_from(now).unwrap_or(0);
        let client = client.map(|client| client.ip());
        let signed = link::check(key, &linked.token, path, now, client)?
            .path
            .into();
        let visit = Self {
            way: Way::Link,
            ..Self::of_anyone(Rights::NONE)
        };
        Ok((visit.at(Some(linked)), signed))
    }

    /// A visit by a link that does not open what was asked for.
    pub fn refused(refused: Refused) -> Self {
        Self::denied(Way::Link, Denied::For(Reason::Link(refused)))
    }

    /// Returns the visit with the rights to what a signed path really is, if it exists.
    #[must_use]
    pub fn below(self, real: Result<&str, Reason>) -> Self {
        match real {
            Ok(real) => Self {
                rights: Rights::below(real),
                ..self
            },
            Err(reason) => Self {
                denied: Some(Denied::For(reason)),
                ..self
            },
        }
    }

    /// Decides by the password that a request has, if it has one.
    pub async fn by_password(
        doors: Doors<'r>,
        passwords: &Passwords,
        fields: &Fields<'_>,
        client: Option<SocketAddr>,
    ) -> Self {
        let anyone = passwords.anyone();
        let Credentials::Basic(basic) = credentials::read(fields) else {
            return Self::of_anyone(anyone.into());
        };
        let outcome = passwords.check(client, basic.user(), basic.password());
        let later = |status, seconds| Self::denied(Way::Password, Denied::Later(status, seconds));
        match outcome.await {
            Outcome::Right(rights) => Self {
                way: Way::Password,
                user: Some(basic.user().into()),
                signer: Some(Signer {
                    key: doors.key,
                    anyone,
                }),
                ..Self::of_anyone(rights.into())
            },
            Outcome::Wrong => Self::denied(Way::Password, Denied::For(Reason::Closed)),
            Outcome::Locked(seconds) => later(Status::TooManyRequests, seconds),
            Outcome::Busy(seconds) => later(Status::ServiceUnavailable, seconds),
        }
    }

    /// Returns what a request is about, without the token of a link.
    pub fn resource<'v>(&'v self, whole: &'v Resource<'r>) -> &'v Resource<'r> {
        match (&self.linked, &self.denied) {
            (Some(linked), None) => &linked.resource,
            _ => whole,
        }
    }

    /// Returns the outcome of the password, if one was sent and asked for.
    pub fn password_outcome(&self) -> Option<PasswordOutcome> {
        match (self.way, self.denied) {
            (Way::Password, None) => Some(PasswordOutcome::Right),
            (Way::Password, Some(Denied::For(_))) => Some(PasswordOutcome::Wrong),
            (Way::Password, Some(Denied::Later(..))) => Some(PasswordOutcome::Refused),
            (Way::Open | Way::Link, _) => None,
        }
    }

    /// Returns the rights of who has no password, if this one has.
    pub fn anyone(&self) -> Option<rights::Rights> {
        self.signer.map(|signer| signer.anyone)
    }

    /// Returns a token for a folder and what is below it, if there is a key.
    pub fn sign(&self, folder: &str, now: i64) -> Option<alloc::string::String> {
        let key = self.signer?.key?;
        let now = u64::try_from(now).ok()?;
        let step = PLAYLIST_STEP_SECONDS;
        let expires = now.saturating_add(PLAYLIST_SECONDS);
        let link = Link {
            path: folder,
            folder: true,
            expires: expires.checked_next_multiple_of(step)?,
            client: None,
        };
        link.token(key).ok()
    }
}
