//! Pages of directories for people, their forms for programs, and what pages load.

pub mod archives;
pub mod facts;
pub mod messages;
pub mod parts;
pub mod pictures;
pub mod subtitles;
pub mod trees;

use std::time::{Duration, SystemTime};

use libtest_mimic::Trial;

use crate::support::{Client, Folder, Porthole, Response, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        forms_by_what_a_client_accepts_and_asks_for,
        a_page_is_sent_again_only_if_it_differs,
        a_page_for_a_television_is_never_that_of_another_client,
        a_page_is_sent_again_if_what_it_shows_has_changed,
        browsers_get_pages_and_programs_get_all,
        letters_lead_browsers_to_the_page_that_has_them,
        references_to_other_pages_keep_the_view,
        lists_are_sorted_and_filtered_as_asked,
        built_in_files_are_kept_for_ever,
        the_reserved_folder_wins_over_a_real_one,
        favicon_and_robots_are_there_unless_the_root_has_them,
        errors_are_pages_for_browsers_and_a_line_for_others,
        no_listing_turns_off_pages_and_their_forms,
        a_page_about_a_file_is_only_for_what_its_folder_shows,
        a_filter_is_for_lists_and_not_for_what_belongs_to_a_file,
        long_texts_come_in_parts,
        a_readme_is_shown_to_browsers_only,
        a_readme_is_shown_below_a_long_list,
        long_lists_are_sent_while_they_are_made,
        entries_that_go_while_a_list_is_sent_do_not_end_it,
        playlists_have_addresses_that_lead_to_the_files,
    ]
}

const BROWSER: &str = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";
const HTML: &str = "text/html; charset=utf-8";

fn media() -> Folder {
    let folder = Folder::new();
    for name in [
        "films/a film.mp4",
        "films/b.mkv",
        "films/a film-poster.jpg",
        "films/c.txt",
    ] {
        folder.file(name, name);
    }
    folder
}

fn browse(porthole: &Porthole, target: &str) -> Response {
    porthole.client().get(target, BROWSER)
}

fn forms_by_what_a_client_accepts_and_asks_for() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/films/", BROWSER, HTML),
        ("/films/", "", HTML),
        ("/films/", "Accept: */*\r\n", HTML),
        (
            "/films/",
            "Accept: application/json\r\n",
            "application/json",
        ),
        (
            "/films/",
            "Accept: text/plain\r\n",
            "text/plain; charset=utf-8",
        ),
        ("/films/?get=json", BROWSER, "application/json"),
        ("/films/?get=m3u", BROWSER, "audio/x-mpegurl; charset=utf-8"),
        ("/films/?get=xspf", "", "application/xspf+xml"),
        ("/films/?open=a+film.mp4", BROWSER, HTML),
    ];
    each(&rows, |(target, fields, media_type)| {
        let answer = porthole.client().get(target, fields);
        assert_eq!(
            (answer.status, answer.field("Content-Type")),
            (200, Some(*media_type))
        );
        let is_page = answer.field("Content-Security-Policy").is_some();
        assert_eq!(is_page, *media_type == HTML);
        let vary = match (target.contains("get="), *fields == BROWSER) {
            (true, _) => None,
            (false, true) => Some("Accept, Cookie, User-Agent"),
            (false, false) => Some("Accept"),
        };
        assert_eq!(answer.field("Vary"), vary);
    });
    for target in ["/films/?get=zip", "/films/?get=", "/films/c.txt?get=json"] {
        let answer = porthole.get(target);
        assert_eq!(
            (answer.status, answer.words()),
            (404, "404 Not Found"),
            "{target}"
        );
    }
    let names = porthole.client().get("/films/", "Accept: text/plain\r\n");
    assert_eq!(
        names.text(),
        "a film-poster.jpg\na film.mp4\nb.mkv\nc.txt\n"
    );
}

