//! The wishes of a request about a directory: its query, what its client accepts, and what
//! a person chose before.

use alloc::string::String;

use h1::request::accept;
use h1::request::cookie;
use h1::request::fields::{Fields, Name};
use h1::request::query;

use crate::entries::sort::Sort;
use crate::json::{Cut, CutError};
use crate::playlist::Format;

/// The wishes of a request about a directory.
///
/// | query | meaning |
/// | --- | --- |
/// | `sort=name`, `date`, `size`, `kind` | the order; with `-` before it, descending |
/// | `as=list`, `as=grid` | the look |
/// | `q=TEXT` | only names that contain the text |
/// | `page=N`, `page=all` | one of several pages, or one long one |
/// | `open=NAME` | the page about a file |
/// | `from=N` | the byte from which a long text is shown |
/// | `get=FORM` | another form: [`Form::named`] |
/// | `tree=1` | a playlist of the tree below the directory |
/// | `limit=N`, `after=PLACE` | a part of a listing as JSON: [`Cut`] |
/// | `tv=1`, `tv=0` | the page for a television, or not |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The form of the response.
    pub form: Form,
    /// Whether the query names the form, so that it does not depend on the client.
    pub is_form_named: bool,
    /// The order.
    pub sort: Sort,
    /// The look, if the query asks for one.
    pub look: Option<Look>,
    /// The looks that a person chose before, by the content of directories.
    pub chosen: [Option<Look>; Content::ALL.len()],
    /// Text that names must contain; may be empty.
    pub filter: String,
    /// The page of several.
    pub page: Number,
    /// The name of the file that the page is about.
    pub open: Option<String>,
    /// The byte from which a long text is shown.
    pub from: u64,
    /// Whether a playlist is that of the tree below the directory.
    pub tree: bool,
    /// The part of a listing as JSON, if not all of it is asked for.
    pub cut: Option<Cut>,
    /// Whether the client is a television.
    pub is_tv: bool,
    /// The part of the query about that. The links of the page say it again, because without a
    /// script no cookie remembers it.
    pub said_tv: Option<bool>,
    /// Whether the client asks for HTML by name, as browsers do. Any other client gets a
    /// list whole.
    pub is_browser: bool,
    /// Levels between the root and the address of the request.
    pub depth: usize,
    /// Number of the first names of the path above which nothing may be seen: those of the
    /// folder that a link opens, or of the file. Otherwise it is 0, which is the root.
    pub top: usize,
}

/// Forms of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Form {
    Html,
    Json,
    /// A name on each line.
    Text,
    M3u,
    Xspf,
    /// The directory with all that is below it, in one file.
    Tar,
    /// Subtitles as browsers read them; a form of a file, not of a directory.
    WebVtt,
    /// What a film, a track or a picture says of itself, as JSON; a form of a file.
    Facts,
    /// The picture of a film or a track; a form of a file.
    Cover,
    /// A small picture of a photo, or else the cover; a form of a file.
    Thumb,
}

/// Looks of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Look {
    List,
    Grid,
}

/// The kind of most files of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Content {
    Pictures,
    Films,
    Tracks,
    Others,
}

/// The number of a page of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Number {
    /// The first one.
    #[default]
    First,
    /// The one with this number, counted from 1.
    At(usize),
    /// All of them, as one.
    All,
}

/// The request fields that decide between forms of a response.
pub const FORM_FIELDS: &str = "Accept";

/// The request fields that shape a page for people, beside those that decide for it.
pub const PAGE_FIELDS: &str = "Accept, Cookie, User-Agent";

/// A form that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownForm;

/// A query that asks for what a directory does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// A form that does not exist.
    Form,
    /// A part that no list has.
    Cut(CutError),
}

impl From<CutError> for QueryError {
    fn from(error: CutError) -> Self {
        Self::Cut(error)
    }
}

