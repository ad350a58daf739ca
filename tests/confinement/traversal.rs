//! No spelling of a target leads out of the root.

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        no_spelling_leads_out,
        links_inside_and_outside,
        links_that_only_the_host_can_follow,
        only_files_and_folders,
        errors_reveal_no_system_text
    ]
}

/// Serves a directory `root`. Secrets are beside it, one in a directory whose name begins
/// like that of the root.
fn with_secrets() -> (Folder, Porthole) {
    let folder = Folder::new();
    folder.file("secret", "SECRET");
    folder.file("root-secret/secret", "SECRET");
    folder.file("root/inside", "inside");
    folder.file("root/sub/inside", "inside");
    let porthole = Porthole::with(folder.join("root"), &["--hidden"]);
    (folder, porthole)
}

fn no_spelling_leads_out() {
    let (folder, porthole) = with_secrets();
    let absolute = folder.join("secret");
    let absolute = absolute.to_str().unwrap().to_owned();
    let encoded = absolute.replace('/', "%2f");
    let deep = format!("/{}secret", "../".repeat(100));
    let rows: Vec<(String, u16)> = [
        ("/../secret", 404),
        ("/sub/../../secret", 404),
        ("/%2e%2e/secret", 404),
        ("/.%2e/secret", 404),
        ("/%2E%2E%2Fsecret", 400),
        ("/..%2fsecret", 400),
        ("/%252e%252e/secret", 404),
        ("/%c0%ae%c0%ae/secret", 404),
        ("/%e0%80%ae%e0%80%ae/secret", 404),
        ("/..%5csecret", 404),
        ("/..\\secret", 404),
        ("/sub\\..\\..\\secret", 404),
        ("/.../secret", 404),
        ("/....//secret", 404),
        ("/..;/secret", 404),
        ("/..%00/secret", 400),
        ("/inside%00.html", 400),
        ("/./../secret", 404),
        ("//../secret", 404),
        ("/sub//..//../secret", 404),
        ("/../root-secret/secret", 404),
        ("/-secret/secret", 404),
        ("/sub/%2e%2e/%2e%2e/secret", 404),
        ("../secret", 400),
        ("secret", 400),
        ("/?/../secret", 200),
        ("/inside/../../secret", 404),
        ("/..?/secret", 200),
        ("/%u002e%u002e/secret", 400),
        ("/%%32%65%%32%65/secret", 400),
        ("/\u{ff0e}\u{ff0e}/secret", 400),
        ("file:///etc/passwd", 400),
        ("http://porthole/../secret", 404),
        ("/etc/passwd", 404),
        ("/proc/self/environ", 404),
        ("/dev/zero", 404),
        ("/C:/secret", 404),
    ]
    .map(|(target, status)| (target.to_owned(), status))
    .into_iter()
    .chain([
        (deep, 404),
        (absolute.clone(), 404),
        (format!("/{absolute}"), 404),
        (format!("/{encoded}"), 400),
    ])
    .collect();
    each(&rows, |(target, status)| {
        let response = porthole.client().get(target, "");
        let body = String::from_utf8_lossy(&response.body);
        assert!(
            !body.contains("SECRET") && !body.contains("root:"),
            "{body}"
        );
        assert_eq!(response.status, *status, "{}", response.line);
        // A response without an error is the listing of the root.
        assert_eq!(body.contains("<table>"), *status == 200, "{body}");
    });
    assert_eq!(porthole.get("/sub/../inside").text(), "inside");
}

fn links_inside_and_outside() {
    let (folder, porthole) = with_secrets();
    let links = [
        ("to-file", "inside"),
        ("to-folder", "sub"),
        ("sub/up", "../inside"),
        ("chain", "to-file"),
        ("out-relative", "../secret"),
        ("out-absolute", folder.join("secret").to_str().unwrap()),
        ("out-folder", ".."),
        ("out-root", "/"),
        ("back-in", "../root/inside"),
        ("nowhere", "missing"),
        ("loop", "loop"),
        ("index-out/index.html", "../../secret"),
        ("out-chain", "out-folder/secret"),
        ("js-out.js.gz", "../secret"),
    ]
    .map(|(name, target)| folder.link(format!("root/{name}"), target));
    folder.file("root/js-out.js", "inside");
    assert!(links.iter().all(|link| link.is_symlink()));
    let followed = [
        "/to-file",
        "/to-folder/inside",
        "/sub/up",
        "/chain",
        "/back-in",
    ];
    each(&followed, |target| {
        assert_eq!(porthole.get(target).text(), "inside")
    });
    let refused = [
        "/out-relative",
        "/out-absolute",
        "/out-folder",
        "/out-folder/",
        "/out-folder/secret",
        "/out-root/",
        "/out-root/etc/passwd",
        "/nowhere",
        "/loop",
        "/out-chain",
        "/js-out.js.gz",
    ];
    each(&refused, |target| {
        let response = porthole.get(target);
        assert_eq!((response.status, response.words()), (404, "404 Not Found"));
    });
    // An index that leads out of the root is not used.
    let page = porthole.get("/index-out/");
    assert!(page.text().contains("<table>") && !page.text().contains("SECRET"));
    let response = porthole
        .client()
        .get("/js-out.js", "Accept-Encoding: gzip\r\n");
    assert_eq!(
        (response.text(), response.field("Content-Encoding")),
        ("inside", None)
    );
    // A link that leads out of the root or to nothing is not listed.
    let page = porthole.get("/").text().to_owned();
    for (name, shown) in [
        ("to-file", true),
        ("out-", false),
        ("nowhere", false),
        ("back-in", true),
    ] {
        assert_eq!(page.contains(name), shown, "{name} in {page}");
    }
}

