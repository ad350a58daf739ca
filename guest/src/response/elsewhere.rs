//! Responses to requests for what is not here: it is reached by `https`, or under another name.

use alloc::string::String;

use h1::request::address;
use h1::request::fields::Fields;
use h1::request::target::{Resource, Target};
use h1::status::Status;
use pages::message::MessageLine;

use super::Response;
use crate::options::Options;
use crate::render::Listings;

/// Redirects to the same address by `https`, permanently and with the same method
/// (RFC 9110 §15.4.9). A request that does not name its host cannot be redirected.
pub fn redirect<'r>(target: &Target<'_>, fields: &Fields<'_>, options: &Options) -> Response<'r> {
    let (url, port) = (options.public_url.as_ref(), options.redirect_port);
    let address = resource(target);
    let address = address.and_then(|resource| address::secured(resource, fields, url, port));
    address.map_or(Response::Plain(Status::BadRequest), |location| {
        Response::Moved {
            status: Status::PermanentRedirect,
            location,
        }
    })
}

/// Explains that the port speaks TLS. The client has found the port, so the address that it
/// asked for is right but for its scheme.
pub fn misdirected<'r>(
    listings: &Listings,
    target: &Target<'_>,
    fields: &Fields<'_>,
) -> Response<'r> {
    let address = resource(target).and_then(|resource| address::same_secured(resource, fields));
    let advice = match &address {
        Some(address) => ["this port needs TLS: ", address].concat(),
        None => String::from("this port needs TLS: the address begins with https://"),
    };
    line(listings, Status::BadRequest, &advice)
}

/// Whether a request names a host that is known to be this one.
pub fn is_known_host(target: &Target<'_>, fields: &Fields<'_>, options: &Options) -> bool {
    resource(target).is_none_or(|resource| {
        address::is_known_host(resource, fields, options.public_url.as_ref())
    })
}

/// Refuses a request that names another host. Whoever asks for it may be a foreign page.
pub fn unknown_host<'r>(listings: &Listings) -> Response<'r> {
    let advice = "porthole serves this machine alone, and does not know this name; --public-url or --any-host changes that";
    line(listings, Status::MisdirectedRequest, advice)
}

/// Returns a status with its advice, or the status alone when memory is short.
fn line<'r>(listings: &Listings, status: Status, advice: &str) -> Response<'r> {
    listings
        .line(&MessageLine { status, advice })
        .map_or(Response::Plain(status), Response::Page)
}

fn resource<'t, 'b>(target: &'t Target<'b>) -> Option<&'t Resource<'b>> {
    match target {
        Target::Resource(resource) => Some(resource),
        Target::Asterisk => None,
    }
}
