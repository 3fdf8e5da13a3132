//! Stamps that are written down.

use migrate_tests::{Database, Project, on_each_backend};

use super::{run_file, runs};

on_each_backend!(
    a_stamp_leaves_what_a_stamp_leaves_wherever_the_ledger_was,
    a_stamp_refuses_unknown_revisions_and_a_purge_takes_them_out,
);

fn a_stamp_leaves_what_a_stamp_leaves_wherever_the_ledger_was(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    project.read().upgrade(&mut database.connect()).unwrap();
    let online = Database::create(database.backend()).expect("there is one already");
    project.read().upgrade(&mut online.connect()).unwrap();
    project.write(
        "migrations/02_t02/up.sql",
        "CREATE TABLE t02 (id INTEGER, x INTEGER)",
    );
    let migrations = project.read();
    for target in ["head", "01", "base", "t03", "02", "head-1", "head"] {
        migrations.stamp(&mut online.connect(), target).unwrap();
        let script = migrations
            .offline(database.backend())
            .stamp(target)
            .unwrap();
        runs(database, &script.sql);
        // Running it again changes nothing.
        runs(database, &script.sql);
        let rows = |database: &Database| {
            let mut rows = database.log();
            rows.extend(database.applied());
            rows
        };
        let sorted = |database: &Database| {
            let mut rows = rows(database);
            rows.sort();
            rows
        };
        assert_eq!(sorted(&online), sorted(database), "{target}");
    }
    migrations.ensure_current(&mut database.connect()).unwrap();
}

fn a_stamp_refuses_unknown_revisions_and_a_purge_takes_them_out(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    migrations.upgrade(&mut database.connect()).unwrap();
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('zz')");
    let writer = migrations.offline(database.backend());
    let error = run_file(database, &writer.stamp("01").unwrap().sql).unwrap_err();
    assert!(
        error.contains("were unknown where this script was written"),
        "{error}"
    );
    assert_eq!(database.applied(), ["01", "02", "zz"]);
    runs(database, &writer.purge(true).stamp("01").unwrap().sql);
    assert_eq!(database.applied(), ["01"]);
    assert_eq!(
        database.log()[2..],
        ["zz unstamp done 0/0", "02 unstamp done 0/0"]
    );
}