fn a_page_is_sent_again_only_if_it_differs() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    let tag = |target: &str, fields: &str| {
        let answer = porthole.client().get(target, fields);
        let head = porthole.client().ask("HEAD", target, fields);
        assert_eq!(head.field("ETag"), answer.field("ETag"));
        answer.field("ETag").unwrap().to_owned()
    };
    let first = tag("/films/", BROWSER);
    assert!(first.starts_with("W/\""), "{first}");
    // Whatever shapes the page is in the tag.
    let others = [
        tag("/films/", ""),
        tag("/films/", "Accept: application/json\r\n"),
        tag("/films/?sort=-size", BROWSER),
        tag("/films/?as=list", BROWSER),
        tag("/films/?q=a", BROWSER),
        tag(
            "/films/",
            &format!("{BROWSER}Cookie: porthole_view_films=list\r\n"),
        ),
        tag("/films/", &format!("{BROWSER}User-Agent: Tizen\r\n")),
        tag("/films/?open=b.mkv", BROWSER),
    ];
    for (at, other) in others.iter().enumerate() {
        assert_ne!(*other, first);
        assert!(!others[..at].contains(other), "{at}");
    }
    let again = |tag: &str| {
        let fields = format!("{BROWSER}If-None-Match: {tag}\r\n");
        porthole.client().get("/films/", &fields)
    };
    let same = again(&first);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(same.field("ETag"), Some(&*first));
    assert_eq!(same.field("Vary"), Some("Accept, Cookie, User-Agent"));
    assert_eq!(again(&others[0]).status, 200);
    folder.file("films/new.mkv", "new");
    let changed = again(&first);
    assert_eq!(changed.status, 200);
    assert!(changed.text().contains("new.mkv"));
}

fn a_page_for_a_television_is_never_that_of_another_client() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    let ways = [
        ("", "", false),
        ("tv=1", "", true),
        ("tv=0", "", false),
        ("", "Cookie: porthole_tv=1\r\n", true),
        ("", "User-Agent: Tizen\r\n", true),
        ("", "User-Agent: Tizen\r\nCookie: porthole_tv=0\r\n", false),
        ("tv=0", "User-Agent: Tizen\r\n", false),
        ("tv=1", "Cookie: porthole_tv=0\r\n", true),
    ];
    for page in ["/films/?", "/films/?open=b.mkv&", "/films/?open=c.txt&"] {
        let get = |(query, fields, is_tv): (&str, &str, bool), tag: &str| {
            let target = format!("{page}{query}");
            let fields = format!("{BROWSER}{fields}{tag}");
            let answer = porthole.client().get(&target, &fields);
            let has = answer.text().contains("<html lang=\"en\" class=\"tv\">");
            assert!(answer.status == 304 || has == is_tv, "{target} {fields}");
            answer
        };
        for known in ways {
            let answer = get(known, "");
            let tag = format!("If-None-Match: {}\r\n", answer.field("ETag").unwrap());
            for asked in ways {
                let status = get(asked, &tag).status;
                assert!(status == 200 || known.2 == asked.2, "{known:?} {asked:?}");
            }
            assert_eq!(get(known, &tag).status, 304);
        }
    }
}

fn a_page_is_sent_again_if_what_it_shows_has_changed() {
    let folder = media();
    folder.file("films/README.md", "one");
    folder.file("films/Subs/a film.en.srt", "");
    folder.file("films/Subs/a film/2_German.srt", "");
    let touch = |name: &str, nanoseconds: u32| {
        let file = std::fs::File::open(folder.join(name)).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000, nanoseconds);
        file.set_modified(time).unwrap();
    };
    touch("films/README.md", 0);
    touch("films/Subs", 0);
    let porthole = Porthole::serving(&folder);
    let (list, player) = ("/films/", "/films/?open=a+film.mp4");
    let rows: [(&str, &str, &dyn Fn()); 4] = [
        (list, "<p>two</p>", &|| {
            folder.file("films/README.md", "two");
            touch("films/README.md", 1);
        }),
        (player, "Subs/a%20film.fr.srt?get=vtt", &|| {
            folder.file("films/Subs/a film.fr.srt", "");
            touch("films/Subs", 0);
        }),
        (player, "Subs/a%20film/3_Italian.srt?get=vtt", &|| {
            folder.file("films/Subs/a film/3_Italian.srt", "");
        }),
        (player, "<video", &|| {
            std::fs::remove_file(folder.join("films/Subs/a film.fr.srt")).unwrap();
            touch("films/Subs", 0);
        }),
    ];
    for (target, shown, change) in rows {
        let before = browse(&porthole, target);
        let tag = before.field("ETag").unwrap();
        let fields = format!("{BROWSER}If-None-Match: {tag}\r\n");
        assert_eq!(porthole.client().get(target, &fields).status, 304);
        change();
        let after = porthole.client().get(target, &fields);
        assert_eq!(after.status, 200, "{shown}");
        assert!(after.text().contains(shown), "{shown}");
        assert_ne!(after.text(), before.text(), "{shown}");
    }
}