impl Form {
    /// Returns the form that a query names.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "m3u" | "m3u8" => Some(Self::M3u),
            "xspf" => Some(Self::Xspf),
            "tar" => Some(Self::Tar),
            _ => None,
        }
    }

    /// Returns the form of a file that a query asks for, if it asks for any.
    ///
    /// # Errors
    ///
    /// No file has the form.
    pub fn of_file(query: Option<&[u8]>) -> Result<Option<Self>, UnknownForm> {
        let mut pairs = query.into_iter().flat_map(query::pairs);
        match pairs.find(|(key, _)| key == "get") {
            None => Ok(None),
            Some((_, value)) if value == "vtt" => Ok(Some(Self::WebVtt)),
            Some((_, value)) if value == "info" => Ok(Some(Self::Facts)),
            Some((_, value)) if value == "cover" => Ok(Some(Self::Cover)),
            Some((_, value)) if value == "thumb" => Ok(Some(Self::Thumb)),
            Some(_) => Err(UnknownForm),
        }
    }

    /// Whether the form has absolute addresses.
    #[must_use]
    pub fn has_addresses(self) -> bool {
        self.playlist().is_some()
    }

    /// Returns the form of playlist that it is.
    #[must_use]
    pub fn playlist(self) -> Option<Format> {
        match self {
            Self::M3u => Some(Format::M3u),
            Self::Xspf => Some(Format::Xspf),
            Self::Html
            | Self::Json
            | Self::Text
            | Self::Tar
            | Self::WebVtt
            | Self::Facts
            | Self::Cover
            | Self::Thumb => None,
        }
    }

    /// Returns the form that a client accepts most. Without a wish for one by name, it is
    /// HTML.
    fn accepted(fields: &Fields<'_>) -> Self {
        let weight = |media_type| accept::weight_of(fields, media_type);
        let html = weight("text/html");
        let (json, text) = (weight("application/json"), weight("text/plain"));
        if json > html && json >= text {
            Self::Json
        } else if text > html {
            Self::Text
        } else {
            Self::Html
        }
    }
}

impl Look {
    fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"list" => Some(Self::List),
            b"grid" => Some(Self::Grid),
            _ => None,
        }
    }

    /// Returns the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Grid => "grid",
        }
    }
}

impl Content {
    const ALL: [Self; 4] = [Self::Pictures, Self::Films, Self::Tracks, Self::Others];

    /// Returns the name of the cookie with the look that a person chose.
    #[must_use]
    pub fn cookie(self) -> &'static str {
        match self {
            Self::Pictures => "porthole_view_photos",
            Self::Films => "porthole_view_films",
            Self::Tracks | Self::Others => "porthole_view",
        }
    }
}

impl View {
    /// Returns what a request asks for. Values that mean nothing are ignored, but for
    /// those of `get`, and of `limit` and `after` where they count: a program should learn
    /// that it asked for something else.
    ///
    /// # Errors
    ///
    /// The query asks for a form that does not exist, or for a part that no list has.
    pub fn of(query: Option<&[u8]>, fields: &Fields<'_>, depth: usize) -> Result<Self, QueryError> {
        let look_of =
            |content: Content| cookie::value(fields, content.cookie()).and_then(Look::named);
        let mut view = Self {
            form: Form::accepted(fields),
            is_form_named: false,
            chosen: Content::ALL.map(look_of),
            is_tv: is_tv(fields),
            is_browser: accept::weight_of(fields, "text/html") > 0,
            depth,
            ..Self::plain(Form::Html)
        };
        let (mut limit, mut after) = (None, None);
        for (key, value) in query.into_iter().flat_map(query::pairs) {
            match &*key {
                "sort" => view.sort = Sort::parse(&value).unwrap_or_default(),
                "as" => view.look = Look::named(value.as_bytes()),
                "q" => view.filter = value.trim().to_lowercase(),
                "page" => view.page = Number::parse(&value),
                "open" => view.open = Some(value),
                "from" => view.from = value.parse().unwrap_or(0),
                "tree" => view.tree = value == "1",
                "limit" => limit = Some(value),
                "after" => after = Some(value),
                "get" => {
                    view.form = Form::named(&value).ok_or(QueryError::Form)?;
                    view.is_form_named = true;
                }
                "tv" if value == "1" => view.said_tv = Some(true),
                "tv" if value == "0" => view.said_tv = Some(false),
                _ => {}
            }
        }
        view.is_tv = view.said_tv.unwrap_or(view.is_tv);
        if view.form != Form::Html {
            view.open = None;
        }
        // What is no page for people is the same for all who get it, and a form that the query
        // names for all clients.
        view.is_browser &= !view.is_form_named;
        if !view.is_page() {
            (view.is_tv, view.said_tv, view.chosen) = (false, None, Default::default());
        }
        view.tree &= view.form.has_addresses();
        if view.form == Form::Json {
            view.cut = Cut::of(limit.as_deref(), after.as_deref(), view.sort)?;
        }
        Ok(view)
    }

