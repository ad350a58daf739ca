use super::*;
use alloc::string::ToString as _;
use core::net::{Ipv4Addr, Ipv6Addr};
use proptest::prelude::*;

const NOW: u64 = 1_700_000_000;

fn key(seed: u8) -> Key {
    let bytes: [u8; 32] = core::array::from_fn(|at| (at as u8) ^ seed);
    Key::new(&bytes).unwrap()
}

fn link(path: &str, folder: bool) -> Link<'_> {
    Link {
        path,
        folder,
        expires: NOW + 10,
        client: None,
    }
}

fn checked(link: Link<'_>, path: &str) -> Result<(), Refused> {
    let token = link.token(&key(0)).unwrap();
    check(&key(0), &token, path, NOW, None).map(|_| ())
}

#[test]
fn a_token_is_a_known_one() {
    // python3: base64.urlsafe_b64encode(head + hmac.digest(bytes(range(32)),
    //     b"porthole link\0" + head + b"\0films", "sha256")).rstrip(b"=")
    // where head = bytes([1, 1, 1]) + (1700000010).to_bytes(5)
    let token = link("films", true).token(&key(0)).unwrap();
    assert_eq!(
        token,
        "AQEBAGVT8Qrx-StbQ3lOraK7xCAEomfusHJbmiG9Nh8UZ9wQzuiriw"
    );
    assert_eq!(token.len(), TOKEN_LETTERS);
}

#[test]
fn a_token_is_for_one_path() {
    use Refused::*;
    // (signed path, whether it is a folder, requested path, refusal)
    let rows = [
        ("films", true, "films", None),
        ("films", true, "films/a.mkv", None),
        ("films", true, "films/new/a.mkv", None),
        ("films", true, "filmsx", Some(Wrong)),
        ("films", true, "films2/a.mkv", Some(Wrong)),
        ("films", true, "Films", Some(Wrong)),
        ("films", true, "music/films", Some(Wrong)),
        ("films", true, "", Some(OtherPath)),
        ("films/new", true, "films/new/a", None),
        ("films/new", true, "films", Some(OtherPath)),
        ("films/new", true, "films/old/a", Some(Wrong)),
        ("films/new", true, "films/newer", Some(Wrong)),
        ("films/a.mkv", false, "films/a.mkv", None),
        ("films/a.mkv", false, "films/a.mkv/b", Some(OtherPath)),
        ("films/a.mkv", false, "films/a.mkv2", Some(Wrong)),
        ("films/a.mkv", false, "films/b.mkv", Some(Wrong)),
        ("films/a.mkv", false, "films", Some(OtherPath)),
        ("", true, "", None),
        ("", true, "a/b", None),
        ("é/\u{10fff6}", true, "é/\u{10fff6}/b", None),
        ("é", true, "e\u{301}", Some(Wrong)),
    ];
    for (signed, folder, path, refused) in rows {
        let found = checked(link(signed, folder), path).err();
        assert_eq!(found, refused, "{signed} {path}");
    }
}

#[test]
fn the_signed_path_is_granted() {
    let token = link("films/new", true).token(&key(0)).unwrap();
    let granted = check(&key(0), &token, "films/new/a/b", NOW, None).unwrap();
    let expected = Granted {
        path: "films/new",
        folder: true,
        expires: NOW + 10,
        client: None,
    };
    assert_eq!(granted, expected);
}

#[test]
fn a_token_expires() {
    let token = link("a", false).token(&key(0)).unwrap();
    let rows = [
        (0, None),
        (NOW + 9, None),
        (NOW + 10, Some(Refused::Expired)),
        (u64::MAX, Some(Refused::Expired)),
    ];
    for (now, refused) in rows {
        assert_eq!(check(&key(0), &token, "a", now, None).err(), refused);
    }
    // Whoever has no key does not learn that it has expired.
    let other = check(&key(1), &token, "a", NOW + 10, None);
    assert_eq!(other, Err(Refused::Wrong));
}