fn browsers_get_pages_and_programs_get_all() {
    let folder = Folder::new();
    for number in 0..1_200 {
        folder.file(format!("{number:04}.txt"), "");
    }
    let porthole = Porthole::serving(&folder);
    let rows = |text: &str| text.matches("<td class=\"d\"").count();
    assert_eq!(porthole.get("/").text().matches("<tr><td>").count(), 1_200);
    let (mut target, mut found) = (String::from("/"), 0);
    for page in 1..=3 {
        let answer = browse(&porthole, &target);
        found += rows(answer.text());
        let next = answer.text().split("<link rel=\"next\" href=\"").nth(1);
        let next = next.map(|rest| rest.split('"').next().unwrap());
        assert_eq!(
            next,
            (page < 3).then(|| format!("?page={}", page + 1)).as_deref()
        );
        target = format!("/?page={}", page + 1);
    }
    assert_eq!(found, 1_200);
    assert_eq!(rows(browse(&porthole, "/?page=all").text()), 1_200);
    assert!(browse(&porthole, "/?page=9").text().contains("1199.txt"));
}

fn letters_lead_browsers_to_the_page_that_has_them() {
    let folder = Folder::new();
    for number in 0..400 {
        folder.file(format!("Alder {number}.txt"), "");
        folder.file(format!("birch {number}.txt"), "");
    }
    folder.folder("birches");
    let porthole = Porthole::serving(&folder);
    let first = browse(&porthole, "/");
    let button = "<button name=\"page\" value=\"1\" formaction=\"#to-f62\">B</button>";
    assert!(first.text().contains(button));
    assert!(
        first
            .text()
            .contains("id=\"to-f62\"><th class=\"n\" scope=\"row\">")
    );
    let turned = browse(&porthole, "/?sort=-name");
    let button = "<button name=\"page\" value=\"1\" formaction=\"#to-f61\">A</button>";
    assert!(turned.text().contains(button));
    for (target, fields) in [("/?sort=size", BROWSER), ("/?page=all", BROWSER), ("/", "")] {
        let page = porthole.client().get(target, fields);
        assert!(!page.text().contains("formaction"), "{target} {fields}");
        assert!(!page.text().contains("id=\"to-"), "{target} {fields}");
    }
}

/// A parameter that is doubled or lost is not on the buttons that a person sees.
fn references_to_other_pages_keep_the_view() {
    let folder = Folder::new();
    for number in 0..600 {
        folder.file(format!("a & b {number}.txt"), "");
    }
    let porthole = Porthole::serving(&folder);
    let page = browse(&porthole, "/?sort=-name&q=a+%26&as=grid");
    let next = "<link rel=\"next\" href=\"?page=2&amp;sort=-name&amp;as=grid&amp;q=a%20%26\">";
    assert!(page.text().contains(next), "{}", page.text());
    let next = browse(&porthole, "/?page=2&sort=-name&as=grid&q=a%20%26");
    assert!(next.text().contains("a%20%26%20b%200.txt"));
    // (query of the page, field of the form, and the names of its hidden fields)
    let rows = [
        ("<input id=\"q\" name=\"q\"", "sort as"),
        ("name=\"open\"", "sort as q"),
        ("name=\"as\" value=\"list\"", "sort q"),
        ("name=\"sort\" value=\"size\"", "as q"),
        ("name=\"page\" value=\"2\"", "sort as q"),
        ("name=\"get\" value=\"json\"", "sort as q"),
    ];
    each(&rows, |(control, kept)| {
        assert_eq!(hidden_fields(page.text(), control).join(" "), *kept);
    });
}

