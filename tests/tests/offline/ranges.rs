//! Where a script begins and ends, without a database that could say it.

use migrate_core::{Backend, Error, OfflineError};
use migrate_tests::Project;

#[test]
fn a_range_needs_no_database_or_says_what_to_write_instead() {
    let project = Project::tables(Backend::Sqlite, 4);
    let migrations = project.read();
    let writer = migrations.offline(Backend::Sqlite);
    for (range, steps) in [
        ("head", &["01", "02", "03", "04"][..]),
        ("t02", &["01", "02"]),
        ("02:head", &["03", "04"]),
        ("02:", &["03", "04"]),
        (":t02", &["01", "02"]),
        (":", &["01", "02", "03", "04"]),
        ("base:+1", &["01"]),
        ("01:+2", &["02", "03"]),
        ("head-1:head", &["04"]),
        ("head:head", &[]),
    ] {
        assert_eq!(writer.upgrade(range).unwrap().steps, steps, "{range}");
    }
    for (range, steps) in [
        ("head:base", &["04", "03", "02", "01"][..]),
        ("head:-1", &["04"]),
        (":-2", &["04", "03"]),
        ("02:", &["02", "01"]),
        ("t03:t01", &["03", "02"]),
    ] {
        assert_eq!(writer.downgrade(range).unwrap().steps, steps, "{range}");
    }
    for (range, instead) in [
        ("+2", "base:+2"),
        ("current", "base:head"),
        ("current:head", "base:head"),
        ("01:current", "base:head"),
        ("+1:head", "base:+1"),
    ] {
        let error = writer.upgrade(range).unwrap_err();
        assert!(
            matches!(error, Error::Offline(OfflineError::Relative { .. })),
            "{range}: {error}"
        );
        assert!(
            error.help().unwrap().contains(instead),
            "{range}: {:?}",
            error.help()
        );
    }
    let error = writer.downgrade("-1").unwrap_err();
    assert!(error.help().unwrap().contains("`head:-1`"), "{error}");
    for range in ["head:01", "nowhere", "01:02:03", "01:+9"] {
        assert!(writer.upgrade(range).is_err(), "{range}");
    }
    for range in ["01:head", "base", "head:+1"] {
        assert!(writer.downgrade(range).is_err(), "{range}");
    }
}

#[test]
fn a_script_that_leaves_the_database_is_refused_for_mysql() {
    let mut project = Project::new(Backend::Mysql);
    project.revision("01_x", "SELECT 1;\nUSE other", "SELECT 1");
    let error = project
        .read()
        .offline(Backend::Mysql)
        .upgrade("head")
        .unwrap_err();
    assert!(
        error.to_string().starts_with("01_x/up.sql:2: USE"),
        "{error}"
    );
}
