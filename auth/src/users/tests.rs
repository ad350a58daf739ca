use super::*;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use proptest::prelude::*;

const HASH: &str = "$2y$05$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq";
const OTHER: &str = "$argon2id$v=19$m=256,t=2,p=1$c2FsdHNhbHRzYWx0$\
                     pwZ7sGME81TL89Hs/ia4qXIxzecJdXvdtALit/lGF0w";

fn names(file: &str) -> Result<Vec<String>, UsersError> {
    let users = Users::parse(file.as_bytes())?;
    Ok(users.names().map(String::from).collect())
}

#[test]
fn files_that_are_accepted() {
    let rows: &[(&str, &[&str])] = &[
        ("a:HASH", &["a"]),
        ("b:HASH\na:OTHER\n", &["a", "b"]),
        ("\u{feff}a:HASH\r\n\r\n# b:secret\r\n", &["a"]),
        (" a b :HASH", &[" a b "]),
        ("é:HASH\ne:HASH", &["e", "é"]),
        ("A:HASH\na:HASH", &["A", "a"]),
        ("a=b*:HASH", &["a=b*"]),
    ];
    for (file, expected) in rows {
        let file = file.replace("HASH", HASH).replace("OTHER", OTHER);
        let expected = expected.iter().map(|name| String::from(*name)).collect();
        assert_eq!(names(&file), Ok(expected), "{file}");
    }
}

#[test]
fn files_that_are_refused() {
    use LineError::*;
    let line = |error| Err(UsersError::Line(1, error));
    let name = |bytes: usize| format!("{}:{HASH}", "a".repeat(bytes));
    let most: String = (0..USERS).map(|user| format!("{user}:{HASH}\n")).collect();
    let rows = [
        (String::new(), Err(UsersError::Empty)),
        ("\n# a\n".into(), Err(UsersError::Empty)),
        ("\n".repeat(USERS_FILE_BYTES), Err(UsersError::Empty)),
        ("\n".repeat(USERS_FILE_BYTES + 1), Err(UsersError::TooLarge)),
        ("a".into(), line(NoColon)),
        (" ".into(), line(NoColon)),
        (format!(":{HASH}"), line(Name)),
        (format!("*:{HASH}"), line(Name)),
        (format!("a,b:{HASH}"), line(Name)),
        (format!("a\tb:{HASH}"), line(Name)),
        (format!("a\u{85}:{HASH}"), line(Name)),
        (name(USER_NAME_BYTES), Ok(1)),
        (name(USER_NAME_BYTES + 1), line(Name)),
        (name(USER_LINE_BYTES), line(TooLong)),
        ("a:".into(), line(Hash(HashError::Missing))),
        ("a:b".into(), line(Hash(HashError::Plain))),
        // A third field is not part of the form.
        (
            format!("a:{HASH}:b"),
            line(Hash(HashError::Malformed("bcrypt"))),
        ),
        (
            format!("# a\n\nb:{HASH}\nb:{OTHER}"),
            Err(UsersError::Line(4, Repeated)),
        ),
        (most.clone(), Ok(USERS)),
        (
            format!("{most}a:{HASH}"),
            Err(UsersError::Line(USERS + 1, TooMany)),
        ),
    ];
    for (file, expected) in rows {
        let found = names(&file).map(|names| names.len());
        assert_eq!(found, expected, "{:.80}", file);
    }
    let binary = Users::parse(b"a:\xff").err();
    assert_eq!(binary, Some(UsersError::Line(1, NotText)));
}

#[test]
fn a_refused_hash_comes_with_the_way_to_make_one() {
    let error = names("a:{SHA}hvfkN/qlp/zhXR3cuerq6jd2Z7g=").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1: SHA-1 is too easy to guess; \"porthole hash-password\" makes a hash"
    );
}

#[test]
fn an_unknown_name_costs_what_some_user_costs() {
    let file = format!("a:{HASH}\nb:{OTHER}\nc:{HASH}\n");
    let users = Users::parse(file.as_bytes()).unwrap();
    let hash = |name: &str| users.candidate(name).unwrap();
    for name in ["a", "b", "c"] {
        assert!(hash(name).known);
    }
    assert_eq!(hash("b").hash.as_str(), OTHER);
    let unknown: Vec<String> = (0..64).map(|number| format!("u{number}")).collect();
    let mut used = BTreeSet::new();
    for name in &unknown {
        let candidate = hash(name);
        assert!(!candidate.known);
        assert_eq!(candidate, hash(name), "the same one each time");
        used.insert(candidate.hash.as_str());
    }
    assert_eq!(used, BTreeSet::from([HASH, OTHER]), "each kind is met");
}

#[test]
fn users_are_shown_without_their_hashes() {
    let users = Users::parse(format!("a:{HASH}").as_bytes()).unwrap();
    assert_eq!(format!("{users:?}"), "{\"a\"}");
    assert_eq!(users.memory_kib(), 0);
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(file: Vec<u8>) {
        let _ = Users::parse(&file);
    }
}