/// Returns the names of the hidden fields that are sent with a control of a page.
fn hidden_fields(page: &str, control: &str) -> Vec<String> {
    let at = page.find(control).unwrap();
    let tag = &page[page[..at].rfind('<').unwrap()..];
    let tag = &tag[..tag.find('>').unwrap()];
    let start = match tag.split("form=\"").nth(1) {
        Some(rest) => {
            let id = rest.split('"').next().unwrap();
            page.find(&format!("<form id=\"{id}\"")).unwrap()
        }
        None => page[..at].rfind("<form").unwrap(),
    };
    let form = page[start..].split("</form>").next().unwrap();
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
    hidden
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

fn lists_are_sorted_and_filtered_as_asked() {
    let folder = Folder::new();
    for (name, size) in [("b10.mp4", 1), ("B9.txt", 3), ("\u{e9}t\u{e9}.jpg", 2)] {
        folder.file(name, vec![b'x'; size]);
    }
    folder.folder("z");
    let porthole = Porthole::serving(&folder);
    let rows: [(&str, &[&str]); 6] = [
        ("", &["z", "B9.txt", "b10.mp4", "\u{e9}t\u{e9}.jpg"]),
        (
            "sort=-name",
            &["z", "\u{e9}t\u{e9}.jpg", "b10.mp4", "B9.txt"],
        ),
        (
            "sort=size",
            &["z", "b10.mp4", "\u{e9}t\u{e9}.jpg", "B9.txt"],
        ),
        (
            "sort=kind",
            &["z", "b10.mp4", "\u{e9}t\u{e9}.jpg", "B9.txt"],
        ),
        ("q=B", &["B9.txt", "b10.mp4"]),
        ("q=%C3%89T", &["\u{e9}t\u{e9}.jpg"]),
    ];
    each(&rows, |(query, expected)| {
        let answer = porthole.get(&format!("/?{query}&get=json"));
        let names = answer.text().split("{\"name\":\"").skip(1);
        let names: Vec<_> = names.map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(names, *expected);
    });
}

/// Returns the addresses that a page loads, as they are in its markup.
fn loaded(page: &str) -> Vec<String> {
    let references = page.split(['"']).filter(|text| text.contains(".porthole/"));
    references.map(str::to_owned).collect()
}

fn built_in_files_are_kept_for_ever() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    let page = browse(&porthole, "/films/?open=b.mkv");
    let references = loaded(page.text());
    assert_eq!(references.len(), 5, "{references:?}");
    each(&references, |reference| {
        let target = reference.strip_prefix("..").unwrap();
        let plain = porthole.get(target);
        assert_eq!(plain.status, 200);
        let caching = plain.field("Cache-Control");
        assert_eq!(caching, Some("public, max-age=31536000, immutable"));
        let tag = plain.field("ETag").unwrap();
        for coding in ["br", "gzip"] {
            let fields = format!("Accept-Encoding: {coding}\r\n");
            let encoded = porthole.client().get(target, &fields);
            assert_eq!(encoded.field("Content-Encoding"), Some(coding));
            assert!(encoded.body.len() < plain.body.len());
            assert_ne!(encoded.field("ETag"), Some(tag));
        }
        let fields = format!("If-None-Match: {tag}\r\n");
        assert_eq!(porthole.client().get(target, &fields).status, 304);
    });
}

fn the_reserved_folder_wins_over_a_real_one() {
    let folder = Folder::new();
    folder.file(".porthole/secret.txt", "secret");
    folder.file("sub/.porthole/shown.txt", "shown");
    folder.file("index.html", "index");
    let porthole = Porthole::with(&folder, &["--hidden", "--spa"]);
    for target in [
        "/.porthole",
        "/.porthole/",
        "/.porthole/secret.txt",
        "/.porthole/x/y",
    ] {
        assert_eq!(porthole.get(target).status, 404, "{target}");
    }
    assert_eq!(porthole.get("/sub/.porthole/shown.txt").text(), "shown");
    assert_eq!(porthole.get("/else").text(), "index");
}

fn favicon_and_robots_are_there_unless_the_root_has_them() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    let icon = porthole.get("/favicon.ico");
    assert_eq!(
        (icon.status, icon.field("Content-Type")),
        (200, Some("image/svg+xml"))
    );
    let robots = porthole.get("/robots.txt");
    assert_eq!(robots.text(), "User-agent: *\nDisallow: /.porthole/\n");
    assert_eq!(porthole.get("/films/favicon.ico").status, 404);
    // The root's own files come first.
    folder.file("robots.txt", "mine");
    folder.file("favicon.ico", "mine");
    let own = Porthole::serving(&folder);
    assert_eq!(own.get("/robots.txt").text(), "mine");
    assert_eq!(own.get("/favicon.ico").text(), "mine");
}

