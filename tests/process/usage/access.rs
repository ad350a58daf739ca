//! The commands that make hashes of passwords, and addresses that need none.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use auth::link::{Key, check};
use auth::users::{Hash, Users};
use auth::verify::verify;
use libtest_mimic::Trial;

use crate::support::{Folder, Porthole, Terminal, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        a_password_from_a_pipe_becomes_a_line,
        a_password_from_a_terminal_is_asked_for_twice_and_not_shown,
        passwords_and_names_that_cannot_be_used,
        a_link_is_signed_by_the_key,
        a_key_is_made_for_this_user_alone,
        links_that_are_not_made,
    ]
}

fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Porthole::command();
    command.arg("hash-password").args(arguments);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn a_password_from_a_pipe_becomes_a_line() {
    let rows: [(&[&str], &str, &str); 4] = [
        (&["ann"], "secret\n", "secret"),
        (&["ann"], "secret", "secret"),
        (&["ann"], "sécret \r\nnot this\n", "sécret "),
        (&[], "secret\n", "secret"),
    ];
    let mut lines = Vec::new();
    each(&rows, |(arguments, input, password)| {
        let output = piped(arguments, input.as_bytes());
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
        let line = text(&output.stdout);
        let hash = match arguments {
            [] => Hash::parse(line.trim_end()).unwrap(),
            _ => {
                let users = Users::parse(line.as_bytes()).unwrap();
                users.candidate("ann").unwrap().hash.clone()
            }
        };
        assert_eq!(verify(&hash, password.as_bytes()), Ok(true), "{line}");
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    });
    for _ in 0..2 {
        lines.push(text(&piped(&[], b"secret").stdout));
    }
    assert_ne!(lines[0], lines[1], "each has a salt of its own");
}

fn a_password_from_a_terminal_is_asked_for_twice_and_not_shown() {
    let rows = [("secret", Some(0)), ("Secret", Some(1))];
    each(&rows, |(again, code)| {
        let terminal = Terminal::with_keyboard();
        let mut command = Porthole::command();
        command.args(["hash-password", "ann"]);
        command.stdout(Stdio::piped()).stderr(terminal.output());
        terminal.control(&mut command);
        let child = command.spawn().unwrap();
        drop(command);
        terminal.lines.wait_for("password, which is not shown");
        terminal.type_hidden("secret\n");
        terminal.lines.wait_for("the same again");
        terminal.type_hidden(&format!("{again}\n"));
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), *code, "{output:?}");
        let shown = terminal.shown().join("\n");
        assert!(!shown.to_lowercase().contains("secret"), "{shown}");
        if *code == Some(0) {
            let users = Users::parse(&output.stdout).unwrap();
            let hash = users.candidate("ann").unwrap().hash;
            assert_eq!(verify(hash, b"secret"), Ok(true));
        } else {
            assert!(output.stdout.is_empty());
            assert!(
                shown.contains("these are two different passwords"),
                "{shown}"
            );
        }
    });
}

