//! Rules for folders: which users may see a folder and what is below it.
//!
//! A rule is `/FOLDER=USER,USER`, or `/FOLDER=*` for everyone. The rule of the deepest folder
//! that contains a path wins. What no rule names is for any user of the file.
//!
//! A rule is about the folder and not about its spelling. [`Rules::rule_of`] compares names
//! alone, which is right for a path that the file system has nothing else for. A folder has
//! other spellings where letters of another case, or in another normal form, lead to it, and
//! where a symbolic link does. So whoever can ask the file system finds the folders that a path
//! really goes through ([`crate::walk`]), compares the identity of each with those of
//! [`Rules::folders`], and gives the number of the deepest one that is the same to
//! [`Rules::access`].

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::limits::RULES;
use crate::path::{PathError, contains, names, normal};
use crate::users::Users;

/// The rules of a server. Without one, everything is for the users of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    folder: String,
    /// `None` is everyone, without a password.
    users: Option<BTreeSet<String>>,
}

/// The clients that may see a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'r> {
    /// Everyone, without a password.
    Everyone,
    /// Any user of the file.
    AnyUser,
    /// These users.
    Users(&'r BTreeSet<String>),
}

/// A rule that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    /// The rule as it was given.
    pub rule: String,
    /// The fault of it.
    pub reason: RuleError,
}

/// Reasons why a rule is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// It is not `/FOLDER=USERS`.
    NoUsers,
    /// The folder is no path from the root.
    Path(PathError),
    /// A user is not in the file, or `*` stands beside other users.
    Unknown(String),
    /// The folder has a rule before.
    Repeated,
    /// It is one rule too many.
    TooMany,
}

impl fmt::Display for RulesError {
    /// Writes the error. What was typed is escaped, because it may have line breaks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: ", self.rule)?;
        match &self.reason {
            RuleError::NoUsers => f.write_str("a rule is /FOLDER=USER,USER or /FOLDER=*"),
            RuleError::Path(error) => error.fmt(f),
            RuleError::Unknown(user) => write!(f, "the file has no user {user:?}"),
            RuleError::Repeated => f.write_str("the folder has a rule before"),
            RuleError::TooMany => write!(f, "there may be {RULES} rules"),
        }
    }
}

impl core::error::Error for RulesError {}

impl Access<'_> {
    /// Whether a client sees the folder. `user` is the one whose password it has proved to know.
    pub fn allows(self, user: Option<&str>) -> bool {
        match self {
            Self::Everyone => true,
            Self::AnyUser => user.is_some(),
            Self::Users(users) => user.is_some_and(|user| users.contains(user)),
        }
    }
}

impl Rules {
    /// Reads rules.
    ///
    /// # Errors
    /// The first rule that is not accepted.
    pub fn parse<'t>(
        rules: impl IntoIterator<Item = &'t str>,
        users: &Users,
    ) -> Result<Self, RulesError> {
        let mut parsed: Vec<Rule> = Vec::new();
        for text in rules {
            let at = |reason| RulesError {
                rule: text.to_owned(),
                reason,
            };
            let rule = rule(text, users).map_err(at)?;
            if parsed.iter().any(|before| before.folder == rule.folder) {
                return Err(at(RuleError::Repeated));
            }
            if parsed.len() >= RULES {
                return Err(at(RuleError::TooMany));
            }
            parsed.push(rule);
        }
        Ok(Self { rules: parsed })
    }

    /// Returns the folders of all rules, in the order of their numbers.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.folder.as_str())
    }

    /// Returns the number of the rule whose folder is the deepest one that contains a path, by
    /// its names.
    pub fn rule_of(&self, path: &str) -> Option<usize> {
        let containing = self.folders().zip(0..);
        let containing = containing.filter(|(folder, _)| contains(folder, path));
        let deepest = containing.max_by_key(|(folder, _)| names(folder).count())?;
        Some(deepest.1)
    }

    /// Returns who sees what a rule is about, or what no rule is about.
    pub fn access(&self, rule: Option<usize>) -> Access<'_> {
        let rule = rule.and_then(|number| self.rules.get(number));
        match rule.map(|rule| &rule.users) {
            None => Access::AnyUser,
            Some(None) => Access::Everyone,
            Some(Some(users)) => Access::Users(users),
        }
    }
}