fn errors_are_pages_for_browsers_and_a_line_for_others() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    let rows = [
        ("/nothing", "./.porthole/"),
        ("/films/nothing", "../.porthole/"),
        ("/films/a/b/", "../../../.porthole/"),
        ("/.hidden", "./.porthole/"),
    ];
    each(&rows, |(target, prefix)| {
        let page = browse(&porthole, target);
        assert_eq!((page.status, page.field("Content-Type")), (404, Some(HTML)));
        assert!(page.text().contains("<h1>Nothing at this address</h1>"));
        assert!(
            loaded(page.text())
                .iter()
                .all(|link| link.starts_with(prefix))
        );
        let line = porthole.get(target);
        assert_eq!((line.status, line.words()), (404, "404 Not Found"));
        let head = porthole.client().ask("HEAD", target, BROWSER);
        assert_eq!(head.field("Content-Length"), page.field("Content-Length"));
    });
    folder.file("404.html", "mine");
    let own = Porthole::serving(&folder);
    assert_eq!(browse(&own, "/nothing").text(), "mine");
}

fn no_listing_turns_off_pages_and_their_forms() {
    let folder = media();
    folder.file("site/index.html", "index");
    let porthole = Porthole::with(&folder, &["--no-listing"]);
    for target in ["/", "/films/", "/films/?get=json", "/films/?open=b.mkv"] {
        assert_eq!(porthole.get(target).status, 404, "{target}");
    }
    assert_eq!(porthole.get("/site/").text(), "index");
    assert_eq!(porthole.get("/films/b.mkv").status, 200);
}

fn a_page_about_a_file_is_only_for_what_its_folder_shows() {
    let folder = media();
    folder.file("films/.hidden.mp4", "hidden");
    folder.file("outside.mp4", "outside");
    folder.file("films/archive.zip", "zip");
    let porthole = Porthole::serving(&folder);
    let found = ["a+film.mp4", "a%20film.mp4", "c.txt", "a+film-poster.jpg"];
    for name in found {
        let target = format!("/films/?open={name}");
        assert_eq!(browse(&porthole, &target).status, 200, "{name}");
    }
    let missing = [
        ".hidden.mp4",
        "..%2Foutside.mp4",
        "../outside.mp4",
        "%2e%2e",
        "archive.zip",
        "nothing.mp4",
        "",
    ];
    for name in missing {
        let target = format!("/films/?open={name}");
        assert_eq!(browse(&porthole, &target).status, 404, "{name}");
    }
    let player = browse(&porthole, "/films/?open=a+film.mp4");
    for text in [
        "src=\"a%20film.mp4\"",
        "poster=\"a%20film-poster.jpg\"",
        "href=\"?open=b.mkv\"",
    ] {
        assert!(player.text().contains(text), "{text}");
    }
}

fn a_filter_is_for_lists_and_not_for_what_belongs_to_a_file() {
    let folder = media();
    folder.file("films/Subs/a film.en.srt", "");
    folder.file("films/other.jpg", "");
    let porthole = Porthole::serving(&folder);
    let queued = |page: &Response| {
        let links = page.text().split("<li><a href=\"").skip(1);
        let links = links.map(|rest| rest.split('"').next().unwrap());
        let links: Vec<_> = links.filter(|link| link.starts_with('?')).collect();
        links.join(" ")
    };
    // (filter, and what the player plays one after the other)
    let rows = [
        ("", "?open=a%20film.mp4 ?open=b.mkv"),
        ("q=m&", "?q=m&amp;open=a%20film.mp4 ?q=m&amp;open=b.mkv"),
        ("q=FILM&", "?q=film&amp;open=a%20film.mp4"),
        // The file itself is always there.
        ("q=b&", "?q=b&amp;open=a%20film.mp4 ?q=b&amp;open=b.mkv"),
    ];
    each(&rows, |(filter, queue)| {
        let page = browse(&porthole, &format!("/films/?{filter}open=a+film.mp4"));
        assert_eq!(page.status, 200);
        assert_eq!(queued(&page), *queue);
        for beside in [
            "poster=\"a%20film-poster.jpg\"",
            "src=\"Subs/a%20film.en.srt?get=vtt\"",
        ] {
            assert!(page.text().contains(beside), "{beside}");
        }
    });
    // So does a picture that the filter leaves out of the list.
    let row = "<img src=\"a%20film-poster.jpg\"";
    let list = browse(&porthole, "/films/?q=.mp4");
    assert!(list.text().contains(row) && list.text().contains("1 file"));
    assert!(!list.text().contains("href=\"a%20film-poster.jpg\""));
    let json = porthole.get("/films/?q=.mp4&get=json");
    assert_eq!(json.text().matches("\"name\"").count(), 1);
    assert!(json.text().contains("\"cover\":\"a%20film-poster.jpg\""));
    let plain = porthole.get("/films/?q=.mp4");
    assert!(plain.text().contains("href=\"a%20film.mp4\"") && !plain.text().contains(".jpg"));
    let text = browse(&porthole, "/films/?q=film&open=c.txt");
    assert!(text.text().contains("id=\"L1\""));
    // A picture is shown above the list, which is filtered.
    let list = browse(&porthole, "/films/?q=film&open=other.jpg");
    for (name, is_listed) in [
        ("a%20film.mp4", true),
        ("other.jpg", true),
        ("b.mkv", false),
    ] {
        let link = format!("<a href=\"{name}\">");
        assert_eq!(list.text().contains(&link), is_listed, "{name}");
    }
}

