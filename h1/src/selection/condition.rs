//! Conditional requests (RFC 9110 §13): conditions on what the client has, or insists on.

use crate::representation::etag::{Candidate, EntityTag, candidates};
use crate::request::fields::{Fields, Name};
use crate::request::method::Method;
use crate::syntax::date;

/// Validators of a representation.
#[derive(Clone, Copy, Debug)]
pub struct Validators<'a> {
    /// The tag, as sent in `ETag`.
    pub etag: &'a EntityTag,
    /// The time, as sent in `Last-Modified`: seconds since 1970.
    pub last_modified: Option<i64>,
}

/// Result of the conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The response is the same as without conditions.
    Proceed,
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
}

/// Evaluates the first four steps of RFC 9110 §13.2.2, for a representation that exists.
/// `now` is the time in seconds since 1970.
///
/// A condition with a date is ignored if the date is malformed or not the only one, or if
/// the representation has no modification time (§13.1.3, §13.1.4).
pub fn evaluate(
    method: Method,
    fields: &Fields<'_>,
    validators: &Validators<'_>,
    now: i64,
) -> Outcome {
    let modified_after = |name| {
        let date = date::parse(fields.only(name)?, now)?;
        Some(validators.last_modified? > date)
    };
    let readable = matches!(method, Method::Get | Method::Head);

    // Steps 1 and 2
    if fields.has(Name::IfMatch) {
        let strongly = |tag: Candidate<'_>| tag.matches_strongly(validators.etag);
        if !lists(fields, Name::IfMatch, strongly) {
            return Outcome::PreconditionFailed;
        }
    } else if modified_after(Name::IfUnmodifiedSince) == Some(true) {
        return Outcome::PreconditionFailed;
    }

    // Steps 3 and 4
    if fields.has(Name::IfNoneMatch) {
        let weakly = |tag: Candidate<'_>| tag.matches_weakly(validators.etag);
        match lists(fields, Name::IfNoneMatch, weakly) {
            true if readable => Outcome::NotModified,
            true => Outcome::PreconditionFailed,
            false => Outcome::Proceed,
        }
    } else if readable && modified_after(Name::IfModifiedSince) == Some(false) {
        Outcome::NotModified
    } else {
        Outcome::Proceed
    }
}

/// Whether `If-None-Match` asks whether there is any representation (§13.1.2), and not about
/// tags. Whoever compares tags before the representation is made must not take `*` for one: a
/// condition only counts if the response without it would be a success (§13.2.1).
pub fn asks_for_any(fields: &Fields<'_>) -> bool {
    fields.only(Name::IfNoneMatch) == Some(b"*")
}

/// Whether a `Range` beside `If-Range` applies (§13.1.5): step 5 of §13.2.2. `now` is the
/// time in seconds since 1970.
///
/// An entity tag must match strongly. A date must equal `Last-Modified`, which must be a
/// strong validator (§8.8.2.2): that it is if the tag is one, and its second is over. In
/// all other cases, including malformed fields, the response has the whole representation,
/// which is never wrong. This includes a range that only a date in `If-Unmodified-Since`
/// protects, if the tag is weak.
pub fn if_range(fields: &Fields<'_>, validators: &Validators<'_>, now: i64) -> bool {
    let is_strong = validators.etag.is_strong();
    if !fields.has(Name::IfRange) {
        let dated = fields.has(Name::IfUnmodifiedSince) && !fields.has(Name::IfMatch);
        return is_strong || !dated;
    }
    let Some(value) = fields.only(Name::IfRange) else {
        return false;
    };
    match Candidate::parse(value) {
        Some(tag) => tag.matches_strongly(validators.etag),
        None => validators.last_modified.is_some_and(|modified| {
            is_strong && date::parse(value, now) == Some(modified) && modified < now
        }),
    }
}

