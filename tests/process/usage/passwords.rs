//! Files of passwords, keys for links, and rules: what is wrong with them is one line, and
//! nothing is started.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use libtest_mimic::Trial;

use crate::encryption::wrong_input::without_the_rights_of_root;
use crate::support::{Folder, Porthole, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        wrong_files_of_passwords_are_said_in_a_line,
        wrong_keys_and_rules_are_said_in_a_line,
        the_grants_have_the_files_of_passwords,
    ]
}

/// The cheapest hash there is, of "correct horse".
const HASH: &str = "$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$4rB3swn3f1jaR9G+WkBbmEWXck/9UzA5";

/// Runs porthole with options that are wrong, and compares its only line.
fn refused(folder: &Folder, options: &[&str], status: i32, said: &str) {
    let mut command = without_the_rights_of_root();
    command.arg(folder.path()).args(["--port", "0"]);
    let done = command.args(options).output().unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(status), "{errors}");
    assert!(errors.contains(said), "{errors}");
    assert!(!errors.contains("$argon2id$"), "{errors}");
    if status == 1 {
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    assert!(done.stdout.is_empty());
}

fn wrong_files_of_passwords_are_said_in_a_line() {
    let (folder, secrets) = (Folder::new(), Folder::new());
    let good = format!("ann:{HASH}\n");
    let hashed = |hash: &str| format!("# users\n\nann:{HASH}\nbob:{hash}\n").into_bytes();
    let costly = HASH.replace("m=64", "m=70000");
    let bcrypt = "$2y$15$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq";
    let how = "\"porthole hash-password\" makes a hash";
    // (content, what is said after "cannot use FILE: ")
    let rows: Vec<(Vec<u8>, String)> = vec![
        (
            Vec::new(),
            "there is no user in it; \"porthole hash-password USER\" makes a line for it".into(),
        ),
        (
            b"# nobody yet\n\n".to_vec(),
            "there is no user in it; \"porthole hash-password USER\" makes a line for it".into(),
        ),
        (
            hashed("secret"),
            format!("line 4: a password is stored as a hash, not as it is; {how}"),
        ),
        (
            hashed("$apr1$V3Xf5yym$MA2npk2mHzG6wRgcNyzGt0"),
            format!("line 4: MD5 is too easy to guess; {how}"),
        ),
        (
            hashed("{SHA}hvfkN/qlp/zhXR3cuerq6jd2Z7g="),
            format!("line 4: SHA-1 is too easy to guess; {how}"),
        ),
        (
            hashed("$6$a$b"),
            format!("line 4: SHA-512 of crypt is not known here; {how}"),
        ),
        (
            hashed(bcrypt),
            format!("line 4: bcrypt has the cost 15: it may be 4 to 14; {how}"),
        ),
        (
            hashed(&costly),
            format!("line 4: argon2id takes 70000 KiB: it may take 65536; {how}"),
        ),
        (
            format!("{good}ann:{HASH}\n").into_bytes(),
            "line 2: the name has a line before".into(),
        ),
        (b"no colon\n".to_vec(), "line 1: a line is NAME:HASH".into()),
        (
            format!("{good}a,b:{HASH}\n").into_bytes(),
            "line 2: a name has 1 to 128 bytes".into(),
        ),
        (
            [good.as_bytes(), b"# Bj\xf6rk\n"].concat(),
            "line 2: it is not UTF-8".into(),
        ),
        (
            [good.as_bytes(), "x".repeat(600).as_bytes()].concat(),
            "line 2: it has more than 512 bytes".into(),
        ),
        (
            "#\n".repeat(200_000).into_bytes(),
            "a file of users has at most 262144 bytes".into(),
        ),
    ];
    let file = secrets.join("users");
    let shown = file.display().to_string();
    each(&rows, |(content, said)| {
        fs::write(&file, content).unwrap();
        let said = format!("cannot use {shown}: {said}");
        refused(&folder, &["--auth-file", &shown], 1, &said);
    });
    let unreadable = secrets.file("unreadable", &good);
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o000)).unwrap();
    let rows = [
        (secrets.join("missing"), "No such file"),
        (secrets.folder("folder"), "it is no regular file"),
        (secrets.fifo("fifo"), "it is no regular file"),
        (unreadable, "Permission denied"),
    ];
    each(&rows, |(path, said)| {
        let path = path.display().to_string();
        let said = format!("cannot read {path}: {said}");
        refused(&folder, &["--auth-file", &path], 1, &said);
        refused(&folder, &["--link-key", &path], 1, &said);
    });
}