/// Absolute links, and links that lead out of the root and back in. The kernel refuses
/// all of them, and the host follows those that stay inside.
fn links_that_only_the_host_can_follow() {
    let folder = Folder::new();
    folder.file("secret", "SECRET");
    folder.file("root/inside", "inside");
    folder.file("root/sub/deep/inside", "inside");
    folder.file("root-beside/inside", "SECRET");
    let alias = folder.link("alias", "root");
    let root = folder.path().join("root");
    let absolute = |path: &str| root.join(path).to_str().unwrap().to_owned();
    let links = [
        ("file", absolute("inside"), true),
        ("folder", absolute("sub/deep"), true),
        ("sub/up", absolute("inside"), true),
        ("sub/chain", absolute("folder/inside"), true),
        ("again", "../root/sub/../inside".to_owned(), true),
        ("sub/deep/again", "../../../root/./inside".to_owned(), true),
        // The absolute path goes through the path that was served, which is a link
        // itself.
        (
            "by-alias",
            alias.join("inside").to_str().unwrap().to_owned(),
            true,
        ),
        ("beside", absolute("../root-beside/inside"), false),
        ("prefix", format!("{}-beside/inside", root.display()), false),
        ("up", absolute("../secret"), false),
        ("above", absolute(".."), false),
        ("missing", absolute("nothing"), false),
        ("round", absolute("round"), false),
    ];
    for (name, target, _) in &links {
        folder.link(format!("root/{name}"), target);
    }
    let porthole = Porthole::serving(&alias);
    each(&links, |(name, _, inside)| {
        let is_folder = *name == "folder";
        let target = match is_folder {
            true => "/folder/inside".to_owned(),
            false => format!("/{name}"),
        };
        let response = porthole.get(&target);
        match inside {
            true => assert_eq!(response.text(), "inside"),
            false => assert_eq!(response.status, 404),
        }
        let (parent, name) = name.rsplit_once('/').unwrap_or(("", name));
        let slash = if parent.is_empty() { "" } else { "/" };
        let page = porthole.get(&format!("/{parent}{slash}"));
        let anchor = format!(">{name}{}<", if is_folder { "/" } else { "" });
        assert_eq!(page.text().contains(&anchor), *inside, "{}", page.text());
    });
}

/// Opening a FIFO would block until it has a writer. Files are served meanwhile.
fn only_files_and_folders() {
    let folder = Folder::new();
    folder.fifo("fifo");
    folder.fifo("index.html");
    folder.link("to-fifo", "fifo");
    folder.link("null", "/dev/null");
    folder.file("plain", "plain");
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    let porthole = Porthole::serving(&folder);
    each(
        &[
            "/fifo",
            "/to-fifo",
            "/socket",
            "/null",
            "/index.html",
            "/plain/",
            "/plain/x",
        ],
        |target| {
            assert_eq!(porthole.get(target).status, 404);
            assert_eq!(porthole.get("/plain").text(), "plain");
        },
    );
    let page = porthole.get("/").text().to_owned();
    assert!(
        page.contains("plain") && !page.contains("fifo") && !page.contains("socket"),
        "{page}"
    );
}

/// A response contains neither a path of the machine nor a message of the operating
/// system.
fn errors_reveal_no_system_text() {
    let (folder, porthole) = with_secrets();
    folder.link("root/loop", "loop");
    let long = format!("/{}", "a".repeat(300));
    let rows = [
        "/missing",
        "/loop",
        "/inside/x",
        &*long,
        "/%ff",
        "/../secret",
    ];
    each(&rows, |target| {
        let response = porthole.get(target);
        let expected = response.line.trim_start_matches("HTTP/1.1 ");
        assert_eq!(response.words(), expected);
        assert!(
            response.field("Server").is_none(),
            "{:?}",
            response.fields()
        );
    });
}
