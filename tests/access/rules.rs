//! Rules for folders, and the one that counts for a path.

use std::fs;

use libtest_mimic::Trial;

use super::{ALICE, BOB, CLOSED, NAMES, Secrets, link};
use crate::support::{Folder, paths_in, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        without_rules_everything_is_for_users,
        the_deepest_rule_counts,
        a_link_to_a_folder_with_a_rule_has_that_rule,
        pages_are_made_for_each_rights,
        a_rule_follows_what_its_path_leads_to,
        many_folders_have_the_same_rules,
        archives_have_what_their_client_may_see
    ]
}

fn without_rules_everything_is_for_users() {
    let folder = Folder::new();
    folder.file("a/b.txt", "b");
    let porthole = Secrets::new().serving(&folder, &["--auth-realm", "The \"films\""]);
    let mut client = porthole.client();
    for target in ["/", "/a/", "/a/b.txt", "/none", "/a", "/?get=json"] {
        let response = client.get(target, "");
        assert_eq!(response.status, 401, "{target}");
        let asked = "Basic realm=\"The \\\"films\\\"\", charset=\"UTF-8\"";
        assert_eq!(response.field("WWW-Authenticate"), Some(asked));
    }
    for user in [ALICE, BOB] {
        assert_eq!(client.get("/a/b.txt", user).text(), "b");
        assert_eq!(client.get("/none", user).status, 404);
    }
    porthole.log().wait_for(" - alice [");
    porthole.log().wait_for(" - bob [");
    porthole.log().wait_for(" - - [");
}

fn the_deepest_rule_counts() {
    let folder = Folder::new();
    for name in [
        "a",
        "public/a",
        "public/bob/a",
        "alice/a",
        "alice/public/a",
        "alicea/a",
    ] {
        folder.file(name, "");
    }
    let flags = [
        "--auth-for=/public=*",
        "--auth-for=/public/bob=bob",
        "--auth-for=/alice/=alice",
        "--auth-for=/alice/public=*",
    ];
    let porthole = Secrets::new().serving(&folder, &flags);
    // (target, status for anyone, for alice, for bob)
    let rows = [
        ("/a", [401, 200, 200]),
        ("/public/a", [200, 200, 200]),
        ("/public/bob/a", [401, 401, 200]),
        ("/public/bob/", [401, 401, 200]),
        ("/alice/a", [401, 200, 401]),
        ("/alice/public/a", [200, 200, 200]),
        ("/alicea/a", [401, 200, 200]),
        ("/public/none", [404, 404, 404]),
        ("/public/bob/none", [401, 401, 404]),
        ("/alice/none", [401, 404, 401]),
    ];
    let mut client = porthole.client();
    for (target, expected) in rows {
        let statuses = ["", ALICE, BOB].map(|user| client.get(target, user).status);
        assert_eq!(statuses, expected, "{target}");
    }
    let names = |user| {
        let list = porthole.client().get("/public/", &[NAMES, user].concat());
        list.text().to_owned()
    };
    assert_eq!(names(""), "a\n");
    assert_eq!(names(ALICE), "a\n");
    assert_eq!(names(BOB), "bob/\na\n");
}

/// The rule is about the folder, so it counts by its own path, too.
fn a_link_to_a_folder_with_a_rule_has_that_rule() {
    let folder = Folder::new();
    folder.file("files/films/a", "");
    folder.link("films", "files/films");
    let flags = ["--auth-for=/=*", "--auth-for=/films=alice"];
    let porthole = Secrets::new().serving(&folder, &flags);
    let mut client = porthole.client();
    for target in ["/films/a", "/files/films/a", "/films/", "/files/films/"] {
        let statuses = ["", ALICE, BOB].map(|user| client.get(target, user).status);
        assert_eq!(statuses, [401, 200, 401], "{target}");
    }
    for (user, expected) in [("", ""), (ALICE, "films/\n"), (BOB, "")] {
        assert_eq!(
            client.get("/files/", &[NAMES, user].concat()).text(),
            expected
        );
    }
}

