//! What a script finds before it begins: a database that is elsewhere, a step half done, another run.

use std::time::{Duration, Instant};

use migrate_core::{AnyConnection, Backend, InDoubt};
use migrate_tests::{Database, Project, on_each_backend};

use super::{ledger, run_file, runs};

on_each_backend!(
    a_database_that_is_elsewhere_is_refused_and_left_as_it_is,
    a_half_done_step_and_a_newer_log_are_refused,
    a_failure_leaves_the_whole_revisions_before_it_and_a_run_goes_on,
    another_run_is_waited_for_and_the_lock_is_given_back,
);

fn a_database_that_is_elsewhere_is_refused_and_left_as_it_is(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let writer = migrations.offline(database.backend());
    let later = writer.upgrade("02:head").unwrap().sql;
    let error = run_file(database, &later).unwrap_err();
    assert!(
        error.contains("the database is not at 02_t02, where this script begins"),
        "{error}"
    );
    assert!(error.contains("migrate current"), "{error}");
    assert!(!database.has_table("__migrate_log"));
    assert!(!database.has_table("__diesel_schema_migrations"));
    for applied in [
        &["01"][..],
        &["01", "03"],
        &["01", "02", "zz"],
        &["01", "02", "03"],
    ] {
        database.run(
            "DROP TABLE IF EXISTS __diesel_schema_migrations; DROP TABLE IF EXISTS __migrate_log",
        );
        migrations
            .upgrade_to(&mut database.connect(), "+0")
            .unwrap();
        migrations.stamp(&mut database.connect(), "head").unwrap();
        database.run("DELETE FROM __diesel_schema_migrations");
        for id in applied {
            database.run(&format!(
                "INSERT INTO __diesel_schema_migrations (version) VALUES ('{id}')"
            ));
        }
        let before = ledger(database);
        let error = run_file(database, &later).unwrap_err();
        assert!(error.contains("is not at 02_t02"), "{error}");
        assert_eq!(ledger(database), before);
        assert!(!database.has_table("t03"));
    }
}

fn a_half_done_step_and_a_newer_log_are_refused(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.bare(
        "02_half",
        "CREATE TABLE a (id INTEGER); INSERT INTO nowhere VALUES (1)",
        "DROP TABLE a",
    );
    let migrations = project.read();
    migrations.upgrade(&mut database.connect()).unwrap_err();
    let writer = migrations.offline(database.backend());
    let before = ledger(database);
    for sql in [
        writer.upgrade("01:head").unwrap().sql,
        writer.downgrade("01:base").unwrap().sql,
    ] {
        let error = run_file(database, &sql).unwrap_err();
        assert!(error.contains("left half done"), "{error}");
        assert_eq!(ledger(database), before);
    }
    migrations.stamp(&mut database.connect(), "01").unwrap();
    database.run("UPDATE __migrate_log SET revision = '9' WHERE action = 'layout'");
    let error = run_file(database, &writer.downgrade("01:base").unwrap().sql).unwrap_err();
    assert!(error.contains("newer layout"), "{error}");
    assert!(database.has_table("t01"));
}

fn a_failure_leaves_the_whole_revisions_before_it_and_a_run_goes_on(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    project.revision(
        "03_wrong",
        "CREATE TABLE a (id INTEGER);\nINSERT INTO later VALUES (1);",
        "DROP TABLE a",
    );
    let migrations = project.read();
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    let error = run_file(database, &sql).unwrap_err();
    assert!(error.contains("later"), "{error}");
    assert_eq!(database.applied(), ["01", "02"]);
    assert!(database.has_table("t02"));
    // What cannot be rolled back is there, and recorded.
    let mysql = database.backend() == Backend::Mysql;
    assert_eq!(database.has_table("a"), mysql);
    database.run("CREATE TABLE later (id INTEGER)");
    migrations
        .runner()
        .in_doubt(InDoubt::Retry)
        .upgrade_to(&mut database.connect(), "head")
        .unwrap_or_else(|error| panic!("{error}"));
    migrations.ensure_current(&mut database.connect()).unwrap();
    assert_eq!(database.value("SELECT COUNT(*) FROM later"), "1");
}

fn another_run_is_waited_for_and_the_lock_is_given_back(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut holder = database.connect();
    hold(&mut holder);
    let short = migrations
        .offline(database.backend())
        .lock_wait(Duration::from_secs(1));
    let began = Instant::now();
    let error = run_file(database, &short.upgrade("head").unwrap().sql).unwrap_err();
    let said = match database.backend() {
        Backend::Sqlite => "database is locked",
        _ => "waited 1 s for the migration lock",
    };
    assert!(error.contains(said), "{error}");
    assert!(began.elapsed() >= Duration::from_millis(900));
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| runs(database, &sql));
        std::thread::sleep(Duration::from_millis(700));
        assert!(!waiting.is_finished(), "it waits");
        drop(holder);
        waiting.join().expect("it goes on");
    });
    assert_eq!(database.applied(), ["01", "02"]);
    migrations
        .downgrade_to(&mut database.connect(), "base")
        .unwrap();
}

/// Takes the lock of a run; it is given back with the connection.
fn hold(connection: &mut AnyConnection) {
    use diesel::connection::SimpleConnection as _;
    match connection {
        AnyConnection::Sqlite(connection) => connection.batch_execute("BEGIN IMMEDIATE"),
        AnyConnection::Postgres(connection) => connection
            .batch_execute("SELECT pg_advisory_lock(1296648018, hashtext(current_schema()::text))"),
        AnyConnection::Mysql(connection) => {
            connection.batch_execute("DO GET_LOCK(CONCAT('migrate:', SHA1(DATABASE())), 5)")
        }
        _ => unreachable!("there are three"),
    }
    .unwrap_or_else(|error| panic!("{error}"));
}