fn long_texts_come_in_parts() {
    let folder = Folder::new();
    let lines: String = (0..60_000)
        .map(|number| format!("line {number}\n"))
        .collect();
    folder.file("long.log", &lines);
    folder.file("short.rs", "fn main() {} // <b>\n");
    folder.file("latin.txt", b"caf\xe9\n");
    let porthole = Porthole::serving(&folder);
    let (mut from, mut rows) = (0, 0);
    loop {
        let page = browse(&porthole, &format!("/?open=long.log&from={from}"));
        rows += page.text().matches("<span class=\"r\"").count();
        from += 256 * 1024;
        if from >= lines.len() {
            break;
        }
        assert!(
            page.text()
                .contains(&format!("name=\"from\" value=\"{from}\""))
        );
    }
    // A line that is cut is in two parts.
    assert_eq!(rows, 60_000 + lines.len() / (256 * 1024));
    let short = browse(&porthole, "/?open=short.rs");
    assert!(short.text().contains("// &lt;b&gt;"), "{}", short.text());
    assert!(
        browse(&porthole, "/?open=latin.txt")
            .text()
            .contains("caf\u{e9}")
    );
}

fn a_readme_is_shown_to_browsers_only() {
    let folder = media();
    folder.file(
        "README.md",
        "# Shelf\n\n[films](films/) <script>alert(1)</script> [x](javascript:alert(1))\n",
    );
    let porthole = Porthole::serving(&folder);
    let page = browse(&porthole, "/");
    assert!(page.text().contains("<h2>Shelf</h2>"), "{}", page.text());
    assert!(page.text().contains("<a href=\"films/\">films</a>"));
    assert!(!page.text().contains("<script>alert") && !page.text().contains("href=\"javascript"));
    assert!(!porthole.get("/").text().contains("Shelf"));
}

fn a_readme_is_shown_below_a_long_list() {
    let folder = Folder::new();
    for number in 0..10_100 {
        folder.file(format!("{number:05}.txt"), "");
    }
    folder.file("README.md", "one");
    let porthole = Porthole::serving(&folder);
    let first = browse(&porthole, "/");
    assert!(first.text().contains("<p>one</p>"));
    folder.file("README.md", "other");
    let fields = format!(
        "{BROWSER}If-None-Match: {}\r\n",
        first.field("ETag").unwrap()
    );
    let again = porthole.client().get("/", &fields);
    assert_eq!(again.status, 200);
    assert!(again.text().contains("<p>other</p>"));
    assert!(
        !browse(&porthole, "/?page=2")
            .text()
            .contains("<p>other</p>")
    );
}

/// Files of the folder that [`long_folder`] makes.
const COUNT: usize = 10_100;

/// Makes a folder whose list is too long to be made whole, with a folder `z` in it.
fn long_folder() -> Folder {
    let folder = Folder::new();
    for number in 0..COUNT {
        folder.file(format!("{number:05}.txt"), "x");
    }
    folder.folder("z");
    folder
}

