//! Rights of whoever sends a request: by a password, by a link that expires, or as anyone.

use alloc::boxed::Box;
use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

use auth::link::{self, Key, Link, Refused};
use auth::path::names;
use auth::rights;
use h1::request::credentials::{self, Credentials};
use h1::request::fields::Fields;
use h1::request::target::Resource;
use h1::request::target::link::Linked;
use h1::status::Status;
use pages::entries::thumb::ThumbAddress;
use pages::view::View;

use crate::files::join;
use crate::host::PasswordOutcome;
use crate::limits::{PLAYLIST_SECONDS, PLAYLIST_STEP_SECONDS};
use crate::passwords::{Outcome, Passwords};
use crate::reason::Reason;
use crate::rights::Rights;

/// The rights of whoever sends a request, and the credential that gives them.
#[derive(Clone, Debug)]
pub struct Authorization<'r> {
    pub rights: Rights,
    pub credential: Credential,
    /// The user whose password was right.
    pub user: Option<Box<str>>,
    /// The refusal before any look at a file.
    pub denied: Option<Denied>,
    /// The address as that of a link.
    pub linked: Option<Linked<'r>>,
    /// The path that the link at the address opens, if it was made with the key.
    pub signed: Option<Signed>,
    signer: Option<Signer<'r>>,
}

/// The credential by which somebody sees what is not for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// None: it is for all.
    None,
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

/// A path that a link opens, and for how long and whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The path of a folder, or of a file.
    pub path: Box<str>,
    /// Whether the address is that of the page about the file: that of its folder, with its name
    /// in the query.
    pub is_page: bool,
    /// The time from which on it does not hold, in seconds since 1970.
    pub expires: u64,
    /// The only client that it is for.
    pub client: Option<IpAddr>,
}

/// The signer of addresses in playlists.
#[derive(Clone, Copy, Debug)]
struct Signer<'r> {
    key: Option<&'r Key>,
    /// The rights of who has no password.
    anyone: rights::Rights,
}

/// The parts of the server that check credentials.
#[derive(Clone, Copy)]
pub struct Authorizer<'r> {
    pub passwords: Option<&'r Passwords>,
    pub key: Option<&'r Key>,
}

/// Returns the path of the file whose page the address of a link asks for.
fn opened(linked: &Linked<'_>) -> Option<String> {
    let Resource {
        path,
        is_directory,
        query,
        ..
    } = &linked.resource;
    let name = View::opened(*query).filter(|_| *is_directory)?;
    let is_name = !matches!(&*name, "" | "." | "..") && !name.contains('/');
    is_name.then(|| join(path, &name))
}

impl<'r> Authorization<'r> {
    /// Authorizes whoever asks, to what is for all.
    pub fn anonymous(rights: Rights) -> Self {
        Self {
            rights,
            credential: Credential::None,
            user: None,
            denied: None,
            linked: None,
            signed: None,
            signer: None,
        }
    }

    fn denied(credential: Credential, denied: Denied) -> Self {
        Self {
            credential,
            denied: Some(denied),
            ..Self::anonymous(Rights::NONE)
        }
    }

    /// Returns the same for the address of a link.
    #[must_use]
    pub fn at(self, linked: Option<Linked<'r>>) -> Self {
        Self { linked, ..self }
    }

    /// Decides by the address of a link. Nothing but its token, the clock and the client counts.
    /// The rights are those to the path that is signed, of which the file system may know
    /// another name: `Authorization::below` says it.
    ///
    /// # Errors
    /// When the link does not open it.
    pub fn by_link(
        key: &Key,
        linked: Linked<'r>,
        client: Option<SocketAddr>,
        now: i64,
    ) -> Result<Self, Refused> {
        let now = u64::try_from(now).unwrap_or(0);
        let client = client.map(|client| client.ip());
        let checked = |path, is_page| {
            let granted = link::check(key, &linked.token, path, now, client)?;
            match is_page && granted.folder {
                true => Err(Refused::OtherPath),
                false => Ok(Signed {
                    path: granted.path.into(),
                    is_page,
                    expires: granted.expires,
                    client: granted.client,
                }),
            }
        };
        let path = &*linked.resource.path;
        let path = ThumbAddress::of(path).map_or(path, |address| address.path);
        let signed = match (checked(path, false), opened(&linked)) {
            (Err(Refused::OtherPath), Some(file)) => checked(&file, true),
            (signed, _) => signed,
        };
        let signed = Some(signed?);
        Ok(Self {
            credential: Credential::Link,
            linked: Some(linked),
            signed,
            ..Self::anonymous(Rights::NONE)
        })
    }

    /// Refuses a link that does not open what was asked for.
    pub fn refused(refused: Refused) -> Self {
        Self::denied(Credential::Link, Denied::For(Reason::Link(refused)))
    }

    /// Returns the same with the rights to what a signed path really is, if it exists.
    #[must_use]
    pub fn below(self, real: Result<&str, Reason>) -> Self {
        match real {
            Ok(real) => Self {
                rights: Rights::below(real),
                ..self
            },
            // The page of the error leads to nothing that the link does not open either.
            Err(reason) => Self {
                rights: Rights::below(self.signed.as_ref().map_or("", |signed| &*signed.path)),
                denied: Some(Denied::For(reason)),
                ..self
            },
        }
    }

    /// Decides by the password that a request has, if it has one.
    pub async fn by_password(
        authorizer: Authorizer<'r>,
        passwords: &Passwords,
        fields: &Fields<'_>,
        client: Option<SocketAddr>,
    ) -> Self {
        let anyone = passwords.anyone();
        let Credentials::Basic(basic) = credentials::read(fields) else {
            return Self::anonymous(anyone.into());
        };
        let outcome = passwords.check(client, basic.user(), basic.password());
        let later =
            |status, seconds| Self::denied(Credential::Password, Denied::Later(status, seconds));
        match outcome.await {
            Outcome::Right(rights) => Self {
                credential: Credential::Password,
                user: Some(basic.user().into()),
                signer: Some(Signer {
                    key: authorizer.key,
                    anyone,
                }),
                ..Self::anonymous(rights.into())
            },
            Outcome::Wrong => Self::denied(Credential::Password, Denied::For(Reason::Closed)),
            Outcome::Locked(seconds) => later(Status::TooManyRequests, seconds),
            Outcome::Busy(seconds) => later(Status::ServiceUnavailable, seconds),
        }
    }

    /// Returns the number of the first names of every path above which nothing may be seen.
    pub fn top(&self) -> usize {
        let signed = self.signed.as_ref();
        signed.map_or(0, |signed| names(&signed.path).count())
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
        match (self.credential, self.denied) {
            (Credential::Password, None) => Some(PasswordOutcome::Right),
            (Credential::Password, Some(Denied::For(_))) => Some(PasswordOutcome::Wrong),
            (Credential::Password, Some(Denied::Later(..))) => Some(PasswordOutcome::Refused),
            (Credential::None | Credential::Link, _) => None,
        }
    }

    /// Returns the rights of who has no password, if this one has.
    pub fn anyone(&self) -> Option<rights::Rights> {
        self.signer.map(|signer| signer.anyone)
    }

    /// Returns a token for a folder and what is below it, if there is a key.
    pub fn sign(&self, folder: &str, now: i64) -> Option<String> {
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
