//! The subject of a request, and the response that is decided.

use h1::connection::Request;
use h1::request::forwarded::Forwarded;
use h1::request::target::Target;
use h1::status::Status;

use crate::authorization::Authorization;
use crate::reason::Reason;
use crate::response::Response;
use crate::response::decide::decide;
use crate::response::elsewhere;
use crate::response::error::error;
use crate::service::Service;
use crate::shared::Shared;

/// A request, and what else its response depends on.
pub(super) struct Asked<'r> {
    pub request: &'r Request<'r>,
    /// The word of its peer, if that is a trusted proxy.
    pub forwarded: Option<Forwarded<'r>>,
    pub service: Service,
    pub within_rate: bool,
}

/// Returns the response to a request that does not ask for what files or pages there are.
pub(super) fn early<'r>(shared: &'r Shared, asked: &Asked<'r>) -> Option<Response<'r>> {
    let Asked {
        request, forwarded, ..
    } = asked;
    let (files, listings, options) = (&shared.files, &shared.listings, &shared.options);
    let fields = &request.head.fields;
    let too_many = Status::TooManyRequests;
    let target = match &request.target {
        Ok(Target::Resource(resource)) if !asked.within_rate => {
            return Some(error((files, listings), fields, resource, too_many));
        }
        _ if !asked.within_rate => return Some(Response::Plain(too_many)),
        Ok(target) => target,
        Err(refusal) => return Some(Response::Plain(refusal.status())),
    };
    let is_checked = options.known_hosts_only && forwarded.is_none();
    if is_checked && !elsewhere::is_known_host(target, fields, options) {
        return Some(elsewhere::unknown_host(listings));
    }
    match asked.service {
        Service::Files(_) => None,
        Service::Redirect => Some(elsewhere::redirect(target, fields, options)),
        Service::Misdirected => Some(elsewhere::misdirected(listings, target, fields)),
    }
}

/// Returns any other response, and the reason if it is an error.
pub(super) async fn response_to<'r>(
    shared: &'r Shared,
    asked: &Asked<'r>,
    authorization: &'r Authorization<'r>,
    now: i64,
) -> (Response<'r>, Option<Reason>) {
    let parts = (&shared.files, &shared.listings, &shared.options);
    let request = asked.request;
    match &request.target {
        Ok(target) => {
            let forwarded = asked.forwarded.unwrap_or_default();
            decide(parts, (request, forwarded, authorization), target, now).await
        }
        Err(refusal) => (Response::Plain(refusal.status()), None),
    }
}