    /// Returns the name of the file that a query asks for a page about, if it does.
    #[must_use]
    pub fn opened(query: Option<&[u8]>) -> Option<String> {
        let pairs = query.into_iter().flat_map(query::pairs);
        let opened = pairs.filter(|(key, _)| key == "open").last();
        opened.map(|(_, name)| name)
    }

    /// Returns a view with this form and nothing that depends on the client.
    #[must_use]
    pub fn plain(form: Form) -> Self {
        Self {
            form,
            is_form_named: true,
            sort: Sort::default(),
            look: None,
            chosen: Content::ALL.map(|_| None),
            filter: String::new(),
            page: Number::First,
            open: None,
            from: 0,
            tree: false,
            cut: None,
            is_tv: false,
            said_tv: None,
            is_browser: false,
            depth: 0,
            top: 0,
        }
    }

    /// Returns the path of the highest directory on the way to this one that may be seen: the
    /// first names of the path, unless it has fewer.
    pub(crate) fn home<'p>(&self, path: &'p str) -> Option<&'p str> {
        let mut ends = path.match_indices('/').map(|(at, _)| at);
        match (self.top.checked_sub(1), names(path).checked_sub(self.top)?) {
            (None, _) => Some(""),
            (_, 0) => Some(path),
            (Some(before), _) => path.get(..ends.nth(before)?),
        }
    }

    /// Whether nothing above a directory may be seen.
    #[must_use]
    pub fn is_top(&self, path: &str) -> bool {
        names(path) <= self.top
    }

    /// Returns the query of links to other directories.
    #[must_use]
    pub fn kept(&self) -> &'static str {
        match self.said_tv {
            None => "",
            Some(true) => "?tv=1",
            Some(false) => "?tv=0",
        }
    }

    /// Returns the request fields that the response depends on, for `Vary`.
    #[must_use]
    pub fn fields(&self) -> &'static str {
        match self.is_page() {
            true => PAGE_FIELDS,
            false if self.is_form_named => "",
            false => FORM_FIELDS,
        }
    }

    /// Whether the response is a page for people: programs get those about files, too.
    fn is_page(&self) -> bool {
        self.form == Form::Html && (self.is_browser || self.open.is_some())
    }

    /// Returns the look for a directory with this content: the one that the query asks for,
    /// else the one that a person chose before, else the usual one.
    #[must_use]
    pub fn look(&self, content: Content, usual: Look) -> Look {
        let chosen = self.chosen.get(content as usize).copied().flatten();
        self.look.or(chosen).unwrap_or(usual)
    }
}

impl Number {
    fn parse(text: &str) -> Self {
        match text {
            "all" => Self::All,
            text => text.parse().map_or(Self::First, Self::At),
        }
    }
}

/// Whether the client is the browser of a television, by its own word or by a choice that
/// it keeps.
#[must_use]
pub fn is_tv(fields: &Fields<'_>) -> bool {
    const NAMES: [&[u8]; 8] = [
        b"Tizen",
        b"Web0S",
        b"webOS",
        b"SMART-TV",
        b"BRAVIA",
        b"AFT",
        b"GoogleTV",
        b"HbbTV",
    ];
    match cookie::value(fields, "porthole_tv") {
        Some(b"1") => return true,
        Some(b"0") => return false,
        _ => {}
    }
    let agent = fields.only(Name::UserAgent).unwrap_or_default();
    let has = |name: &[u8]| agent.windows(name.len()).any(|part| part == name);
    NAMES.into_iter().any(has)
}