fn passwords_and_names_that_cannot_be_used() {
    let long = [b'x'; 600];
    let rows: [(&[&str], &[u8], &str); 8] = [
        (&["a:b"], b"secret", "a name has no colon"),
        (&["a,b"], b"secret", "a name has no colon"),
        (&["*"], b"secret", "a name has no colon"),
        (&[""], b"secret", "a name has no colon"),
        (&["ann"], b"", "a password is not empty"),
        (&["ann"], b"a\tb", "a password has no control characters"),
        (&["ann"], b"\xff", "a password is UTF-8"),
        (&["ann"], &long, "a password has at most 512 bytes"),
    ];
    each(&rows, |(arguments, input, words)| {
        let output = piped(arguments, input);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = text(&output.stderr);
        assert!(error.contains(words), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(output.stdout.is_empty());
    });
}

/// A key as a file.
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

fn link(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command: Command = Porthole::command();
    command.current_dir(folder.path());
    command.args(["link", "--link-key", "key"]).args(arguments);
    command.output().unwrap()
}

fn a_link_is_signed_by_the_key() {
    let folder = Folder::new();
    folder.file("key", KEY);
    let public = "--public-url=https://media.example/base/";
    // (arguments, what comes before the token, what comes after it, the signed path)
    let rows: [(&[&str], &str, &str, &str); 7] = [
        (
            &["--page", "/films/a&b.mkv"],
            "",
            "/films/?open=a%26b.mkv",
            "films/a&b.mkv",
        ),
        (&["--page", "/a.mkv"], "", "/?open=a.mkv", "a.mkv"),
        (&["/films/"], "", "/films/", "films"),
        (&["/"], "", "/", ""),
        (&["/a b/é%.mkv"], "", "/a%20b/%C3%A9%25.mkv", "a b/é%.mkv"),
        (&["//films/./new/"], "", "/films/new/", "films/new"),
        (
            &[public, "/films/"],
            "https://media.example/base",
            "/films/",
            "films",
        ),
    ];
    let key = Key::new(KEY).unwrap();
    let now = || {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap();
        since.as_secs()
    };
    each(&rows, |(arguments, before, after, path)| {
        let earliest = now() + 7 * 86_400;
        let output = link(&folder, &[&["--expires", "7d"], *arguments].concat());
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{output:?}"
        );
        let line = text(&output.stdout);
        let address = line.strip_suffix('\n').unwrap();
        let rest = address.strip_prefix(before).unwrap();
        let rest = rest.strip_prefix("/.porthole/link/").unwrap();
        let (token, rest) = rest.split_at(rest.find('/').unwrap());
        assert_eq!(rest, *after);
        let granted = check(&key, token, path, now(), None).unwrap();
        assert_eq!(
            (granted.path, granted.folder),
            (*path, after.ends_with('/'))
        );
        assert!((earliest..=now() + 7 * 86_400).contains(&granted.expires));
    });
    let output = link(&folder, &["--expires=1h", "--client=192.0.2.7", "/a.mkv"]);
    let line = text(&output.stdout);
    let token = line.split('/').nth(3).unwrap();
    let opens = |client: &str| check(&key, token, "a.mkv", now(), client.parse().ok()).is_ok();
    assert!(opens("192.0.2.7") && !opens("192.0.2.8") && !opens(""));
}

fn a_key_is_made_for_this_user_alone() {
    let folder = Folder::new();
    let output = link(&folder, &["--make-key"]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let read = || fs::read(folder.join("key")).unwrap();
    let made = read();
    assert_eq!(made.len(), 32);
    let mode = fs::metadata(folder.join("key")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    // A key that is there stays.
    let output = link(&folder, &["--make-key", "--expires=1d", "/films/"]);
    assert!(text(&output.stdout).ends_with("/films/\n"), "{output:?}");
    assert_eq!(read(), made);
}

fn links_that_are_not_made() {
    let folder = Folder::new();
    let missing = "there is no key: --make-key makes it";
    // (content of the key's file, arguments, exit code, words of the error)
    type Row<'a> = (Option<&'a [u8]>, &'a [&'a str], i32, &'a str);
    let rows: [Row<'_>; 11] = [
        (None, &["--expires=7d", "/a/"], 1, missing),
        (
            Some(b"short"),
            &["--expires=7d", "/a/"],
            1,
            "key is no key: a key has at least 32",
        ),
        (
            Some(&[0; 64]),
            &["--expires=7d", "/a/"],
            1,
            "these bytes are not random",
        ),
        (
            Some(KEY),
            &["--expires=7d", "a/"],
            1,
            "a path begins with a slash",
        ),
        (
            Some(KEY),
            &["--expires=7d", "/a/../b"],
            1,
            "a path has no .. in it",
        ),
        (
            Some(KEY),
            &["--expires=7d", "--page", "/a/"],
            1,
            "--page is for a file",
        ),
        (Some(KEY), &["--make-key", "--page"], 2, "PATH"),
        (Some(KEY), &["/a/"], 2, "--expires"),
        (Some(KEY), &["--expires=7d"], 2, "PATH"),
        (
            Some(KEY),
            &["--expires=7", "/a/"],
            2,
            "a number with s, m, h, d or w",
        ),
        (
            Some(KEY),
            &["--expires=7d", "--public-url=media.example", "/a/"],
            2,
            "an address such as https://media.example",
        ),
    ];
    each(&rows, |(key, arguments, code, words)| {
        let _ = fs::remove_file(folder.join("key"));
        if let Some(key) = key {
            folder.file("key", *key);
        }
        let output = link(&folder, arguments);
        assert_eq!(output.status.code(), Some(*code), "{output:?}");
        assert!(output.stdout.is_empty());
        let error = text(&output.stderr);
        assert!(error.contains(words), "{error}");
    });
    folder.file("key", KEY);
    let output = link(&folder, &["--expires=7d", "/films"]);
    let note = "porthole: /films is taken for a file; a folder ends in a slash\n";
    assert_eq!(text(&output.stderr), note);
}