/// Whether the field is `*`, which any existing representation matches, or has a
/// tag in its list that `matches`. The list may be spread over several lines.
fn lists(fields: &Fields<'_>, name: Name, matches: impl Fn(Candidate<'_>) -> bool) -> bool {
    fields.only(name) == Some(b"*") || fields.all(name).flat_map(candidates).any(matches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::etag::Strength;
    use crate::request::fields::parse;
    use crate::syntax::date::Timestamp;
    use alloc::string::String;

    const MODIFIED: i64 = 784_111_777;
    const NOW: i64 = 1_767_225_600;
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
    const SAME_RFC850: &str = "Sunday, 06-Nov-94 08:49:37 GMT";
    const SAME_ASCTIME: &str = "Sun Nov  6 08:49:37 1994";

    /// `"1-2-3"`.
    fn tag() -> EntityTag {
        let modified = Timestamp {
            seconds: 2,
            nanoseconds: 3,
        };
        EntityTag::of(1, Some(modified), Strength::Strong, None)
    }

    /// Each line of `text` as a field line, with short names spelled out.
    fn lines(text: &str) -> String {
        let spelled = text
            .replace("IM:", "If-Match:")
            .replace("INM:", "If-None-Match:")
            .replace("IMS:", "If-Modified-Since:")
            .replace("IUS:", "If-Unmodified-Since:")
            .replace("IR:", "If-Range:")
            .replace("{before}", BEFORE)
            .replace("{same}", SAME)
            .replace("{after}", AFTER)
            .replace("{rfc850}", SAME_RFC850)
            .replace("{asctime}", SAME_ASCTIME);
        spelled.lines().flat_map(|line| [line, "\r\n"]).collect()
    }

    fn outcome(method: Method, text: &str, last_modified: Option<i64>) -> Outcome {
        let lines = lines(text);
        let etag = tag();
        let validators = Validators {
            etag: &etag,
            last_modified,
        };
        evaluate(method, &parse(&lines).unwrap(), &validators, NOW)
    }

    use Outcome::{NotModified, PreconditionFailed, Proceed};

    #[test]
    fn each_condition_alone() {
        let cases = [
            ("", Proceed),
            // §13.1.1: strong comparison
            ("IM: *", Proceed),
            (r#"IM: "1-2-3""#, Proceed),
            (r#"IM: "x", "1-2-3""#, Proceed),
            ("IM: \"x\"\nIM: \"1-2-3\"", Proceed),
            (r#"IM: W/"1-2-3""#, PreconditionFailed),
            (r#"IM: "x""#, PreconditionFailed),
            ("IM: 1-2-3", PreconditionFailed),
            ("IM:", PreconditionFailed),
            ("IM: *, *", PreconditionFailed),
            // §13.1.2: weak comparison
            ("INM: *", NotModified),
            (r#"INM: "1-2-3""#, NotModified),
            (r#"INM: W/"1-2-3""#, NotModified),
            (r#"INM: "x",,W/"1-2-3" , "y""#, NotModified),
            ("INM: \"x\"\nINM: \"1-2-3\"", NotModified),
            (r#"INM: "x""#, Proceed),
            (r#"INM: """#, Proceed),
            ("INM: 1-2-3", Proceed),
            (r#"INM: "1-2-3"#, Proceed),
            ("INM:", Proceed),
            // §13.1.3
            ("IMS: {before}", Proceed),
            ("IMS: {same}", NotModified),
            ("IMS: {rfc850}", NotModified),
            ("IMS: {asctime}", NotModified),
            ("IMS: {after}", NotModified),
            ("IMS: Fri, 31 Dec 9999 23:59:59 GMT", NotModified),
            ("IMS: yesterday", Proceed),
            ("IMS:", Proceed),
            ("IMS: 784111777", Proceed),
            ("IMS: {same}, {same}", Proceed),
            ("IMS: {same}\nIMS: {same}", Proceed),
            // §13.1.4
            ("IUS: {before}", PreconditionFailed),
            ("IUS: {same}", Proceed),
            ("IUS: {rfc850}", Proceed),
            ("IUS: {asctime}", Proceed),
            ("IUS: {after}", Proceed),
            ("IUS: yesterday", Proceed),
            ("IUS: {before}, {before}", Proceed),
            ("IUS: {before}\nIUS: {before}", Proceed),
        ];
        for method in [Method::Get, Method::Head] {
            for (text, expected) in cases {
                assert_eq!(outcome(method, text, Some(MODIFIED)), expected, "{text}");
            }
        }
    }

    #[test]
    fn in_the_order_of_13_2_2() {
        let cases = [
            // If-Match keeps If-Unmodified-Since from being looked at.
            ("IM: \"1-2-3\"\nIUS: {before}", Proceed),
            ("IUS: {after}\nIM: \"x\"", PreconditionFailed),
            ("IM: *\nIUS: {before}", Proceed),
            // If-None-Match does the same to If-Modified-Since.
            ("INM: \"x\"\nIMS: {same}", Proceed),
            ("IMS: {before}\nINM: \"1-2-3\"", NotModified),
            ("INM: junk\nIMS: {same}", Proceed),
            // The first pair comes before the second.
            ("INM: \"1-2-3\"\nIM: \"x\"", PreconditionFailed),
            ("INM: \"1-2-3\"\nIM: \"1-2-3\"", NotModified),
            ("IMS: {same}\nIUS: {before}", PreconditionFailed),
            ("IMS: {same}\nIUS: {same}", NotModified),
            ("INM: *\nIUS: {before}", PreconditionFailed),
            ("IM: \"1-2-3\"\nIMS: {same}", NotModified),
        ];
        for (text, expected) in cases {
            assert_eq!(
                outcome(Method::Get, text, Some(MODIFIED)),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn only_get_and_head_get_304() {
        let cases = [
            ("INM: \"1-2-3\"", PreconditionFailed),
            ("INM: \"x\"", Proceed),
            ("IMS: {same}", Proceed),
            ("IUS: {before}", PreconditionFailed),
        ];
        for (text, expected) in cases {
            assert_eq!(
                outcome(Method::NotAllowed, text, Some(MODIFIED)),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn dates_mean_nothing_without_a_modification_time() {
        for text in ["IMS: {same}", "IMS: {after}", "IUS: {before}"] {
            assert_eq!(outcome(Method::Get, text, None), Proceed, "{text}");
        }
    }

    #[test]
    fn range_applies() {
        let cases = [
            ("", true),
            (r#"IR: "1-2-3""#, true),
            (r#"IR: W/"1-2-3""#, false),
            (r#"IR: "x""#, false),
            (r#"IR: "1-2-3", "x""#, false),
            (r#"IR: "1-2-3", "1-2-3""#, false),
            ("IR: \"1-2-3\"\nIR: \"1-2-3\"", false),
            ("IR: 1-2-3", false),
            ("IR: *", false),
            ("IR:", false),
            ("IR: {same}", true),
            ("IR: {rfc850}", true),
            ("IR: {asctime}", true),
            ("IR: {before}", false),
            ("IR: {after}", false),
            ("IR: Sun, 06 Nov 1994", false),
        ];
        let etag = tag();
        let validators = Validators {
            etag: &etag,
            last_modified: Some(MODIFIED),
        };
        for (text, expected) in cases {
            let lines = lines(text);
            let fields = parse(&lines).unwrap();
            assert_eq!(if_range(&fields, &validators, NOW), expected, "{text}");
        }
    }

    #[test]
    fn range_dates_are_strong_when_their_second_is_over() {
        let lines = lines("IR: {same}");
        let fields = parse(&lines).unwrap();
        let etag = tag();
        let cases = [
            (Some(MODIFIED), MODIFIED + 1, true),
            (Some(MODIFIED), MODIFIED, false),
            (Some(MODIFIED), MODIFIED - 1, false),
            (None, NOW, false),
        ];
        for (last_modified, now, expected) in cases {
            let validators = Validators {
                etag: &etag,
                last_modified,
            };
            let applies = if_range(&fields, &validators, now);
            assert_eq!(applies, expected, "{last_modified:?} {now}");
        }
    }

    #[test]
    fn a_date_is_no_stronger_than_the_tag() {
        let modified = Some(Timestamp {
            seconds: MODIFIED,
            nanoseconds: 0,
        });
        let cases = [
            ("IR: {same}", false),
            ("IUS: {same}", false),
            ("IUS: {after}", false),
            ("IM: *\nIUS: {same}", true),
            ("", true),
        ];
        for (text, weak) in cases {
            let lines = lines(text);
            let fields = parse(&lines).unwrap();
            for (strength, expected) in [(Strength::Strong, true), (Strength::Weak, weak)] {
                let etag = EntityTag::of(1, modified, strength, None);
                let validators = Validators {
                    etag: &etag,
                    last_modified: Some(MODIFIED),
                };
                let applies = if_range(&fields, &validators, NOW);
                assert_eq!(applies, expected, "{text} {strength:?}");
            }
        }
    }

    #[test]
    fn a_weak_tag_of_ours_satisfies_no_strong_comparison() {
        let etag = EntityTag::of(1, None, Strength::Weak, None);
        let validators = Validators {
            etag: &etag,
            last_modified: None,
        };
        let cases = [
            ("IM: W/\"1\"", PreconditionFailed),
            ("IM: *", Proceed),
            ("INM: W/\"1\"", NotModified),
            ("INM: \"1\"", NotModified),
        ];
        for (text, expected) in cases {
            let lines = lines(text);
            let fields = parse(&lines).unwrap();
            let found = evaluate(Method::Get, &fields, &validators, NOW);
            assert_eq!(found, expected, "{text}");
        }
        let lines = lines("IR: W/\"1\"");
        assert!(!if_range(&parse(&lines).unwrap(), &validators, NOW));
    }
}
