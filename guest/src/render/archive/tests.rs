use super::*;
use crate::files::quota::Quota;
use crate::limits::ARCHIVE_SECONDS;
use crate::rights::Rights;
use pages::view::Form;

const NOW: i64 = 1_000_000_000;
const BYTES: usize = 100;

fn subject(path: &str) -> Subject {
    Subject::file(path, Form::Tar, &Rights::ALL)
}

/// Returns an archive of nothing, which takes memory of `quota`.
fn archive(quota: &Quota, strength: Strength) -> Archive {
    let mut reservation = quota.reservation();
    reservation.reserve(BYTES).unwrap();
    Archive {
        manifest: Manifest::new("top", None).unwrap(),
        path: String::new(),
        file_name: "top.tar".into(),
        etag: (strength == Strength::Strong).then(|| EntityTag::of_hash(1, strength)),
        is_outdated: Cell::new(false),
        _reservation: reservation,
    }
}

#[test]
fn archives_are_kept_for_a_while() {
    let (quota, kept) = (Quota::new(BYTES), KeptArchives::default());
    let subject = subject("a");
    drop(kept.keep(&subject, archive(&quota, Strength::Strong), NOW));
    kept.tick(NOW + ARCHIVE_SECONDS);
    let found = kept.find(&subject, NOW + ARCHIVE_SECONDS);
    assert!(found.is_some() && kept.find(&self::subject("b"), NOW).is_none());
    // While it is sent, it is used.
    let later = NOW + 10 * ARCHIVE_SECONDS;
    kept.tick(later);
    drop(found);
    kept.tick(later + ARCHIVE_SECONDS);
    assert!(!kept.is_empty() && quota.bytes() == BYTES);
    kept.tick(later + ARCHIVE_SECONDS + 1);
    assert!(kept.is_empty() && quota.bytes() == 0);
}

#[test]
fn what_has_changed_or_has_no_tag_is_not_found() {
    let (quota, kept) = (Quota::new(10 * BYTES), KeptArchives::default());
    let subject = subject("a");
    drop(kept.keep(&subject, archive(&quota, Strength::Weak), NOW));
    assert!(kept.is_empty());
    let sent = kept.keep(&subject, archive(&quota, Strength::Strong), NOW);
    sent.outdate();
    assert!(kept.find(&subject, NOW).is_none());
    let other = kept.keep(&subject, archive(&quota, Strength::Strong), NOW);
    let found = kept.find(&subject, NOW).unwrap();
    assert!(Rc::ptr_eq(&found, &other) && !Rc::ptr_eq(&found, &sent));
}

#[test]
fn listings_get_the_memory_of_archives_that_nobody_is_sent() {
    let (quota, kept) = (Quota::new(2 * BYTES), KeptArchives::default());
    let sent = kept.keep(&subject("a"), archive(&quota, Strength::Strong), NOW);
    kept.keep(&subject("b"), archive(&quota, Strength::Strong), NOW);
    assert!(quota.reservation().reserve(1).is_err());
    assert!(kept.drop_idle() && !kept.drop_idle());
    assert_eq!(quota.bytes(), BYTES);
    assert!(kept.find(&subject("a"), NOW).is_some());
    drop(sent);
}

#[test]
fn a_file_is_sent_only_if_it_is_what_was_laid_out() {
    let quota = Quota::new(BYTES);
    let mut archive = archive(&quota, Strength::Strong);
    let known = Metadata::of(5, NOW);
    let add = archive.manifest.add(0, "a", Kind::File(5), known.modified);
    let entry = add.unwrap();
    // (size, time, whether it is the same)
    for (size, modified, same) in [(5, NOW, true), (6, NOW, false), (5, NOW + 1, false)] {
        let metadata = Metadata::of(size, modified);
        assert_eq!(
            archive.describes(entry, metadata),
            same,
            "{size} {modified}"
        );
    }
    assert!(!archive.describes(Manifest::TOP, known));
}
