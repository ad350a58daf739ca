//! A small site: a few names, and the response of `h1` to each.

use h1::connection::Request;
use h1::representation::Representation;
use h1::representation::caching::Caching;
use h1::representation::coding::preferences;
use h1::representation::disposition::Disposition;
use h1::representation::etag::{EntityTag, Strength};
use h1::request::head::Head;
use h1::request::method::Method;
use h1::request::target::{Resource, Target};
use h1::response::multipart::Multipart;
use h1::response::{self, error_body};
use h1::selection::{Selection, select};
use h1::status::Status;
use h1::syntax::date::Timestamp;

/// Size of each file that is not empty.
pub(crate) const FILE_BYTES: u64 = 1_000;

/// Seconds since 1970.
pub(crate) const NOW: i64 = 1_767_225_600;

const PAGE: &[u8] = b"<!DOCTYPE html>\n";

/// Returns the byte of a file at an offset.
pub(crate) fn byte_at(offset: u64) -> u8 {
    (offset % 251) as u8
}

/// Response to a request.
pub(crate) enum Response<'r> {
    File(Representation<'r>, Selection),
    Missing(Representation<'r>),
    Page,
    Moved(String),
    Options,
    Refused(Status),
}

impl<'r> Response<'r> {
    pub(crate) fn to(request: &'r Request<'_>) -> Self {
        let head = &request.head;
        let resource = match &request.target {
            Err(refusal) => return Self::Refused(refusal.status()),
            Ok(_) if head.method == Method::Options => return Self::Options,
            Ok(Target::Asterisk) => unreachable!("the asterisk is for OPTIONS"),
            Ok(Target::Resource(resource)) => resource,
        };
        match &*resource.path {
            "" => Self::Page,
            "folder" if !resource.is_directory => Self::Moved(resource.directory_location()),
            "missing" => Self::Refused(Status::NotFound),
            "gone" => Self::Missing(file(head, resource)),
            _ => {
                let file = file(head, resource);
                let selection = select(head.method, &head.fields, &file, NOW);
                Self::File(file, selection)
            }
        }
    }

    pub(crate) fn head(&self) -> response::Head<'_> {
        match self {
            Self::File(representation, selection) => response::Head::File {
                representation: *representation,
                selection,
                prepared: None,
            },
            Self::Missing(representation) => response::Head::Missing {
                representation: *representation,
            },
            Self::Page => response::Head::Page(response::Page {
                status: Status::Ok,
                media_type: "text/html; charset=utf-8",
                length: response::Length::Known(PAGE.len() as u64),
                etag: None,
                coding: None,
                vary: "",
                caching: Caching::Revalidate,
                disposition: None,
                next: None,
                range_of: None,
            }),
            Self::Moved(location) => response::Head::Moved {
                status: Status::MovedPermanently,
                location,
            },
            Self::Options => response::Head::Options,
            Self::Refused(status) => response::Head::Refused {
                status: *status,
                vary: "",
            },
        }
    }

    /// Appends the content, which must be omitted for HEAD.
    pub(crate) fn send_content(&self, sent: &mut Vec<u8>) {
        match self {
            Self::File(file, Selection::Whole) | Self::Missing(file) => {
                sent.extend((0..file.size).map(byte_at));
            }
            Self::File(_, Selection::One(range)) => {
                sent.extend((range.first..=range.last).map(byte_at));
            }
            Self::File(file, Selection::Several(set)) => {
                let multipart = Multipart::new(file, set);
                for index in 0.. {
                    let Some(range) = multipart.part_head(index, sent) else {
                        break;
                    };
                    sent.extend((range.first..=range.last).map(byte_at));
                }
                multipart.closing(sent);
            }
            Self::Page => sent.extend(PAGE),
            _ => sent.extend(error_body(self.head().status()).as_bytes()),
        }
    }
}

/// Returns the file at a path. Its properties depend on its name.
fn file<'r>(head: &Head<'_>, resource: &'r Resource<'_>) -> Representation<'r> {
    let name = resource.path.rsplit('/').next().unwrap_or_default();
    let text = name.ends_with(".txt");
    let size = if name == "empty" { 0 } else { FILE_BYTES };
    let modified = (name != "timeless").then_some(Timestamp {
        seconds: 784_111_777,
        nanoseconds: 5,
    });
    let coding = preferences(&head.fields).find(|_| text);
    let disposition = match resource.has_query_key("download") {
        true => Disposition::Attachment,
        false => Disposition::Inline,
    };
    Representation {
        size,
        modified,
        etag: EntityTag::of(
            size,
            modified,
            Strength::of(modified, modified, NOW),
            coding,
        ),
        media_type: if text {
            "text/plain; charset=utf-8"
        } else {
            "video/mp4"
        },
        coding,
        varies: text,
        caching: Caching::Revalidate,
        disposition: Some((disposition, name)),
    }
}
