//! The rights of a request, as one number: nothing but this file knows that users and rules
//! make them. Whoever asks about a path finds the rules about it, and compares.

use crate::rules::Rules;

/// The folders that a request may see, by the rules about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Bits of the rules, by their numbers ([`RULES`](crate::limits::RULES) is 64).
    rules: u64,
    /// Whether it sees what no rule is about.
    rest: bool,
}

/// The rules about one folder. There are several only if several rules name the same folder by
/// different paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About(u64);

impl About {
    /// No rule at all.
    pub const NONE: Self = Self(0);

    /// Adds the rule of a number.
    #[must_use]
    pub fn and(self, rule: usize) -> Self {
        let bit = u32::try_from(rule)
            .ok()
            .and_then(|rule| 1_u64.checked_shl(rule));
        Self(self.0 | bit.unwrap_or(u64::MAX))
    }

    /// Whether there is no rule.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

impl From<Option<usize>> for About {
    fn from(rule: Option<usize>) -> Self {
        rule.map_or(Self::NONE, |rule| Self::NONE.and(rule))
    }
}

impl Rights {
    /// All rights.
    pub const ALL: Self = Self {
        rules: u64::MAX,
        rest: true,
    };

    /// No right.
    pub const NONE: Self = Self {
        rules: 0,
        rest: false,
    };

    /// Returns the rights of the user whose password a client has proved to know, or of anyone.
    pub fn of(rules: &Rules, user: Option<&str>) -> Self {
        let mut allowed = About::NONE;
        for (number, _) in (0..).zip(rules.folders()) {
            if rules.access(Some(number)).allows(user) {
                allowed = allowed.and(number);
            }
        }
        Self {
            rules: allowed.0,
            rest: rules.access(None).allows(user),
        }
    }

    /// Returns the rights to what any of these rules are about, and to nothing else. Without a
    /// rule, they are those to what no rule is about.
    pub fn to(folders: &[About]) -> Self {
        let rules = folders.iter().fold(0, |rules, About(bits)| rules | bits);
        Self {
            rules,
            rest: folders.iter().any(|about| about.is_none()),
        }
    }

    /// Whether a folder may be seen. Where several rules are about it, each has to allow it.
    pub fn sees(self, folder: About) -> bool {
        match folder {
            About::NONE => self.rest,
            About(rules) => rules & !self.rules == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::Users;
    use alloc::vec::Vec;

    const FILE: &[u8] = b"\
        alice:$2y$04$U/FholjIoCXdteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.\n\
        bob:$2y$04$U/FholjIoCXdteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.\n";

    #[test]
    fn rights_are_those_of_the_rules() {
        let users = Users::parse(FILE).unwrap();
        let rules = ["/a=alice", "/b=bob,alice", "/c=*"];
        let rules = Rules::parse(rules, &users).unwrap();
        // (user, a, b, c, and what no rule is about)
        let rows = [
            (None, [false, false, true, false]),
            (Some("alice"), [true, true, true, true]),
            (Some("bob"), [false, true, true, true]),
        ];
        for (user, expected) in rows {
            let rights = Rights::of(&rules, user);
            let numbers = [Some(0), Some(1), Some(2), None];
            let sees = numbers.map(|rule| rights.sees(About::from(rule)));
            assert_eq!(sees, expected, "{user:?}");
            // Both are about the folder.
            let both = About::NONE.and(0).and(1);
            assert_eq!(rights.sees(both), user == Some("alice"));
        }
    }

    #[test]
    fn rights_to_a_folder_are_those_of_its_rules() {
        let about = |number| About::from(Some(number));
        // (rules of folders, rules of another, whether it may be seen)
        let rows: [(&[About], About, bool); 7] = [
            (&[], About::NONE, false),
            (&[About::NONE], About::NONE, true),
            (&[About::NONE], about(0), false),
            (&[about(0)], about(0), true),
            (&[about(0)], about(1), false),
            (&[about(0)], About::NONE, false),
            (&[about(0), about(1)], about(0).and(1), true),
        ];
        for (folders, other, expected) in rows {
            let rights = Rights::to(folders);
            assert_eq!(rights.sees(other), expected, "{folders:?} {other:?}");
        }
    }

    #[test]
    fn the_last_rule_has_a_bit_and_no_other_has_one() {
        let users = Users::parse(FILE).unwrap();
        let rules: Vec<_> = (0..64).map(|n| alloc::format!("/{n}=alice")).collect();
        let rules = Rules::parse(rules.iter().map(|rule| &**rule), &users).unwrap();
        let (alice, bob) = (
            Rights::of(&rules, Some("alice")),
            Rights::of(&rules, Some("bob")),
        );
        assert!(alice.sees(About::from(Some(63))) && !bob.sees(About::from(Some(63))));
        assert!(!bob.sees(About::from(Some(64))));
        assert!(Rights::ALL.sees(About::from(Some(64))) && Rights::ALL.sees(About::NONE));
        assert!(!Rights::NONE.sees(About::from(Some(0))) && !Rights::NONE.sees(About::NONE));
    }
}
