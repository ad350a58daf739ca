//! Responses to errors: a page with a way out for those who accept HTML by name, as browsers
//! do, and a line of text for others. If a single file is served, it is at every address, so no
//! page could load its style, and there is only the line.

use alloc::string::String;
use alloc::vec::Vec;

use h1::request::accept;
use h1::request::fields::Fields;
use h1::request::target::Resource;
use h1::status::Status;
use h1::syntax::name;
use pages::message::{Detail, Message, MessageLine};
use pages::view;

use super::Response;
use super::built_in::reserved_name;
use crate::files::near::Near;
use crate::files::{Files, Found, Visible, join};
use crate::options::Options;
use crate::reason::Reason;
use crate::render::Listings;

/// Returns the response to an error whose reason is not known, or not told.
pub fn error<'r>(
    (files, listings): (&Files, &Listings),
    fields: &Fields<'_>,
    resource: &Resource<'_>,
    status: Status,
) -> Response<'r> {
    let only_file = files.only_file();
    let message = match gets_page(only_file, fields) {
        true => listings.message(&message(status, fields, resource.depth)),
        false => None,
    };
    message.map_or_else(|| line(only_file, status), Response::Page)
}

/// Returns the response to an error with this reason. The page has links to what exists.
pub async fn explained<'r>(
    (files, listings, options): (Visible<'_>, &Listings, &Options),
    fields: &Fields<'_>,
    resource: &Resource<'_>,
    reason: Reason,
    now: i64,
) -> Response<'r> {
    let (status, advice) = (reason.status(), reason.advice());
    let only_file = files.only_file();
    let page = if gets_page(only_file, fields) {
        let way = match may_have_a_way(reason) {
            true => {
                files
                    .briefly(Way::find(files, options, resource, reason, now))
                    .await
            }
            false => None,
        };
        let way = way.unwrap_or_default();
        listings.message(&Message {
            detail: match (advice, &way.near) {
                (Some(words), _) if matches!(reason, Reason::Link(_)) => Detail::Link(words),
                (Some(advice), _) => Detail::Advice(advice),
                (None, Some((folder, near))) => Detail::Near {
                    folder,
                    name: &near.name,
                    is_directory: near.is_directory,
                },
                (None, None) => Detail::None,
            },
            folder: way.folder.as_deref(),
            // Who has a link has nothing else.
            has_start: way.has_start && !matches!(reason, Reason::Link(_)),
            ..message(status, fields, resource.depth)
        })
    } else {
        advice.and_then(|advice| listings.line(&MessageLine { status, advice }))
    };
    page.map_or_else(|| line(only_file, status), Response::Page)
}

/// Whether a client gets a page.
pub fn gets_page(only_file: Option<&str>, fields: &Fields<'_>) -> bool {
    only_file.is_none() && accept::weight_of(fields, "text/html") > 0
}

/// Returns the line of text that stands in place of a page.
fn line<'r>(only_file: Option<&str>, status: Status) -> Response<'r> {
    match only_file {
        None => Response::Line(status),
        // There is nothing else.
        Some(_) => Response::Plain(status),
    }
}

/// Returns a message that says nothing but the status.
pub fn message(status: Status, fields: &Fields<'_>, depth: usize) -> Message<'static> {
    Message {
        status,
        detail: Detail::None,
        folder: None,
        has_start: true,
        depth,
        is_tv: view::is_tv(fields),
    }
}

/// Whether it is of use to look for a way: otherwise the page asks to try again. A link has
/// none.
fn may_have_a_way(reason: Reason) -> bool {
    let is_link = matches!(reason, Reason::Link(_));
    !is_link
        && matches!(
            reason.status(),
            Status::BadRequest | Status::Forbidden | Status::NotFound
        )
}

/// Whether the request named what does not exist, as opposed to what may not be seen.
fn may_be_a_slip(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::NoEntry | Reason::NotDirectory | Reason::NotRegular
    )
}

