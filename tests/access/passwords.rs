//! Names and passwords: right, wrong, wrong too often.

use libtest_mimic::Trial;

use super::{ALICE, BOB, BROWSER, NOBODY, WRONG, closed};
use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![
        a_wrong_password_is_asked_for_again,
        after_ten_wrong_passwords_a_client_gets_429,
        wrong_passwords_count_over_all_workers,
        other_credentials_count_as_none,
        responses_that_needed_a_password_are_private,
        the_log_has_names_and_no_passwords
    ]
}

fn a_wrong_password_is_asked_for_again() {
    let (_folder, porthole) = closed(&[]);
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

fn after_ten_wrong_passwords_a_client_gets_429() {
    let (_folder, porthole) = closed(&[]);
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

/// The least loaded worker gets a connection, so that both workers have one of two.
fn wrong_passwords_count_over_all_workers() {
    let (_folder, porthole) = closed(&["--workers", "2"]);
    let (mut one, mut other) = (porthole.client(), porthole.client());
    for client in [&mut one, &mut other] {
        assert_eq!(client.get("/closed/a", ALICE).text(), "a");
    }
    for _ in 0..5 {
        assert_eq!(one.get("/closed/a", WRONG).status, 401);
        assert_eq!(other.get("/closed/a", WRONG).status, 401);
    }
    // Not even for what was right before.
    for client in [&mut one, &mut other] {
        assert_eq!(client.get("/closed/a", ALICE).status, 429);
    }
}

fn other_credentials_count_as_none() {
    let (_folder, porthole) = closed(&[]);
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
    let (_folder, porthole) = closed(&["--cache-control", "public, max-age=60, s-maxage=90"]);
    let mut client = porthole.client();
    // (target, fields, Cache-Control)
    let rows = [
        ("/b", "", "public, max-age=60, s-maxage=90"),
        ("/closed/a", ALICE, "private, max-age=60"),
        ("/b", ALICE, "private, max-age=60"),
        // Nothing that was prepared for one is sent to another.
        ("/b", "", "public, max-age=60, s-maxage=90"),
        ("/closed/a", ALICE, "private, max-age=60"),
        ("/closed/", ALICE, "no-store"),
        ("/", ALICE, "no-store"),
        ("/", "", "no-cache"),
        ("/closed/a", "", "no-store"),
        ("/closed", ALICE, "no-store"),
    ];
    for (target, fields, expected) in rows {
        let response = client.get(target, fields);
        let found = response.field("Cache-Control");
        assert_eq!(found, Some(expected), "{target} {fields}");
    }
}

fn the_log_has_names_and_no_passwords() {
    let (_folder, porthole) = closed(&["--verbose"]);
    porthole.client().get("/closed/a", ALICE);
    porthole.log().wait_for(" - alice [");
    let text = porthole.log().so_far().join("\n");
    let value = ALICE.trim_end().rsplit_once(' ').unwrap().1;
    assert!(
        text.contains("Authorization: ...") && !text.contains(value),
        "{text}"
    );
}