/// Returns the number of names of a path.
fn names(path: &str) -> usize {
    path.split('/').filter(|name| !name.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use h1::request::head::{Parse, Scanner};

    const BROWSER: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\n";

    /// Returns the view of a request with this query and these field lines.
    fn view(query: &str, lines: &str) -> Result<View, QueryError> {
        let lines: String = lines.lines().map(|line| format!("{line}\r\n")).collect();
        let head = format!("GET / HTTP/1.1\r\n{lines}\r\n");
        match Scanner::default().scan(head.as_bytes()) {
            Parse::Complete(head) => View::of(Some(query.as_bytes()), &head.fields, 0),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn forms() {
        let cases = [
            ("", "", Form::Html, false),
            ("", BROWSER, Form::Html, true),
            ("", "Accept: */*\n", Form::Html, false),
            ("", "Accept: application/json\n", Form::Json, false),
            ("", "Accept: text/plain\n", Form::Text, false),
            (
                "",
                "Accept: application/json;q=0.5, text/html\n",
                Form::Html,
                true,
            ),
            (
                "",
                "Accept: application/json, text/html;q=0.5\n",
                Form::Json,
                true,
            ),
            ("get=json", BROWSER, Form::Json, false),
            ("get=m3u", "", Form::M3u, false),
            ("get=m3u8", "", Form::M3u, false),
            ("get=xspf", "Accept: application/json\n", Form::Xspf, false),
            ("get=tar", BROWSER, Form::Tar, false),
        ];
        for (query, lines, form, is_browser) in cases {
            let view = view(query, lines).unwrap();
            assert_eq!(
                (view.form, view.is_browser),
                (form, is_browser),
                "{query} {lines}"
            );
        }
        for query in ["get=", "get", "get=zip", "get=JSON", "get=json&get=x"] {
            assert_eq!(view(query, ""), Err(QueryError::Form), "{query}");
        }
    }

    #[test]
    fn trees_are_of_playlists_only() {
        let cases = [
            ("get=m3u&tree=1", true),
            ("tree=1&get=xspf", true),
            ("get=m3u&tree=0", false),
            ("get=m3u&tree", false),
            ("get=json&tree=1", false),
            ("tree=1", false),
        ];
        for (query, tree) in cases {
            assert_eq!(view(query, "").unwrap().tree, tree, "{query}");
        }
    }

    #[test]
    fn parts_are_of_json_only() {
        let json = "Accept: application/json\n";
        let cut = |query: &str, lines: &str| view(query, lines).map(|view| view.cut);
        for (query, lines) in [("limit=5", json), ("get=json&after=f/a", BROWSER)] {
            assert!(matches!(cut(query, lines), Ok(Some(_))), "{query}");
        }
        for (query, lines) in [("limit=x", ""), ("get=m3u&after=x", json), ("", json)] {
            assert_eq!(cut(query, lines), Ok(None), "{query}");
        }
        // The order is the one of the whole query.
        assert!(cut("after=f5/a&get=json&sort=size", "").is_ok());
        let cases = [
            ("get=json&limit=x", CutError::Limit),
            ("get=json&after=f5/a", CutError::After),
        ];
        for (query, error) in cases {
            assert_eq!(cut(query, ""), Err(QueryError::Cut(error)), "{query}");
        }
    }

    #[test]
    fn forms_of_files() {
        let form = |query: &str| Form::of_file(Some(query.as_bytes()));
        for query in ["", "download", "x=get", "getx=vtt"] {
            assert_eq!(form(query), Ok(None), "{query}");
        }
        assert_eq!(form("a=b&get=vtt"), Ok(Some(Form::WebVtt)));
        assert_eq!(form("get=info"), Ok(Some(Form::Facts)));
        assert_eq!(form("get=cover&x"), Ok(Some(Form::Cover)));
        assert_eq!(form("get=thumb"), Ok(Some(Form::Thumb)));
        for query in ["get", "get=", "get=json", "get=vtt2"] {
            assert_eq!(form(query), Err(UnknownForm), "{query}");
        }
        assert_eq!(Form::of_file(None), Ok(None));
    }

    #[test]
    fn queries_are_read_and_nonsense_is_ignored() {
        let usual = view("", "").unwrap();
        let nonsense = [
            "sort=", "sort=x", "as=x", "page=x", "page=", "tv=", "tv=x", "x=y", "&&",
        ];
        for query in nonsense {
            assert_eq!(view(query, "").unwrap(), usual, "{query}");
        }
        let asked = view(
            "sort=-size&as=list&as=grid&q=+Tide&page=25&open=a%2Bb&tv=1",
            "",
        )
        .unwrap();
        let expected = View {
            sort: Sort::parse("-size").unwrap(),
            look: Some(Look::Grid),
            filter: "tide".into(),
            page: Number::At(25),
            open: Some("a+b".into()),
            is_tv: true,
            said_tv: Some(true),
            ..usual
        };
        assert_eq!(asked, expected);
        assert_eq!(view("page=all", "").unwrap().page, Number::All);
    }

    #[test]
    fn looks_are_remembered_for_each_kind_of_content() {
        let cookies = "Cookie: a=b; porthole_view=grid; porthole_view_photos=list\n";
        let cases = [
            ("", "", Content::Pictures, Look::Grid),
            ("", "", Content::Others, Look::Grid),
            ("", cookies, Content::Pictures, Look::List),
            ("", cookies, Content::Films, Look::Grid),
            ("", cookies, Content::Others, Look::Grid),
            ("as=list", cookies, Content::Others, Look::List),
            ("", "Cookie: porthole_view=x\n", Content::Others, Look::Grid),
        ];
        for (query, lines, content, look) in cases {
            assert_eq!(
                view(query, &format!("{BROWSER}{lines}"))
                    .unwrap()
                    .look(content, Look::Grid),
                look,
                "{query} {lines}"
            );
        }
    }

    #[test]
    fn televisions_are_known_by_name_or_by_choice() {
        let agent = |name: &str| format!("User-Agent: Mozilla/5.0 ({name}) AppleWebKit\n");
        let cases = [
            ("", agent("SMART-TV; LINUX; Tizen 6.0"), true),
            ("", agent("Web0S; Linux/SmartTV"), true),
            ("", agent("X11; Linux x86_64"), false),
            ("tv=0", agent("Tizen"), false),
            ("tv=1", agent("X11"), true),
            (
                "",
                format!("{}Cookie: porthole_tv=0\n", agent("Tizen")),
                false,
            ),
            ("", "Cookie: porthole_tv=1\n".into(), true),
        ];
        for (query, lines, is_tv) in cases {
            let view = view(query, &format!("{BROWSER}{lines}")).unwrap();
            assert_eq!(view.is_tv, is_tv, "{query} {lines}");
            // Only what the query says is in the links of the page.
            let is_kept = view.kept().trim_start_matches('?') == query;
            assert!(is_kept, "{query} {lines}");
        }
    }

    #[test]
    fn forms_for_programs_are_the_same_for_all() {
        let own = "Cookie: porthole_tv=1; porthole_view=grid\nUser-Agent: Tizen\n";
        let cases = [
            ("", BROWSER, PAGE_FIELDS),
            ("open=a.mp4", BROWSER, PAGE_FIELDS),
            ("open=a.mp4", "", PAGE_FIELDS),
            ("", "", FORM_FIELDS),
            ("tv=1", "Accept: */*\n", FORM_FIELDS),
            ("", "Accept: application/json\n", FORM_FIELDS),
            ("open=a.mp4", "Accept: text/plain\n", FORM_FIELDS),
            ("get=json", BROWSER, ""),
            ("get=m3u&open=a.mp4&tv=1", BROWSER, ""),
        ];
        for (query, lines, fields) in cases {
            let others = view(query, lines).unwrap();
            assert_eq!(others.fields(), fields, "{query} {lines}");
            let owns = view(query, &format!("{lines}{own}")).unwrap();
            assert_eq!(owns == others, fields != PAGE_FIELDS, "{query} {lines}");
        }
    }

    #[test]
    fn below_a_link_the_highest_directory_is_what_it_opens() {
        // (path, names of the link, the highest directory, whether it is that itself)
        let rows = [
            ("", 0, Some(""), true),
            ("a/b", 0, Some(""), false),
            ("a/b", 1, Some("a"), false),
            ("a/b/c", 2, Some("a/b"), false),
            ("a/b", 2, Some("a/b"), true),
            // A link to a file.
            ("a", 2, None, true),
            ("", 1, None, true),
        ];
        for (path, top, home, is_top) in rows {
            let view = View {
                top,
                ..View::plain(Form::Html)
            };
            assert_eq!(view.home(path), home, "{path} {top}");
            assert_eq!(view.is_top(path), is_top, "{path} {top}");
        }
    }

    #[test]
    fn the_last_name_is_opened() {
        let rows = [
            ("", None),
            ("open", Some("")),
            ("open=a+b.mkv", Some("a b.mkv")),
            ("open=a&x=y&open=b%2Fc", Some("b/c")),
            ("opened=a", None),
        ];
        for (query, name) in rows {
            let query = Some(query.as_bytes());
            assert_eq!(View::opened(query).as_deref(), name, "{query:?}");
            let view = View::of(query, &Fields::EMPTY, 0).unwrap();
            assert_eq!(view.open.as_deref(), name, "{query:?}");
        }
    }
}