/// The way out of an error.
struct Way {
    /// The last folder on the path that exists, if it is not the start folder.
    folder: Option<String>,
    /// Whether the start folder shows anything.
    has_start: bool,
    /// A name that is close to the first one that does not exist, and its folder.
    near: Option<(String, Near)>,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            folder: None,
            has_start: true,
            near: None,
        }
    }
}

impl Way {
    async fn find(
        files: Visible<'_>,
        options: &Options,
        resource: &Resource<'_>,
        reason: Reason,
        now: i64,
    ) -> Self {
        let path = match reserved_name(&resource.path) {
            Some(_) => "",
            None => visible(&resource.path, options.hidden),
        };
        let is_itself = reason == Reason::NoPermission && path.len() == resource.path.len();
        let (folder, rest) = last_folder(files, path, is_itself, now).await;
        let has_index = has_index(files, options, folder, now).await;
        let has_start =
            options.listing || has_index_at_start(files, options, folder, has_index, now).await;
        let mut near = None;
        // Names are only told where a list would tell them.
        if options.listing && !has_index && may_be_a_slip(reason) {
            let wanted = rest.split('/').next().unwrap_or_default();
            let found = files.nearest(folder, wanted, options.hidden, now).await;
            near = found.map(|near| (folder.into(), near));
        }
        let shows = !folder.is_empty() && (options.listing || has_index);
        Self {
            folder: shows.then(|| folder.into()),
            has_start: has_start && files.rights().include_start(),
            near,
        }
    }
}

async fn has_index(files: Visible<'_>, options: &Options, folder: &str, now: i64) -> bool {
    let index = join(folder, &options.index);
    matches!(files.look_up_derived(&index, now).await, Ok(Found::File(_)))
}

/// Whether the start folder has an index file. `known` says it of `folder`.
async fn has_index_at_start(
    files: Visible<'_>,
    options: &Options,
    folder: &str,
    known: bool,
    now: i64,
) -> bool {
    match folder.is_empty() {
        true => known,
        false => has_index(files, options, "", now).await,
    }
}

/// Returns the part of a path before the first hidden name, which nobody is told of.
fn visible(path: &str, hidden: bool) -> &str {
    let mut parent = "";
    let mut end = 0_usize;
    for name in path.split('/') {
        if !hidden && name::is_hidden(parent, name) {
            let before = path.get(..end).unwrap_or_default();
            return before.trim_end_matches('/');
        }
        end = end.saturating_add(name.len()).saturating_add(1);
        parent = name;
    }
    path
}

/// Returns the last directory on a path that exists, and the rest of the path without a slash
/// in front. If one exists, so do those above it: each question halves the number of those that
/// are in question. With `is_itself`, the path itself is none of them.
async fn last_folder<'p>(
    files: Visible<'_>,
    path: &'p str,
    is_itself: bool,
    now: i64,
) -> (&'p str, &'p str) {
    let slashes = path.match_indices('/').map(|(at, _)| at);
    let whole = (!is_itself && !path.is_empty()).then_some(path.len());
    let ends: Vec<usize> = slashes.chain(whole).collect();
    let (mut known, mut possible) = (0_usize, ends.len());
    let folder = |count: usize| {
        let end = count.checked_sub(1).and_then(|at| ends.get(at));
        path.get(..end.copied().unwrap_or(0)).unwrap_or_default()
    };
    while known < possible {
        let middle = known.saturating_add(possible).div_ceil(2);
        match files.look_up(folder(middle), now).await {
            Ok(Found::Directory) => known = middle,
            _ => possible = middle.saturating_sub(1),
        }
    }
    let folder = folder(known);
    let rest = path.get(folder.len()..).unwrap_or_default();
    (folder, rest.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_from_the_first_hidden_name_on() {
        let cases = [
            ("a/b", false, "a/b"),
            ("a/.b/c", false, "a"),
            (".a", false, ""),
            ("a/.b/c", true, "a/.b/c"),
            (".well-known/x", false, ".well-known/x"),
            ("a/.well-known/x", false, "a"),
            ("", false, ""),
        ];
        for (path, hidden, expected) in cases {
            assert_eq!(visible(path, hidden), expected, "{path}");
        }
    }
}
