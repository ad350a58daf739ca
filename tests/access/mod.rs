//! Passwords and links that expire, as clients meet them.

mod attempts;
mod file_links;
mod files;
mod links;
mod passwords;
mod pictures;
mod players;
mod references;
mod rules;
mod spellings;

use std::path::Path;

use libtest_mimic::Trial;

use crate::support::{Folder, Porthole};

pub fn trials() -> Vec<Trial> {
    [
        attempts::trials(),
        file_links::trials(),
        files::trials(),
        links::trials(),
        passwords::trials(),
        pictures::trials(),
        players::trials(),
        rules::trials(),
        spellings::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Two users, with the cheapest hashes: `correct horse` and `Пароль`.
const USERS: &str = "# For tests.\n\
    alice:$argon2id$v=19$m=256,t=2,p=1$c2FsdHNhbHRzYWx0$\
    pwZ7sGME81TL89Hs/ia4qXIxzecJdXvdtALit/lGF0w\n\
    bob:$2y$04$U/FholjIoCXDteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.\n";

const ALICE: &str = "Authorization: Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==\r\n";
const BOB: &str = "Authorization: Basic Ym9iOtCf0LDRgNC+0LvRjA==\r\n";
const NOBODY: &str = "Authorization: Basic bm9ib2R5OmNvcnJlY3QgaG9yc2U=\r\n";
const WRONG: &str = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";

/// The form by which browsers ask for a page.
const BROWSER: &str = "Accept: text/html,*/*;q=0.8\r\n";

/// The form by which programs ask for lines of names.
const NAMES: &str = "Accept: text/plain\r\n";

/// The bytes of a key for links.
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

/// Rules by which `closed` is for Alice alone, and everything else for everyone.
const CLOSED: [&str; 2] = ["--auth-for=/=*", "--auth-for=/closed=alice"];

/// Returns a folder with a file in `closed` and one beside it, and a server of it by these
/// rules, with further flags.
fn closed(flags: &[&str]) -> (Folder, Porthole) {
    let folder = Folder::new();
    folder.file("closed/a", "a");
    folder.file("b", "b");
    let porthole = Secrets::new().serving(&folder, &[&CLOSED[..], flags].concat());
    (folder, porthole)
}

/// Files of the operator, outside of what is served.
struct Secrets(Folder);

impl Secrets {
    fn new() -> Self {
        let folder = Folder::new();
        for (name, content) in [("users", USERS.as_bytes()), ("key", KEY)] {
            let path = folder.file(name, content);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(path, mode).unwrap();
        }
        Self(folder)
    }

    /// Serves with a file of users, and further flags.
    fn serving(&self, path: impl AsRef<Path>, flags: &[&str]) -> Porthole {
        let users = self.0.join("users");
        let flags = [&["--auth-file", users.to_str().unwrap()], flags].concat();
        Porthole::with(path, &flags)
    }

    /// Does the same with a key for links.
    fn with_key(&self, path: impl AsRef<Path>, flags: &[&str]) -> Porthole {
        let key = self.0.join("key");
        let flags = [&["--link-key", key.to_str().unwrap()], flags].concat();
        self.serving(path, &flags)
    }
}

/// Returns the address of a link to a path, for an hour.
fn link(path: &str) -> String {
    signed(path, std::time::Duration::from_secs(3_600), None)
}

/// Returns the address of a link, for a time, and for one client alone.
fn signed(path: &str, time: std::time::Duration, client: Option<&str>) -> String {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    let (normal, folder) = auth::path::normal(path).unwrap();
    let link = auth::link::Link {
        path: &normal,
        folder,
        expires: (now + time).as_secs(),
        client: client.map(|client| client.parse().unwrap()),
    };
    let token = link.token(&auth::link::Key::new(KEY).unwrap()).unwrap();
    let mut address = format!("/.porthole/link/{token}/");
    auth::path::encode(&normal, &mut address);
    if folder && !normal.is_empty() {
        address.push('/');
    }
    address
}

/// Returns the token in the address of a link, with what is before it.
fn token(address: &str) -> String {
    let parts: Vec<&str> = address.splitn(5, '/').collect();
    parts[..4].join("/")
}