/// Reads one rule. The last `=` ends the folder, because names of folders may have one.
fn rule(text: &str, users: &Users) -> Result<Rule, RuleError> {
    let (folder, names) = text.rsplit_once('=').ok_or(RuleError::NoUsers)?;
    let (folder, _) = normal(folder).map_err(RuleError::Path)?;
    let users = match names {
        "" => return Err(RuleError::NoUsers),
        "*" => None,
        names => {
            let known = |name: &str| match users.has(name) {
                true => Ok(name.to_owned()),
                false => Err(RuleError::Unknown(name.to_owned())),
            };
            Some(names.split(',').map(known).collect::<Result<_, _>>()?)
        }
    };
    Ok(Rule { folder, users })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    const HASH: &str = "$2y$05$CGbMCEnh9B7g9TM4rOLJxuRVpAGruLqGi7beVOOqTClj8caag7kUq";

    fn users() -> Users {
        let names = ["ann", "bob", "cy d"];
        let file: String = names.map(|name| format!("{name}:{HASH}\n")).concat();
        Users::parse(file.as_bytes()).unwrap()
    }

    #[test]
    fn the_deepest_rule_wins() {
        let texts = [
            "/private=ann,bob",
            "/private/ann/=ann",
            "/public=*",
            "/public/not=cy d",
            "/private/ann/shown=*",
            "/a=b=bob",
        ];
        let rules = Rules::parse(texts, &users()).unwrap();
        // (path, whether nobody in particular, ann, bob, and cy d see it)
        let rows = [
            ("", [false, true, true, true]),
            ("films/a.mkv", [false, true, true, true]),
            ("private", [false, true, true, false]),
            ("private/a.mkv", [false, true, true, false]),
            ("privates", [false, true, true, true]),
            ("private/ann", [false, true, false, false]),
            ("private/ann/x/y", [false, true, false, false]),
            ("private/ann/shown/a", [true, true, true, true]),
            ("public", [true, true, true, true]),
            ("public/a", [true, true, true, true]),
            ("public/not/a", [false, false, false, true]),
            ("a=b/c", [false, false, true, false]),
            ("a", [false, true, true, true]),
            // Only the file system knows whether this is another folder.
            ("Private", [false, true, true, true]),
        ];
        for (path, expected) in rows {
            let access = rules.access(rules.rule_of(path));
            let seen = [None, Some("ann"), Some("bob"), Some("cy d")];
            assert_eq!(seen.map(|user| access.allows(user)), expected, "{path}");
        }
    }

    #[test]
    fn without_a_rule_everything_is_for_users() {
        let rules = Rules::parse([], &users()).unwrap();
        for path in ["", "a/b"] {
            let access = rules.access(rules.rule_of(path));
            assert_eq!(access, Access::AnyUser);
            assert!(!access.allows(None) && access.allows(Some("ann")));
        }
        let rules = Rules::parse(["/=bob", "/open=*"], &users()).unwrap();
        assert!(!rules.access(rules.rule_of("a")).allows(Some("ann")));
        assert!(rules.access(rules.rule_of("a")).allows(Some("bob")));
        assert!(rules.access(rules.rule_of("open/a")).allows(None));
    }

    #[test]
    fn a_rule_has_the_number_of_its_folder() {
        let rules = Rules::parse(["/b=*", "/a/b=ann", "/a=bob"], &users()).unwrap();
        let folders: Vec<_> = rules.folders().collect();
        assert_eq!(folders, ["b", "a/b", "a"]);
        let rows = [
            ("a/b/c", Some(1)),
            ("a/c", Some(2)),
            ("b", Some(0)),
            ("c", None),
        ];
        for (path, rule) in rows {
            assert_eq!(rules.rule_of(path), rule, "{path}");
        }
        // A number that no rule has is for users, not for everyone.
        assert_eq!(rules.access(Some(3)), Access::AnyUser);
    }

    #[test]
    fn rules_that_are_refused() {
        let unknown = |name: &str| RuleError::Unknown(name.into());
        let rows = [
            ("", RuleError::NoUsers),
            ("/private", RuleError::NoUsers),
            ("/private=", RuleError::NoUsers),
            ("private=ann", RuleError::Path(PathError::Relative)),
            ("=ann", RuleError::Path(PathError::Relative)),
            ("/a/../b=ann", RuleError::Path(PathError::Up)),
            ("/a\n=ann", RuleError::Path(PathError::Control)),
            ("/a=eve", unknown("eve")),
            ("/a=Ann", unknown("Ann")),
            ("/a=ann,", unknown("")),
            ("/a=ann, bob", unknown(" bob")),
            ("/a=ann,*", unknown("*")),
            ("/first/=ann", RuleError::Repeated),
        ];
        for (text, reason) in rows {
            let error = Rules::parse(["/first=*", text], &users()).unwrap_err();
            assert_eq!((error.rule.as_str(), &error.reason), (text, &reason));
            assert!(!error.to_string().contains('\n'), "{error}");
        }
        let many: Vec<String> = (0..=RULES).map(|number| format!("/{number}=*")).collect();
        let parse = |many: &[String]| Rules::parse(many.iter().map(String::as_str), &users());
        assert!(parse(&many[..RULES]).is_ok());
        assert_eq!(parse(&many).unwrap_err().reason, RuleError::TooMany);
    }

    #[test]
    fn a_refusal_names_the_rule() {
        let error = Rules::parse(["/a=eve"], &users()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"/a=eve\": the file has no user \"eve\""
        );
    }

    proptest! {
        #[test]
        fn folders_below_a_rule_are_never_more_open(
            folder in "[ab]{1,2}(/[ab]{1,2}){0,2}", path in "[ab]{1,2}(/[ab]{1,2}){0,3}",
        ) {
            let rules = Rules::parse([&*format!("/{folder}=ann")], &users()).unwrap();
            let access = rules.access(rules.rule_of(&path));
            let below = path == folder || path.starts_with(&format!("{folder}/"));
            prop_assert!(!access.allows(None) && access.allows(Some("ann")));
            prop_assert_eq!(access.allows(Some("bob")), !below);
        }
    }
}
