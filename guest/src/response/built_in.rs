//! Content that is built in: what pages load, and what every visit asks for.

use h1::representation::caching::Caching;
use h1::representation::coding::{self, Coding};
use h1::representation::etag::{EntityTag, Strength};
use h1::request::fields::Fields;
use h1::response::{self, Length};
use h1::status::Status;
use pages::assets::{self, Asset};

/// Content that is built in.
#[derive(Clone, Copy)]
pub struct BuiltIn {
    pub content: &'static [u8],
    pub media_type: &'static str,
    pub etag: EntityTag,
    pub coding: Option<Coding>,
    pub vary: &'static str,
    pub caching: Caching,
}

impl BuiltIn {
    /// Returns a built-in file in the coding that the client prefers.
    pub fn of_asset(asset: &'static Asset, fields: &Fields<'_>) -> Self {
        let mut codings = coding::preferences(fields);
        let encoded = codings.find_map(|coding| Some((coding, asset.encoded(coding)?)));
        let (coding, content) = encoded.unzip();
        let suffix = coding.map_or(0, |coding| (coding as u64).saturating_add(1));
        Self {
            content: content.unwrap_or(asset.identity),
            media_type: asset.media_type,
            etag: EntityTag::of_hash(asset.hash.wrapping_add(suffix), Strength::Strong),
            coding,
            vary: "Accept-Encoding",
            caching: Caching::Immutable,
        }
    }

    /// Returns the icon that browsers ask every server for, if the path is its own.
    pub fn icon(path: &str) -> Option<Self> {
        (path == "favicon.ico").then(|| Self::usual(path))?
    }

    /// Returns what browsers and programs ask every server for, so that no visit leaves an
    /// error in the log; `None` for any other path.
    pub fn usual(path: &str) -> Option<Self> {
        let mark = &assets::MARK;
        let (content, media_type) = match path {
            "favicon.ico" => (mark.identity, mark.media_type),
            "robots.txt" => (assets::ROBOTS.as_bytes(), "text/plain; charset=utf-8"),
            _ => return None,
        };
        Some(Self {
            content,
            media_type,
            etag: EntityTag::of_hash(assets::VERSION, Strength::Strong),
            coding: None,
            vary: "",
            caching: Caching::Revalidate,
        })
    }

    pub fn head(&self) -> response::Page<'_> {
        response::Page {
            status: Status::Ok,
            media_type: self.media_type,
            length: Length::Known(self.content.len() as u64),
            etag: Some(&self.etag),
            coding: self.coding,
            vary: self.vary,
            caching: self.caching,
            disposition: None,
            next: None,
            range_of: None,
        }
    }
}

/// Whether there is a built-in file at a path.
pub fn is_asset(path: &str) -> bool {
    reserved_name(path).and_then(Asset::named).is_some()
}

/// Returns the name of a built-in file, if the path is in the reserved directory.
pub fn reserved_name(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(assets::PREFIX)?;
    match rest {
        "" => Some(""),
        rest => rest.strip_prefix('/'),
    }
}
