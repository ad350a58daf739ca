//! Authorization of a request, before any look at what was asked for.

use auth::link::Refused;
use auth::path::contains;
use h1::connection::Request;
use h1::request::method::Method;
use h1::request::target::Target;

use crate::authorization::{Authorization, Authorizer};
use crate::files::Visible;
use crate::peer::Peer;
use crate::response::built_in::is_asset;
use crate::rights::Rights;
use crate::shared::Shared;

/// Returns what a request may see. A link or a password is only looked at where it matters.
pub(super) async fn authorize<'r>(
    shared: &'r Shared,
    (request, target): (&Request<'_>, &Target<'r>),
    client: Peer,
    now: i64,
) -> Authorization<'r> {
    let authorizer = Authorizer {
        passwords: shared.passwords.as_ref(),
        key: shared.options.auth.key.as_ref(),
    };
    let Target::Resource(resource) = target else {
        return Authorization::anonymous(Rights::NONE);
    };
    let linked = authorizer.key.and_then(|_| resource.linked());
    let below = linked.as_ref().map_or(resource, |linked| &linked.resource);
    // A single file is at every address, so there is nothing else at any.
    let is_asset = shared.files.only_file().is_none() && is_asset(&below.path);
    if request.head.method == Method::Options || is_asset {
        return Authorization::anonymous(Rights::ALL).at(linked);
    }
    let client = client.counted();
    if let (Some(key), Some(linked)) = (authorizer.key, linked) {
        let authorization = match Authorization::by_link(key, linked, client, now) {
            Ok(granted) => granted,
            Err(refused) => return Authorization::refused(refused),
        };
        let signed = authorization.signed.as_ref();
        let signed = signed.map_or("", |signed| &*signed.path);
        let is_other = |name| !contains(signed, name);
        if shared.files.only_file().is_some_and(is_other) {
            return Authorization::refused(Refused::OtherPath);
        }
        let files = Visible::new(&shared.files, &Rights::ALL);
        let real = files.real(signed).await;
        return authorization.below(real.as_deref().map_err(|reason| *reason));
    }
    match authorizer.passwords {
        None => Authorization::anonymous(Rights::ALL),
        Some(passwords) => {
            Authorization::by_password(authorizer, passwords, &request.head.fields, client).await
        }
    }
}
