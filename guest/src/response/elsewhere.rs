//! Responses of listeners that serve no files, because the resource is reached by `https`.

use alloc::string::String;

use h1::request::fields::Fields;
use h1::request::target::{Resource, Target};
use h1::status::Status;
use pages::message::MessageLine;

use super::Response;
use crate::render::Listings;

/// Redirects to the same address by `https` at `port`, permanently and with the same method
/// (RFC 9110 §15.4.9). A request that does not name its host cannot be redirected.
pub fn redirect<'r>(target: &Target<'_>, fields: &Fields<'_>, port: u16) -> Response<'r> {
    let address = resource(target).and_then(|resource| resource.secured_address(fields, port));
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
    let status = Status::BadRequest;
    let address = resource(target).and_then(|resource| resource.same_address_secured(fields));
    let advice = match &address {
        Some(address) => ["this port needs TLS: ", address].concat(),
        None => String::from("this port needs TLS: the address begins with https://"),
    };
    let advice = &advice;
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