#[test]
fn a_token_may_be_for_one_client() {
    let v4 = IpAddr::from(Ipv4Addr::new(192, 0, 2, 7));
    let mapped = IpAddr::from(Ipv4Addr::new(192, 0, 2, 7).to_ipv6_mapped());
    let v6 = IpAddr::from(Ipv6Addr::LOCALHOST);
    let rows = [
        (None, None, true),
        (None, Some(v4), true),
        (Some(v4), Some(v4), true),
        (Some(v4), Some(mapped), true),
        (Some(mapped), Some(v4), true),
        (Some(v4), Some(v6), false),
        (Some(v4), None, false),
        (Some(v6), Some(v6), true),
        (Some(v6), Some(v4), false),
    ];
    for (signed, client, expected) in rows {
        let link = Link {
            client: signed,
            ..link("a", true)
        };
        let token = link.token(&key(0)).unwrap();
        let refused = check(&key(0), &token, "a", NOW, client).err();
        let expected = (!expected).then_some(Refused::Wrong);
        assert_eq!(refused, expected, "{signed:?} {client:?}");
    }
}

#[test]
fn tokens_of_no_form_are_malformed() {
    let token = link("a", true).token(&key(0)).unwrap();
    let changed = |at: usize, letter: &str| {
        let mut token = token.clone();
        token.replace_range(at..=at, letter);
        token
    };
    let rows = [
        String::new(),
        "a".into(),
        token[1..].to_string(),
        [&token, "A"].concat(),
        [&token, "="].concat(),
        ["A", &token].concat(),
        changed(5, "+"),
        changed(5, "/"),
        changed(5, " "),
        // Another version, flags that nobody knows, and bits after the last byte.
        changed(1, "g"),
        changed(2, "Q"),
        changed(TOKEN_LETTERS - 1, "B"),
    ];
    for row in rows {
        let refused = check(&key(0), &row, "a", NOW, None);
        assert_eq!(refused, Err(Refused::Malformed), "{row}");
    }
}

#[test]
fn another_letter_makes_a_token_wrong() {
    let token = link("a", true).token(&key(0)).unwrap();
    for (at, was) in token.char_indices() {
        let other = if was == 'A' { "B" } else { "A" };
        let mut token = token.clone();
        token.replace_range(at..=at, other);
        assert!(check(&key(0), &token, "a", NOW, None).is_err(), "{at}");
    }
}

#[test]
fn links_that_are_not_made() {
    let deep = "a/".repeat(LINK_NAMES + 1);
    let (deep, most) = (deep.trim_end_matches('/'), &deep[..2 * LINK_NAMES - 1]);
    let long = "a".repeat(PATH_BYTES + 1);
    let late = Link {
        expires: LATEST + 1,
        ..link("a", true)
    };
    let rows = [
        (link(most, true), None),
        (link(deep, true), Some(LinkError::TooLong)),
        (link(&long[1..], true), None),
        (link(&long, true), Some(LinkError::TooLong)),
        (late, Some(LinkError::TooLate)),
        (
            Link {
                expires: LATEST,
                ..late
            },
            None,
        ),
    ];
    for (link, error) in rows {
        assert_eq!(link.token(&key(0)).err(), error, "{:.60}", link.path);
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer(token: String, path: String) {
        prop_assert!(check(&key(0), &token, &path, NOW, None).is_err());
    }

    #[test]
    fn a_token_holds_below_its_folder_alone(
        folder in "[ab]{0,2}(/[ab]{1,2}){0,2}", path in "[ab]{0,2}(/[ab]{1,2}){0,3}",
    ) {
        let (folder, path) = (folder.trim_matches('/'), path.trim_matches('/'));
        let below = crate::path::contains(folder, path);
        prop_assert_eq!(checked(link(folder, true), path).is_ok(), below);
        prop_assert_eq!(checked(link(folder, false), path).is_ok(), folder == path);
    }
}
