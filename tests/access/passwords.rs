//! Names and passwords: right, wrong, wrong too often.

use libtest_mimic::Trial;

use super::{ALICE, BOB, BROWSER, NOBODY, Secrets, WRONG};
use crate::support::{Folder, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_wrong_password_is_asked_for_again,
        who_is_wrong_too_often_is_told_to_wait,
        other_credentials_count_as_none,
        responses_that_needed_a_password_are_private,
        the_log_has_names_and_no_passwords
    ]
}

fn a_wrong_password_is_asked_for_again() {
    let folder = Folder::new();
    folder.file("closed/a", "a");
    folder.file("b", "b");
    let flags = ["--auth-for=/=*", "--auth-for=/closed=alice"];
    let porthole = Secrets::new().serving(&folder, &flags);
    let mut client = porthole.client();
    // Also where none is needed: it was a slip.
    for target in ["/closed/a", "/b", "/none"] {
        for fields in [WRONG, NOBODY] {
            let response = client.get(target, fields);
            assert_eq!(response.status, 401, "{target}");
            assert!(response.field("WWW-Authenticate").is_some() && !response.closes());
        }
    }
    let page = client.get("/closed/a", BROWSER);
    assert_eq!(page.status, 401);
    assert!(page.text().contains("A password is needed"));
    assert_eq!(client.get("/closed/a", ALICE).text(), "a");
    assert_eq!(client.get("/b", "").text(), "b");
    assert_eq!(client.get("/b", BOB).text(), "b");
}

fn who_is_wrong_too_often_is_told_to_wait() {
    let folder = Folder::new();
    folder.file("closed/a", "a");
    folder.file("b", "b");
    let flags = ["--auth-for=/=*", "--auth-for=/closed=alice"];
    let porthole = Secrets::new().serving(&folder, &flags);
    // On any connection, so on both workers.
    let statuses: Vec<u16> = (0..10)
        .map(|_| porthole.client().get("/closed/a", WRONG).status)
        .collect();
    assert_eq!(statuses, [401; 10]);
    for fields in [WRONG, ALICE, NOBODY] {
        let mut client = porthole.client();
        let response = client.get("/closed/a", fields);
        assert_eq!(response.status, 429);
        assert!(!response.closes());
        let seconds: u64 = response.field("Retry-After").unwrap().parse().unwrap();
        assert!((1..=30).contains(&seconds), "{seconds}");
        // What is open is open.
        assert_eq!(client.get("/b", "").text(), "b");
        assert_eq!(client.get("/closed/a", "").status, 401);
    }
}

fn other_credentials_count_as_none() {
    let folder = Folder::new();
    folder.file("closed/a", "a");
    folder.file("b", "b");
    let flags = ["--auth-for=/=*", "--auth-for=/closed=alice"];
    let porthole = Secrets::new().serving(&folder, &flags);
    let mut client = porthole.client();
    let twice = [ALICE, ALICE].concat();
    for fields in [
        "Authorization: Bearer abc\r\n",
        "Authorization: Basic ***\r\n",
        &twice,
    ] {
        for _ in 0..11 {
            assert_eq!(client.get("/b", fields).status, 200, "{fields}");
            assert_eq!(client.get("/closed/a", fields).status, 401, "{fields}");
        }
    }
    // In other letters it is the same.
    let other = ALICE.replace("Authorization: Basic", "authorization:bAsIc");
    assert_eq!(client.get("/closed/a", &other).status, 200);
}

fn responses_that_needed_a_password_are_private() {
    let folder = Folder::new();
    folder.file("closed/a.txt", "a");
    folder.file("b.txt", "b");
    let flags = ["--auth-for=/=*", "--auth-for=/closed=alice"];
    let wishes = ["--cache-control", "public, max-age=60, s-maxage=90"];
    let porthole = Secrets::new().serving(&folder, &[&flags[..], &wishes].concat());
    let mut client = porthole.client();
    // (target, fields, Cache-Control)
    let rows = [
        ("/b.txt", "", "public, max-age=60, s-maxage=90"),
        ("/closed/a.txt", ALICE, "private, max-age=60"),
        ("/b.txt", ALICE, "private, max-age=60"),
        // Nothing that was prepared for one is sent to another.
        ("/b.txt", "", "public, max-age=60, s-maxage=90"),
        ("/closed/a.txt", ALICE, "private, max-age=60"),
        ("/closed/", ALICE, "no-store"),
        ("/", ALICE, "no-store"),
        ("/", "", "no-cache"),
        ("/closed/a.txt", "", "no-store"),
        ("/closed", ALICE, "no-store"),
    ];
    for (target, fields, expected) in rows {
        let response = client.get(target, fields);
        let found = response.field("Cache-Control");
        assert_eq!(found, Some(expected), "{target} {fields}");
    }
}

fn the_log_has_names_and_no_passwords() {
    let folder = Folder::new();
    folder.file("a", "a");
    let porthole = Secrets::new().serving(&folder, &["--verbose"]);
    porthole.client().get("/a", ALICE);
    porthole.log().wait_for(" - alice [");
    let text = porthole.log().so_far().join("\n");
    let value = ALICE.trim_end().rsplit_once(' ').unwrap().1;
    assert!(
        text.contains("Authorization: ...") && !text.contains(value),
        "{text}"
    );
}
