//! Decides the response to a request.

use alloc::borrow::Cow;

use h1::connection::Request;
use h1::representation::caching::Caching;
use h1::request::method::Method;
use h1::request::target::Target;
use h1::response::{Head, Length, Page, error_body};
use h1::status::Status;

use crate::bindings::porthole::admin::counters;
use crate::metrics;
use crate::metrics::text::MEDIA_TYPE;

/// A response that has been decided.
#[derive(Debug, PartialEq, Eq)]
pub enum Response {
    /// Text, with its media type.
    Text(Status, &'static str, Cow<'static, str>),
    /// The methods that are allowed.
    Options,
    /// A status and its reason phrase.
    Plain(Status),
}

const PLAIN: &str = "text/plain; charset=utf-8";

/// The content of `/`: a line for each other address.
const ADDRESSES: &str = "\
/health   the process is alive\n\
/ready    it accepts connections, and does not end; 503 otherwise\n\
/metrics  its counters, for Prometheus\n";

/// Decides the response. The target is that of a method that is allowed, or why it is refused.
pub fn decide(request: &Request<'_>) -> Response {
    let resource = match &request.target {
        Err(refusal) => return Response::Plain(refusal.status()),
        Ok(Target::Asterisk) => return Response::Options,
        Ok(Target::Resource(_)) if request.head.method == Method::Options => {
            return Response::Options;
        }
        Ok(Target::Resource(resource)) => resource,
    };
    let text = |text: &'static str| Response::Text(Status::Ok, PLAIN, text.into());
    match &*resource.path {
        "" => text(ADDRESSES),
        _ if resource.is_directory => Response::Plain(Status::NotFound),
        "health" => text("alive\n"),
        "ready" => match counters::is_ready() {
            true => text("ready\n"),
            false => Response::Text(Status::ServiceUnavailable, PLAIN, "not ready\n".into()),
        },
        "metrics" => match metrics::written(&counters::read()) {
            Some(metrics) => Response::Text(Status::Ok, MEDIA_TYPE, metrics.into()),
            None => Response::Plain(Status::InternalServerError),
        },
        _ => Response::Plain(Status::NotFound),
    }
}

impl Response {
    /// Returns the head in the form that [`h1`] writes.
    pub fn head(&self) -> Head<'_> {
        match self {
            Self::Text(status, media_type, text) => Head::Page(Page {
                status: *status,
                media_type,
                length: Length::Known(text.len() as u64),
                etag: None,
                coding: None,
                vary: "",
                caching: Caching::Revalidate,
                disposition: None,
                next: None,
                range_of: None,
            }),
            Self::Options => Head::Options,
            Self::Plain(status) => Head::Refused {
                status: *status,
                vary: "",
            },
        }
    }

    /// Returns the content, which a response to HEAD does not have.
    pub fn content(&self) -> &str {
        match self {
            Self::Text(_, _, text) => text,
            Self::Options => "",
            Self::Plain(status) => error_body(*status),
        }
    }
}