fn wrong_keys_and_rules_are_said_in_a_line() {
    let (folder, secrets) = (Folder::new(), Folder::new());
    let file = |name: &str, bytes: &[u8]| secrets.file(name, bytes).display().to_string();
    let users = file("users", format!("ann:{HASH}\n").as_bytes());
    let key: Vec<u8> = (0..32).collect();
    let short = file("short", &key[1..]);
    let zeros = file("zeros", &[0; 64]);
    let long = file("long", &key.repeat(200));
    let served = folder.file("users", format!("ann:{HASH}\n"));
    let served = served.display().to_string();
    let key = folder.file("sub/key", &key).display().to_string();
    let link = secrets.link("link", &served).display().to_string();
    // (options, exit status, what is said)
    let rows: Vec<(Vec<&str>, i32, String)> = vec![
        (
            vec!["--link-key", &short],
            1,
            format!("cannot use {short}: a key has at least 32 bytes, and this 31"),
        ),
        (
            vec!["--link-key", &zeros],
            1,
            format!("cannot use {zeros}: these bytes are not random"),
        ),
        (
            vec!["--link-key", &long],
            1,
            format!("cannot use {long}: a key has at most 4096 bytes"),
        ),
        (
            vec!["--auth-file", &served],
            1,
            format!("the file of passwords {served} is in what is served"),
        ),
        (
            vec!["--auth-file", &link],
            1,
            format!("the file of passwords {link} is in what is served"),
        ),
        (
            vec!["--auth-file", &users, "--link-key", &key],
            1,
            format!("the key for links {key} is in what is served"),
        ),
        (
            vec!["--auth-file", &users, "--auth-for", "private=ann"],
            1,
            "'--auth-for' \"private=ann\": a path begins with a slash".into(),
        ),
        (
            vec!["--auth-file", &users, "--auth-for", "/private"],
            1,
            "'--auth-for' \"/private\": a rule is /FOLDER=USER,USER or /FOLDER=*".into(),
        ),
        (
            vec!["--auth-file", &users, "--auth-for=/a=eve"],
            1,
            "'--auth-for' \"/a=eve\": the file has no user \"eve\"".into(),
        ),
        (
            vec!["--auth-file", &users, "--auth-for=/a/../b=ann"],
            1,
            "'--auth-for' \"/a/../b=ann\": a path has no .. in it".into(),
        ),
        (
            vec![
                "--auth-file",
                &users,
                "--auth-for=/a=ann",
                "--auth-for=/a/=*",
            ],
            1,
            "'--auth-for' \"/a/=*\": the folder has a rule before".into(),
        ),
        (
            vec!["--auth-for", "/a=ann"],
            2,
            "'--auth-for <RULE>' needs '--auth-file <FILE>': without it everything is open".into(),
        ),
        (
            vec!["--auth-realm", "a"],
            2,
            "'--auth-realm <TEXT>' needs '--auth-file <FILE>'".into(),
        ),
        (
            vec!["--auth-file", &users, "--auth-realm", ""],
            2,
            "a value is required for '--auth-realm <TEXT>'".into(),
        ),
        (
            vec!["--auth-file", &users, "--component", "x.wasm"],
            2,
            "'--auth-file <FILE>' cannot be used with '--component <FILE>'".into(),
        ),
        (
            vec!["--link-key", &key, "--component", "x.wasm"],
            2,
            "'--link-key <FILE>' cannot be used with '--component <FILE>'".into(),
        ),
    ];
    each(&rows, |(options, status, said)| {
        refused(&folder, options, *status, said);
    });
}

fn the_grants_have_the_files_of_passwords() {
    let (folder, secrets) = (Folder::new(), Folder::new());
    let users = secrets.file("users", format!("ann:{HASH}\n"));
    let key: Vec<u8> = (0..32).collect();
    let key = secrets.file("key", key);
    let grants = |format: &str| {
        let mut command = Porthole::command();
        command.arg(folder.path()).arg("--auth-file").arg(&users);
        let done = command.arg("--link-key").arg(&key).arg(format).output();
        String::from_utf8(done.unwrap().stdout).unwrap()
    };
    let text = grants("--grants");
    for file in [&users, &key] {
        let line = format!(
            "  passwords  {}, read by the process, and handed to the component\n",
            file.display()
        );
        assert!(text.contains(&line), "{text}");
    }
    for import in ["  verify  ", "  secret  ", "  real-path  "] {
        assert!(text.contains(import), "{text}");
    }
    assert!(!text.contains(HASH), "{text}");
    let json = grants("--grants=json");
    assert!(!json.contains(HASH), "{json}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["auth_files"], serde_json::json!([users, key]));
}