fn long_lists_are_sent_while_they_are_made() {
    let folder = long_folder();
    let porthole = Porthole::serving(&folder);
    let rows = |text: &str, row: &str| text.matches(row).count();
    for (fields, row) in [
        ("", "</td><td>1 B</td></tr>\n"),
        ("Accept: application/json\r\n", "\"size\":1,"),
    ] {
        let list = porthole.client().get("/", fields);
        assert_eq!(list.field("Transfer-Encoding"), Some("chunked"));
        assert_eq!((list.status, list.field("ETag")), (200, None));
        assert_eq!(rows(list.text(), row), COUNT);
        assert!(list.text().find("z/") < list.text().find("00000.txt"));
        assert!(list.text().find("00000.txt") < list.text().find("10099.txt"));
    }
    // HTTP/1.0 has no chunks.
    let mut old = porthole.client();
    old.send("GET / HTTP/1.0\r\n\r\n");
    let whole = old.read();
    assert!(whole.field("Content-Length").is_some() && whole.field("ETag").is_some());
    assert_eq!(rows(whole.text(), "<td>1 B</td>"), COUNT);
    // A page of several asks only for its own entries.
    let page = browse(&porthole, "/?page=2");
    assert_eq!(rows(page.text(), "title=\"1 bytes\""), 500);
    assert!(
        page.text()
            .contains("<span>1 folder, 10,100 files</span></p>")
    );
    // So does one that was asked to have all.
    let all = browse(&porthole, "/?page=all");
    assert_eq!(rows(all.text(), "title=\"1 bytes\""), 499);
    assert_eq!(all.text(), browse(&porthole, "/").text());
    assert!(!all.text().contains("value=\"all\""));
    assert!(all.text().contains("<link rel=\"next\" href=\"?page=2\">"));
    assert!(all.field("Content-Length").is_some() && all.field("ETag").is_some());
    let names = porthole.client().get("/", "Accept: text/plain\r\n");
    assert_eq!(names.text().lines().count(), COUNT + 1);
}

/// A chunk without bytes is the last one (RFC 9112 §7.1): what follows it would be taken for
/// the next response.
fn entries_that_go_while_a_list_is_sent_do_not_end_it() {
    const COUNT: usize = 40_000;
    let long = "x".repeat(150);
    let folder = Folder::new();
    let target = folder.file("target", "x");
    let porthole = Porthole::with(&folder, &["--workers", "1"]);
    for (place, fields, start, end) in [
        ("html", "", "<!doctype html>\n", "</html>\n"),
        ("json", "Accept: application/json\r\n", "[\n{", "}\n]\n"),
    ] {
        folder.folder(place);
        let names = (0..COUNT).map(|number| folder.join(format!("{place}/{number:05}{long}")));
        let names: Vec<_> = names.collect();
        for name in &names {
            if std::fs::hard_link(&target, name).is_err() {
                std::fs::write(name, "x").unwrap();
            }
        }
        let mut client = Client::with_a_small_window(porthole.address());
        client.send(format!("GET /{place}/ HTTP/1.1\r\nHost: a\r\n{fields}\r\n"));
        client.send("GET /target HTTP/1.1\r\nHost: a\r\n\r\n");
        // The list is on its way, and most of it waits for this client.
        assert!(client.has_more_within(Duration::from_secs(30)));
        for name in &names {
            std::fs::remove_file(name).unwrap();
        }
        let list = client.read();
        assert_eq!(list.status, 200);
        assert!(list.text().starts_with(start) && list.text().ends_with(end));
        let rows = list.text().matches(&*long).count();
        assert!(rows > 0 && rows < 2 * COUNT, "{rows}");
        assert_eq!(client.read().text(), "x");
    }
}

fn playlists_have_addresses_that_lead_to_the_files() {
    let folder = media();
    let porthole = Porthole::serving(&folder);
    // What the test's client says in `Host`.
    let host = "http://porthole";
    for (form, start) in [("m3u", "#EXTM3U\n"), ("xspf", "<?xml ")] {
        let answer = porthole.get(&format!("/films/?get={form}"));
        assert!(answer.text().starts_with(start));
        let name = format!("inline; filename=\"films.{form}\"");
        assert_eq!(answer.field("Content-Disposition"), Some(&*name));
        let mut count = 0;
        for part in answer.text().split(['\n', '<', '>']) {
            if let Some(target) = part.strip_prefix(host) {
                assert_eq!(porthole.get(target).status, 200, "{part}");
                count += 1;
            }
        }
        assert_eq!(count, 2, "{}", answer.text());
    }
}
