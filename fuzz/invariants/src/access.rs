//! Files of users, rules for folders, and tokens of links.

use auth::link::{Key, Link, Refused, check};
use auth::path::{contains, names, normal};
use auth::rules::{Access, Rules};
use auth::users::{Users, is_name};

use crate::text::first_line;

const NOW: u64 = 1_700_000_000;

/// A hash for the users of rules.
const HASH: &str = "$2y$05$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq";

/// Takes a file of users. Each user that is read has a line with its name and its hash, and an
/// unknown name has the hash of one of them.
pub fn users(bytes: &[u8]) {
    let Ok(users) = Users::parse(bytes) else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    let known: Vec<&str> = users.names().collect();
    assert!(!known.is_empty());
    for name in &known {
        assert!(is_name(name));
        let candidate = users.candidate(name).unwrap();
        assert!(candidate.known && users.has(name));
        let line = format!("{name}:{}", candidate.hash.as_str());
        assert_eq!(lines.iter().filter(|found| **found == line).count(), 1);
    }
    let users_lines = lines.iter().filter(|line| !line.is_empty());
    let count = users_lines.filter(|line| !line.starts_with('#')).count();
    assert_eq!(count, known.len());
    // No name has a comma.
    let unknown = users.candidate("no,one").unwrap();
    assert!(!unknown.known);
    let stands_for = |name: &&str| users.candidate(name).unwrap().hash == unknown.hash;
    assert!(known.iter().any(stands_for));
}

/// Takes rules, one a line, and asks about each of their folders and about what is below it. The
/// access is that of the longest folder that contains the path, and without one it is for users.
pub fn rules(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let file = ["ann", "bob"].map(|name| format!("{name}:{HASH}\n"));
    let users = Users::parse(file.concat().as_bytes()).unwrap();
    let Ok(rules) = Rules::parse(text.lines(), &users) else {
        return;
    };
    let texts: Vec<&str> = text.lines().collect();
    let folders: Vec<String> = rules.folders().map(String::from).collect();
    assert_eq!(folders.len(), texts.len());
    let elsewhere = ["".to_owned(), "a".to_owned(), "ann=/x".to_owned()];
    for folder in folders.iter().chain(&elsewhere) {
        let again = ["/", folder].concat();
        assert_eq!(normal(&again).unwrap().0, *folder);
        for below in [
            folder.clone(),
            format!("{folder}/x").trim_start_matches('/').to_owned(),
        ] {
            let longest = folders
                .iter()
                .enumerate()
                .filter(|(_, folder)| contains(folder, &below))
                .max_by_key(|(_, folder)| names(folder).count());
            let number = longest.map(|(number, _)| number);
            assert_eq!(rules.rule_of(&below), number);
            let access = rules.access(number);
            let Some(number) = number else {
                assert_eq!(access, Access::AnyUser);
                continue;
            };
            let allowed = texts[number].rsplit_once('=').unwrap().1;
            assert_eq!(access.allows(None), allowed == "*");
            for user in ["ann", "bob"] {
                let named = allowed == "*" || allowed.split(',').any(|name| name == user);
                assert_eq!(access.allows(Some(user)), named);
            }
        }
    }
}

/// Takes a path, and a token on a second line. No token holds that was not made by the key. One
/// that is made for the path holds for it and below it, and not beside it.
pub fn link(bytes: &[u8]) {
    let (path, token) = first_line(bytes).unwrap_or((bytes, b""));
    let (Ok(path), Ok(token)) = (std::str::from_utf8(path), std::str::from_utf8(token)) else {
        return;
    };
    // Another one than that of the tokens in the seeds.
    let key = Key::new(&std::array::from_fn::<u8, 32, _>(|at| at as u8 + 1)).unwrap();
    assert!(check(&key, token, path, NOW, None).is_err());
    let Ok((path, folder)) = normal(path) else {
        return;
    };
    let link = Link {
        path: &path,
        folder,
        expires: NOW + 1,
        client: None,
    };
    let Ok(made) = link.token(&key) else {
        return;
    };
    let path_segment = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    assert!(made.chars().all(path_segment));
    let holds = |path: &str| check(&key, &made, path, NOW, None).map(|_| ());
    let granted = check(&key, &made, &path, NOW, None).unwrap();
    assert_eq!((granted.path, granted.folder), (&*path, folder));
    let below = format!("{path}/x");
    let below = below.trim_start_matches('/');
    assert_eq!(holds(below).is_ok(), folder);
    if !path.is_empty() {
        assert_eq!(holds(&format!("{path}x")), Err(Refused::Wrong));
        assert!(holds("").is_err());
    }
    let late = check(&key, &made, &path, NOW + 1, None);
    assert_eq!(late, Err(Refused::Expired));
}