/// Neither content nor a 304 of one goes to another.
fn pages_are_made_for_each_rights() {
    let folder = Folder::new();
    folder.file("alice/a", "");
    folder.file("bob/a", "");
    folder.file("a", "");
    let flags = [
        "--auth-for=/=*",
        "--auth-for=/alice=alice",
        "--auth-for=/bob=bob",
    ];
    let porthole = Secrets::new().serving(&folder, &flags);
    let mut client = porthole.client();
    let mut tags = Vec::new();
    for (user, expected) in [("", "a\n"), (ALICE, "alice/\na\n"), (BOB, "bob/\na\n")] {
        let list = client.get("/", &[NAMES, user].concat());
        assert_eq!(list.text(), expected);
        tags.push(list.field("ETag").unwrap().to_owned());
    }
    for (user, own) in ["", ALICE, BOB].into_iter().zip(&tags) {
        for tag in &tags {
            let fields = format!("If-None-Match: {tag}\r\n{NAMES}{user}");
            let expected = if tag == own { 304 } else { 200 };
            assert_eq!(client.get("/", &fields).status, expected);
        }
    }
}

fn a_rule_follows_what_its_path_leads_to() {
    let folder = Folder::new();
    folder.file("one/a", "");
    folder.file("two/a", "");
    folder.link("now", "one");
    let flags = ["--auth-for=/=*", "--auth-for=/now=alice"];
    let porthole = Secrets::new().serving(&folder, &flags);
    let statuses = |target| ["", ALICE].map(|user| porthole.client().get(target, user).status);
    assert_eq!(statuses("/one/a"), [401, 200]);
    assert_eq!(statuses("/two/a"), [200, 200]);
    fs::remove_file(folder.path().join("now")).unwrap();
    folder.link("now", "two");
    // Within a second.
    let start = std::time::Instant::now();
    while statuses("/two/a") != [401, 200] {
        assert!(start.elapsed() < crate::support::TIMEOUT);
    }
    assert_eq!(statuses("/one/a"), [200, 200]);
}

/// More than are remembered.
fn many_folders_have_the_same_rules() {
    let folder = Folder::new();
    for number in 0..1_100 {
        folder.link(format!("links/{number}"), "../closed");
    }
    folder.file("closed/a", "");
    folder.file("links/a", "");
    let porthole = Secrets::new().serving(&folder, &CLOSED);
    let mut client = porthole.client();
    assert_eq!(client.get("/links/", NAMES).text(), "a\n");
    let names = client.get("/links/", &[NAMES, ALICE].concat());
    assert_eq!(names.text().lines().count(), 1_101);
    for number in [0, 1_099] {
        let target = format!("/links/{number}/a");
        let statuses = ["", ALICE].map(|user| client.get(&target, user).status);
        assert_eq!(statuses, [401, 200]);
    }
}

fn archives_have_what_their_client_may_see() {
    let folder = Folder::new();
    for name in ["closed/a", "closed/open/b", "c", "d/e"] {
        folder.file(name, "x");
    }
    folder.link("d/in", "../closed");
    let rules = [&CLOSED[..], &["--auth-for=/closed/open=*"]].concat();
    let porthole = Secrets::new().with_key(&folder, &rules);
    let all = ["c", "closed/", "closed/a", "closed/open/", "closed/open/b"];
    let linked = ["d/in/", "d/in/a", "d/in/open/", "d/in/open/b"];
    let below = ["d/", "d/e"];
    let for_alice = [&all[..], &below, &linked].concat();
    // (address, password, paths below the top)
    let rows: [(String, &str, &[&str]); 6] = [
        ("/".into(), "", &["c", "d/", "d/e"]),
        ("/".into(), BOB, &["c", "d/", "d/e"]),
        ("/".into(), ALICE, &for_alice),
        ("/closed/open/".into(), "", &["b"]),
        (link("/closed/"), "", &["a", "open/", "open/b"]),
        (link("/d/"), "", &["e"]),
    ];
    let mut client = porthole.client();
    for (address, user, expected) in rows {
        let response = client.get(&format!("{address}?get=tar"), user);
        assert_eq!(response.status, 200, "{address} {user}");
        let paths = paths_in(&response.body);
        let below = paths.iter().filter_map(|path| path.split_once('/'));
        let below: Vec<_> = below
            .map(|(_, path)| path)
            .filter(|it| !it.is_empty())
            .collect();
        assert_eq!(below, expected, "{address} {user}");
    }
    assert_eq!(client.get("/closed/?get=tar", "").status, 401);
    assert_eq!(client.get("/closed/?get=tar", BOB).status, 401);
}
