//! Who asks: decided before any look at what was asked for.

use auth::link::Refused;
use auth::path::contains;
use h1::connection::Request;
use h1::request::method::Method;
use h1::request::target::Target;

use crate::files::Visible;
use crate::peer::Peer;
use crate::response::built_in::is_asset;
use crate::rights::Rights;
use crate::shared::Shared;
use crate::visit::{Doors, Visit};

/// Returns what a request may see. A link or a password is only looked at where it matters.
pub(super) async fn visit<'r>(
    shared: &'r Shared,
    (request, target): (&Request<'_>, &Target<'r>),
    client: Peer,
    now: i64,
) -> Visit<'r> {
    let doors = Doors {
        passwords: shared.passwords.as_ref(),
        key: shared.options.auth.key.as_ref(),
    };
    let Target::Resource(resource) = target else {
        return Visit::of_anyone(Rights::NONE);
    };
    let linked = doors.key.and_then(|_| resource.linked());
    let below = linked.as_ref().map_or(resource, |linked| &linked.resource);
    // A single file is at every address, so there is nothing else at any.
    let is_asset = shared.files.only_file().is_none() && is_asset(&below.path);
    if request.head.method == Method::Options || is_asset {
        return Visit::of_anyone(Rights::ALL).at(linked);
    }
    let client = client.counted();
    if let (Some(key), Some(linked)) = (doors.key, linked) {
        let (visit, signed) = match Visit::by_link(key, linked, client, now) {
            Ok(granted) => granted,
            Err(refused) => return Visit::refused(refused),
        };
        let is_other = |name| !contains(&signed, name);
        if shared.files.only_file().is_some_and(is_other) {
            return Visit::refused(Refused::OtherPath);
        }
        let files = Visible::new(&shared.files, &Rights::ALL);
        let real = files.real(&signed).await;
        return visit.below(real.as_deref().map_err(|reason| *reason));
    }
    match doors.passwords {
        None => Visit::of_anyone(Rights::ALL),
        Some(passwords) => Visit::by_password(doors, passwords, &request.head.fields, client).await,
    }
}
